// SPDX-License-Identifier: GPL-2.0-or-later
// What became of listed claims, as text for people.
#include <string.h>

#include "base/cleanup.h"
#include "report/claims.h"
#include "report/phrase.h"

#define COLUMNS 100
#define PART_INDENT 4
#define REASON_INDENT 6

struct page {
	const struct claims_view *view;
	const struct style *style;
	struct text *t;
	struct error *e;
};

static void add_paragraph(const struct page *p, size_t indent, const char *words)
{
	size_t from = p->t->len;
	text_pad(p->t, from, indent);
	text_wrap(p->t, from, words, indent, COLUMNS);
	text_add(p->t, "\n");
}

static void add_reason(void *context, const char *sentence)
{
	add_paragraph(context, REASON_INDENT, sentence);
}

/* "S7 refuted"; escape sequences take no columns: how many bytes of these there are is returned. */
static size_t add_head(const struct page *p, const char *id, enum claim_verdict verdict)
{
	const char *colour = style_of_claim(p->style, verdict);
	text_addf(p->t, "%s%s%s %s%s%s", p->style->bold, id, p->style->reset, colour, claim_verdict_names[verdict],
		p->style->reset);
	return strlen(p->style->bold) + strlen(colour) + 2 * strlen(p->style->reset);
}

static int add_part(const struct page *p, const struct settlement *settlement, const struct settled_part *part)
{
	struct page page = *p;
	const struct claim *claim = part->claim;
	CLEANUP(text_done) struct text rest = TEXT_INIT;
	size_t from = p->t->len;
	text_pad(p->t, from, PART_INDENT);
	size_t invisible = add_head(p, claim->id, part->verdict);
	text_addf(&rest, " in %s", part->source->scenario->name);
	if (part->differs)
		text_addf(&rest, ", but %s:%u says %s", part->source->scenario->path, claim->at.line,
			claim_verdict_names[claim->verdict]);
	const char *words = claims_own_words(settlement, part);
	if (*words)
		text_addf(&rest, "%s %s", *words == '(' && words != claim->says ? "" : ":", words);
	text_wrap(p->t, from, text_get(&rest), REASON_INDENT, COLUMNS + invisible);
	text_add(p->t, "\n");
	return claims_add_reasons(p->view, part, false, add_reason, &page, p->e);
}

static bool has_differing_part(const struct settlement *settlement)
{
	for (size_t i = 0; i < settlement->n_parts; i++)
		if (settlement->parts[i].differs)
			return true;
	return false;
}

static int add_settlement(const struct page *p, const struct settlement *settlement, bool brief)
{
	CLEANUP(text_done) struct text rest = TEXT_INIT;
	size_t from = p->t->len;
	text_add(p->t, "  ");
	size_t invisible = add_head(p, settlement->id, settlement->verdict);
	text_addf(&rest, ": %s", claims_says(settlement));
	text_add(p->t, ":");
	text_wrap(p->t, from, text_get(&rest) + 1, PART_INDENT, COLUMNS + invisible);
	text_add(p->t, "\n");
	if (settlement->listed && settlement->listed->note && !brief)
		add_paragraph(p, PART_INDENT, settlement->listed->note);
	if (!settlement->n_parts)
		add_paragraph(p, PART_INDENT,
			p->view->n_sources == 1 ? "This scenario does not state it." : "No scenario states it.");
	int r = 0;
	for (size_t i = 0; r == 0 && i < settlement->n_parts; i++)
		if (!brief || settlement->parts[i].differs)
			r = add_part(p, settlement, &settlement->parts[i]);
	return r;
}

/* "Found on Linux 6.18.0 in 9 scenarios." */
static void add_origin(const struct page *p)
{
	const struct claims_view *view = p->view;
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t n = 0;
	if (!view->results) {
		add_paragraph(p, 0,
			"Verdicts as the scenarios state them; name a folder of results, and they are those of its "
			"runs.");
		return;
	}
	for (size_t i = 0; i < view->n_sources; i++) {
		const struct run_record *record = view->sources[i].record;
		bool is_known = !record;
		for (size_t j = 0; record && j < i && !is_known; j++)
			is_known =
				view->sources[j].record && !strcmp(view->sources[j].record->release, record->release);
		n += record != NULL;
		if (!is_known)
			text_addf(&line, "%s%s", line.len ? ", " : " on Linux ", record->release);
	}
	text_addf(p->t, "Found%s in %zu of %zu scenario%s; the story of a cell: ", text_get(&line), n, view->n_sources,
		phrase_plural(view->n_sources));
	phrase_shell_word(view->program, p->t);
	text_add(p->t, " show ");
	phrase_shell_word(view->results, p->t);
	text_add(p->t, n > 1 ? "/SCENARIO CELL\n" : " CELL\n");
}

static void add_top(const struct page *p)
{
	for (size_t i = 0; i < p->view->n_lists; i++) {
		text_addf(p->t, "%s%s%s\n", p->style->bold, p->view->lists[i]->title, p->style->reset);
		if (p->view->lists[i]->note)
			add_paragraph(p, 0, p->view->lists[i]->note);
	}
	claims_add_counts(p->view, p->t);
	text_add(p->t, "\n");
	add_origin(p);
}

static void add_article(const struct page *p, const struct article *article, bool brief)
{
	text_addf(p->t, "\n%s%s%s\n", p->style->bold, claims_heading(p->view, article), p->style->reset);
	if (article && article->note && !brief)
		add_paragraph(p, 2, article->note);
}

int claims_text(const struct claims_view *view, const struct style *style, bool brief, struct text *t, struct error *e)
{
	const struct page p = {view, style, t, e};
	const struct settlements *s = view->settlements;
	const struct article *article = NULL;
	if (!brief)
		add_top(&p);
	for (size_t i = 0; i < s->n; i++) {
		const struct settlement *settlement = &s->all[i];
		if (!brief && (i == 0 || settlement->article != article))
			add_article(&p, settlement->article, brief);
		article = settlement->article;
		int r = !brief || has_differing_part(settlement) ? add_settlement(&p, settlement, brief) : 0;
		if (r < 0)
			return r;
	}
	return t->failed ? error_no_memory(e) : 0;
}

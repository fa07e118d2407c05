// SPDX-License-Identifier: GPL-2.0-or-later
// What became of listed claims, in Markdown: a table of each article, then each claim with its parts and cells.
//
// Nothing in it differs between runs that say the same: no times, no kernel. What a run alone can say stands on lines
// that begin with two blanks, so that all others can be held against what the scenarios state.
#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/claims.h"
#include "report/markdown.h"
#include "report/phrase.h"

struct sheet {
	const struct claims_view *view;
	struct text *t;
	struct error *e;
};

/* The scenario, as seen from the folder in which all of them are, where there is one. */
static const char *link_to(const struct sheet *sheet, const struct scenario *s)
{
	const char *slash = strrchr(s->path, '/');
	size_t len = slash ? (size_t)(slash - s->path) + 1 : 0;
	for (size_t i = 0; i < sheet->view->n_sources; i++) {
		const char *other = sheet->view->sources[i].scenario->path;
		if (strncmp(other, s->path, len) || strchr(other + len, '/'))
			return s->path;
	}
	return s->path + len;
}

/* Where a claim is told: as GitHub and GitLab name the heading that its ID is. */
static void add_anchor(const struct sheet *sheet, const char *id)
{
	for (; *id; id++)
		if (*id != '.')
			text_addf(sheet->t, "%c", tolower((unsigned char)*id));
}

static void add_reason(void *context, const char *sentence)
{
	const struct sheet *sheet = context;
	text_add(sheet->t, "  ");
	markdown_plain(sheet->t, sentence);
	text_add(sheet->t, "\n");
}

static int add_part(const struct sheet *sheet, const struct settlement *settlement, const struct settled_part *part)
{
	struct sheet copy = *sheet;
	text_addf(sheet->t, "- **%s %s** in [%s](%s)", part->claim->id, claim_verdict_names[part->verdict],
		part->source->scenario->name, link_to(sheet, part->source->scenario));
	const char *words = claims_own_words(settlement, part);
	if (*words) {
		text_add(sheet->t, *words == '(' && words != part->claim->says ? " " : ": ");
		markdown_plain(sheet->t, words);
	}
	text_add(sheet->t, "\n");
	if (part->differs)
		text_addf(sheet->t, "  **The scenario states that it is %s.**\n",
			claim_verdict_names[part->claim->verdict]);
	return claims_add_reasons(sheet->view, part, true, add_reason, &copy, sheet->e);
}

static int add_settlement(const struct sheet *sheet, const struct settlement *settlement)
{
	text_addf(sheet->t, "### %s\n\n", settlement->id);
	markdown_plain(sheet->t, claims_says(settlement));
	text_addf(sheet->t, ": **%s**", claim_verdict_names[settlement->verdict]);
	if (settlement_is_mixed(settlement)) {
		text_add(sheet->t, ", as ");
		claims_add_parts(settlement, sheet->t);
	}
	text_add(sheet->t, ".\n\n");
	if (settlement->listed && settlement->listed->note) {
		markdown_plain(sheet->t, settlement->listed->note);
		text_add(sheet->t, "\n\n");
	}
	if (!settlement->n_parts)
		text_add(sheet->t, "No scenario states it.\n");
	int r = 0;
	for (size_t i = 0; r == 0 && i < settlement->n_parts; i++)
		r = add_part(sheet, settlement, &settlement->parts[i]);
	text_add(sheet->t, "\n");
	return r;
}

static void add_scenarios(const struct sheet *sheet, const struct settlement *settlement)
{
	for (size_t i = 0; i < settlement->n_parts; i++) {
		const struct scenario *s = settlement->parts[i].source->scenario;
		bool is_known = false;
		for (size_t j = 0; j < i; j++)
			is_known |= settlement->parts[j].source->scenario == s;
		if (!is_known)
			text_addf(sheet->t, "%s[%s](%s)", i ? ", " : "", s->name, link_to(sheet, s));
	}
}

/* The claims of one article, from @first to the one before @end. */
static int add_article(const struct sheet *sheet, size_t first, size_t end)
{
	const struct settlements *s = sheet->view->settlements;
	const struct article *article = s->all[first].article;
	text_add(sheet->t, "## ");
	markdown_plain(sheet->t, claims_heading(sheet->view, article));
	text_add(sheet->t, "\n\n");
	if (article && article->note) {
		markdown_plain(sheet->t, article->note);
		text_add(sheet->t, "\n\n");
	}
	text_add(sheet->t, "| | claim | verdict | scenarios |\n|---|---|---|---|\n");
	for (size_t i = first; i < end; i++) {
		text_addf(sheet->t, "| [%s](#", s->all[i].id);
		add_anchor(sheet, s->all[i].id);
		text_add(sheet->t, ") | ");
		markdown_plain(sheet->t, claims_says(&s->all[i]));
		text_addf(sheet->t, " | **%s** | ", claim_verdict_names[s->all[i].verdict]);
		add_scenarios(sheet, &s->all[i]);
		text_add(sheet->t, " |\n");
	}
	text_add(sheet->t, "\n");
	int r = 0;
	for (size_t i = first; r == 0 && i < end; i++)
		r = add_settlement(sheet, &s->all[i]);
	return r;
}

static void add_top(const struct sheet *sheet)
{
	const struct claims_view *view = sheet->view;
	text_add(sheet->t, "# ");
	for (size_t i = 0; i < view->n_lists; i++) {
		text_add(sheet->t, i ? "; " : "");
		markdown_plain(sheet->t, view->lists[i]->title);
	}
	text_add(sheet->t, view->n_lists ? "\n\n" : "Claims\n\n");
	for (size_t i = 0; i < view->n_lists; i++)
		if (view->lists[i]->note) {
			markdown_plain(sheet->t, view->lists[i]->note);
			text_add(sheet->t, "\n\n");
		}
	text_add(sheet->t,
		"Each with what scenarios make of it, its parts or its readings: the verdict of each, where it "
		"holds, and the cell that decides it. Told by `netrepro claims`.\n\n");
	claims_add_counts(view, sheet->t);
	text_add(sheet->t, ".\n");
	if (!view->results)
		text_add(sheet->t, "  Verdicts as the scenarios state them: nothing was run.\n");
	text_add(sheet->t, "\n");
}

int claims_markdown(
	const struct claims_view *view, const struct style *style, bool brief, struct text *t, struct error *e)
{
	(void)style;
	(void)brief;
	const struct sheet sheet = {view, t, e};
	const struct settlements *s = view->settlements;
	int r = 0;
	add_top(&sheet);
	for (size_t first = 0, end; r == 0 && first < s->n; first = end) {
		for (end = first + 1; end < s->n && s->all[end].article == s->all[first].article;)
			end++;
		r = add_article(&sheet, first, end);
	}
	if (t->len)
		text_truncate(t, t->len - 1); /* the empty line at the end */
	return r < 0 ? r : t->failed ? error_no_memory(e) : 0;
}

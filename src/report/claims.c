// SPDX-License-Identifier: GPL-2.0-or-later
// What became of listed claims: the formats in which it is told, and the words that these share.
#include "report/claims.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "report/phrase.h"

static const struct claims_format formats[] = {
	{"text", claims_text}, /* the default */
	{"markdown", claims_markdown},
	{"json", claims_json},
};
#define N_FORMATS (sizeof formats / sizeof *formats)

const struct claims_format *claims_format_find(const char *name, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(name ? name : "");
	for (size_t i = 0; i < N_FORMATS; i++) {
		if (!name || !strcmp(name, formats[i].name))
			return &formats[i];
		suggestion_consider(&near, formats[i].name);
	}
	error_set(e, ERROR_USAGE, EINVAL, "--format: there is no format '%s'%s: it is text, markdown or json", name,
		suggestion_phrase(&near));
	return NULL;
}

void claims_add_counts(const struct claims_view *view, struct text *t)
{
	const struct settlements *s = view->settlements;
	size_t n = s->n_listed ? s->n_listed : s->n;
	const char *separator = ": ";
	text_addf(t, "%zu claim%s", n, phrase_plural(n));
	for (int i = 0; i < CLAIM_VERDICT_COUNT; i++)
		if (s->n_verdicts[i]) {
			text_addf(t, "%s%" PRIu64 " %s", separator, s->n_verdicts[i], claim_verdict_names[i]);
			separator = ", ";
		}
}

void claims_add_parts(const struct settlement *settlement, struct text *t)
{
	for (size_t i = 0; i < settlement->n_parts; i++) {
		const struct settled_part *part = &settlement->parts[i];
		text_addf(t, "%s%s %s", i ? ", " : "", part->claim->id, claim_verdict_names[part->verdict]);
		/* One ID in two scenarios. */
		if ((i && !strcmp(part->claim->id, part[-1].claim->id)) ||
			(i + 1 < settlement->n_parts && !strcmp(part->claim->id, part[1].claim->id)))
			text_addf(t, " in %s", part->source->scenario->name);
	}
}

/* Which part of the scenario the verdict rests on, where it is not all of it. */
static void add_extent(const struct settled_part *part, void (*add)(void *context, const char *sentence), void *context)
{
	const struct explanation *x = part->source->explanation;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	if (x->is_whole)
		return;
	if (x->table.n_rows < x->n_cells)
		text_addf(&t, "Of the %" PRIu64 " cells of the scenario only %zu were to be run.", x->n_cells,
			x->table.n_rows);
	else
		text_add(&t, "The run did not come to its end.");
	add(context, text_get(&t));
}

int claims_add_reasons(const struct claims_view *view, const struct settled_part *part, bool is_timeless,
	void (*add)(void *context, const char *sentence), void *context, struct error *e)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	const struct explanation *x = part->source->explanation;
	struct deciding deciding;
	if (part->by == SETTLED_BY_SCENARIO)
		return 0;
	if (part->by == SETTLED_BY_NOTHING) {
		if (view->results)
			text_addf(&t, "There are no results of the scenario in %s.", view->results);
		else
			text_add(&t, "The scenario states no verdict.");
		add(context, text_get(&t));
		return t.failed ? error_no_memory(e) : 0;
	}
	int r = deciding_find(part->ruling, &x->table, &deciding, e);
	if (r < 0)
		return r;
	add_extent(part, add, context);
	if (part->verdict == CLAIM_SUPPORTED && part->ruling->n_agree) {
		text_addf(&t,
			part->ruling->n_agree == 1 ? "The one cell that it is about agrees."
						   : "All %" PRIu64 " cells that it is about agree.",
			part->ruling->n_agree);
		add(context, text_get(&t));
	}
	phrase_settled(x, part->ruling, &deciding, is_timeless, add, context);
	return t.failed ? error_no_memory(e) : 0;
}

const char *claims_says(const struct settlement *settlement)
{
	return settlement->listed ? settlement->listed->says : settlement->parts[0].claim->says;
}

const char *claims_heading(const struct claims_view *view, const struct article *article)
{
	if (article)
		return article->title;
	return view->settlements->n_listed ? "In no list" : "Of the scenarios";
}

/* The next character that is no stop: sentences that differ in these alone say the same. */
static const char *skip_stops(const char *text)
{
	return text + strspn(text, ".,;:");
}

const char *claims_own_words(const struct settlement *settlement, const struct settled_part *part)
{
	const char *words = part->claim->says;
	const char *a = skip_stops(claims_says(settlement)), *b = skip_stops(words);
	while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
		a = skip_stops(a + 1);
		b = skip_stops(b + 1);
	}
	/* Only whole words, in brackets of their own: "… (from any port)". */
	bool is_rest = !*b || !strncmp(b, " (", 2);
	return !*a && is_rest ? b + strspn(b, " ") : words;
}

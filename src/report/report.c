// SPDX-License-Identifier: GPL-2.0-or-later
// The table of reports, and the words that they share.
#include "report/report.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "model/plan.h"
#include "report/phrase.h"

#define FORMATS_MAX 32

/* The bounds of the section, made by the linker because its name is one of C's. */
extern const struct report_format *const __start_netrepro_reports[];
extern const struct report_format *const __stop_netrepro_reports[];

static int format_compare(const void *a, const void *b)
{
	return strcmp((*(const struct report_format *const *)a)->name, (*(const struct report_format *const *)b)->name);
}

/* Sorted by name: the linker's order is nobody's. */
static size_t formats_sorted(const struct report_format *ret[static FORMATS_MAX])
{
	size_t n = (size_t)(__stop_netrepro_reports - __start_netrepro_reports);
	assert(n <= FORMATS_MAX);
	for (size_t i = 0; i < n; i++)
		ret[i] = __start_netrepro_reports[i];
	qsort(ret, n, sizeof *ret, format_compare);
	return n;
}

const struct report_format *report_find(const char *name, struct error *e)
{
	const struct report_format *formats[FORMATS_MAX];
	size_t n = formats_sorted(formats);
	struct suggestion near = SUGGESTION_FOR(name);
	CLEANUP(text_done) struct text all = TEXT_INIT;
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(name, formats[i]->name))
			return formats[i];
		suggestion_consider(&near, formats[i]->name);
		text_addf(&all, "%s%s", phrase_separator(i, n, " or "), formats[i]->name);
	}
	error_set(e, ERROR_USAGE, EINVAL, "--report: there is no format '%s'%s: it is %s", name,
		suggestion_phrase(&near), text_get(&all));
	return NULL;
}

void report_told(struct report *report, const struct summary *summary)
{
	report->n_told++;
	report->n_lines = 0;
	if (!summary)
		return;
	for (int i = 0; i < VERDICT_COUNT; i++)
		report->verdicts[i] += summary->view.explanation->tally.verdicts[i];
	report->n_differing += explanation_n_differing(summary->view.explanation);
}

void report_run_name(const struct scenario *s, const size_t *levels, const struct result *result, struct text *t)
{
	text_addf(t, "cell-%" PRIu64, result->cell);
	if (result->replicate > 1)
		text_addf(t, ".%" PRIu32, result->replicate);
	if (s->matrix.n_factors)
		text_add(t, " ");
	plan_levels_text(s, levels, t);
}

static void add_sentence(void *context, const char *sentence)
{
	struct text *t = context;
	bool is_ended = t->len && t->data[t->len - 1] == '.';
	text_addf(t, "%s %s", is_ended ? "" : ".", sentence);
}

enum verdict report_claim(const struct explanation *explanation, const struct ruling *ruling, struct text *why)
{
	const struct claim *claim = ruling->claim;
	bool differs = explanation_differs(explanation, ruling);
	bool is_open = claim->has_verdict && !explanation->is_whole && ruling->verdict != claim->verdict;
	if (!differs && !is_open && ruling->verdict != CLAIM_UNTESTED)
		return VERDICT_PASS;
	text_add(why, claim_verdict_names[ruling->verdict]);
	if (differs)
		text_addf(why, ", and the scenario states that it is %s", claim_verdict_names[claim->verdict]);
	else if (is_open)
		text_addf(why,
			" so far, and the scenario states that it is %s; that is held against a run of all cells alone",
			claim_verdict_names[claim->verdict]);
	phrase_ruling(explanation, ruling, add_sentence, why);
	if (why->len && why->data[why->len - 1] == '.')
		text_truncate(why, why->len - 1);
	return differs ? VERDICT_FAIL : VERDICT_SKIP;
}

void report_claim_counts(const struct summary *summary, uint64_t counts[static VERDICT_COUNT])
{
	const struct explanation *explanation = summary->view.explanation;
	CLEANUP(text_done) struct text why = TEXT_INIT;
	for (int i = 0; i < VERDICT_COUNT; i++)
		counts[i] = 0;
	for (size_t i = 0; i < explanation->n_rulings; i++)
		if (phrase_is_selected_claim(&summary->view, i))
			counts[report_claim(explanation, &explanation->rulings[i], &why)]++;
}

void report_interruption(const struct summary *summary, struct text *t)
{
	if (summary->interrupted)
		text_addf(t, "interrupted: %" PRIu64 " of %" PRIu64 " runs were made",
			tally_total(&summary->view.explanation->tally), summary->n_runs);
}

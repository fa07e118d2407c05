// SPDX-License-Identifier: GPL-2.0-or-later
// What a run says at its end, as text for people.
#include "report/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "model/plan.h"
#include "report/phrase.h"

#define SUMMARY_REASONS_MAX 10

static void add_reason(
	const struct summary *summary, const struct tally_reason *reason, const struct style *style, struct text *t)
{
	const struct scenario *s = summary->view.explanation->table.scenario;
	text_addf(t, "%s%s%s %" PRIu64 " ×  %s\n", style->verdicts[reason->verdict], verdict_names[reason->verdict],
		style->reset, reason->count, reason->text);
	CLEANUP(cleanup_free) size_t *levels = calloc(s->matrix.n_factors + 1, sizeof *levels);
	if (levels && s->matrix.n_factors) {
		matrix_cell(&s->matrix, reason->cell, levels);
		text_add(t, "  for instance ");
		plan_levels_text(s, levels, t);
		text_add(t, "\n");
	}
	text_addf(t, "  %sagain:%s ", style->dim, style->reset);
	phrase_command(summary->view.program, s, reason->cell, t);
	if (summary->view.results) {
		text_addf(t, "\n  %sstory:%s ", style->dim, style->reset);
		phrase_show_command(&summary->view, reason->cell, t);
	}
	text_add(t, "\n\n");
}

static void add_reasons(const struct summary *summary, const struct style *style, struct text *t)
{
	const struct tally *tally = &summary->view.explanation->tally;
	uint64_t n_more = tally->n_more_reasons;
	for (size_t i = 0; i < tally->n_reasons; i++)
		if (i < SUMMARY_REASONS_MAX)
			add_reason(summary, &tally->reasons[i], style, t);
		else
			n_more += tally->reasons[i].count;
	if (n_more)
		text_addf(t, "… and %" PRIu64 " more for other reasons: the results file has them all (-o DIR)\n\n",
			n_more);
}

/* "; 1 claim is not as stated" */
static void add_claims(const struct summary *summary, const struct style *style, struct text *t)
{
	const struct explanation *explanation = summary->view.explanation;
	size_t n_differing = explanation_n_differing(explanation);
	if (n_differing)
		text_addf(t, "; %s%zu claim%s not as stated%s", style->verdicts[VERDICT_FAIL], n_differing,
			n_differing == 1 ? " is" : "s are", style->reset);
}

static void add_last_line(const struct summary *summary, const struct style *style, struct text *t)
{
	char elapsed[DURATION_TEXT];
	uint64_t total = tally_total(&summary->view.explanation->tally);
	text_addf(t, "%s%" PRIu64 "%s run%s", style->bold, total, style->reset, total == 1 ? "" : "s");
	if (total < summary->n_runs)
		text_addf(t, " of %" PRIu64, summary->n_runs);
	const char *separator = ": ";
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (summary->view.explanation->tally.verdicts[i]) {
			text_addf(t, "%s%s%" PRIu64 " %s%s", separator, style->verdicts[i],
				summary->view.explanation->tally.verdicts[i], verdict_names[i], style->reset);
			separator = ", ";
		}
	if (summary->elapsed_us)
		text_addf(t, "; %s", duration_format(summary->elapsed_us, elapsed));
	if (summary->n_done && summary->elapsed_us)
		text_addf(t, ", %.0f a second",
			(double)summary->n_done * (double)CLOCK_US_PER_S / (double)summary->elapsed_us);
	text_addf(t, "; seed %s", summary->seed);
	add_claims(summary, style, t);
	if (summary->results_path)
		text_addf(t, "; %s", summary->results_path);
	if (summary->interrupted)
		text_add(t, summary->results_path ? "; interrupted: --resume goes on" : "; interrupted");
	text_add(t, "\n");
}

/* "Only 72 of 144 cells: closer=server": what was held, by --set or --cell. */
static void add_held(const struct summary *summary, const struct style *style, struct text *t)
{
	const struct explanation *explanation = summary->view.explanation;
	CLEANUP(text_done) struct text held = TEXT_INIT;
	if (explanation->table.n_rows == explanation->n_cells)
		return;
	phrase_held(explanation, &held);
	size_t from = t->len;
	text_addf(t, "%sOnly %zu of %" PRIu64 " cells%s", style->dim, explanation->table.n_rows, explanation->n_cells,
		held.len ? ": " : "");
	text_wrap(t, from, text_get(&held), 2, 100);
	text_addf(t, "%s\n", style->reset);
}

/* Whether some run counts. Where none does, there is nothing to be explained but why. */
static bool has_data(const struct summary *summary)
{
	const uint64_t *verdicts = summary->view.explanation->tally.verdicts;
	return verdicts[VERDICT_PASS] || verdicts[VERDICT_FAIL];
}

int summary_text(const struct summary *summary, const struct style *style, bool brief, struct text *t)
{
	const struct scenario *s = summary->view.explanation->table.scenario;
	if (!brief) {
		text_addf(t, "%s%s%s", style->bold, s->name, style->reset);
		if (s->question)
			text_addf(t, ": %s", s->question);
		text_addf(t, "\n%sLinux %s, %s%s\n", style->dim, summary->kernel,
			strcmp(summary->privilege, "root") ? "in a user namespace" : "as root", style->reset);
		add_held(summary, style, t);
		text_add(t, "\n");
		if (has_data(summary))
			explain_text(&summary->view, style, t);
	} else {
		explain_differing_text(&summary->view, style, t);
	}
	add_reasons(summary, style, t);
	if (!brief)
		add_last_line(summary, style, t);
	return t->failed ? -ENOMEM : 0;
}

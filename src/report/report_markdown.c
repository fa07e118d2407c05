// SPDX-License-Identifier: GPL-2.0-or-later
// The summary of a CI job: what `--format markdown` says, with what one wants to see first in front.
#include <inttypes.h>

#include "base/cleanup.h"
#include "report/markdown.h"
#include "report/phrase.h"
#include "report/report.h"

/* Reasons that are shown: GitHub takes 1 MiB for the summary of a step, with the laws of all scenarios in it. */
#define REASONS_MAX 20

static void add_differing(const struct summary *summary, struct text *t)
{
	const struct explanation *explanation = summary->view.explanation;
	CLEANUP(text_done) struct text words = TEXT_INIT;
	if (!explanation_n_differing(explanation))
		return;
	text_add(t, "### claims not as stated\n\n");
	for (size_t i = 0; i < explanation->n_rulings; i++) {
		const struct ruling *ruling = &explanation->rulings[i];
		if (!explanation_differs(explanation, ruling))
			continue;
		text_truncate(&words, 0);
		text_addf(&words, "%s (%s) is ", ruling->claim->id, ruling->claim->says);
		report_claim(explanation, ruling, &words);
		text_add(t, "- ");
		markdown_plain(t, text_get(&words));
		text_add(t, ".\n");
	}
	text_truncate(&words, 0);
	phrase_shell_word(summary->view.program, &words);
	text_addf(&words, " run --seed %s ", summary->seed);
	phrase_shell_word(explanation->table.scenario->path, &words);
	text_add(t, "\nAgain: ");
	markdown_plain(t, text_get(&words));
	text_add(t, "\n\n");
	t->failed |= words.failed;
}

static void scenario_begin(struct report *report, const struct summary *summary, struct text *t)
{
	if (report->n_told)
		text_add(t, "\n");
	markdown_head(summary, t);
	markdown_counts(summary, t);
	text_add(t, "\n");
	markdown_problems(summary, REASONS_MAX, t);
	add_differing(summary, t);
	markdown_explanation(summary, t);
}

static void absent(
	struct report *report, const struct scenario *s, enum verdict verdict, const char *why, struct text *t)
{
	(void)verdict;
	text_addf(t, "%s## ", report->n_told ? "\n" : "");
	markdown_plain(t, s->name);
	text_add(t, "\n\n**Not run:** ");
	markdown_plain(t, why);
	text_add(t, ".\n");
}

static void end(struct report *report, struct text *t)
{
	uint64_t n_runs = 0;
	const char *separator = ": ";
	if (report->n_scenarios < 2)
		return;
	for (int i = 0; i < VERDICT_COUNT; i++)
		n_runs += report->verdicts[i];
	text_addf(t, "\n**%zu scenarios, %" PRIu64 " runs", report->n_scenarios, n_runs);
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (report->verdicts[i]) {
			text_addf(t, "%s%" PRIu64 " %s", separator, report->verdicts[i], verdict_names[i]);
			separator = ", ";
		}
	if (report->n_differing)
		text_addf(t, "; %zu of their claims not as stated", report->n_differing);
	text_add(t, ".**\n");
}

REPORT_FORMAT(markdown) = {
	.name = "markdown",
	.scenario_begin = scenario_begin,
	.absent = absent,
	.end = end,
};

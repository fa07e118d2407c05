// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KTAP version 1 (Documentation/dev-tools/ktap.rst), which is TAP to those who know that alone, prove(1) for one: a
 * scenario is a test, its runs and claims are its subtests. What is to be said of a test stands in front of it.
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "report/phrase.h"
#include "report/report.h"

#define INDENT "  "

/* A description: what would end the line goes. A '#' begins a directive, and to the kernel's parser also one that is escaped
 * as in TAP 14 (TEST_RESULT in tools/testing/kunit/kunit_parser.py): the wide one, U+FF03, stands for it. */
static void add_plain(struct text *t, const char *plain)
{
	for (const char *c = plain; *c; c++)
		if (*c == '#')
			text_add(t, "\uff03");
		else
			text_add_bytes(t, (unsigned char)*c < ' ' || *c == 0x7f ? " " : c, 1);
}

/* "# why", of which nothing is looked at. */
static void add_diagnostic(struct text *t, const char *indent, const char *why)
{
	text_addf(t, "%s# ", indent);
	for (const char *c = why; *c; c++)
		text_add_bytes(t, (unsigned char)*c < ' ' || *c == 0x7f ? " " : c, 1);
	text_add(t, "\n");
}

/* @why: of what is not a pass. */
static void add_test(
	struct text *t, const char *indent, uint64_t number, const char *name, enum verdict verdict, const char *why)
{
	bool is_good = verdict == VERDICT_PASS || verdict == VERDICT_SKIP;
	if (!is_good)
		add_diagnostic(t, indent, why);
	text_addf(t, "%s%s %" PRIu64 " ", indent, is_good ? "ok" : "not ok", number);
	add_plain(t, name);
	if (verdict == VERDICT_SKIP) {
		text_add(t, " # SKIP ");
		add_plain(t, why);
	}
	text_add(t, "\n");
}

static void begin(struct report *report, struct text *t)
{
	text_addf(t, "KTAP version 1\n1..%zu\n", report->n_scenarios);
}

static void scenario_begin(struct report *report, const struct summary *summary, struct text *t)
{
	uint64_t claims[VERDICT_COUNT];
	(void)report;
	report_claim_counts(summary, claims);
	/* Of an interrupted run more tests are planned than come, which readers notice. */
	text_addf(t, INDENT "KTAP version 1\n" INDENT "# Subtest: %s\n" INDENT "1..%" PRIu64 "\n",
		summary->view.explanation->table.scenario->name,
		summary->n_runs + claims[VERDICT_PASS] + claims[VERDICT_FAIL] + claims[VERDICT_SKIP]);
}

static void run(struct report *report, const struct summary *summary, const size_t *levels, const struct result *result,
	struct text *t)
{
	CLEANUP(text_done) struct text name = TEXT_INIT;
	CLEANUP(text_done) struct text why = TEXT_INIT;
	report_run_name(summary->view.explanation->table.scenario, levels, result, &name);
	text_addf(&why, "%s: %s", verdict_names[result->verdict], result->reason ? result->reason : "");
	bool is_skip = result->verdict == VERDICT_SKIP;
	add_test(t, INDENT, ++report->n_lines, text_get(&name), result->verdict,
		is_skip && result->reason ? result->reason : text_get(&why));
	t->failed |= name.failed || why.failed;
}

/* What a scenario is as a whole: as the exit status of its run is. */
static enum verdict verdict_of(const struct summary *summary, struct text *why)
{
	const struct explanation *explanation = summary->view.explanation;
	const uint64_t *verdicts = explanation->tally.verdicts;
	size_t n_differing = explanation_n_differing(explanation);
	report_interruption(summary, why);
	const char *separator = why->len ? "; " : "";
	for (int i = VERDICT_FAIL; i <= VERDICT_ERROR; i++)
		if (verdicts[i]) {
			text_addf(why, "%s%" PRIu64 " %s", separator, verdicts[i], verdict_names[i]);
			separator = ", ";
		}
	if (n_differing)
		text_addf(
			why, "%s%zu claim%s not as stated", separator, n_differing, n_differing == 1 ? " is" : "s are");
	if (why->len)
		return VERDICT_FAIL;
	if (!verdicts[VERDICT_SKIP] || verdicts[VERDICT_PASS])
		return VERDICT_PASS;
	text_add(why, "every run was skipped");
	return VERDICT_SKIP;
}

static void scenario_end(struct report *report, const struct summary *summary, struct text *t)
{
	const struct explanation *explanation = summary->view.explanation;
	CLEANUP(text_done) struct text name = TEXT_INIT;
	CLEANUP(text_done) struct text why = TEXT_INIT;
	for (size_t i = 0; i < explanation->n_rulings; i++) {
		const struct ruling *ruling = &explanation->rulings[i];
		if (!phrase_is_selected_claim(&summary->view, i))
			continue;
		text_truncate(&name, 0);
		text_truncate(&why, 0);
		text_addf(&name, "claim %s: %s", ruling->claim->id, ruling->claim->says);
		enum verdict verdict = report_claim(explanation, ruling, &why);
		add_test(t, INDENT, ++report->n_lines, text_get(&name), verdict, text_get(&why));
	}
	text_truncate(&why, 0);
	enum verdict verdict = verdict_of(summary, &why);
	add_test(t, "", report->n_told + 1, explanation->table.scenario->name, verdict, text_get(&why));
	t->failed |= name.failed || why.failed;
}

static void absent(
	struct report *report, const struct scenario *s, enum verdict verdict, const char *why, struct text *t)
{
	add_test(t, "", report->n_told + 1, s->name, verdict, why);
}

REPORT_FORMAT(ktap) = {
	.name = "ktap",
	.begin = begin,
	.scenario_begin = scenario_begin,
	.run = run,
	.scenario_end = scenario_end,
	.absent = absent,
};

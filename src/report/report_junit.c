// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JUnit XML, which CI services show: a scenario is a testsuite, a run of a cell and a claim are a testcase each.
 *
 * There is no standard. What is written here is valid by the schema of Jenkins (junit-10.xsd of its xUnit plugin, the
 * older one and the present one, which allows times three decimals), and uses nothing that other readers do not know.
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "report/phrase.h"
#include "report/report.h"
#include "report/xml.h"

/* The element that a verdict is; NULL for none. */
static const char *const elements[] = {
	[VERDICT_PASS] = NULL,
	[VERDICT_FAIL] = "failure",
	[VERDICT_INCONC] = "error",
	[VERDICT_ERROR] = "error",
	[VERDICT_SKIP] = "skipped",
};
static_assert(sizeof elements / sizeof *elements == VERDICT_COUNT, "for each verdict");

static void add_attribute(struct text *t, const char *name, const char *value)
{
	text_addf(t, " %s=\"", name);
	text_add_xml(t, value, true);
	text_add(t, "\"");
}

static void add_property(struct text *t, const char *name, const char *value)
{
	if (!value)
		return;
	text_add(t, "      <property");
	add_attribute(t, "name", name);
	add_attribute(t, "value", value);
	text_add(t, "/>\n");
}

/* In seconds, with the three decimals that the schema allows and no more (SUREFIRE_TIME). */
static void add_time(struct text *t, uint64_t us)
{
	uint64_t ms = (us + CLOCK_US_PER_MS / 2) / CLOCK_US_PER_MS;
	text_addf(t, " time=\"%" PRIu64 ".%03" PRIu64 "\"", ms / 1000, ms % 1000);
}

/* Up to where its attributes may go on. */
static void begin_case(struct text *t, const struct scenario *s, const char *class, const char *name)
{
	CLEANUP(text_done) struct text full = TEXT_INIT;
	text_addf(&full, "%s.%s", s->name, class);
	text_add(t, "    <testcase");
	add_attribute(t, "classname", text_get(&full));
	add_attribute(t, "name", name);
}

/* @out: what is said besides; may be NULL. */
static void end_case(struct text *t, enum verdict verdict, const char *type, const char *why, const char *out)
{
	const char *element = elements[verdict];
	if (!element) {
		text_add(t, "/>\n");
		return;
	}
	text_addf(t, ">\n      <%s", element);
	add_attribute(t, "type", type);
	add_attribute(t, "message", why);
	text_add(t, ">");
	text_add_xml(t, why, false); /* some readers show the one, some the other */
	text_addf(t, "</%s>\n", element);
	if (out) {
		text_add(t, "      <system-out>");
		text_add_xml(t, out, false);
		text_add(t, "</system-out>\n");
	}
	text_add(t, "    </testcase>\n");
}

static void begin(struct report *report, struct text *t)
{
	(void)report;
	text_add(t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"netrepro\">\n");
}

static void scenario_begin(struct report *report, const struct summary *summary, struct text *t)
{
	const struct explanation *explanation = summary->view.explanation;
	const uint64_t *verdicts = explanation->tally.verdicts;
	const struct scenario *s = explanation->table.scenario;
	uint64_t claims[VERDICT_COUNT];
	(void)report;
	report_claim_counts(summary, claims);
	uint64_t n_claims = claims[VERDICT_PASS] + claims[VERDICT_FAIL] + claims[VERDICT_SKIP];
	text_add(t, "  <testsuite");
	add_attribute(t, "name", s->name);
	text_addf(t, " tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%" PRIu64 "\" skipped=\"%" PRIu64 "\"",
		tally_total(&explanation->tally) + n_claims + summary->interrupted,
		verdicts[VERDICT_FAIL] + claims[VERDICT_FAIL],
		verdicts[VERDICT_INCONC] + verdicts[VERDICT_ERROR] + summary->interrupted,
		verdicts[VERDICT_SKIP] + claims[VERDICT_SKIP]);
	add_time(t, summary->elapsed_us);
	if (summary->started)
		add_attribute(t, "timestamp", summary->started);
	text_add(t, ">\n    <properties>\n");
	add_property(t, "question", s->question);
	add_property(t, "scenario", s->path);
	add_property(t, "kernel", summary->kernel);
	add_property(t, "privilege", summary->privilege);
	add_property(t, "seed", summary->seed);
	add_property(t, "tool", summary->tool);
	add_property(t, "results", summary->results_path);
	text_add(t, "    </properties>\n");
}

/* The responses, and how to see more. */
static void add_details(const struct summary *summary, const struct result *result, struct text *t)
{
	for (size_t i = 0; i < result->n_values; i++) {
		char took[DURATION_TEXT];
		text_addf(t, "%s: %s", result->values[i].response, result->values[i].text);
		if (result->values[i].timed)
			text_addf(t, ", %s", duration_format(result->values[i].took_us, took));
		text_add(t, "\n");
	}
	text_add(t, "again: ");
	phrase_command(summary->view.program, summary->view.explanation->table.scenario, result->cell, t);
	if (summary->view.results) {
		text_add(t, "\nstory: ");
		phrase_show_command(&summary->view, result->cell, t);
	}
	text_add(t, "\n");
}

static void run(struct report *report, const struct summary *summary, const size_t *levels, const struct result *result,
	struct text *t)
{
	const struct scenario *s = summary->view.explanation->table.scenario;
	CLEANUP(text_done) struct text words = TEXT_INIT;
	(void)report;
	report_run_name(s, levels, result, &words);
	begin_case(t, s, "cells", text_get(&words));
	add_time(t, result->elapsed_us);
	text_truncate(&words, 0);
	if (elements[result->verdict])
		add_details(summary, result, &words);
	end_case(t, result->verdict, verdict_names[result->verdict], result->reason ? result->reason : "",
		text_get(&words));
	t->failed |= words.failed;
}

static void scenario_end(struct report *report, const struct summary *summary, struct text *t)
{
	const struct explanation *explanation = summary->view.explanation;
	const struct scenario *s = explanation->table.scenario;
	CLEANUP(text_done) struct text words = TEXT_INIT;
	(void)report;
	for (size_t i = 0; i < explanation->n_rulings; i++) {
		const struct ruling *ruling = &explanation->rulings[i];
		if (!phrase_is_selected_claim(&summary->view, i))
			continue;
		text_addf(&words, "%s: %s", ruling->claim->id, ruling->claim->says);
		begin_case(t, s, "claims", text_get(&words));
		add_time(t, 0);
		text_truncate(&words, 0);
		enum verdict verdict = report_claim(explanation, ruling, &words);
		end_case(t, verdict, claim_verdict_names[ruling->verdict], text_get(&words), NULL);
		text_truncate(&words, 0);
	}
	report_interruption(summary, &words);
	if (words.len) {
		begin_case(t, s, "run", "all runs were made");
		add_time(t, 0);
		end_case(t, VERDICT_ERROR, "interrupted", text_get(&words), NULL);
	}
	t->failed |= words.failed;
	text_add(t, "  </testsuite>\n");
}

static void absent(
	struct report *report, const struct scenario *s, enum verdict verdict, const char *why, struct text *t)
{
	(void)report;
	text_add(t, "  <testsuite");
	add_attribute(t, "name", s->name);
	text_addf(t, " tests=\"1\" failures=\"0\" errors=\"%d\" skipped=\"%d\"", verdict != VERDICT_SKIP,
		verdict == VERDICT_SKIP);
	add_time(t, 0);
	text_add(t, ">\n");
	begin_case(t, s, "run", "all runs were made");
	add_time(t, 0);
	end_case(t, verdict, "absent", why, NULL);
	text_add(t, "  </testsuite>\n");
}

static void end(struct report *report, struct text *t)
{
	(void)report;
	text_add(t, "</testsuites>\n");
}

REPORT_FORMAT(junit) = {
	.name = "junit",
	.begin = begin,
	.scenario_begin = scenario_begin,
	.run = run,
	.scenario_end = scenario_end,
	.absent = absent,
	.end = end,
};

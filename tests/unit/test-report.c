// SPDX-License-Identifier: GPL-2.0-or-later
// report/: what becomes of hostile texts in each report, and GitHub's annotations.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/results.h"
#include "report/annotations.h"
#include "report/report.h"
#include "report/xml.h"
#include "test_vocabulary.h"

#define YAML "name: x\nmatrix: {a: [p, 'q #1']}\nsteps:\n- server: socket s\n  as: made\n"

static const char *xml_of(struct text *t, const char *plain, bool is_attribute)
{
	text_truncate(t, 0);
	text_add_xml(t, plain, is_attribute);
	return text_get(t);
}

static void test_xml(void **state)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	(void)state;
	assert_string_equal(xml_of(&t, "", true), "");
	assert_string_equal(xml_of(&t, "a<b>&\"'c", true), "a&lt;b&gt;&amp;&quot;'c");
	assert_string_equal(xml_of(&t, "]]>", false), "]]&gt;");
	assert_string_equal(xml_of(&t, "\t\n\r", true), "&#9;&#10;&#13;");
	assert_string_equal(xml_of(&t, "\t\n\r\"", false), "\t\n&#13;\"");
}

#define FFFD "\xef\xbf\xbd"

static void test_xml_of_what_it_cannot_say(void **state)
{
	static const struct {
		const char *plain, *xml;
	} cases[] = {
		{"\x01\x1b[m\x7f", FFFD FFFD "[m\x7f"},                    /* controls; DEL is allowed */
		{"\xef\xbf\xbe\xef\xbf\xbf", FFFD FFFD},                   /* U+FFFE, U+FFFF */
		{"\xef\xbf\xbd\xf0\x9f\x92\xa5", FFFD "\xf0\x9f\x92\xa5"}, /* U+FFFD, U+1F4A5 */
		{"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},                  /* U+10FFFF */
		{"\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD},                 /* beyond */
		{"\xed\xa0\x80", FFFD},                                    /* a surrogate */
		{"\xc0\xbc", FFFD FFFD},                                   /* "<", overlong */
		{"\xe0\x80\xbc", FFFD FFFD FFFD},                          /* the same */
		{"\x80", FFFD},                                            /* continues nothing */
		{"\xe2\x82", FFFD FFFD},                                   /* ends too early */
		{"\xe2<", FFFD "&lt;"},                                    /* and hides nothing */
		{"\xff\xfe", FFFD FFFD},
	};
	CLEANUP(text_done) struct text t = TEXT_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(xml_of(&t, cases[i].plain, true), cases[i].xml);
}

struct bench {
	struct scenario *s;
	struct explanation explanation;
	struct summary summary;
	struct result result;
};

/* One run of the second cell. */
static void begin(struct bench *b, enum verdict verdict, const char *reason)
{
	*b = (struct bench){
		.s = test_must_read(YAML),
		.result = {.cell = 1, .replicate = 1, .verdict = verdict, .reason = reason, .elapsed_us = 1500000},
	};
	b->summary = (struct summary){
		.view = {.explanation = &b->explanation, .program = "netrepro"},
		.privilege = "root",
		.kernel = "6.1",
		.seed = "7",
		.n_runs = 1,
	};
	assert_int_equal(explanation_begin(&b->explanation, b->s, NULL, 1, 1, NULL), 0);
	assert_int_equal(explanation_add(&b->explanation, &b->result, NULL), 0);
	assert_int_equal(explanation_finish(&b->explanation, 1, NULL), 0);
}

static void end(struct bench *b)
{
	explanation_done(&b->explanation);
	scenario_free(b->s);
}

/* What a format makes of a run of that verdict. */
static void tell(const char *name, enum verdict verdict, const char *reason, struct text *t)
{
	struct bench b;
	begin(&b, verdict, reason);
	const struct report_format *format = report_find(name, NULL);
	assert_non_null(format);
	const struct scenario *scenarios[] = {b.s};
	struct report report = {.scenarios = scenarios, .n_scenarios = 1};
	const size_t levels[] = {1};
	text_truncate(t, 0);
	if (format->begin)
		format->begin(&report, t);
	if (format->scenario_begin)
		format->scenario_begin(&report, &b.summary, t);
	if (format->run)
		format->run(&report, &b.summary, levels, &b.result, t);
	if (format->scenario_end)
		format->scenario_end(&report, &b.summary, t);
	report_told(&report, &b.summary);
	assert_int_equal(report.n_told, 1);
	assert_int_equal(report.verdicts[verdict], 1);
	if (format->end)
		format->end(&report, t);
	if (format->done)
		format->done(&report);
	assert_null(report.state);
	assert_false(t->failed);
	end(&b);
}

static void test_ktap(void **state)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	(void)state;
	tell("ktap", VERDICT_SKIP, "a\nok 2 b # TODO \\", &t);
	assert_string_equal(text_get(&t), "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: x\n  1..1\n"
					  "  ok 1 cell-1 a=q \uff031 # SKIP a ok 2 b \uff03 TODO \\\n"
					  "ok 1 x # SKIP every run was skipped\n");
	tell("ktap", VERDICT_ERROR, "a\r\nok 1\033", &t);
	assert_string_equal(text_get(&t), "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: x\n  1..1\n"
					  "  # error: a  ok 1 \n  not ok 1 cell-1 a=q \uff031\n"
					  "# 1 error\nnot ok 1 x\n");
	tell("ktap", VERDICT_PASS, NULL, &t);
	assert_non_null(strstr(text_get(&t), "\n  ok 1 cell-1 a=q \uff031\nok 1 x\n"));
}

static void test_csv(void **state)
{
	static const char head[] = "scenario,cell,replicate,verdict,reason,a,made,elapsed_us\r\n";
	static const struct {
		const char *reason, *field;
	} cases[] = {
		{"plain text", "plain text"},
		{"a,b", "\"a,b\""},
		{"say \"x\"", "\"say \"\"x\"\"\""},
		{"a\nb", "\"a\nb\""},
		{"a\rb", "\"a\rb\""},
		{" a", "\" a\""},
		{"a ", "\"a \""},
		{"", ""},
	};
	CLEANUP(text_done) struct text t = TEXT_INIT;
	CLEANUP(text_done) struct text wanted = TEXT_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tell("csv", VERDICT_FAIL, cases[i].reason, &t);
		text_truncate(&wanted, 0);
		text_addf(&wanted, "%sx,1,1,fail,%s,q #1,,1500000\r\n", head, cases[i].field);
		assert_string_equal(text_get(&t), text_get(&wanted));
	}
}

static void test_junit(void **state)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	(void)state;
	tell("junit", VERDICT_FAIL, "\x01\"<\n", &t);
	assert_non_null(strstr(text_get(&t), " tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\" "));
	assert_non_null(
		strstr(text_get(&t), "<testcase classname=\"x.cells\" name=\"cell-1 a=q #1\" time=\"1.500\">"));
	assert_non_null(strstr(
		text_get(&t), "<failure type=\"fail\" message=\"" FFFD "&quot;&lt;&#10;\">" FFFD "\"&lt;\n</failure>"));
	assert_non_null(strstr(text_get(&t), "<system-out>again: netrepro run --cell 1 t.yaml\n</system-out>"));
	tell("junit", VERDICT_INCONC, "why", &t);
	assert_non_null(strstr(text_get(&t), "<error type=\"inconc\" message=\"why\">why</error>"));
}

static void test_markdown(void **state)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	(void)state;
	tell("markdown", VERDICT_FAIL, "<b>|*x*\n## y", &t);
	assert_non_null(strstr(text_get(&t), "| fail | 1 | \\<b\\>\\|\\*x\\* \\#\\# y | "));
}

static void test_no_format(void **state)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	(void)state;
	assert_null(report_find("", &e));
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_string_equal(
		error_text(&e), "--report: there is no format '': it is csv, json, junit, ktap or markdown");
}

static void annotate(enum verdict verdict, const char *reason, struct text *t)
{
	struct bench b;
	CLEANUP(annotations_done) struct annotations annotations = {.workspace = NULL};
	begin(&b, verdict, reason);
	annotations_add(&annotations, &b.summary);
	text_truncate(t, 0);
	annotations_write(&annotations, t);
	end(&b);
}

static void test_annotations(void **state)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	(void)state;
	annotate(VERDICT_FAIL, "50%: a, b\r\n::error::c (t.yaml:12)", &t);
	assert_string_equal(text_get(&t),
		"::error file=t.yaml,line=12,title=x%3A fail::50%25: a, b%0D%0A::error::c (t.yaml:12)"
		"%0Afor instance cell 1, a=q #1%0Aagain: netrepro run --cell 1 t.yaml\n");
	annotate(VERDICT_INCONC, "no line (t.yaml:x), (t.yaml:12", &t);
	assert_true(!strncmp(text_get(&t), "::warning file=t.yaml,title=", 28));
	annotate(VERDICT_ERROR, "why (other.yaml:12)", &t);
	assert_true(!strncmp(text_get(&t), "::error file=t.yaml,title=", 26));
	annotate(VERDICT_SKIP, "why", &t);
	assert_string_equal(text_get(&t), "");
	annotate(VERDICT_PASS, NULL, &t);
	assert_string_equal(text_get(&t), "");
}

static void test_many_annotations(void **state)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	CLEANUP(annotations_done) struct annotations annotations = {.workspace = NULL};
	(void)state;
	struct scenario *s = test_must_read(YAML);
	for (int n = 1; n <= 12; n++) {
		char why[8];
		snprintf(why, sizeof why, "why %d", n);
		annotations_add_absent(&annotations, s, why);
		text_truncate(&t, 0);
		annotations_write(&annotations, &t);
		size_t n_lines = 0;
		for (const char *c = text_get(&t); *c; c++)
			n_lines += *c == '\n';
		assert_int_equal(n_lines, n < 10 ? n : 10);
		assert_int_equal(strstr(text_get(&t), "::why 10\n") != NULL, n == 10);
		assert_int_equal(strstr(text_get(&t), " more, ") != NULL, n > 10);
	}
	assert_non_null(strstr(text_get(&t), "::why 9\n::error title=netrepro::… and 3 more, which"));
	scenario_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_xml_of_what_it_cannot_say),
		cmocka_unit_test(test_ktap),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_no_format),
		cmocka_unit_test(test_annotations),
		cmocka_unit_test(test_many_annotations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

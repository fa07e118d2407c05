// SPDX-License-Identifier: GPL-2.0-or-later
// report/: what a run says at its end, as text, JSON and Markdown.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/cleanup.h"
#include "model/results.h"
#include "report/phrase.h"
#include "report/summary.h"
#include "test_vocabulary.h"

#define YAML "name: x\nquestion: Why?\nmatrix: {a: [p, q]}\nsteps:\n- server: socket s\n  as: made\n"

struct bench {
	struct scenario *s;
	struct explanation explanation;
	bool is_finished;
	struct summary summary;
	struct text text;
};

static int set_up(void **state)
{
	static struct bench bench;
	bench = (struct bench){.s = test_must_read(YAML)};
	bench.summary = (struct summary){
		.view = {.explanation = &bench.explanation, .program = "netrepro"},
		.privilege = "root",
		.kernel = "6.1",
		.seed = "7",
		.n_runs = 2,
		.n_done = 2,
		.elapsed_us = 500000,
	};
	*state = &bench;
	return explanation_begin(&bench.explanation, bench.s, NULL, RUN_ALL_CELLS, 40, NULL);
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	explanation_done(&b->explanation);
	scenario_free(b->s);
	text_done(&b->text);
	return 0;
}

static void add(
	struct bench *b, uint64_t cell, enum verdict verdict, const char *reason, const char *value, uint64_t took_us)
{
	struct result_value values[] = {{"made", value, took_us != 0, took_us}};
	static uint32_t replicate;
	replicate = replicate % 40 + 1; /* so that none comes twice */
	struct result result = {.cell = cell,
		.replicate = replicate,
		.verdict = verdict,
		.reason = reason,
		.values = values,
		.n_values = value ? 1 : 0};
	assert_int_equal(explanation_add(&b->explanation, &result, NULL), 0);
}

static void finish(struct bench *b)
{
	if (!b->is_finished)
		assert_int_equal(explanation_finish(&b->explanation, b->summary.n_runs, NULL), 0);
	b->is_finished = true;
}

static const char *text_of(struct bench *b, bool colour, bool brief)
{
	finish(b);
	text_truncate(&b->text, 0);
	summary_text(&b->summary, style_get(colour), brief, &b->text);
	return text_get(&b->text);
}

static void test_all_good(void **state)
{
	struct bench *b = *state;
	add(b, 0, VERDICT_PASS, NULL, "ok", 0);
	add(b, 1, VERDICT_PASS, NULL, "EMFILE", 0);
	assert_string_equal(text_of(b, false, false),
		"x: Why?\nLinux 6.1, as root\n\n"
		"made: EMFILE ×1, ok ×1\n"
		"  Decided by a.\n"
		"  law: the first rule that fits decides (no smaller law exists; right in all 2 cells)\n"
		"    - {when: {a: q}, is: EMFILE}  # 1 cell\n"
		"    - {is: ok}                    # 1 cell\n"
		"  pairs of cells that differ in one factor alone: in how many it changed, and one that shows it\n"
		"    a  1 of 1 pair\n"
		"      p → ok (cell 0), q → EMFILE (cell 1)\n"
		"  one again (--dry-run: its steps): netrepro run --cell 0 t.yaml\n\n"
		"2 runs: 2 pass; 500ms, 4 a second; seed 7\n");
	assert_string_equal(text_of(b, false, true), "");
}

static void test_one_run_in_a_user_namespace(void **state)
{
	struct bench *b = *state;
	b->summary.n_runs = b->summary.n_done = 1;
	b->summary.privilege = "user namespace";
	b->summary.results_path = "d/results.jsonl";
	add(b, 0, VERDICT_PASS, NULL, NULL, 0);
	assert_string_equal(text_of(b, false, false),
		"x: Why?\nLinux 6.1, in a user namespace\n\nmade: no cell gave an answer\n\n"
		"1 run: 1 pass; 500ms, 2 a second; seed 7; d/results.jsonl\n");
}

static void test_problems(void **state)
{
	struct bench *b = *state;
	add(b, 1, VERDICT_FAIL, "it is not so", "ok", 0);
	add(b, 0, VERDICT_SKIP, "it is not there", NULL, 0);
	static const char problems[] =
		"fail 1 ×  it is not so\n  for instance a=q\n  again: netrepro run --cell 1 t.yaml\n\n"
		"skip 1 ×  it is not there\n  for instance a=p\n  again: netrepro run --cell 0 t.yaml\n\n";
	assert_string_equal(text_of(b, false, true), problems);
	const char *text = text_of(b, false, false);
	assert_non_null(strstr(text, problems));
	assert_non_null(strstr(text, "2 runs: 1 fail, 1 skip; "));
}

static void test_interrupted(void **state)
{
	struct bench *b = *state;
	add(b, 1, VERDICT_PASS, NULL, "ok", 0);
	b->summary.interrupted = true;
	b->summary.n_done = 1;
	assert_non_null(
		strstr(text_of(b, false, false), "\n1 run of 2: 1 pass; 500ms, 2 a second; seed 7; interrupted\n"));
	b->summary.results_path = "r";
	assert_non_null(strstr(text_of(b, false, false), "; seed 7; r; interrupted: --resume goes on\n"));
	b->summary.n_done = 0; /* all of it was there before */
	assert_non_null(strstr(text_of(b, false, false), "1 pass; 500ms; seed 7"));
}

static void test_durations(void **state)
{
	struct bench *b = *state;
	add(b, 0, VERDICT_PASS, NULL, "ok", 1300000);
	add(b, 1, VERDICT_PASS, NULL, "ok", 61200000);
	assert_non_null(strstr(text_of(b, false, false), "made: ok ×2 (took 1.3s to 61.2s)\n"));
}

static void test_no_more_rows_than_a_screen_takes(void **state)
{
	struct bench *b = *state;
	for (unsigned i = 0; i < 40; i++) {
		char text[16];
		snprintf(text, sizeof text, "reason %02u", i);
		add(b, i % 2, VERDICT_FAIL, text, text, 0);
	}
	const char *text = text_of(b, false, false);
	assert_non_null(strstr(text, "made: reason 00 ×1, "));
	assert_non_null(strstr(text, "reason 11 ×1, …\n"));
	assert_non_null(strstr(text, "fail 1 ×  reason 09\n"));
	assert_null(strstr(text, "×  reason 10\n"));
	assert_non_null(strstr(text, "… and 30 more for other reasons: the results file has them all (-o DIR)\n"));
}

/* But for the escape sequences the text is the same. */
static void test_colour(void **state)
{
	struct bench *b = *state;
	CLEANUP(text_done) struct text bare = TEXT_INIT;
	add(b, 1, VERDICT_FAIL, "it is not so", "ok", 0);
	const char *text = text_of(b, true, false);
	assert_non_null(strstr(text, "\033[31mfail\033[0m"));
	while (*text) {
		size_t len = strcspn(text, "\033");
		text_add_bytes(&bare, text, len);
		text += len;
		text += strcspn(text, "m") + (*text ? 1 : 0);
	}
	assert_string_equal(text_get(&bare), text_of(b, false, false));
	assert_null(strchr(text_get(&b->text), '\033'));
}

static void command_is(const char *program, const char *path, const char *command)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	assert_int_equal(scenario_read_text(path, YAML, strlen(YAML), &test_vocabulary, 10, &s, NULL), 0);
	phrase_command(program, s, 1, &t);
	assert_string_equal(text_get(&t), command);
}

static void test_commands_are_quoted_for_a_shell(void **state)
{
	(void)state;
	command_is("build/netrepro", "a/b_c-d.yaml", "build/netrepro run --cell 1 a/b_c-d.yaml");
	command_is("net repro", "a b.yaml", "'net repro' run --cell 1 'a b.yaml'");
	command_is("n", "it's", "n run --cell 1 'it'\\''s'");
	command_is("n", "$(x);`y`\\\"", "n run --cell 1 '$(x);`y`\\\"'");
	command_is("n", "~/x*?", "n run --cell 1 '~/x*?'");
	command_is("n", "\xc3\xa4", "n run --cell 1 '\xc3\xa4'");
}

static void test_json(void **state)
{
	struct bench *b = *state;
	add(b, 1, VERDICT_FAIL, "it is \"not\" so", "ok", 700);
	add(b, 0, VERDICT_PASS, NULL, "EMFILE", 0);
	finish(b);
	b->summary.seed = "18446744073709551615";
	assert_int_equal(summary_json(&b->summary, style_get(false), false, &b->text), 0);
	assert_int_equal(b->text.data[b->text.len - 1], '\n');
	assert_int_equal(strcspn(b->text.data, "\n"), b->text.len - 1);
	json_t *json = json_loads(b->text.data, JSON_REJECT_DUPLICATES, NULL);
	const char *name, *seed, *verdict, *reason, *id, *level, *command;
	int pass, fail, skip, ok, emfile, count, interrupted;
	json_int_t runs, done, elapsed, least, most;
	json_t *results;
	assert_int_equal(
		json_unpack(json,
			"{s:s, s:s, s:I, s:I, s:b, s:I, s:{s:i, s:i, s:i}, s:[{s:{s:i, s:i}, s:{s:I, s:I}}], "
			"s:[{s:s, s:s, s:i, s:{s:s, s:{s:s}, s:s}}!], s:o}",
			"scenario", &name, "seed", &seed, "runs", &runs, "done", &done, "interrupted", &interrupted,
			"elapsed_us", &elapsed, "verdicts", "pass", &pass, "fail", &fail, "skip", &skip, "responses",
			"values", "ok", &ok, "EMFILE", &emfile, "duration_us", "least", &least, "most", &most,
			"problems", "verdict", &verdict, "reason", &reason, "count", &count, "example", "id", &id,
			"levels", "a", &level, "command", &command, "results", &results),
		0);
	assert_string_equal(name, "x");
	assert_string_equal(seed, "18446744073709551615");
	assert_int_equal(runs, 2);
	assert_int_equal(done, 2);
	assert_int_equal(interrupted, 0);
	assert_int_equal(elapsed, 500000);
	assert_true(pass == 1 && fail == 1 && skip == 0 && ok == 1 && emfile == 1 && count == 1);
	assert_true(least == 700 && most == 700);
	assert_string_equal(verdict, "fail");
	assert_string_equal(reason, "it is \"not\" so");
	assert_string_equal(id, "1");
	assert_string_equal(level, "q");
	assert_string_equal(command, "netrepro run --cell 1 t.yaml");
	assert_true(json_is_null(results));
	json_decref(json);
}

/* What the man page promises of the members that explain. */
static void test_explained_json(void **state)
{
	struct bench *b = *state;
	add(b, 0, VERDICT_PASS, NULL, "ok", 0);
	add(b, 1, VERDICT_PASS, NULL, "EMFILE", 0);
	finish(b);
	summary_json(&b->summary, style_get(false), false, &b->text);
	json_t *json = json_loads(b->text.data, 0, NULL);
	const char *factor, *level, *is, *otherwise, *pair_factor, *one, *other;
	int pairs, changed, inert, exact;
	json_t *unstable, *claims;
	assert_int_equal(json_unpack(json,
				 "{s:[{s:[{s:s, s:i, s:i, s:b}], s:{s:b, s:[{s:{s:[s]}, s:s}, {s:{}, s:s}!]}, s:o, "
				 "s:[{s:s, s:[{s:s}, {s:s}!]}]}!], s:o}",
				 "responses", "factors", "name", &factor, "pairs", &pairs, "changed", &changed, "inert",
				 &inert, "law", "exact", &exact, "rules", "when", "a", &level, "is", &is, "when", "is",
				 &otherwise, "unstable", &unstable, "minimal_pairs", "factor", &pair_factor, "cells",
				 "id", &one, "id", &other, "claims", &claims),
		0);
	assert_string_equal(factor, "a");
	assert_true(pairs == 1 && changed == 1 && !inert && exact);
	assert_string_equal(level, "q");
	assert_string_equal(is, "EMFILE");
	assert_string_equal(otherwise, "ok");
	assert_string_equal(pair_factor, "a");
	assert_string_equal(one, "0");
	assert_string_equal(other, "1");
	assert_true(json_is_array(unstable) && !json_array_size(unstable));
	assert_true(json_is_array(claims) && !json_array_size(claims));
	json_decref(json);
}

static void test_markdown(void **state)
{
	struct bench *b = *state;
	add(b, 0, VERDICT_PASS, NULL, "a|b", 0);
	add(b, 1, VERDICT_FAIL, "not <so>", "ok", 0);
	finish(b);
	assert_int_equal(summary_markdown(&b->summary, style_get(true), false, &b->text), 0);
	assert_string_equal(text_get(&b->text),
		"## x\n\nWhy?\n\n### made\n\na\\|b ×1, ok ×1. **Decided by** a.\n\n"
		"Law: the first rule that fits decides (no smaller law exists; right in all 2 cells).\n\n```yaml\n"
		"- {when: {a: q}, is: ok}  # 1 cell\n- {is: a|b}  # 1 cell\n```\n\n"
		"| factor | changed it in | depending on | minimal pair |\n|---|---|---|---|\n"
		"| a | 1 of 1 pairs |  | p: a\\|b (cell 0); q: ok (cell 1) |\n\n"
		"### not as expected\n\n| verdict | runs | reason | again |\n|---|---|---|---|\n"
		"| fail | 1 | not \\<so\\> | netrepro run --cell 1 t.yaml |\n\n"
		"2 of 2 runs: 1 pass, 1 fail. Linux 6.1, as root; seed 7.\n");
}

static void test_scalars_are_quoted_for_yaml(void **state)
{
	(void)state;
	static const char *const scalars[][2] = {
		{"ok", "ok"},
		{"LISTEN+TIME-WAIT", "LISTEN+TIME-WAIT"},
		{"ESTABLISHED*2", "ESTABLISHED*2"},
		{"SYN-SENT (so far)", "SYN-SENT (so far)"},
		{"1024 2048", "1024 2048"},
		{"-1", "-1"},
		{"-", "'-'"},
		{"", "''"},
		{"*", "'*'"},
		{"it's", "it's"},
		{"'", "''''"},
		{"a, b", "'a, b'"},
		{"a: b", "'a: b'"},
		{"a #b", "'a #b'"},
		{"[::1]:80", "'[::1]:80'"},
	};
	for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
		CLEANUP(text_done) struct text t = TEXT_INIT;
		phrase_scalar(scalars[i][0], &t);
		assert_string_equal(text_get(&t), scalars[i][1]);
	}
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(test_all_good),
		WITH_BENCH(test_one_run_in_a_user_namespace),
		WITH_BENCH(test_problems),
		WITH_BENCH(test_interrupted),
		WITH_BENCH(test_durations),
		WITH_BENCH(test_no_more_rows_than_a_screen_takes),
		WITH_BENCH(test_colour),
		WITH_BENCH(test_commands_are_quoted_for_a_shell),
		WITH_BENCH(test_json),
		WITH_BENCH(test_explained_json),
		WITH_BENCH(test_markdown),
		cmocka_unit_test(test_scalars_are_quoted_for_yaml),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

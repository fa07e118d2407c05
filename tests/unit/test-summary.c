// SPDX-License-Identifier: GPL-2.0-or-later
// report/summary: what a run says at its end, as text and as JSON.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/cleanup.h"
#include "report/summary.h"
#include "test_vocabulary.h"

#define YAML "name: x\nquestion: Why?\nmatrix: {a: [p, q]}\nsteps:\n- server: socket s\n  as: made\n"

struct bench {
	struct scenario *s;
	struct tally tally;
	struct summary summary;
	struct text text;
};

static int set_up(void **state)
{
	static struct bench bench;
	bench = (struct bench){.s = test_must_read(YAML)};
	bench.summary = (struct summary){
		.scenario = bench.s,
		.tally = &bench.tally,
		.program = "netrepro",
		.privilege = "root",
		.kernel = "6.1",
		.seed = 7,
		.n_runs = 2,
		.n_done = 2,
		.elapsed_us = 500000,
	};
	*state = &bench;
	return tally_init(&bench.tally, bench.s, NULL);
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	tally_done(&b->tally);
	scenario_free(b->s);
	text_done(&b->text);
	return 0;
}

static void add(struct bench *b, uint64_t cell, enum verdict verdict, const char *reason, const char *value,
	uint64_t took_us)
{
	struct result_value values[] = {{"made", value, took_us != 0, took_us}};
	struct result result = {
		.cell = cell, .replicate = 1, .verdict = verdict, .reason = reason, .values = values, .n_values = value ? 1 : 0};
	assert_int_equal(tally_add(&b->tally, &result, NULL), 0);
}

static const char *text_of(struct bench *b, bool colour, bool brief)
{
	tally_sort(&b->tally);
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
		"made\n  EMFILE        1\n  ok            1\n\n"
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
		"x: Why?\nLinux 6.1, in a user namespace\n\nmade\n  (no cell recorded it)\n\n"
		"1 run: 1 pass; 500ms, 2 a second; seed 7; d/results.jsonl\n");
}

static void test_problems(void **state)
{
	struct bench *b = *state;
	add(b, 1, VERDICT_FAIL, "it is not so", "ok", 0);
	add(b, 0, VERDICT_SKIP, "it is not there", NULL, 0);
	static const char problems[] = "fail 1 ×  it is not so\n  for instance a=q\n  again: netrepro run --cell 1 t.yaml\n\n"
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
	assert_non_null(strstr(text_of(b, false, false), "\n1 run of 2: 1 pass; 500ms, 2 a second; seed 7; interrupted\n"));
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
	assert_non_null(strstr(text_of(b, false, false), "  ok        2\n  took 1.3s to 61.2s\n"));
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
	assert_non_null(strstr(text, "  reason 11"));
	assert_null(strstr(text, "  reason 12"));
	assert_non_null(strstr(text, "\n  … and 28 with other values\n"));
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

static void command_is(struct bench *b, const char *program, const char *path, const char *command)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	assert_int_equal(scenario_read_text(path, YAML, strlen(YAML), &test_vocabulary, 10, &s, NULL), 0);
	b->summary.program = program;
	b->summary.scenario = s;
	summary_command(&b->summary, 1, &t);
	b->summary.scenario = b->s;
	assert_string_equal(text_get(&t), command);
}

static void test_commands_are_quoted_for_a_shell(void **state)
{
	struct bench *b = *state;
	command_is(b, "build/netrepro", "a/b_c-d.yaml", "build/netrepro run --cell 1 a/b_c-d.yaml");
	command_is(b, "net repro", "a b.yaml", "'net repro' run --cell 1 'a b.yaml'");
	command_is(b, "n", "it's", "n run --cell 1 'it'\\''s'");
	command_is(b, "n", "$(x);`y`\\\"", "n run --cell 1 '$(x);`y`\\\"'");
	command_is(b, "n", "~/x*?", "n run --cell 1 '~/x*?'");
	command_is(b, "n", "\xc3\xa4", "n run --cell 1 '\xc3\xa4'");
}

static void test_json(void **state)
{
	struct bench *b = *state;
	add(b, 1, VERDICT_FAIL, "it is \"not\" so", "ok", 700);
	add(b, 0, VERDICT_PASS, NULL, "EMFILE", 0);
	tally_sort(&b->tally);
	b->summary.seed = UINT64_MAX;
	assert_int_equal(summary_json(&b->summary, &b->text), 0);
	assert_int_equal(b->text.data[b->text.len - 1], '\n');
	assert_int_equal(strcspn(b->text.data, "\n"), b->text.len - 1);
	json_t *json = json_loads(b->text.data, JSON_REJECT_DUPLICATES, NULL);
	const char *name, *seed, *verdict, *reason, *id, *level, *command;
	int pass, fail, skip, ok, emfile, count, interrupted;
	json_int_t runs, done, elapsed, least, most;
	json_t *results;
	assert_int_equal(json_unpack(json,
				 "{s:s, s:s, s:I, s:I, s:b, s:I, s:{s:i, s:i, s:i}, s:[{s:{s:i, s:i}, s:{s:I, s:I}}!], "
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// model/result: a result and its line: there and back, and lines that nobody wrote.
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/cleanup.h"
#include "model/result.h"
#include "test_vocabulary.h"

static const char ugly[] = "\"\\/ \t\n' \x7f \xc3\xa4 \xe2\x86\x92 \xf0\x9f\x98\x80 {}[],:";

static struct scenario *four_cells(void)
{
	return test_must_read("name: x\nmatrix: {a: [p, q], b: [0, 1]}\nsteps:\n- server: socket s\n  as: made\n");
}

/* Of cell 2. */
static char *to_line(const struct result *result)
{
	CLEANUP(cleanup_scenario) struct scenario *s = four_cells();
	size_t levels[MATRIX_FACTORS_MAX];
	assert_true(matrix_cell(&s->matrix, 2, levels));
	char *line = result_to_line(s, levels, result);
	assert_non_null(line);
	return line;
}

static int from_line(const char *line, struct arena *arena, struct result *ret)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int r = result_from_line(line, strlen(line), arena, ret, &e);
	if (r < 0)
		assert_true(e.kind == ERROR_USAGE && *error_text(&e));
	return r;
}

static const struct result_value some_values[] = {
	{"made", "ok", false, 0},
	{"other", ugly, true, 61234567},
	{"empty", "", true, 0},
};

static struct result some_result(void)
{
	static struct result_value values[3];
	static struct result_step steps[] = {
		{.line = 4, .action = "server: socket s", .outcome = "ok", .at_us = 12, .took_us = 34, .tries = 1},
		{.line = 5, .action = ugly, .outcome = ugly, .at_us = 56, .took_us = UINT32_MAX, .tries = 300},
	};
	memcpy(values, some_values, sizeof values);
	return (struct result){
		.cell = 2,
		.replicate = 7,
		.verdict = VERDICT_FAIL,
		.reason = ugly,
		.values = values,
		.n_values = 3,
		.steps = steps,
		.n_steps = 2,
		.elapsed_us = 123456,
		.end_us = UINT64_C(9007199254740993), /* more than a double holds */
	};
}

static void test_there_and_back(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result result = some_result(), back;
	CLEANUP(cleanup_free) char *line = to_line(&result);
	assert_int_equal(from_line(line, &arena, &back), 1);
	assert_int_equal(back.cell, result.cell);
	assert_int_equal(back.replicate, result.replicate);
	assert_int_equal(back.verdict, result.verdict);
	assert_string_equal(back.reason, result.reason);
	assert_int_equal(back.elapsed_us, result.elapsed_us);
	assert_int_equal(back.end_us, result.end_us);
	assert_int_equal(back.n_values, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(back.values[i].response, some_values[i].response);
		assert_string_equal(back.values[i].text, some_values[i].text);
		assert_int_equal(back.values[i].timed, some_values[i].timed);
		assert_int_equal(back.values[i].took_us, some_values[i].took_us);
	}
}

static void test_every_verdict(void **state)
{
	(void)state;
	for (int i = 0; i < VERDICT_COUNT; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		struct result result = {.cell = UINT64_MAX - 1, .replicate = INT_MAX, .verdict = (enum verdict)i}, back;
		CLEANUP(cleanup_free) char *line = to_line(&result);
		assert_int_equal(from_line(line, &arena, &back), 1);
		assert_int_equal(back.verdict, i);
		assert_int_equal(back.cell, UINT64_MAX - 1);
		assert_int_equal(back.replicate, INT_MAX);
		assert_null(back.reason);
		assert_int_equal(back.n_values, 0);
	}
}

/* What other programs read. */
static void test_what_stands_in_the_line(void **state)
{
	(void)state;
	struct result result = some_result();
	CLEANUP(cleanup_free) char *line = to_line(&result);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *type, *id, *a, *b, *verdict, *reason, *action, *outcome;
	int replicate, number, tries;
	json_int_t at_us, took_us, other_us;
	assert_int_equal(json_unpack(json, "{s:s, s:s, s:{s:s, s:s}, s:i, s:s, s:s, s:{s:I}, s:[{}, {s:i, s:s, s:s, s:I, s:I, s:i}]}",
				 "type", &type, "id", &id, "levels", "a", &a, "b", &b, "replicate", &replicate, "verdict",
				 &verdict, "reason", &reason, "durations_us", "other", &other_us, "steps", "line", &number, "do",
				 &action, "out", &outcome, "at_us", &at_us, "took_us", &took_us, "tries", &tries),
		0);
	assert_string_equal(type, "cell");
	assert_string_equal(id, "2");
	assert_string_equal(a, "q");
	assert_string_equal(b, "0");
	assert_int_equal(replicate, 7);
	assert_string_equal(verdict, "fail");
	assert_string_equal(reason, ugly);
	assert_int_equal(other_us, 61234567);
	assert_int_equal(number, 5);
	assert_string_equal(action, ugly);
	assert_string_equal(outcome, ugly);
	assert_int_equal(at_us, 56);
	assert_int_equal(took_us, UINT32_MAX);
	assert_int_equal(tries, 300);
	assert_null(json_object_get(json_array_get(json_object_get(json, "steps"), 0), "tries"));
	assert_null(json_object_get(json_object_get(json, "durations_us"), "made"));
	json_decref(json);
}

/* A line that was cut off anywhere is never read as a result. */
static void test_every_beginning_is_refused(void **state)
{
	(void)state;
	struct result result = some_result(), back;
	CLEANUP(cleanup_free) char *line = to_line(&result);
	size_t len = strlen(line) - 1; /* without its newline it is whole */
	for (size_t i = 0; i < len; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		assert_int_equal(result_from_line(line, i, &arena, &back, NULL), -EINVAL);
	}
}

/* A byte that has become another one may change a text; it never makes another cell, and nothing falls over. */
static void test_every_byte_replaced(void **state)
{
	(void)state;
	static const char others[] = {'\0', '\n', '"', '\\', '0', '{', '}', (char)0xff};
	struct result result = some_result(), back;
	CLEANUP(cleanup_free) char *line = to_line(&result);
	size_t len = strlen(line);
	for (size_t i = 0; i < len; i++)
		for (size_t j = 0; j < sizeof others; j++) {
			CLEANUP(arena_done) struct arena arena = ARENA_INIT;
			char kept = line[i];
			line[i] = others[j];
			int r = result_from_line(line, len, &arena, &back, NULL);
			assert_true(r == 1 || r == 0 || r == -EINVAL);
			json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
			assert_true(r < 0 || json);
			json_decref(json);
			if (r == 1)
				assert_true(back.replicate >= 1 && back.verdict < VERDICT_COUNT);
			line[i] = kept;
		}
}

static void test_hostile_lines(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		"\n",
		" ",
		"null",
		"[]",
		"7",
		"\"cell\"",
		"{}",
		"{\"type\":7}",
		"{\"type\":null}",
		"{\"type\":\"cell\"}",
		"{\"type\":\"cell\",\"id\":7,\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"-1\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\" 1\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1x\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"0x1\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"18446744073709551616\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":0,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":-1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1.0,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":\"1\",\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":2147483648,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":4294967297,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"verdict\":\"passed\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"verdict\":\"\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"verdict\":\"pass\"}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":[]}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{\"a\":7}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{\"a\":\"1\",\"a\":\"2\"}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"id\":\"2\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}}",
		"{\"type\":\"cell\",\"id\":\"1\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}} {}",
		"{'type':'cell'}",
		"\xff\xfe",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		struct result back;
		if (from_line(lines[i], &arena, &back) != -EINVAL)
			fail_msg("taken: %s", lines[i]);
	}
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result back;
	assert_int_equal(result_from_line("\0\0\0\0", 4, &arena, &back, NULL), -EINVAL);
}

/* Brackets without end are no reason to run out of stack. */
static void test_depth(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result back;
	size_t len = 1 << 20;
	CLEANUP(cleanup_free) char *line = malloc(len);
	assert_non_null(line);
	memset(line, '[', len);
	assert_int_equal(result_from_line(line, len, &arena, &back, NULL), -EINVAL);
}

static void test_what_is_not_needed(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result back;
	static const char least[] = "{\"type\":\"cell\",\"id\":\"0\",\"replicate\":1,\"verdict\":\"skip\",\"responses\":{},"
				    "\"durations_us\":7,\"reason\":null,\"of a later version\":{\"a\":[]}}";
	assert_int_equal(from_line(least, &arena, &back), 1);
	assert_int_equal(back.verdict, VERDICT_SKIP);
	assert_int_equal(back.elapsed_us, 0);
	assert_null(back.reason);
}

/* The steps are passed over, and only where they are whole, as they are written, and the end of the line. */
static void test_around_the_steps(void **state)
{
	(void)state;
#define HEAD "{\"type\":\"cell\",\"id\":\"3\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}"
#define STEP "{\"line\":4,\"do\":\"a\",\"out\":\"ok\",\"at_us\":0,\"took_us\":7}"
	static const char *const good[] = {
		HEAD ",\"steps\":[]}",
		HEAD ",\"steps\":[" STEP "," STEP "]}\n",
		HEAD ",\"steps\":[" STEP "],\"more\":1}",
		HEAD ",\"of\":{\"a\":1,\"steps\":[]}}",
		HEAD ",\"of\":{\"a\":1,\"steps\":[" STEP "]}}",
		HEAD ",\"of\":{\"a\":1,\"steps\":[]},\"steps\":[]}",
		HEAD ",\"steps\":[7,\"\\u00e4\",null,{}]}",
		"{\"steps\":7,\"of\":[" HEAD ",\"steps\":[]}]," /* … */
		"\"type\":\"cell\",\"id\":\"3\",\"replicate\":1,\"verdict\":\"pass\",\"responses\":{}}",
	};
	static const char *const bad[] = {
		HEAD ",\"steps\":[" STEP "," STEP "]\n",
		HEAD ",\"steps\":[" STEP ",]}",
		HEAD ",\"steps\":[," STEP "]}",
		HEAD ",\"steps\":[" STEP STEP "]}",
		HEAD ",\"steps\":[" STEP "]}}",
		HEAD ",\"steps\":[" STEP "]}\nx",
		HEAD ",\"steps\":[" STEP "],}",
		HEAD ",,\"steps\":[]}",
		HEAD "\"x,\"steps\":[]}",
		HEAD ",\"steps\":7,\"steps\":[]}",
		HEAD ",\"steps\":[],\"steps\":[]}",
		HEAD ",\"steps\":[{\"line\":04,\"do\":\"a\",\"out\":\"ok\",\"at_us\":0,\"took_us\":7}]}",
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\t\",\"out\":\"ok\",\"at_us\":0,\"took_us\":7}]}",
		HEAD ",\"steps\":[{\"line\":4,\"line\":4}]}",
		"{,\"steps\":[]}",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		struct result back;
		if (from_line(good[i], &arena, &back) != 1 || back.cell != 3)
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		struct result back;
		if (from_line(bad[i], &arena, &back) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
	}
}

static void test_lines_of_other_types(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result back = {.cell = 77};
	assert_int_equal(from_line("{\"type\":\"run\",\"format\":1}", &arena, &back), 0);
	assert_int_equal(from_line("{\"type\":\"end\"}\n", &arena, &back), 0);
	assert_int_equal(from_line("{\"type\":\"\"}", &arena, &back), 0);
	assert_int_equal(back.cell, 77); /* left alone */
}

static void test_cell_of_a_line(void **state)
{
	(void)state;
	static const char *const others[] = {"", "{\"type\":\"run\",\"id\":\"2\",", "{\"type\":\"cell\",\"id\":2,",
		"{ \"type\":\"cell\",\"id\":\"2\",", "{\"type\":\"cell\",\"levels\":{\"id\":\"2\"}",
		"{\"type\":\"cell\",\"id\":\"2x\",", "{\"type\":\"cell\",\"id\":\"\",",
		"{\"type\":\"cell\",\"id\":\"00000000000000000000000002\"", "{\"type\":\"cell\",\"id\":\"2"};
	const struct result result = some_result();
	CLEANUP(cleanup_free) char *line = to_line(&result);
	uint64_t cell = 77;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(result_line_cell(others[i], strlen(others[i]), &cell));
	assert_true(result_line_cell(line, strlen(line), &cell));
	assert_int_equal(cell, 2);
}

/* As they were written, and nothing else of the line. */
static void test_steps(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result result = some_result(), back = {.cell = 77};
	CLEANUP(cleanup_free) char *line = to_line(&result);
	assert_int_equal(result_steps_from_line(line, strlen(line), &arena, &back, NULL), 0);
	assert_int_equal(back.cell, 77);
	assert_null(back.reason);
	assert_int_equal(back.n_steps, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(back.steps[i].line, result.steps[i].line);
		assert_string_equal(back.steps[i].action, result.steps[i].action);
		assert_string_equal(back.steps[i].outcome, result.steps[i].outcome);
		assert_int_equal(back.steps[i].at_us, result.steps[i].at_us);
		assert_int_equal(back.steps[i].took_us, result.steps[i].took_us);
		assert_int_equal(back.steps[i].tries, result.steps[i].tries);
	}
	result.n_steps = 0;
	CLEANUP(cleanup_free) char *none = to_line(&result);
	assert_int_equal(result_steps_from_line(none, strlen(none), &arena, &back, NULL), 0);
	assert_int_equal(back.n_steps, 0);
}

static void test_steps_malformed(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		"[]",
		"{}",
		"{\"type\":\"end\",\"steps\":[]}",
		"{\"type\":7,\"steps\":[]}",
		HEAD "}",
		HEAD ",\"steps\":null}",
		HEAD ",\"steps\":{}}",
		HEAD ",\"steps\":[7]}",
		HEAD ",\"steps\":[{}]}",
		HEAD ",\"steps\":[" STEP ",null]}",
		HEAD ",\"steps\":[" STEP "]",
#define REST ",\"out\":\"ok\",\"at_us\":0,\"took_us\":7}]}"
		HEAD ",\"steps\":[{\"do\":\"a\"" REST,
		HEAD ",\"steps\":[{\"line\":4" REST,
		HEAD ",\"steps\":[{\"line\":4,\"do\":7" REST,
		HEAD ",\"steps\":[{\"line\":0,\"do\":\"a\"" REST,
		HEAD ",\"steps\":[{\"line\":-1,\"do\":\"a\"" REST,
		HEAD ",\"steps\":[{\"line\":2147483648,\"do\":\"a\"" REST,
		HEAD ",\"steps\":[{\"line\":4.0,\"do\":\"a\"" REST,
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"tries\":0" REST,
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"tries\":\"2\"" REST,
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"tries\":4294967296" REST,
#undef REST
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"at_us\":0,\"took_us\":7}]}",
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"out\":null,\"at_us\":0,\"took_us\":7}]}",
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"out\":\"ok\",\"took_us\":7}]}",
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"out\":\"ok\",\"at_us\":-1,\"took_us\":7}]}",
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"out\":\"ok\",\"at_us\":0}]}",
		HEAD ",\"steps\":[{\"line\":4,\"do\":\"a\",\"out\":\"ok\",\"at_us\":0,\"took_us\":-7}]}",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		struct result back = {.n_steps = 77};
		if (result_steps_from_line(lines[i], strlen(lines[i]), &arena, &back, &e) != -EINVAL)
			fail_msg("taken: %s", lines[i]);
		assert_true(e.kind == ERROR_USAGE && *error_text(&e));
		assert_int_equal(back.n_steps, 77); /* left alone */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_every_verdict),
		cmocka_unit_test(test_what_stands_in_the_line),
		cmocka_unit_test(test_every_beginning_is_refused),
		cmocka_unit_test(test_every_byte_replaced),
		cmocka_unit_test(test_hostile_lines),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_what_is_not_needed),
		cmocka_unit_test(test_around_the_steps),
		cmocka_unit_test(test_lines_of_other_types),
		cmocka_unit_test(test_cell_of_a_line),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_steps_malformed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

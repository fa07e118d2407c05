// SPDX-License-Identifier: GPL-2.0-or-later
// analyze/tally: what is counted, what is not, and that the order of the results does not matter.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/tally.h"
#include "base/cleanup.h"
#include "test_vocabulary.h"

static struct scenario *two_responses(void)
{
	return test_must_read("name: x\nsteps:\n- server: socket a\n  as: first\n- server: socket b\n  as: second\n");
}

static void add(struct tally *t, uint64_t cell, enum verdict verdict, const char *reason, const char *response,
	const char *value, uint64_t took_us)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct result_value values[] = {{response, value, took_us != 0, took_us}};
	struct result result = {
		.cell = cell,
		.replicate = 1,
		.verdict = verdict,
		.reason = reason,
		.values = values,
		.n_values = response ? 1 : 0,
	};
	assert_int_equal(tally_add(t, &result, &e), 0);
}

static void test_nothing(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = two_responses();
	CLEANUP(tally_done) struct tally t;
	assert_int_equal(tally_init(&t, s, NULL), 0);
	tally_sort(&t);
	assert_int_equal(tally_total(&t), 0);
	assert_int_equal(t.n_responses, 2);
	assert_string_equal(t.responses[0].name, "first");
	assert_string_equal(t.responses[1].name, "second");
	assert_int_equal(t.responses[0].n_values, 0);
	assert_int_equal(t.n_reasons, 0);
}

static void test_values_of_proven_conditions_alone(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = two_responses();
	CLEANUP(tally_done) struct tally t;
	assert_int_equal(tally_init(&t, s, NULL), 0);
	add(&t, 0, VERDICT_PASS, NULL, "second", "ok", 0);
	add(&t, 1, VERDICT_FAIL, "why", "second", "ok", 0);
	add(&t, 2, VERDICT_INCONC, "why", "second", "ok", 0);
	add(&t, 3, VERDICT_ERROR, "why", "second", "ok", 0);
	add(&t, 4, VERDICT_SKIP, "why", "second", "ok", 0);
	add(&t, 5, VERDICT_PASS, NULL, "unknown", "ok", 0);
	assert_int_equal(tally_total(&t), 6);
	for (int i = 0; i < VERDICT_COUNT; i++)
		assert_int_equal(t.verdicts[i], i == VERDICT_PASS ? 2 : 1);
	assert_int_equal(t.responses[0].n_values, 0);
	assert_int_equal(t.responses[1].n_values, 1);
	assert_int_equal(t.responses[1].values[0].count, 2);
	/* One text, four verdicts: four reasons. */
	assert_int_equal(t.n_reasons, 4);
}

static void test_sorted_whatever_the_order(void **state)
{
	(void)state;
	static const char *const values[] = {"b", "c", "a", "c", "b", "d", "c"};
	CLEANUP(cleanup_scenario) struct scenario *s = two_responses();
	for (size_t first = 0; first < 7; first++) {
		CLEANUP(tally_done) struct tally t;
		assert_int_equal(tally_init(&t, s, NULL), 0);
		for (size_t i = 0; i < 7; i++)
			add(&t, i, VERDICT_FAIL, values[(first + i) % 7], "first", values[(first + i) % 7], 0);
		add(&t, 0, VERDICT_SKIP, "c", NULL, NULL, 0);
		add(&t, 0, VERDICT_INCONC, "z", NULL, NULL, 0);
		tally_sort(&t);
		const struct tally_response *r = &t.responses[0];
		assert_int_equal(r->n_values, 4);
		assert_string_equal(r->values[0].text, "c");
		assert_int_equal(r->values[0].count, 3);
		assert_string_equal(r->values[1].text, "b");
		assert_string_equal(r->values[2].text, "a"); /* as often as d */
		assert_string_equal(r->values[3].text, "d");
		assert_int_equal(t.n_reasons, 6);
		assert_string_equal(t.reasons[0].text, "c");
		assert_int_equal(t.reasons[0].count, 3);
		assert_int_equal(t.reasons[4].verdict, VERDICT_INCONC);
		assert_int_equal(t.reasons[5].verdict, VERDICT_SKIP);
	}
}

static void test_example_has_the_least_id(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = two_responses();
	CLEANUP(tally_done) struct tally t;
	assert_int_equal(tally_init(&t, s, NULL), 0);
	add(&t, 12, VERDICT_FAIL, "why", NULL, NULL, 0);
	add(&t, 3, VERDICT_FAIL, "why", NULL, NULL, 0);
	add(&t, 7, VERDICT_FAIL, "why", NULL, NULL, 0);
	add(&t, 0, VERDICT_FAIL, NULL, NULL, NULL, 0); /* without a reason: the empty one */
	assert_int_equal(t.n_reasons, 2);
	assert_int_equal(t.reasons[0].cell, 3);
	assert_int_equal(t.reasons[0].count, 3);
	assert_string_equal(t.reasons[1].text, "");
}

static void test_durations(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = two_responses();
	CLEANUP(tally_done) struct tally t;
	assert_int_equal(tally_init(&t, s, NULL), 0);
	add(&t, 0, VERDICT_PASS, NULL, "first", "ok", 500);
	add(&t, 1, VERDICT_PASS, NULL, "first", "ok", 200);
	add(&t, 2, VERDICT_PASS, NULL, "first", "ok", 0);
	add(&t, 3, VERDICT_PASS, NULL, "first", "EADDRINUSE", 900);
	add(&t, 4, VERDICT_INCONC, "why", "first", "ok", 1);
	assert_int_equal(t.responses[0].n_timed, 3);
	assert_int_equal(t.responses[0].took_least_us, 200);
	assert_int_equal(t.responses[0].took_most_us, 900);
	assert_int_equal(t.responses[1].n_timed, 0);
}

static void test_more_values_and_reasons_than_are_kept(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = two_responses();
	CLEANUP(tally_done) struct tally t;
	assert_int_equal(tally_init(&t, s, NULL), 0);
	for (unsigned i = 0; i < 2 * 1000; i++) {
		char text[16];
		snprintf(text, sizeof text, "%u", i % 1000);
		add(&t, i, VERDICT_FAIL, text, "first", text, 0);
	}
	assert_int_equal(t.responses[0].n_values, TALLY_VALUES_MAX);
	assert_int_equal(t.responses[0].n_more, 2 * (1000 - TALLY_VALUES_MAX));
	assert_int_equal(t.n_reasons, TALLY_REASONS_MAX);
	assert_int_equal(t.n_more_reasons, 2 * (1000 - TALLY_REASONS_MAX));
	uint64_t n = t.responses[0].n_more;
	for (size_t i = 0; i < t.responses[0].n_values; i++)
		n += t.responses[0].values[i].count;
	assert_int_equal(n, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_values_of_proven_conditions_alone),
		cmocka_unit_test(test_sorted_whatever_the_order),
		cmocka_unit_test(test_example_has_the_least_id),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_more_values_and_reasons_than_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

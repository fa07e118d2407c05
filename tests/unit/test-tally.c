// SPDX-License-Identifier: GPL-2.0-or-later
// analyze/tally: what is counted, and that the order of the results does not matter.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/tally.h"
#include "base/cleanup.h"

static void add(struct tally *t, uint64_t cell, enum verdict verdict, const char *reason)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct result result = {.cell = cell, .replicate = 1, .verdict = verdict, .reason = reason};
	assert_int_equal(tally_add(t, &result, &e), 0);
}

static void test_nothing(void **state)
{
	(void)state;
	CLEANUP(tally_done) struct tally t = TALLY_INIT;
	tally_sort(&t);
	assert_int_equal(tally_total(&t), 0);
	assert_int_equal(t.n_reasons, 0);
}

/* One text, four verdicts: four reasons. A pass needs none. */
static void test_verdicts_and_reasons(void **state)
{
	(void)state;
	CLEANUP(tally_done) struct tally t = TALLY_INIT;
	add(&t, 0, VERDICT_PASS, NULL);
	add(&t, 1, VERDICT_FAIL, "why");
	add(&t, 2, VERDICT_INCONC, "why");
	add(&t, 3, VERDICT_ERROR, "why");
	add(&t, 4, VERDICT_SKIP, "why");
	add(&t, 5, VERDICT_PASS, NULL);
	assert_int_equal(tally_total(&t), 6);
	for (int i = 0; i < VERDICT_COUNT; i++)
		assert_int_equal(t.verdicts[i], i == VERDICT_PASS ? 2 : 1);
	assert_int_equal(t.n_reasons, 4);
}

static void test_sorted_whatever_the_order(void **state)
{
	(void)state;
	static const char *const reasons[] = {"b", "c", "a", "c", "b", "d", "c"};
	for (size_t first = 0; first < 7; first++) {
		CLEANUP(tally_done) struct tally t = TALLY_INIT;
		for (size_t i = 0; i < 7; i++)
			add(&t, i, VERDICT_FAIL, reasons[(first + i) % 7]);
		add(&t, 0, VERDICT_SKIP, "c");
		add(&t, 0, VERDICT_INCONC, "z");
		tally_sort(&t);
		assert_int_equal(t.n_reasons, 6);
		assert_string_equal(t.reasons[0].text, "c");
		assert_int_equal(t.reasons[0].count, 3);
		assert_string_equal(t.reasons[1].text, "b");
		assert_string_equal(t.reasons[2].text, "a"); /* as often as d */
		assert_string_equal(t.reasons[3].text, "d");
		assert_int_equal(t.reasons[4].verdict, VERDICT_INCONC);
		assert_int_equal(t.reasons[5].verdict, VERDICT_SKIP);
	}
}

static void test_example_has_the_least_id(void **state)
{
	(void)state;
	CLEANUP(tally_done) struct tally t = TALLY_INIT;
	add(&t, 12, VERDICT_FAIL, "why");
	add(&t, 3, VERDICT_FAIL, "why");
	add(&t, 7, VERDICT_FAIL, "why");
	add(&t, 0, VERDICT_FAIL, NULL); /* without a reason: the empty one */
	assert_int_equal(t.n_reasons, 2);
	assert_int_equal(t.reasons[0].cell, 3);
	assert_int_equal(t.reasons[0].count, 3);
	assert_string_equal(t.reasons[1].text, "");
}

static void test_more_reasons_than_are_kept(void **state)
{
	(void)state;
	CLEANUP(tally_done) struct tally t = TALLY_INIT;
	for (unsigned i = 0; i < 2 * 1000; i++) {
		char text[16];
		snprintf(text, sizeof text, "%u", i % 1000);
		add(&t, i, VERDICT_FAIL, text);
	}
	assert_int_equal(t.n_reasons, TALLY_REASONS_MAX);
	assert_int_equal(t.n_more_reasons, 2 * (1000 - TALLY_REASONS_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_verdicts_and_reasons),
		cmocka_unit_test(test_sorted_whatever_the_order),
		cmocka_unit_test(test_example_has_the_least_id),
		cmocka_unit_test(test_more_reasons_than_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// model/isn_clock: initial sequence numbers, and whether they are the times of a clock.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/isn_clock.h"

#define MS 1000000ULL

/* When the numbers are drawn, at unequal distances; and how much later each segment is seen. */
static const uint64_t drawn_ms[] = {0, 300, 800, 1200, 1800, 2250};
static const uint64_t late_us[] = {20, 900, 30, 2000, 40, 25};
#define N (sizeof drawn_ms / sizeof *drawn_ms)

/* Those of a clock that ticks every @tick_ns, at @first in the beginning. */
static void fill(struct isn isns[static N], uint32_t first, uint64_t tick_ns)
{
	for (size_t i = 0; i < N; i++)
		isns[i] = (struct isn){
			.number = first + (uint32_t)(drawn_ms[i] * MS / tick_ns),
			.at_ns = drawn_ms[i] * MS + late_us[i] * 1000,
		};
}

static void assert_near(uint64_t value, uint64_t wanted)
{
	assert_in_range(value, wanted - wanted / 200, wanted + wanted / 200);
}

static void test_clocks(void **state)
{
	(void)state;
	static const uint64_t ticks_ns[] = {64, 1000, 4000};
	static const uint32_t firsts[] = {0, 12345, UINT32_MAX - 1000000, UINT32_MAX};
	for (size_t t = 0; t < sizeof ticks_ns / sizeof *ticks_ns; t++)
		for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
			struct isn isns[N];
			uint64_t period_us = 0;
			fill(isns, firsts[f], ticks_ns[t]);
			assert_int_equal(isn_clock(isns, N, &period_us), ISN_CLOCK);
			assert_near(period_us, (uint64_t)(4294967296.0 * (double)ticks_ns[t] / 1000));
		}
}

/* The last moment at which the number that is drawn next has not come round. */
static void test_a_step_of_nearly_all_numbers(void **state)
{
	(void)state;
	struct isn isns[N];
	uint64_t period_us = 0;
	for (size_t i = 0; i < N; i++)
		isns[i] = (struct isn){.number = (uint32_t)(i * 4290000000ULL), .at_ns = i * 270000 * MS};
	assert_int_equal(isn_clock(isns, N, &period_us), ISN_CLOCK);
	assert_near(period_us, 270000000ULL * 4294967296ULL / 4290000000ULL);
}

static void test_irregular(void **state)
{
	(void)state;
	struct isn isns[N];
	uint64_t period_us = 77;
	fill(isns, 0, 64);
	isns[3].number += 400000000; /* one that is another connection's */
	assert_int_equal(isn_clock(isns, N, &period_us), ISN_IRREGULAR);
	fill(isns, 0, 64);
	isns[3].number += isns[3].number / 10;
	assert_int_equal(isn_clock(isns, N, &period_us), ISN_IRREGULAR);
	fill(isns, 0, 64);
	for (size_t i = 0; i < N; i++)
		isns[i].number = (uint32_t)i * 65538; /* each goes on from the last, whatever time went by */
	assert_int_equal(isn_clock(isns, N, &period_us), ISN_IRREGULAR);
	for (size_t i = 0; i < N; i++)
		isns[i].at_ns = 5;
	assert_int_equal(isn_clock(isns, N, &period_us), ISN_IRREGULAR);
	assert_int_equal(period_us, 77);
}

static void test_backwards(void **state)
{
	(void)state;
	struct isn isns[N];
	uint64_t period_us = 77;
	fill(isns, 0, 64);
	for (size_t i = 0; i < N; i++)
		isns[i].number = -isns[i].number;
	assert_int_equal(isn_clock(isns, N, &period_us), ISN_IRREGULAR);
	assert_int_equal(period_us, 77);
}

static void test_sent_again(void **state)
{
	(void)state;
	struct isn isns[N], more[2 * N];
	uint64_t period_us = 0;
	fill(isns, 99, 64);
	for (size_t i = 0; i < 2 * N; i++) {
		more[i] = isns[i / 2];
		more[i].at_ns += i % 2 * 100 * MS;
	}
	assert_int_equal(isn_clock(more, 2 * N, &period_us), ISN_CLOCK);
	assert_near(period_us, 274877907);
}

static void test_too_few(void **state)
{
	(void)state;
	struct isn isns[N];
	uint64_t period_us = 77;
	fill(isns, 0, 64);
	for (size_t n = 0; n < ISN_LEAST; n++)
		assert_int_equal(isn_clock(isns, n, &period_us), ISN_TOO_FEW);
	for (size_t i = 0; i < N; i++)
		isns[i].number = 5; /* one, sent again and again */
	assert_int_equal(isn_clock(isns, N, &period_us), ISN_TOO_FEW);
	assert_int_equal(period_us, 77);
	fill(isns, 0, 64);
	assert_int_equal(isn_clock(isns, ISN_LEAST, &period_us), ISN_CLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_a_step_of_nearly_all_numbers),
		cmocka_unit_test(test_irregular),
		cmocka_unit_test(test_backwards),
		cmocka_unit_test(test_sent_again),
		cmocka_unit_test(test_too_few),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// base/clock: durations as people write them.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"

static void test_parses(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t us;
	} cases[] = {{"1.3s", 1300000}, {"200ms", 200000}, {"50us", 50}, {"2m", 120000000}, {"1h", 3600000000},
		{"0", 0}, {"0s", 0}, {"0.0", 0}, {"24h", 86400000000}, {"0.5us", 0}, {"1.000001s", 1000001}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t us = 77;
		assert_int_equal(duration_parse(cases[i].text, &us, NULL), 0);
		assert_int_equal(us, cases[i].us);
	}
}

static void test_refuses(void **state)
{
	(void)state;
	static const char *const cases[] = {"", "s", "-1s", "+1s", " 1s", "1 s", "1s ", "1.s", ".5s", "1e3s", "1sec",
		"0x1s", "1234567890s", "1.23456789012s", "25h", "999999999h", "5", "1,5s", "∞", "1S"};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		uint64_t us = 77;
		if (duration_parse(cases[i], &us, &e) != -EINVAL)
			fail_msg("'%s' was taken", cases[i]);
		assert_int_equal(us, 77);
		assert_int_equal(e.kind, ERROR_USAGE);
	}
}

static void test_says_what_is_wrong(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	uint64_t us;
	duration_parse("5", &us, &e);
	assert_string_equal(error_text(&e), "'5' has no unit: write for instance 5s or 5ms");
	duration_parse("25h", &us, &e);
	assert_string_equal(error_text(&e), "'25h' is longer than a day, the longest that a duration may be");
}

static void test_formats(void **state)
{
	(void)state;
	char buffer[DURATION_TEXT];
	assert_string_equal(duration_format(0, buffer), "0us");
	assert_string_equal(duration_format(999, buffer), "999us");
	assert_string_equal(duration_format(1300, buffer), "1.3ms");
	assert_string_equal(duration_format(200000, buffer), "200ms");
	assert_string_equal(duration_format(999499, buffer), "999ms");
	assert_string_equal(duration_format(999500, buffer), "1s");
	assert_string_equal(duration_format(1300000, buffer), "1.3s");
	assert_string_equal(duration_format(61234000, buffer), "61.2s");
	assert_string_equal(duration_format(999499999, buffer), "999s");
	assert_string_equal(duration_format(999500000, buffer), "1000s");
	assert_string_equal(duration_format(86400000000, buffer), "86400s");
}

static void test_formats_exactly(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"0us", "999us", "1.001ms", "200ms", "999.999ms", "1s", "1.000001s", "65.04s", "120s"};
	char buffer[DURATION_TEXT];
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		uint64_t us = UINT64_MAX;
		assert_int_equal(duration_parse(texts[i], &us, NULL), 0);
		assert_string_equal(duration_format_exact(us, buffer), texts[i]);
	}
	assert_string_equal(duration_format_exact(86399999999, buffer), "86399.999999s");
}

static void test_time_goes_on(void **state)
{
	(void)state;
	uint64_t before = clock_now_us();
	assert_true(before > 0);
	assert_true(clock_now_us() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parses),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_says_what_is_wrong),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_formats_exactly),
		cmocka_unit_test(test_time_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// base/text: growing, padding and truncating text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"

static void test_grows(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	assert_string_equal(text_get(&t), "");
	for (int i = 0; i < 1000; i++)
		text_addf(&t, "%04d", i);
	assert_int_equal(t.len, 4000);
	assert_int_equal(strlen(t.data), 4000);
	assert_memory_equal(t.data + 3996, "0999", 4);
	assert_false(t.failed);
}

static void test_bytes_of_any_kind(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_add_bytes(&t, "a\0b", 3);
	text_add_bytes(&t, NULL, 0);
	text_add(&t, "c");
	assert_int_equal(t.len, 4);
	assert_memory_equal(t.data, "a\0bc", 5);
}

static void test_pads_by_columns(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_add(&t, "x");
	size_t from = t.len;
	text_add(&t, "µs"); /* three bytes, two columns */
	text_pad(&t, from, 4);
	assert_string_equal(text_get(&t), "xµs  ");
	text_pad(&t, from, 2); /* wide enough already */
	assert_string_equal(text_get(&t), "xµs  ");
	text_pad(&t, t.len, 1);
	assert_string_equal(text_get(&t), "xµs   ");
	assert_int_equal(text_columns("µs…"), 3);
}

static void test_truncates(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_truncate(&t, 0);
	text_add(&t, "abcdef");
	text_truncate(&t, 10);
	assert_string_equal(text_get(&t), "abcdef");
	text_truncate(&t, 2);
	text_add(&t, "x");
	assert_string_equal(text_get(&t), "abx");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_bytes_of_any_kind),
		cmocka_unit_test(test_pads_by_columns),
		cmocka_unit_test(test_truncates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

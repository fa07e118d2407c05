// SPDX-License-Identifier: GPL-2.0-or-later
// base/error: stating, wrapping and clearing an error.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

static void test_set_and_wrap(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_string_equal(error_text(&e), "no error");
	assert_int_equal(error_set(&e, ERROR_USAGE, EINVAL, "'%s' is wrong", "x"), -EINVAL);
	assert_int_equal(error_wrap(&e, "%s:%d", "f.yaml", 3), -EINVAL);
	assert_string_equal(error_text(&e), "f.yaml:3: 'x' is wrong");
	assert_int_equal(e.kind, ERROR_USAGE);
}

static void test_own_text_as_argument(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	error_set(&e, ERROR_USAGE, EINVAL, "inner");
	error_set(&e, ERROR_USAGE, EINVAL, "outer: %s", error_text(&e));
	assert_string_equal(error_text(&e), "outer: inner");
}

static void test_errno_says_its_name(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(error_errno(&e, ERROR_HARNESS, ENOENT, "cannot open %s", "x"), -ENOENT);
	assert_string_equal(error_text(&e), "cannot open x: No such file or directory (ENOENT)");
}

static void test_nobody_listens(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, ERROR_HARNESS, EIO, "x"), -EIO);
	assert_int_equal(error_errno(NULL, ERROR_HARNESS, EPERM, "x"), -EPERM);
	assert_int_equal(error_no_memory(NULL), -ENOMEM);
	assert_true(error_wrap(NULL, "x") < 0);
}

static void test_clear(void **state)
{
	(void)state;
	struct error e = ERROR_INIT;
	error_set(&e, ERROR_HOST, EPERM, "x");
	error_clear(&e);
	assert_null(e.text);
	assert_int_equal(e.code, 0);
	assert_int_equal(e.kind, ERROR_HARNESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_and_wrap),
		cmocka_unit_test(test_own_text_as_argument),
		cmocka_unit_test(test_errno_says_its_name),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_clear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

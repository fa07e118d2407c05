// SPDX-License-Identifier: GPL-2.0-or-later
// What a step can come out as, and what is said of a rule that waits for anything else.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/outcome.h"

static const char *const also[] = {"eof", "data", NULL};

static void assert_refused(int r, struct error *e, const char *message)
{
	assert_int_equal(r, -EINVAL);
	assert_int_equal(e->kind, ERROR_USAGE);
	assert_string_equal(error_text(e), message);
	error_clear(e);
}

static void test_call(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	static const char *const good[] = {"ok", "timeout", "EADDRINUSE", "EAGAIN", "E2BIG", "errno-524", "errno-1"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(outcome_check_call(good[i], NULL, &e), 0);
	assert_int_equal(outcome_check_call("eof", also, &e), 0);
	assert_refused(outcome_check_call("eof", NULL, &e), &e,
		"never comes out as 'eof', but as ok, timeout or an errno's name");
	assert_refused(outcome_check_call("nothing at all", also, &e), &e,
		"never comes out as 'nothing at all', but as ok, timeout, eof, data or an errno's name");
	assert_refused(outcome_check_call("EADRINUSE", NULL, &e), &e,
		"never comes out as 'EADRINUSE' (did you mean 'EADDRINUSE'?)");
	assert_refused(outcome_check_call("EWOULDBLOCK", NULL, &e), &e,
		"never comes out as 'EWOULDBLOCK' (did you mean 'EAGAIN'?)");
	assert_refused(outcome_check_call("ENOTSUP", NULL, &e), &e,
		"never comes out as 'ENOTSUP' (did you mean 'EOPNOTSUPP'?)");
	assert_refused(outcome_check_call("OK", NULL, &e), &e, "never comes out as 'OK' (did you mean 'ok'?)");
	assert_refused(outcome_check_call("errno-", NULL, &e), &e,
		"never comes out as 'errno-', but as ok, timeout or an errno's name");
	assert_refused(outcome_check_call("errno-1x", NULL, &e), &e,
		"never comes out as 'errno-1x', but as ok, timeout or an errno's name");
	assert_refused(outcome_check_call("", NULL, &e), &e,
		"never comes out as '', but as ok, timeout or an errno's name");
}

static void test_words_and_numbers(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(outcome_check_words("data", also, &e), 0);
	assert_refused(outcome_check_words("dato", also, &e), &e, "never comes out as 'dato' (did you mean 'data'?)");
	assert_refused(outcome_check_words("ok", also, &e), &e, "never comes out as 'ok', but as eof, data");
	static const char *const numbers[] = {"0", "12", "-1", "18446744073709551616"};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		assert_int_equal(outcome_check_number(numbers[i], &e), 0);
	static const char *const others[] = {"", "-", "1.5", "0x1", "+1", " 1", "one"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_int_equal(outcome_check_number(others[i], &e), -EINVAL);
	static const char *const anything[] = {"", "x", "SYN,ACK", "E1", "EADDRINUSE", "ESTABLISHED+LISTEN"};
	for (size_t i = 0; i < sizeof anything / sizeof *anything; i++)
		assert_int_equal(outcome_check_any(anything[i], &e), 0);
	assert_refused(outcome_check_any("EACCESS", &e), &e, "never comes out as 'EACCESS' (did you mean 'EACCES'?)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_words_and_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

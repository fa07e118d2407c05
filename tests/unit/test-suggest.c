// SPDX-License-Identifier: GPL-2.0-or-later
// base/suggest: what was probably meant.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/suggest.h"

static const char *nearest(const char *word, const char *const *candidates)
{
	static struct suggestion s;
	s = SUGGESTION_FOR(word);
	for (; *candidates; candidates++)
		suggestion_consider(&s, *candidates);
	return s.best;
}

static const char *const verbs[] = {"accept", "bind", "close", "connect", "getsockopt", "listen", "setsockopt", NULL};

static void test_near(void **state)
{
	(void)state;
	assert_string_equal(nearest("lisen", verbs), "listen");
	assert_string_equal(nearest("conect", verbs), "connect");
	assert_string_equal(nearest("bnid", verbs), "bind"); /* a swap is one edit */
	assert_string_equal(nearest("LISTEN", verbs), "listen");
	assert_string_equal(nearest("setsockop", verbs), "setsockopt");
	assert_string_equal(nearest("acc", verbs), "accept"); /* a beginning */
}

static void test_far(void **state)
{
	(void)state;
	assert_null(nearest("explode", verbs));
	assert_null(nearest("", verbs));
	assert_null(nearest("x", verbs));
	assert_null(nearest("a-word-that-is-much-longer-than-any-name-in-a-scenario-is", verbs));
}

static void test_phrase(void **state)
{
	(void)state;
	struct suggestion s = SUGGESTION_FOR("lisen");
	assert_string_equal(suggestion_phrase(&s), "");
	suggestion_consider(&s, "listen");
	assert_string_equal(suggestion_phrase(&s), " (did you mean 'listen'?)");
}

static void test_first_of_equals(void **state)
{
	(void)state;
	static const char *const twins[] = {"conn_a", "conn_b", NULL};
	assert_string_equal(nearest("conn_c", twins), "conn_a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_phrase),
		cmocka_unit_test(test_first_of_equals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

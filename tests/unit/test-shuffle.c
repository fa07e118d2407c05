// SPDX-License-Identifier: GPL-2.0-or-later
// base/shuffle: every element once, by a seed.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/shuffle.h"

#define MOST 2000

static void test_permutation(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < MOST; n = n * 2 + 1)
		for (uint64_t seed = 0; seed < 20; seed++) {
			bool seen[MOST] = {false};
			struct shuffle s;
			shuffle_init(&s, n, seed);
			for (uint64_t i = 0; i < n; i++) {
				uint64_t at = shuffle_at(&s, i);
				assert_true(at < n);
				assert_false(seen[at]);
				seen[at] = true;
			}
		}
}

static void test_seed_decides(void **state)
{
	(void)state;
	struct shuffle a, b, c;
	shuffle_init(&a, 1000, 1);
	shuffle_init(&b, 1000, 1);
	shuffle_init(&c, 1000, 2);
	unsigned same = 0, in_place = 0;
	for (uint64_t i = 0; i < 1000; i++) {
		assert_int_equal(shuffle_at(&a, i), shuffle_at(&b, i));
		same += shuffle_at(&a, i) == shuffle_at(&c, i);
		in_place += shuffle_at(&a, i) == i;
	}
	assert_true(same < 20);
	assert_true(in_place < 20);
}

static void test_large(void **state)
{
	(void)state;
	struct shuffle s;
	uint64_t n = 3000000000;
	shuffle_init(&s, n, 7);
	for (uint64_t i = 0; i < 1000; i++)
		assert_true(shuffle_at(&s, n - 1 - i) < n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_permutation),
		cmocka_unit_test(test_seed_decides),
		cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

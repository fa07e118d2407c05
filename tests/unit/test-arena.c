// SPDX-License-Identifier: GPL-2.0-or-later
// base/arena: memory that is given back all at once.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/cleanup.h"

static void test_zeroed_and_aligned(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena a = ARENA_INIT;
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *memory = arena_alloc(&a, size);
		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xFF, size);
	}
}

static void test_reset_gives_zeroes_again(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena a = ARENA_INIT;
	for (int i = 0; i < 100; i++) {
		char *memory = arena_alloc(&a, 1000);
		assert_int_equal(memory[0], 0);
		assert_int_equal(memory[999], 0);
		memset(memory, 'x', 1000);
		assert_non_null(arena_alloc(&a, 100000)); /* a block of its own */
		arena_reset(&a);
	}
}

static void test_arrays(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena a = ARENA_INIT;
	assert_non_null(arena_array(&a, 0, 8));
	assert_null(arena_array(&a, SIZE_MAX / 2, 8));
	assert_null(arena_alloc(&a, SIZE_MAX - 4));
}

static void test_strings(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena a = ARENA_INIT;
	assert_string_equal(arena_strdup(&a, "abc"), "abc");
	assert_string_equal(arena_strndup(&a, "abc", 2), "ab");
	assert_string_equal(arena_strdup(&a, ""), "");
	assert_string_equal(arena_printf(&a, "%s-%d", "x", 7), "x-7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zeroed_and_aligned),
		cmocka_unit_test(test_reset_gives_zeroes_again),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_strings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

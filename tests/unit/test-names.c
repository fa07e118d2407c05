// SPDX-License-Identifier: GPL-2.0-or-later
// model/names and model/encoding: which texts may stand in a scenario.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/encoding.h"
#include "model/names.h"

#define LETTERS_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool variable, dashed, slug, id;
	} cases[] = {
		{"abc", true, true, true, true},
		{"_x9", true, true, false, true},
		{"aB", true, true, false, true},
		{"a-b", false, true, true, true},
		{"-a", false, false, true, true},
		{"9a", false, false, true, true},
		{"a.b", false, false, false, true},
		{"", false, false, false, false},
		{"a b", false, false, false, false},
		{"é", false, false, false, false},
		{"a/b", false, false, false, false},
		{LETTERS_64, true, true, true, true},
		{LETTERS_64 "a", false, false, false, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(name_is_variable(cases[i].name), cases[i].variable);
		assert_int_equal(name_is_dashed(cases[i].name), cases[i].dashed);
		assert_int_equal(name_is_slug(cases[i].name), cases[i].slug);
		assert_int_equal(name_is_id(cases[i].name), cases[i].id);
	}
}

static void test_good_text(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"", "plain", "tab\tand\r\nline ends", "é € 𝄞", "\xef\xbb\xbfx", "\xc2\xa0", "\xf4\x8f\xbf\xbd"};
	struct encoding_fault fault;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_false(encoding_find_fault(cases[i], strlen(cases[i]), &fault));
}

static void test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
		const char *what;
		unsigned line, column;
	} cases[] = {
		{"a\0b", 3, "a NUL byte", 1, 2},
		{"é\n\x1b[1m", 7, "the control character U+001B", 2, 1},
		{"\x7f", 1, "the control character U+007F", 1, 1},
		{"\xc2\x85", 2, "the control character U+0085", 1, 1},
		{"\xe2\x80\xae", 3, "the control character U+202E", 1, 1},
		{"\xff", 1, "the byte 0xFF, which is not UTF-8", 1, 1},
		{"\xc0\x80", 2, "the byte 0xC0, which is not UTF-8", 1, 1},     /* overlong */
		{"\xe0\x80\x80", 3, "the byte 0xE0, which is not UTF-8", 1, 1}, /* overlong */
		{"\xed\xa0\x80", 3, "the byte 0xED, which is not UTF-8", 1, 1}, /* a surrogate */
		{"\xf4\x90\x80\x80", 4, "the byte 0xF4, which is not UTF-8", 1, 1},
		{"ab\xe2\x82", 4, "the byte 0xE2, which is not UTF-8", 1, 3}, /* cut short */
		{"\x80", 1, "the byte 0x80, which is not UTF-8", 1, 1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct encoding_fault fault = {.what = ""};
		assert_true(encoding_find_fault(cases[i].text, cases[i].len, &fault));
		assert_string_equal(fault.what, cases[i].what);
		assert_int_equal(fault.at.line, cases[i].line);
		assert_int_equal(fault.at.column, cases[i].column);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_good_text),
		cmocka_unit_test(test_faults),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

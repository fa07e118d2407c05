// SPDX-License-Identifier: GPL-2.0-or-later
// model/template: $names in texts.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/template.h"
#include "test_vocabulary.h"

static struct scenario *with_variables(void)
{
	return test_must_read("name: x\nmatrix:\n  a: [1, 2]\n  path: {veth: {to: server}, lo: {to: 127.0.0.1}}\n"
			      "steps:\n- server: restart\n");
}

static const size_t levels[] = {1, 0};

static void test_expands(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = with_variables();
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	static const char *const cases[][2] = {{"plain", "plain"}, {"$a", "2"}, {"${a}b", "2b"}, {"$to:$a", "server:2"},
		{"$$a", "$a"}, {"$$$a$$", "$2$"}, {"x$path-y", "xveth-y"}, {"", ""}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct template t = {.text = cases[i][0]};
		assert_string_equal(template_expand(s, levels, &t, &arena), cases[i][1]);
	}
}

static void test_shares_what_has_no_names(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = with_variables();
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct template t = {.text = "plain"};
	assert_ptr_equal(template_expand(s, levels, &t, &arena), t.text);
}

static void test_malformed(void **state)
{
	(void)state;
	static const char *const cases[] = {"$", "$ a", "${", "${}", "${a", "${a b}", "$1", "$-", "${1}",
		"$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *rest = cases[i];
		struct template_part part;
		assert_int_equal(template_next(&rest, &part), -EINVAL);
	}
}

static void test_explains(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = with_variables();
	CLEANUP(text_done) struct text t = TEXT_INIT;
	template_explain(s, levels, &(struct template){.text = "plain $$"}, &t);
	assert_string_equal(text_get(&t), "");
	template_explain(s, levels, &(struct template){.text = "$to:${a}"}, &t);
	assert_string_equal(text_get(&t), " ($to of path=veth, the level of a)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expands),
		cmocka_unit_test(test_shares_what_has_no_names),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_explains),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

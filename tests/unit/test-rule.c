// SPDX-License-Identifier: GPL-2.0-or-later
// model/rule: decision lists, first match wins.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "test_vocabulary.h"

#define SCENARIO                                                                                                       \
	"name: x\nmatrix: {a: [p, q], b: [0, 1]}\nsteps:\n- server: tcp-state *:80\n  as: seen\n"                      \
	"- server: tcp-state *:81\n  as: other\n"

static void test_first_match_wins(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read(
		SCENARIO "expect:\n  seen:\n"
			 "  - {when: {a: p, b: 0}, is: none}\n  - {when: {a: [p, q], b: 0}, is: [LISTEN, none]}\n"
			 "  - {when: {a: p}, is: CLOSE}\n");
	assert_int_equal(s->n_expects, 1);
	const struct rule_list *list = &s->expects[0];
	const size_t p0[] = {0, 0}, q0[] = {1, 0}, p1[] = {0, 1}, q1[] = {1, 1};
	assert_ptr_equal(rule_list_match(list, p0), &list->rules[0]);
	assert_ptr_equal(rule_list_match(list, q0), &list->rules[1]);
	assert_ptr_equal(rule_list_match(list, p1), &list->rules[2]);
	assert_null(rule_list_match(list, q1));
	assert_true(rule_allows(&list->rules[1], &(struct observed){.text = "none"}));
	assert_true(rule_allows(&list->rules[1], &(struct observed){.text = "LISTEN"}));
	assert_false(rule_allows(&list->rules[1], &(struct observed){.text = "LISTE"}));
	assert_false(rule_allows(&list->rules[0], &(struct observed){.text = "LISTEN"}));
	assert_false(rule_allows(&list->rules[0], &(struct observed){.text = NULL}));
}

static void test_check_is_regrouped_by_response(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read(SCENARIO "check:\n- {other: a}\n"
						     "- {when: {a: p}, seen: b}\n- {when: {b: 1}, seen: [c, d]}\n");
	assert_int_equal(s->n_checks, 2);
	assert_string_equal(s->responses[s->checks[0].response].name, "other");
	assert_int_equal(s->checks[0].n_rules, 1);
	assert_string_equal(s->responses[s->checks[1].response].name, "seen");
	assert_int_equal(s->checks[1].n_rules, 2);
	assert_string_equal(s->checks[1].rules[1].is[1], "d");
	assert_int_equal(s->checks[1].rules[1].at.line, 11);
}

static void test_one_entry_two_responses(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read(SCENARIO "check:\n- {when: {a: p}, seen: x, other: y}\n- {seen: z}\n");
	assert_int_equal(s->n_checks, 2);
	assert_int_equal(s->checks[0].n_rules, 2);
	assert_int_equal(s->checks[1].n_rules, 1);
	assert_int_equal(s->checks[1].rules[0].when.n, 1);
}

static void test_nothing_shadows_a_rule(void **state)
{
	(void)state;
	test_must_fail(SCENARIO "check:\n- {seen: x}\n- {other: y}\n- {when: {a: p}, seen: z}\n",
		"t.yaml:11:3: this rule of 'seen' never matches: the one on line 9 has no 'when' and always does");
}

#define REPEATED "name: x\nsteps:\n- server: socket s\n- {server: 'bind s *:80', as: bind, for: 70s}\n"

static void test_how_long_it_took(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s =
		test_must_read(REPEATED "expect: {bind: [{is: ok, took: [0, 1.5ms]}]}\n"
					"claims: [{id: A, says: so, predicts: {bind: [{took: [59s, 1m]}]}}]\n");
	const struct rule *rule = &s->expects[0].rules[0], *predicted = &s->claims[0].predicts[0].rules[0];
	assert_true(rule->has_took);
	assert_int_equal(rule->took_least_us, 0);
	assert_int_equal(rule->took_most_us, 1500);
	assert_true(rule_allows(rule, &(struct observed){"ok", true, 0}));
	assert_true(rule_allows(rule, &(struct observed){"ok", true, 1500}));
	assert_false(rule_allows(rule, &(struct observed){"ok", true, 1501}));
	assert_false(rule_allows(rule, &(struct observed){"EINVAL", true, 0}));
	assert_false(rule_allows(rule, &(struct observed){"ok", false, 0})); /* nobody knows how long */
	assert_false(rule_allows(rule, &(struct observed){NULL, true, 0}));
	assert_true(rule_allows_value(rule, &(struct observed){"ok", true, 1501}));
	assert_int_equal(predicted->n_is, 0);
	assert_true(predicted->has_took);
	assert_false(rule_allows(predicted, &(struct observed){"ok", true, 58999999}));
	assert_true(rule_allows(predicted, &(struct observed){"whatever", true, 59000000}));
	assert_true(rule_allows(predicted, &(struct observed){"ok", true, 60000000}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_match_wins),
		cmocka_unit_test(test_check_is_regrouped_by_response),
		cmocka_unit_test(test_one_entry_two_responses),
		cmocka_unit_test(test_nothing_shadows_a_rule),
		cmocka_unit_test(test_how_long_it_took),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// run/judge: checks before expectations, the first rule that matches, and what is said where one does not hold.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "run/judge.h"
#include "test_vocabulary.h"

#define STEPS                                                                                                          \
	"name: x\nmatrix: {a: [p, q, r]}\nsteps:\n- server: socket s\n  as: one\n- server: socket t\n  as: two\n"

/* That a cell with the level @level and these values gets this verdict, for this reason. */
static void judged(const char *yaml, size_t level, const char *one, const char *two, enum verdict verdict,
	const char *reason)
{
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(yaml);
	CLEANUP(text_done) struct text t = TEXT_INIT;
	const struct observed observed[] = {{.text = one}, {.text = two}};
	assert_int_equal(judge_cell(s, &level, observed, &t), verdict);
	assert_string_equal(text_get(&t), reason);
}

static void test_nothing_said(void **state)
{
	(void)state;
	judged(STEPS, 0, "ok", NULL, VERDICT_PASS, "");
	judged(STEPS, 0, NULL, NULL, VERDICT_PASS, "");
}

static void test_check(void **state)
{
	(void)state;
	static const char yaml[] = STEPS "check:\n- {one: ok}\n- {two: [ok, EMFILE]}\n";
	judged(yaml, 0, "ok", "EMFILE", VERDICT_PASS, "");
	judged(yaml, 0, "ok", "ok", VERDICT_PASS, "");
	judged(yaml, 0, "okay", "ok", VERDICT_INCONC, "one is okay, and the check wants ok (t.yaml:9)");
	judged(yaml, 0, "ok", "ENFILE", VERDICT_INCONC, "two is ENFILE, and the check wants ok or EMFILE (t.yaml:10)");
	judged(yaml, 0, "ok", NULL, VERDICT_INCONC, "two was not recorded, and the check wants ok or EMFILE (t.yaml:10)");
	judged(yaml, 0, NULL, "ENFILE", VERDICT_INCONC, "one was not recorded, and the check wants ok (t.yaml:9)");
}

static void test_expect(void **state)
{
	(void)state;
	static const char yaml[] = STEPS "expect:\n  two:\n  - is: [a, b, c]\n";
	judged(yaml, 0, "ok", "c", VERDICT_PASS, "");
	judged(yaml, 0, "ok", "d", VERDICT_FAIL, "two is d, and the expectation wants a, b or c (t.yaml:10)");
	/* Of a cell whose steps do not record it nothing is expected. */
	judged(yaml, 0, "ok", NULL, VERDICT_PASS, "");
}

static void test_first_match_wins(void **state)
{
	(void)state;
	static const char yaml[] = STEPS
		"expect:\n  one:\n  - {when: {a: p}, is: ok}\n  - {when: {a: [p, q]}, is: EMFILE}\n";
	judged(yaml, 0, "ok", NULL, VERDICT_PASS, "");
	judged(yaml, 0, "EMFILE", NULL, VERDICT_FAIL, "one is EMFILE, and the expectation wants ok (t.yaml:10)");
	judged(yaml, 1, "EMFILE", NULL, VERDICT_PASS, "");
	judged(yaml, 1, "ok", NULL, VERDICT_FAIL, "one is ok, and the expectation wants EMFILE (t.yaml:11)");
	/* Nothing is said of r. */
	judged(yaml, 2, "ENFILE", NULL, VERDICT_PASS, "");
	judged(yaml, 2, NULL, NULL, VERDICT_PASS, "");
}

static void test_first_match_wins_over_entries_of_check(void **state)
{
	(void)state;
	static const char yaml[] = STEPS "check:\n- {when: {a: p}, one: ok}\n- {two: ok}\n- {one: EMFILE}\n";
	judged(yaml, 0, "ok", "ok", VERDICT_PASS, "");
	judged(yaml, 1, "EMFILE", "ok", VERDICT_PASS, "");
	judged(yaml, 1, "ok", "ok", VERDICT_INCONC, "one is ok, and the check wants EMFILE (t.yaml:11)");
	judged(yaml, 1, "EMFILE", "no", VERDICT_INCONC, "two is no, and the check wants ok (t.yaml:10)");
}

/* A cell that is not in its condition says nothing, not even that an expectation does not hold. */
static void test_check_comes_first(void **state)
{
	(void)state;
	static const char yaml[] = STEPS "expect:\n  one:\n  - is: ok\ncheck:\n- {two: ok}\n";
	judged(yaml, 0, "ok", "ok", VERDICT_PASS, "");
	judged(yaml, 0, "no", "ok", VERDICT_FAIL, "one is no, and the expectation wants ok (t.yaml:10)");
	judged(yaml, 0, "ok", "no", VERDICT_INCONC, "two is no, and the check wants ok (t.yaml:12)");
	judged(yaml, 0, "no", "no", VERDICT_INCONC, "two is no, and the check wants ok (t.yaml:12)");
}

#define REPEATED                                                                                                       \
	"name: x\nsteps:\n- server: socket s\n- server: bind s *:80\n  as: bind\n  for: 70s\nexpect:\n  bind:\n"

/* The same of a response that took so long. */
static void timed(const char *yaml, const char *value, uint64_t took_us, enum verdict verdict, const char *reason)
{
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(yaml);
	CLEANUP(text_done) struct text t = TEXT_INIT;
	const struct observed observed = {.text = value, .timed = true, .took_us = took_us};
	const size_t levels[1] = {0};
	assert_int_equal(judge_cell(s, levels, &observed, &t), verdict);
	assert_string_equal(text_get(&t), reason);
}

static void test_how_long_it_took(void **state)
{
	(void)state;
	static const char yaml[] = REPEATED "  - {is: ok, took: [59s, 65s]}\n";
	timed(yaml, "ok", 59000000, VERDICT_PASS, "");
	timed(yaml, "ok", 65000000, VERDICT_PASS, "");
	timed(yaml, "ok", 3100000, VERDICT_FAIL, "bind took 3.1s, and the expectation wants 59s to 65s (t.yaml:9)");
	timed(yaml, "ok", 0, VERDICT_FAIL, "bind took 0us, and the expectation wants 59s to 65s (t.yaml:9)");
	/* What three digits do not show. */
	timed(yaml, "ok", 65000001, VERDICT_FAIL,
		"bind took 65.000001s, and the expectation wants 59s to 65s (t.yaml:9)");
	timed(yaml, "ok", 58990000, VERDICT_FAIL, "bind took 58.99s, and the expectation wants 59s to 65s (t.yaml:9)");
	/* A value that is wrong comes first. */
	timed(yaml, "EADDRINUSE", 70000000, VERDICT_FAIL,
		"bind is EADDRINUSE, and the expectation wants ok (t.yaml:9)");
	timed(yaml, NULL, 0, VERDICT_PASS, "");
}

static void test_only_how_long_it_took(void **state)
{
	(void)state;
	static const char yaml[] = REPEATED "  - {took: [0, 200ms]}\n";
	timed(yaml, "ok", 0, VERDICT_PASS, "");
	timed(yaml, "EADDRINUSE", 200000, VERDICT_PASS, "");
	timed(yaml, "ok", 1234567, VERDICT_FAIL, "bind took 1.23s, and the expectation wants 0us to 200ms (t.yaml:9)");
	timed(yaml, NULL, 0, VERDICT_PASS, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_said),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_first_match_wins),
		cmocka_unit_test(test_first_match_wins_over_entries_of_check),
		cmocka_unit_test(test_check_comes_first),
		cmocka_unit_test(test_how_long_it_took),
		cmocka_unit_test(test_only_how_long_it_took),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

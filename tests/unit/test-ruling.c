// SPDX-License-Identifier: GPL-2.0-or-later
// analyze/ruling: claims with known verdicts, over tables that were planted.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/explanation.h"
#include "base/cleanup.h"
#include "model/results.h"
#include "report/phrase.h"
#include "test_vocabulary.h"

#define HEAD                                                                                                           \
	"name: x\nmatrix:\n  a: [0, 1]\n  b: [0, 1]\n  c: [0, 1]\n"                                                    \
	"steps:\n- server: socket s\n  as: made\n- server: socket t\n  as: other\n"

struct bench {
	struct scenario *s;
	struct explanation x;
	struct text said;
};

/*
 * One letter a cell, in the order of the matrix: y "yes", n "no", i "no" and inconc by the check of it, j the same and
 * inconc for another reason, s skip, . not run, u unstable.
 */
static void add(struct explanation *x, uint64_t cell, char letter, uint32_t replicate)
{
	static const char *const texts[] = {['y'] = "yes", ['n'] = "no", ['i'] = "no", ['j'] = "no"};
	enum verdict verdict = letter == 'i' || letter == 'j' ? VERDICT_INCONC
			       : letter == 's'                ? VERDICT_SKIP
							      : VERDICT_PASS;
	struct result_value values[] = {{"made", letter == 's' ? NULL : texts[(unsigned char)letter], false, 0}};
	struct result result = {.cell = cell,
		.replicate = replicate,
		.verdict = verdict,
		.reason = letter == 'i'             ? "made is no, and the check wants yes (t.yaml:9)"
			  : verdict == VERDICT_PASS ? NULL
						    : "why",
		.values = values,
		.n_values = letter != 's'};
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (explanation_add(x, &result, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static void begin(struct bench *b, const char *yaml, const char *letters)
{
	*b = (struct bench){.s = test_must_read(yaml)};
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(explanation_begin(&b->x, b->s, NULL, RUN_ALL_CELLS, 2, &e), 0);
	for (uint64_t i = 0; letters[i]; i++)
		if (letters[i] == 'u') {
			add(&b->x, i, 'y', 1);
			add(&b->x, i, 'n', 2);
		} else if (letters[i] != '.') {
			add(&b->x, i, letters[i], 1);
		}
	if (explanation_finish(&b->x, 8, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static void end(struct bench *b)
{
	explanation_done(&b->x);
	scenario_free(b->s);
	text_done(&b->said);
}

static void add_sentence(void *context, const char *sentence)
{
	text_addf(context, "%s\n", sentence);
}

static const char *said(struct bench *b)
{
	phrase_ruling(&b->x, &b->x.rulings[0], add_sentence, &b->said);
	return text_get(&b->said);
}

#define ONE_RULE HEAD "claims:\n- id: C\n  says: it\n  predicts:\n    made:\n    - {when: {a: 1}, is: yes}\n"

static void test_supported(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, ONE_RULE, "nnnnyyyy");
	const struct ruling *r = &b.x.rulings[0];
	assert_int_equal(r->verdict, CLAIM_SUPPORTED);
	assert_int_equal(r->n_agree, 4);
	assert_int_equal(r->n_disagree, 0);
	assert_int_equal(r->n_silent, 4);
	assert_int_equal(r->counterexample, TABLE_NO_ROW);
	assert_string_equal(said(&b), "");
	end(&b);
}

static void test_refuted_where_nothing_agrees(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, ONE_RULE, "yyyynnnn");
	const struct ruling *r = &b.x.rulings[0];
	assert_int_equal(r->verdict, CLAIM_REFUTED);
	assert_int_equal(r->counterexample, 4);
	assert_int_equal(r->twin, 0);
	assert_int_equal(r->twin_factor, 0);
	assert_string_equal(said(&b), "All 4 cells that it is about disagree.\nCell 4 (a=1): made is no, not yes.\n"
				      "Its twin with a=0 instead of 1 (cell 0): yes.\n");
	end(&b);
}

static void test_conditional(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, ONE_RULE, "nnnnyyny"); /* all but cell 6: a=1 b=1 c=0 */
	const struct ruling *r = &b.x.rulings[0];
	assert_int_equal(r->verdict, CLAIM_CONDITIONAL);
	assert_int_equal(r->holds.n_rules, 2);
	assert_int_equal(r->fails.n_rules, 1);
	assert_int_equal(r->counterexample, 6);
	assert_int_equal(r->twin, 4);
	assert_int_equal(r->twin_factor, 1);
	assert_string_equal(said(&b),
		"Of the 4 cells that it is about 3 agree, 1 does not.\n"
		"It holds everywhere but where b is 1 and c is 0.\n"
		"Cell 6 (a=1): made is no, not yes.\nIts twin with b=0 instead of 1 (cell 4): yes, as predicted.\n");
	end(&b);
}

#define TWO_RULES                                                                                                      \
	HEAD "claims:\n- id: C\n  says: it\n  predicts:\n    made:\n    - {when: {a: 1}, is: yes}\n    - {is: no}\n"

/* What changes is not what it says: the half that agrees by itself is no evidence for it. */
static void test_refuted_where_no_pair_agrees(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, TWO_RULES, "yyyyyyyy");
	const struct ruling *r = &b.x.rulings[0];
	assert_int_equal(r->n_agree, 4);
	assert_int_equal(r->n_disagree, 4);
	assert_int_equal(r->n_pairs, 4);
	assert_int_equal(r->n_pairs_agree, 0);
	assert_int_equal(r->verdict, CLAIM_REFUTED);
	assert_non_null(strstr(said(&b), "But what it predicts to change does not: of 4 pairs of cells"));
	end(&b);
}

static void test_conditional_where_a_pair_agrees(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, TWO_RULES, "nyyyyyyy");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_CONDITIONAL);
	assert_int_equal(b.x.rulings[0].n_pairs_agree, 1);
	end(&b);
}

static void test_untested(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, ONE_RULE, "nnnn....");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_UNTESTED);
	assert_int_equal(b.x.rulings[0].n_unknown, 4);
	assert_string_equal(said(&b), "No cell that it is about gave an answer.\n");
	end(&b);
}

/* One replicate that it does not allow is enough. */
static void test_unstable_cells(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, ONE_RULE, "nnnnyyyu");
	assert_int_equal(b.x.rulings[0].n_agree, 3);
	assert_int_equal(b.x.rulings[0].n_disagree, 1);
	assert_int_equal(b.x.rulings[0].counterexample, 7);
	assert_non_null(strstr(said(&b), "Cell 7 (a=1): made is no ×1, yes ×1, not yes.\n"));
	end(&b);
}

/* What a check refuses is no data, but a claim about that very response is held against it. */
static void test_what_a_check_refuses(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, ONE_RULE "check:\n- {made: yes}\n", "yyyyyyyi");
	assert_int_equal(b.x.rulings[0].n_disagree, 1);
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_CONDITIONAL);
	assert_int_equal(b.x.accounts[0].n_cells, 7);
	assert_int_equal(b.x.accounts[0].law.n_rules, 0);
	end(&b);
	/* A cell that is inconc for another reason says nothing of it. */
	begin(&b, ONE_RULE "check:\n- {made: yes}\n", "yyyyj...");
	assert_int_equal(b.x.rulings[0].n_disagree, 0);
	assert_int_equal(b.x.rulings[0].n_unknown, 4);
	end(&b);
	/* What is refused never supports a claim. */
	begin(&b,
		HEAD "claims:\n- id: C\n  says: it\n  predicts:\n    made:\n    - {is: no}\n"
		     "check:\n- {made: yes}\n",
		"iiiiiiii");
	assert_int_equal(b.x.rulings[0].n_agree, 0);
	assert_int_equal(b.x.rulings[0].n_unknown, 8);
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_UNTESTED);
	end(&b);
}

/* A cell of which some replicates count and others were refused: what was refused is held against the claim as well. */
static void test_refused_replicate(void **state)
{
	(void)state;
	struct bench b = {.s = test_must_read(ONE_RULE "check:\n- {made: yes}\n")};
	assert_int_equal(explanation_begin(&b.x, b.s, NULL, RUN_ALL_CELLS, 2, NULL), 0);
	add(&b.x, 4, 'y', 1);
	add(&b.x, 4, 'i', 2);
	assert_int_equal(explanation_finish(&b.x, 16, NULL), 0);
	assert_int_equal(b.x.rulings[0].n_disagree, 1);
	assert_non_null(
		strstr(said(&b), "Cell 4 (a=1): made is yes, and no (inconc: the check refuses it), not yes.\n"));
	end(&b);
}

static void test_no_result_twice(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct bench b = {.s = test_must_read(ONE_RULE)};
	struct result_value unknown[] = {{"nobody", "knows", false, 0}};
	struct result result = {.cell = 0, .replicate = 1};
	assert_int_equal(explanation_begin(&b.x, b.s, NULL, RUN_ALL_CELLS, 2, &e), 0);
	assert_int_equal(explanation_add(&b.x, &result, &e), 0);
	assert_true(explanation_add(&b.x, &result, &e) < 0);
	assert_string_equal(error_text(&e), "cell 0 (replicate 1) stands there twice");
	result.replicate = 3;
	assert_true(explanation_add(&b.x, &result, &e) < 0);
	assert_string_equal(error_text(&e), "cell 0 has a replicate 3, and each cell was to be run 2 times");
	result = (struct result){.cell = 1, .replicate = 1, .values = unknown, .n_values = 1};
	assert_true(explanation_add(&b.x, &result, &e) < 0);
	assert_string_equal(error_text(&e), "the scenario has no response 'nobody'");
	end(&b);
}

/* A pair isolates a claim only where the claim says something of both of its cells. */
static void test_pairs_of_what_is_recorded(void **state)
{
	(void)state;
	static const char yaml[] = "name: x\nmatrix:\n  a: [0, 1]\nsteps:\n"
				   "- server: socket q\n  as: other\n"
				   "- when: {a: 0}\n  do:\n  - server: socket s\n    as: made\n"
				   "claims:\n- id: C\n  says: it\n  predicts:\n"
				   "    made: [{when: {a: 0}, is: yes}, {is: no}]\n    other: [{is: yes}]\n";
	struct bench b = {.s = test_must_read(yaml)};
	assert_int_equal(explanation_begin(&b.x, b.s, NULL, RUN_ALL_CELLS, 1, NULL), 0);
	for (uint64_t cell = 0; cell < 2; cell++) {
		struct result_value values[] = {{"other", cell ? "no" : "yes", false, 0}, {"made", "yes", false, 0}};
		struct result result = {.cell = cell, .replicate = 1, .values = values, .n_values = cell ? 1 : 2};
		assert_int_equal(explanation_add(&b.x, &result, NULL), 0);
	}
	assert_int_equal(explanation_finish(&b.x, 2, NULL), 0);
	assert_int_equal(b.x.rulings[0].n_pairs, 0);
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_CONDITIONAL);
	end(&b);
}

#define FACTORS(what) HEAD "claims:\n- id: C\n  says: it\n  responses: [made]\n  " what "\n"

static void test_factors(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, FACTORS("decisive: [a]"), "nnnnyyyy");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_SUPPORTED);
	end(&b);
	begin(&b, FACTORS("decisive: [b]"), "nnnnyyyy");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_REFUTED);
	assert_string_equal(said(&b), "It says that b matters: changing it alone changed made in none of 4 pairs of "
				      "cells, for instance b=0 (cell 0): no, b=1 (cell 2): no.\n");
	end(&b);
	begin(&b, FACTORS("inert: [b, c]"), "nnnnyyyy");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_SUPPORTED);
	end(&b);
	begin(&b, FACTORS("inert: [a]"), "nnnnyyyy");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_REFUTED);
	assert_string_equal(said(&b), "It says that a does not matter: changing it alone changed made in 4 of 4 "
				      "pairs of cells, for instance a=0 (cell 0): no, a=1 (cell 4): yes.\n");
	end(&b);
	begin(&b, FACTORS("inert: [a]"), "nnnn....");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_UNTESTED);
	assert_string_equal(
		said(&b), "It says that a does not matter: 4 of the 4 pairs that would show it gave no answer.\n");
	end(&b);
	/* That something matters is refuted by all of its pairs, and not by some. */
	begin(&b, FACTORS("decisive: [b]"), "nnnnyyy.");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_UNTESTED);
	end(&b);
	/* Nothing is said of a factor that was not tried. */
	begin(&b, FACTORS("inert: [a, b]"), "nn......");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_UNTESTED);
	end(&b);
}

/* What a claim says of factors is about the cells of which it speaks. */
static void test_factors_where_it_speaks(void **state)
{
	(void)state;
	struct bench b;
	static const char yaml[] = HEAD "claims:\n- id: C\n  says: it\n  predicts:\n    made:\n    - {when: {a: 1, b: "
					"0}, is: yes}\n  decisive: [b]\n";
	/* b matters only at a=0. */
	begin(&b, yaml, "nnyyyyyy");
	assert_int_equal(b.x.rulings[0].n_agree, 2);
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_REFUTED);
	assert_string_equal(said(&b),
		"It says that b matters: changing it alone changed made in none of 2 pairs that it is about, for "
		"instance "
		"b=0 (cell 4): yes, b=1 (cell 6): yes.\nIts prediction is right in all 2 cells that it is about.\n");
	end(&b);
	begin(&b, yaml, "nnnnyynn");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_SUPPORTED);
	end(&b);
}

/* The verdict that a scenario states is held against a whole run alone. */
/* A run of some levels says so, also where several are left. */
static void test_held(void **state)
{
	(void)state;
	static const char yaml[] =
		"name: x\nmatrix: {a: [0, 1, 2], b: [0, 1]}\nsteps:\n- server: socket s\n  as: made\n";
	struct bench b = {.s = test_must_read(yaml)};
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct conditions restriction = {.n = 0};
	assert_int_equal(scenario_restrict(b.s, "a=0,2", &arena, &restriction, NULL), 0);
	assert_int_equal(explanation_begin(&b.x, b.s, &restriction, RUN_ALL_CELLS, 1, NULL), 0);
	assert_int_equal(b.x.table.n_rows, 4);
	assert_int_equal(b.x.n_cells, 6);
	assert_true(explanation_is_held(&b.x, 0));
	assert_false(explanation_is_held(&b.x, 1));
	phrase_held(&b.x, &b.said);
	assert_string_equal(text_get(&b.said), "a=0,2");
	end(&b);
}

/* Of several values that a check refused none is lost. */
static void test_all_that_was_refused(void **state)
{
	(void)state;
	struct bench b = {
		.s = test_must_read(HEAD "claims:\n- id: C\n  says: it\n  predicts:\n    made: [{is: [yes, no]}]\n"
					 "check:\n- {made: yes}\n")};
	struct result_value values[] = {{"made", "perhaps", false, 0}};
	struct result result = {.cell = 4,
		.replicate = 2,
		.verdict = VERDICT_INCONC,
		.reason = "made is perhaps, and the check wants yes (t.yaml:9)",
		.values = values,
		.n_values = 1};
	assert_int_equal(explanation_begin(&b.x, b.s, NULL, RUN_ALL_CELLS, 2, NULL), 0);
	add(&b.x, 4, 'i', 1);
	assert_int_equal(explanation_add(&b.x, &result, NULL), 0);
	assert_int_equal(explanation_finish(&b.x, 16, NULL), 0);
	assert_int_equal(b.x.rulings[0].n_disagree, 1);
	end(&b);
}

static void test_stated_verdict(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, ONE_RULE "  verdict: refuted\n", "nnnnyyyy");
	assert_true(explanation_differs(&b.x, &b.x.rulings[0]));
	assert_int_equal(explanation_n_differing(&b.x), 1);
	end(&b);
	begin(&b, ONE_RULE "  verdict: supported\n", "nnnnyyyy");
	assert_false(explanation_differs(&b.x, &b.x.rulings[0]));
	end(&b);
	begin(&b, ONE_RULE "  verdict: refuted\n", "nnnnyyy.");
	assert_false(explanation_differs(&b.x, &b.x.rulings[0]));
	end(&b);
	/* What gave no answer may have been what the scenario says: only what is no longer possible differs. */
	begin(&b, ONE_RULE "  verdict: conditional\n", "nnnnyyys");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_SUPPORTED);
	assert_false(explanation_differs(&b.x, &b.x.rulings[0]));
	end(&b);
	begin(&b, ONE_RULE "  verdict: refuted\n", "nnnnyyys");
	assert_true(
		explanation_differs(&b.x, &b.x.rulings[0])); /* three cells agree, and its prediction never changes */
	end(&b);
	begin(&b, ONE_RULE "  verdict: supported\n", "nnnnnyys");
	assert_true(explanation_differs(&b.x, &b.x.rulings[0]));
	end(&b);
	begin(&b, FACTORS("inert: [a]\n  verdict: refuted"), "nnnsnnnn");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_SUPPORTED);
	assert_false(explanation_differs(&b.x, &b.x.rulings[0]));
	end(&b);
	begin(&b, ONE_RULE "  verdict: refuted\n", "nnnnssss");
	assert_int_equal(b.x.rulings[0].verdict, CLAIM_UNTESTED);
	assert_false(explanation_differs(&b.x, &b.x.rulings[0]));
	end(&b);
}

/* A rule that is smaller than what was seen says what it assumes. */
static void test_a_hole_under_a_rule(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, ONE_RULE, "nnnny.y.");
	const struct account *account = &b.x.accounts[0];
	assert_int_equal(account->law.n_rules, 1);
	assert_int_equal(account->supports[0].n_cells, 2);
	assert_int_equal(account->supports[0].n_missing, 2);
	assert_int_equal(account->supports[0].missing, 5);
	assert_int_equal(account->supports[0].n_rests, 1);
	assert_int_equal(account->supports[0].rests[0].factor, 2);
	assert_int_equal(account->supports[0].rests[0].level, 1);
	phrase_rests(&b.x.table, &account->supports[0], 1, false, &b.said);
	assert_string_equal(text_get(&b.said), "Rule 1 rests on cells that gave no answer: those with c=1.");
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_supported),
		cmocka_unit_test(test_refuted_where_nothing_agrees),
		cmocka_unit_test(test_conditional),
		cmocka_unit_test(test_refuted_where_no_pair_agrees),
		cmocka_unit_test(test_conditional_where_a_pair_agrees),
		cmocka_unit_test(test_untested),
		cmocka_unit_test(test_unstable_cells),
		cmocka_unit_test(test_what_a_check_refuses),
		cmocka_unit_test(test_refused_replicate),
		cmocka_unit_test(test_no_result_twice),
		cmocka_unit_test(test_pairs_of_what_is_recorded),
		cmocka_unit_test(test_factors),
		cmocka_unit_test(test_factors_where_it_speaks),
		cmocka_unit_test(test_stated_verdict),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_all_that_was_refused),
		cmocka_unit_test(test_a_hole_under_a_rule),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

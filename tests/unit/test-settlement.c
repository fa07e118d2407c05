// SPDX-License-Identifier: GPL-2.0-or-later
// analyze/settlement: which claims are parts of a listed one, and the verdict that follows. analyze/deciding: the cell
// that decides a claim.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/deciding.h"
#include "analyze/settlement.h"
#include "base/cleanup.h"
#include "report/phrase.h"
#include "test_vocabulary.h"

#define SOURCES_MAX 4

/* A list with these claims, and a scenario a text of "ID verdict" lines: "C1a refuted", "C2 -" where it states none. */
struct bench {
	struct claim_list *list;
	struct scenario *scenarios[SOURCES_MAX];
	struct claim_source sources[SOURCES_MAX];
	size_t n_sources;
	struct settlements s;
};

static struct claim_list *read_list(const char *claims)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text yaml = TEXT_INIT;
	CLEANUP(cleanup_free) char *copy = strdup(claims);
	struct claim_list *list = NULL;
	char *rest = copy, *id;
	text_add(&yaml, "title: t\narticles:\n- title: a\n  claims:\n");
	while ((id = strsep(&rest, " ")))
		text_addf(&yaml, "  - {id: %s, says: it}\n", id);
	if (claim_list_read_text("l.yaml", text_get(&yaml), yaml.len, &list, &e) < 0)
		fail_msg("%s", error_text(&e));
	return list;
}

static void add_scenario(struct bench *b, const char *claims)
{
	CLEANUP(text_done) struct text yaml = TEXT_INIT;
	CLEANUP(cleanup_free) char *copy = strdup(claims);
	char *rest = copy, *id, *verdict;
	text_addf(&yaml, "name: s%zu\nsteps:\n- server: socket s\n  as: made\nclaims:\n", b->n_sources);
	while ((id = strsep(&rest, " ")) && (verdict = strsep(&rest, " "))) {
		text_addf(&yaml, "- id: %s\n  says: it\n  predicts: {made: [{is: ok}]}\n", id);
		if (strcmp(verdict, "-"))
			text_addf(&yaml, "  verdict: %s\n", verdict);
	}
	b->scenarios[b->n_sources] = test_must_read(text_get(&yaml));
	b->sources[b->n_sources] = (struct claim_source){.scenario = b->scenarios[b->n_sources]};
	b->n_sources++;
}

static void settle(struct bench *b, bool by_runs)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	const struct claim_list *const lists[] = {b->list};
	if (settlements_init(&b->s, lists, 1, b->sources, b->n_sources, by_runs, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static void end(struct bench *b)
{
	settlements_done(&b->s);
	for (size_t i = 0; i < b->n_sources; i++)
		scenario_free(b->scenarios[i]);
	claim_list_free(b->list);
}

/* "C1: C1a in s0, C1b in s1; C2:": each claim with its parts */
static void assert_parts(const struct bench *b, const char *wanted)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	for (size_t i = 0; i < b->s.n; i++) {
		const struct settlement *one = &b->s.all[i];
		text_addf(&t, "%s%s%s:", i ? "; " : "", one->id, one->listed ? "" : " (unlisted)");
		for (size_t k = 0; k < one->n_parts; k++)
			text_addf(&t, "%s %s in %s", k ? "," : "", one->parts[k].claim->id,
				one->parts[k].source->scenario->name);
	}
	assert_string_equal(text_get(&t), wanted);
}

static void test_parts(void **state)
{
	(void)state;
	struct bench b = {.list = read_list("C2 C1 C10")};
	add_scenario(&b, "C10 refuted C1b supported C1 supported C2aa refuted");
	add_scenario(&b, "C1a supported C1b supported C2A refuted C2aa refuted");
	settle(&b, false);
	assert_parts(&b, "C2:; C1: C1 in s0, C1a in s1, C1b in s0, C1b in s1; C10: C10 in s0; "
			 "C2aa (unlisted): C2aa in s0, C2aa in s1; C2A (unlisted): C2A in s1");
	assert_int_equal(b.s.n_listed, 3);
	assert_int_equal(b.s.n_verdicts[CLAIM_UNTESTED], 1);
	assert_int_equal(b.s.n_verdicts[CLAIM_SUPPORTED], 1);
	assert_int_equal(b.s.n_verdicts[CLAIM_REFUTED], 1);
	end(&b);
}

/* An ID with a letter that is listed itself is no part of the one without; and one in no list is a part of none. */
static void test_listed_letter(void **state)
{
	(void)state;
	struct bench b = {.list = read_list("C1 C1a")};
	add_scenario(&b, "C1a supported C1b supported x supported xa refuted");
	settle(&b, false);
	assert_parts(&b, "C1: C1b in s0; C1a: C1a in s0; x (unlisted): x in s0; xa (unlisted): xa in s0");
	end(&b);
}

static void assert_verdict(const char *parts, enum claim_verdict wanted, bool is_mixed, const char *decider)
{
	struct bench b = {.list = read_list("C")};
	add_scenario(&b, parts);
	settle(&b, false);
	const struct settlement *one = &b.s.all[0];
	if (one->verdict != wanted)
		fail_msg("%s: %s", parts, claim_verdict_names[one->verdict]);
	assert_int_equal(settlement_is_mixed(one), is_mixed);
	assert_string_equal(one->parts[one->decider].claim->id, decider);
	end(&b);
}

static void test_verdict_of_parts(void **state)
{
	(void)state;
	assert_verdict("C supported", CLAIM_SUPPORTED, false, "C");
	assert_verdict("Ca supported Cb supported", CLAIM_SUPPORTED, false, "Ca");
	assert_verdict("Ca refuted Cb refuted", CLAIM_REFUTED, false, "Ca");
	assert_verdict("Ca supported Cb refuted", CLAIM_CONDITIONAL, true, "Cb");
	assert_verdict("Ca conditional Cb conditional", CLAIM_CONDITIONAL, false, "Ca");
	assert_verdict("Ca supported Cb conditional", CLAIM_CONDITIONAL, true, "Cb");
	assert_verdict("Ca refuted Cb conditional", CLAIM_CONDITIONAL, true, "Ca");
	/* What is untested could change these … */
	assert_verdict("Ca supported Cb untested", CLAIM_UNTESTED, false, "Cb");
	assert_verdict("Ca refuted Cb untested", CLAIM_UNTESTED, false, "Ca");
	assert_verdict("Ca supported Cb -", CLAIM_UNTESTED, false, "Cb");
	/* … and these no more. */
	assert_verdict("Ca conditional Cb untested", CLAIM_CONDITIONAL, true, "Ca");
	assert_verdict("Ca supported Cb refuted Cc untested", CLAIM_CONDITIONAL, true, "Cb");
}

/* Where results are asked and there are none, what the scenario states is no verdict. */
static void test_no_results(void **state)
{
	(void)state;
	struct bench b = {.list = read_list("C")};
	add_scenario(&b, "C supported");
	settle(&b, true);
	assert_int_equal(b.s.all[0].verdict, CLAIM_UNTESTED);
	assert_int_equal(b.s.all[0].parts[0].by, SETTLED_BY_NOTHING);
	assert_false(b.s.all[0].parts[0].differs);
	end(&b);
}

static void test_id_in_two_lists(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_claim_list) struct claim_list *first = read_list("C1 C2"), *second = read_list("C3 C2");
	const struct claim_list *const lists[] = {first, second};
	struct settlements s;
	assert_int_not_equal(settlements_init(&s, lists, 2, NULL, 0, false, &e), 0);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_string_equal(error_text(&e),
		"l.yaml:6:5: the claim 'C2' stands in another list as well: name the one that is meant");
	settlements_done(&s);
}

#define HEAD                                                                                                           \
	"name: x\nmatrix:\n  a: [0, 1]\n  b: [0, 1]\n  c: [0, 1]\nsteps:\n- server: socket s\n  as: made\nclaims:\n"   \
	"- id: C\n  says: it\n"

static void add_sentence(void *context, const char *sentence)
{
	text_addf(context, "%s\n", sentence);
}

/* One letter a cell, in the order of the matrix: y "yes", n "no", . not run. */
static void assert_decided(const char *claim, const char *letters, enum claim_verdict verdict, const char *wanted)
{
	CLEANUP(text_done) struct text yaml = TEXT_INIT;
	CLEANUP(text_done) struct text said = TEXT_INIT;
	struct explanation x;
	struct deciding d;
	text_addf(&yaml, HEAD "%s", claim);
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(text_get(&yaml));
	assert_int_equal(explanation_begin(&x, s, NULL, RUN_ALL_CELLS, 1, NULL), 0);
	for (uint64_t i = 0; letters[i]; i++) {
		struct result_value value = {"made", letters[i] == 'y' ? "yes" : "no", false, 0};
		struct result result = {
			.cell = i, .replicate = 1, .verdict = VERDICT_PASS, .values = &value, .n_values = 1};
		if (letters[i] != '.')
			assert_int_equal(explanation_add(&x, &result, NULL), 0);
	}
	assert_int_equal(explanation_finish(&x, 8, NULL), 0);
	assert_int_equal(x.rulings[0].verdict, verdict);
	assert_int_equal(deciding_find(&x.rulings[0], &x.table, &d, NULL), 0);
	phrase_settled(&x, &x.rulings[0], &d, true, add_sentence, &said);
	assert_string_equal(text_get(&said), wanted);
	explanation_done(&x);
}

#define A_IS_1 "  predicts:\n    made:\n    - {when: {a: 1}, is: yes}\n"

static void test_deciding_cell(void **state)
{
	(void)state;
	/* Across which the prediction changes, and it is right about both. */
	assert_decided(A_IS_1 "    - {is: no}\n", "nnnnyyyy", CLAIM_SUPPORTED,
		"Cell 0: made is no, as predicted.\nIts twin with a=1 instead of 0 (cell 4): yes, as predicted.\n");
	/* Of the other cell it says nothing. */
	assert_decided(A_IS_1, "nnnnyyyy", CLAIM_SUPPORTED,
		"Cell 4 (a=1): made is yes, as predicted.\nIts twin with a=0 instead of 1 (cell 0): no.\n");
	/* The plainest with a twin is not the plainest of all. */
	assert_decided(A_IS_1, "yynnyyyy", CLAIM_SUPPORTED,
		"Cell 6 (a=1): made is yes, as predicted.\nIts twin with a=0 instead of 1 (cell 2): no.\n");
	/* Along the factor that it calls decisive, and not along the first that there is. */
	assert_decided("  predicts:\n    made:\n    - {when: {a: 1, b: 1}, is: yes}\n  decisive: [b]\n", "nnnnnnyy",
		CLAIM_SUPPORTED,
		"Cell 6 (a=1, b=1): made is yes, as predicted.\nIts twin with b=0 instead of 1 (cell 4): no.\n");
	/* Nothing else comes out anywhere. */
	assert_decided(A_IS_1, "yyyyyyyy", CLAIM_SUPPORTED, "Cell 4 (a=1): made is yes, as predicted.\n");
	/* Of factors alone. */
	assert_decided("  responses: [made]\n  decisive: [b]\n", "nnyynnyy", CLAIM_SUPPORTED,
		"made with b=0 (cell 0): no; with b=1 (cell 2): yes.\n");
	assert_decided("  responses: [made]\n  inert: [a]\n", "nnyynnyy", CLAIM_SUPPORTED,
		"made with a=0 (cell 0): no; with a=1 (cell 4): no.\n");
	/* What is not supported has its counterexample, once. */
	assert_decided(A_IS_1, "nnnnyyyn", CLAIM_CONDITIONAL,
		"Of the 4 cells that it is about 3 agree, 1 does not.\n"
		"It holds everywhere but where b is 1 and c is 1.\nCell 7 (a=1): made is no, not yes.\n"
		"Its twin with b=0 instead of 1 (cell 5): yes, as predicted.\n");
	assert_decided("  responses: [made]\n  decisive: [c]\n", "nnyynnyy", CLAIM_REFUTED,
		"It says that c matters: changing it alone changed made in none of 4 pairs of cells, for instance "
		"c=0 (cell 0): no, c=1 (cell 1): no.\n");
	assert_decided(A_IS_1, "nnnn....", CLAIM_UNTESTED, "No cell that it is about gave an answer.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_listed_letter),
		cmocka_unit_test(test_verdict_of_parts),
		cmocka_unit_test(test_no_results),
		cmocka_unit_test(test_id_in_two_lists),
		cmocka_unit_test(test_deciding_cell),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

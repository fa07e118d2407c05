// SPDX-License-Identifier: GPL-2.0-or-later
// analyze/comparison and analyze/fingerprint: what differs between two runs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/comparison.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "test_vocabulary.h"

#define STEPS                                                                                                          \
	"steps:\n"                                                                                                     \
	"- server: socket a\n"                                                                                         \
	"  as: made\n"                                                                                                 \
	"  for: 1s\n"

/* Two runs, and what differs. */
struct bench {
	struct scenario *s[2];
	struct explanation x[2];
	struct verdicts v[2];
	struct run_record records[2];
	bool is_finished[2];
	struct comparison c;
};

static void begin(struct bench *b, const char *a_yaml, const char *b_yaml, uint32_t replicates)
{
	const char *const yaml[2] = {a_yaml, b_yaml};
	*b = (struct bench){.v = {VERDICTS_INIT, VERDICTS_INIT}};
	for (int run = 0; run < 2; run++) {
		b->s[run] = test_must_read(yaml[run]);
		b->records[run] = (struct run_record){.tool = "netrepro",
			.release = "6",
			.machine = "m",
			.privilege = "root",
			.replicates = replicates,
			.only_cell = RUN_ALL_CELLS,
			.max_wait_us = RUN_ANY_WAIT,
			.scenario_name = "x"};
		b->is_finished[run] = true;
		assert_int_equal(explanation_begin(&b->x[run], b->s[run], NULL, RUN_ALL_CELLS, replicates, NULL), 0);
	}
}

static void add_result(struct bench *b, int run, const struct result *result)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (explanation_add(&b->x[run], result, &e) < 0 || verdicts_add(&b->v[run], &b->x[run].table, result, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static void add_timed(struct bench *b, int run, uint64_t cell, uint32_t replicate, const char *value, uint64_t took_us)
{
	struct result_value values[] = {{"made", value, true, took_us}};
	const struct result result = {.cell = cell, .replicate = replicate, .values = values, .n_values = 1};
	add_result(b, run, &result);
}

static void add(struct bench *b, int run, uint64_t cell, const char *value)
{
	add_timed(b, run, cell, 1, value, 0);
}

static void add_other(struct bench *b, int run, uint64_t cell, enum verdict verdict, const char *reason)
{
	const struct result result = {.cell = cell, .replicate = 1, .verdict = verdict, .reason = reason};
	add_result(b, run, &result);
}

/* The same value in each cell of a run. */
static void add_all(struct bench *b, int run, const char *value)
{
	for (size_t row = 0; row < b->x[run].table.n_rows; row++)
		add(b, run, b->x[run].table.cells[row], value);
}

static const struct comparison *finish(struct bench *b)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct comparison_run runs[2];
	for (int run = 0; run < 2; run++) {
		if (explanation_finish(&b->x[run], b->x[run].table.n_rows, &e) < 0)
			fail_msg("%s", error_text(&e));
		runs[run] = (struct comparison_run){&b->records[run], &b->x[run], &b->v[run], b->is_finished[run]};
	}
	if (comparison_init(&b->c, runs, &e) < 0)
		fail_msg("%s", error_text(&e));
	return &b->c;
}

static void done(struct bench *b)
{
	comparison_done(&b->c);
	for (int run = 0; run < 2; run++) {
		verdicts_done(&b->v[run]);
		explanation_done(&b->x[run]);
		scenario_free(b->s[run]);
	}
}

#define SQUARE "name: x\nmatrix: {a: [p, q], n: [0, 1, 2]}\n" STEPS

static void test_nothing(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 1);
	add_all(&b, 0, "ok");
	add_all(&b, 1, "ok");
	const struct comparison *c = finish(&b);
	assert_false(comparison_differs(c));
	assert_false(comparison_is_partial(c));
	assert_int_equal(c->n_compared, 6);
	assert_int_equal(c->n_responses, 1);
	assert_int_equal(c->fingerprint.n, 0);
	done(&b);
}

static void test_value(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 1);
	add_all(&b, 0, "ok");
	for (uint64_t cell = 0; cell < 6; cell++)
		add(&b, 1, cell, cell == 3 || cell == 5 ? "no" : "ok"); /* a=q, n=0 or 2 */
	const struct comparison *c = finish(&b);
	assert_true(comparison_differs(c));
	assert_int_equal(c->n_changed, 2);
	assert_int_equal(c->n_changes, 1);
	const struct cell_change *change = &c->changes[0];
	assert_int_equal(change->kind, CHANGED_RESPONSE);
	assert_string_equal(change->outcomes[0].text, "ok");
	assert_string_equal(change->outcomes[1].text, "no");
	assert_int_equal(change->n, 2);
	assert_int_equal(change->rows[0], 3);
	assert_int_equal(change->rows[1], 5);
	assert_int_equal(change->plainest, 3);
	assert_int_equal(change->where.n, 2);
	assert_int_equal(change->n_where, 2);
	assert_int_equal(change->exactly.n_rules, 0);
	assert_true(change->where.all[0].allowed[1] && !change->where.all[0].allowed[0]);
	assert_true(change->where.all[1].allowed[0] && !change->where.all[1].allowed[1]);
	assert_int_equal(c->n_laws, 1);
	assert_int_equal(c->laws[0].n_changed, 2);
	done(&b);
}

/* More cells meet the conditions than changed. */
static void test_where_is_wider(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 1);
	add_all(&b, 0, "ok");
	for (uint64_t cell = 0; cell < 6; cell++)
		add(&b, 1, cell, cell == 0 || cell == 4 ? "no" : "ok"); /* p 0, q 1 */
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_changes, 1);
	assert_int_equal(c->changes[0].where.n, 1);
	assert_int_equal(c->changes[0].where.all[0].factor, 1);
	assert_int_equal(c->changes[0].n_where, 4);
	/* a=p and n=0; or a=q and n=1 */
	assert_int_equal(c->changes[0].exactly.n_rules, 2);
	for (size_t row = 0; row < 6; row++) {
		size_t levels[MATRIX_FACTORS_MAX];
		table_copy_levels(&b.x[0].table, row, levels);
		assert_int_equal(law_value(&c->changes[0].exactly, levels), row == 0 || row == 4);
	}
	done(&b);
}

/* The same levels in another order, under other IDs. */
static void test_matched_by_levels(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, "name: x\nmatrix: {n: [2, 1, 0], a: [q, p]}\n" STEPS, 1);
	for (uint64_t cell = 0; cell < 6; cell++)
		add(&b, 0, cell, cell == 1 ? "no" : "ok"); /* p 1 */
	for (uint64_t cell = 0; cell < 6; cell++)
		add(&b, 1, cell, cell == 3 ? "no" : "ok"); /* 1 p */
	const struct comparison *c = finish(&b);
	assert_false(comparison_differs(c));
	assert_int_equal(c->n_compared, 6);
	done(&b);
}

static void test_new_level(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, "name: x\nmatrix: {a: [p, r], n: [0, 1, 2]}\n" STEPS, 1);
	add_all(&b, 0, "ok");
	add_all(&b, 1, "ok");
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_compared, 3);
	assert_int_equal(c->n_changed, 0);
	assert_true(comparison_is_partial(c));
	assert_int_equal(c->n_changes, 2);
	for (size_t run = 0; run < 2; run++) {
		assert_int_equal(c->changes[run].kind, ONLY_IN_ONE);
		assert_int_equal(c->changes[run].run, run);
		assert_false(c->changes[run].is_of_other);
		assert_int_equal(c->changes[run].n, 3);
		assert_int_equal(c->changes[run].n_where, 3);
		assert_int_equal(c->changes[run].where.n, 1);
	}
	assert_int_equal(c->n_laws, 0);
	/* the SHA-256, and the factor */
	assert_int_equal(c->fingerprint.n, 2);
	assert_string_equal(c->fingerprint.all[1].name, "factor a");
	assert_string_equal(c->fingerprint.all[1].is[0], "p, q");
	assert_string_equal(c->fingerprint.all[1].is[1], "p, r");
	done(&b);
}

/* A factor that one alone has is passed over where it is held. */
static void test_new_factor(void **state)
{
	(void)state;
	static const char *const yaml[2] = {"name: x\nmatrix: {a: [p, q], n: [0, 1, 2], new: [on]}\n" STEPS,
		"name: x\nmatrix: {new: [on, off], a: [p, q], n: [0, 1, 2]}\n" STEPS};
	for (int held = 0; held < 2; held++)
		for (int swapped = 0; swapped < 2; swapped++) {
			struct bench b;
			const char *with = yaml[!held];
			begin(&b, swapped ? with : SQUARE, swapped ? SQUARE : with, 1);
			add_all(&b, 0, "ok");
			add_all(&b, 1, "ok");
			const struct comparison *c = finish(&b);
			assert_int_equal(c->has_match, held);
			assert_int_equal(c->n_compared, held ? 6 : 0);
			assert_int_equal(comparison_differs(c), !held);
			done(&b);
		}
}

/* Of a factor with two levels one alone was run: it is held all the same. */
static void test_half_a_factor(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, "name: x\nmatrix: {new: [on, off], n: [0, 1, 2]}\n" STEPS, "name: x\nmatrix: {n: [0, 1, 2]}\n" STEPS,
		1);
	for (uint64_t cell = 0; cell < 3; cell++)
		add(&b, 0, cell, "ok");
	add_all(&b, 1, "ok");
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_compared, 3);
	assert_false(comparison_differs(c));
	done(&b);
}

/* Replicates: which values came out, and not how often. */
static void test_unstable(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 3);
	for (int run = 0; run < 2; run++)
		for (uint64_t cell = 0; cell < 6; cell++)
			for (uint32_t i = 1; i <= 3; i++) {
				const char *value = "ok";
				if (cell == 0)
					value = i <= (run ? 1 : 2) ? "ok" : "no"; /* ok 2 and no 1; ok 1 and no 2 */
				else if (cell == 1)
					value = i < 3 ? "ok" : run ? "ok" : "no"; /* ok and no; ok */
				else if (cell == 2)
					value = i < 3 ? "ok" : run ? "other" : "no";
				add_timed(&b, run, cell, i, value, 0);
			}
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_changed, 2);
	assert_int_equal(c->n_changes, 2);
	assert_int_equal(c->changes[0].rows[0], 1);
	assert_int_equal(c->changes[0].outcomes[0].kind, OUTCOME_UNSTABLE);
	assert_string_equal(c->changes[0].outcomes[0].text, "no, ok");
	assert_int_equal(c->changes[0].outcomes[1].kind, OUTCOME_VALUE);
	assert_int_equal(c->changes[1].rows[0], 2);
	assert_string_equal(c->changes[1].outcomes[1].text, "ok, other");
	done(&b);
}

static void test_duration(void **state)
{
	(void)state;
	struct bench b;
	const uint64_t s = 1000000, took_s[2][6] = {{1, 1, 60, 1, 1, 1}, {60, 2, 1, 30, 1, 1}};
	begin(&b, SQUARE, SQUARE, 1);
	for (int run = 0; run < 2; run++)
		for (uint64_t cell = 0; cell < 6; cell++)
			add_timed(&b, run, cell, 1, "ok", took_s[run][cell] * s);
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_changed, 3);
	assert_int_equal(c->n_changes, 2);
	assert_int_equal(c->changes[0].kind, CHANGED_DURATION);
	assert_true(c->changes[0].is_slower);
	assert_int_equal(c->changes[0].n, 2);
	assert_int_equal(c->changes[0].took[0].most_us, s);
	assert_int_equal(c->changes[0].took[1].least_us, 30 * s);
	assert_int_equal(c->changes[0].took[1].most_us, 60 * s);
	assert_false(c->changes[1].is_slower);
	assert_int_equal(c->changes[1].rows[0], 2);
	assert_int_equal(c->n_laws, 0);
	done(&b);
}

/* A cell that gave no answer is told by its verdict alone. */
static void test_verdict(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 1);
	add_all(&b, 0, "ok");
	for (uint64_t cell = 0; cell < 6; cell++)
		if (cell < 2)
			add_other(&b, 1, cell, VERDICT_INCONC, "not in its condition");
		else if (cell == 2)
			add_other(&b, 1, cell, VERDICT_ERROR, "broken");
		else
			add(&b, 1, cell, "ok");
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_changed, 3);
	assert_int_equal(c->n_changes, 2);
	assert_int_equal(c->changes[0].kind, CHANGED_VERDICT);
	assert_int_equal(c->changes[0].n, 2);
	assert_int_equal(c->changes[0].verdicts[0], 1 << VERDICT_PASS);
	assert_int_equal(c->changes[0].verdicts[1], 1 << VERDICT_INCONC);
	assert_string_equal(c->changes[0].reason, "not in its condition");
	assert_string_equal(c->changes[1].reason, "broken");
	assert_int_equal(c->n_laws, 0);
	done(&b);
}

/* Where the second run is a pass the reason is that of the first. */
static void test_reason_of_first(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 1);
	add_all(&b, 1, "ok");
	add_other(&b, 0, 0, VERDICT_SKIP, "not here");
	for (uint64_t cell = 1; cell < 6; cell++)
		add(&b, 0, cell, "ok");
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_changes, 1);
	assert_string_equal(c->changes[0].reason, "not here");
	done(&b);
}

static void test_cut_off(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 1);
	add_all(&b, 0, "ok");
	b.is_finished[1] = false;
	for (uint64_t cell = 0; cell < 4; cell++)
		add(&b, 1, cell, "ok");
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_compared, 4);
	assert_int_equal(c->n_changed, 0);
	assert_true(comparison_differs(c));
	assert_true(comparison_is_partial(c));
	assert_int_equal(c->n_changes, 1);
	assert_int_equal(c->changes[0].run, 0);
	assert_true(c->changes[0].is_of_other);
	assert_int_equal(c->changes[0].n, 2);
	done(&b);
}

/* Nothing at all came of one of them. */
static void test_empty(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 1);
	add_all(&b, 1, "ok");
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_compared, 0);
	assert_int_equal(c->n_changes, 1);
	assert_int_equal(c->changes[0].run, 1);
	assert_int_equal(c->changes[0].where.n, 0);
	assert_int_equal(c->changes[0].n_where, 6);
	done(&b);
}

/* Which of two values is `otherwise` may depend on one cell: the law is the same, told the other way round. */
static void test_same_law(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE, 1);
	for (int run = 0; run < 2; run++)
		for (uint64_t cell = 0; cell < 6; cell++)
			if (cell == (run ? 0 : 3))
				add_other(&b, run, cell, VERDICT_INCONC, "not this one");
			else
				add(&b, run, cell, cell < 3 ? "ok" : "no");
	const struct comparison *c = finish(&b);
	assert_string_equal(b.x[0].table.responses[0].values[b.x[0].accounts[0].law.otherwise].text, "ok");
	assert_string_equal(b.x[1].table.responses[0].values[b.x[1].accounts[0].law.otherwise].text, "no");
	assert_int_equal(c->n_laws, 0);
	assert_int_equal(c->n_changed, 2);
	done(&b);
}

/* More ways to change than are told apart, and more values. */
static void test_many(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text yaml = TEXT_INIT;
	text_add(&yaml, "name: x\nmatrix:\n  a: [");
	for (int i = 0; i < 300; i++)
		text_addf(&yaml, "%sl%d", i ? ", " : "", i);
	text_add(&yaml, "]\n" STEPS);
	for (int too_many = 0; too_many < 2; too_many++) {
		struct bench b;
		begin(&b, text_get(&yaml), text_get(&yaml), 1);
		for (int run = 0; run < 2; run++)
			for (int cell = 0; cell < 300; cell++) {
				char value[16];
				int number = too_many ? cell : run ? cell / 20 : cell % 20;
				snprintf(value, sizeof value, "%c%d", too_many || run ? 'b' : 'a', number);
				add(&b, run, (uint64_t)cell, value);
			}
		const struct comparison *c = finish(&b);
		assert_true(comparison_differs(c));
		assert_int_equal(c->n_changes, too_many ? 0 : COMPARISON_CHANGES_MAX);
		assert_int_equal(c->n_more, too_many ? 0 : 300 - COMPARISON_CHANGES_MAX);
		assert_int_equal(c->n_changed, too_many ? 0 : 300);
		assert_int_equal(c->n_untold, too_many ? 300 - TABLE_VALUES_MAX : 0);
		done(&b);
	}
}

#define CLAIM(id, is) "- id: " id "\n  says: so\n  predicts:\n    made:\n    - {is: " is "}\n"

static void test_claims(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE "claims:\n" CLAIM("both", "ok") CLAIM("gone", "ok") CLAIM("kept", "never"),
		SQUARE "claims:\n" CLAIM("kept", "never") CLAIM("both", "ok") CLAIM("new", "ok"), 1);
	add_all(&b, 0, "ok");
	for (uint64_t cell = 0; cell < 6; cell++)
		add(&b, 1, cell, cell < 3 ? "no" : "ok");
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_claims, 2);
	assert_int_equal(c->n_claim_changes, 3);
	static const size_t wanted[3][2] = {{0, 1}, {1, COMPARISON_NONE}, {COMPARISON_NONE, 2}};
	for (int i = 0; i < 3; i++)
		for (int run = 0; run < 2; run++)
			assert_int_equal(c->claims[i].rulings[run], wanted[i][run]);
	done(&b);
}

/* Conditional in both: it depends on where it holds. */
static void test_conditional(void **state)
{
	(void)state;
	for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
		struct bench b;
		begin(&b, SQUARE "claims:\n" CLAIM("both", "ok"), SQUARE "claims:\n" CLAIM("both", "ok"), 1);
		for (int run = 0; run < 2; run++)
			for (uint64_t cell = 0; cell < 6; cell++)
				add(&b, run, cell, (cell < 3) == (run && elsewhere) ? "no" : "ok");
		const struct comparison *c = finish(&b);
		assert_int_equal(b.x[0].rulings[0].verdict, CLAIM_CONDITIONAL);
		assert_int_equal(b.x[1].rulings[0].verdict, CLAIM_CONDITIONAL);
		assert_int_equal(c->n_claim_changes, elsewhere);
		done(&b);
	}
}

static void test_only_responses(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, SQUARE, SQUARE "- server: socket b\n  as: more\n", 1);
	add_all(&b, 0, "ok");
	add_all(&b, 1, "ok");
	const struct comparison *c = finish(&b);
	assert_int_equal(c->n_responses, 1);
	assert_int_equal(c->n_only_responses[0], 0);
	assert_int_equal(c->n_only_responses[1], 1);
	assert_string_equal(c->only_responses[1][0], "more");
	assert_int_equal(c->n_changed, 0);
	assert_true(comparison_differs(c));
	done(&b);
}

static void test_fingerprint(void **state)
{
	(void)state;
	struct bench b;
	struct run_sysctl env[2][3] = {{{"a", "1"}, {"b", "2"}, {"c", ""}}, {{"b", "3"}, {"c", ""}, {"d", "4"}}};
	const char *sets[] = {"a=p", "n=0,1"};
	begin(&b, "name: x\nmatrix: {to: {v: {at: p}, l: {at: q}}}\n" STEPS,
		"name: x\nmatrix: {to: {v: {at: p}, l: {at: r}}}\n" STEPS, 1);
	add_all(&b, 0, "ok");
	add_all(&b, 1, "ok");
	for (int run = 0; run < 2; run++) {
		b.records[run].environment = env[run];
		b.records[run].n_environment = 3;
	}
	b.records[1].sets = sets;
	b.records[1].n_sets = 2;
	b.records[1].release = "7";
	b.records[0].only_cell = 5;
	b.records[1].max_wait_us = 1500000;
	const struct comparison *c = finish(&b);
	static const struct fingerprint_difference wanted[] = {
		{FINGERPRINT_RUN, "kernel release", {"6", "7"}},
		{FINGERPRINT_RUN, "--set", {NULL, "a=p n=0,1"}},
		{FINGERPRINT_RUN, "--cell", {"5", NULL}},
		{FINGERPRINT_RUN, "--max-wait", {NULL, "1.5s"}},
		{FINGERPRINT_SCENARIO, "SHA-256", {NULL, NULL}},
		{FINGERPRINT_PART, "level l of to", {"at=q", "at=r"}},
		{FINGERPRINT_ENVIRONMENT, "a", {"1", NULL}},
		{FINGERPRINT_ENVIRONMENT, "b", {"2", "3"}},
		{FINGERPRINT_ENVIRONMENT, "d", {NULL, "4"}},
	};
	assert_int_equal(c->fingerprint.n, sizeof wanted / sizeof *wanted);
	for (size_t i = 0; i < c->fingerprint.n; i++) {
		const struct fingerprint_difference *found = &c->fingerprint.all[i];
		assert_int_equal(found->kind, wanted[i].kind);
		assert_string_equal(found->name, wanted[i].name);
		for (int run = 0; run < 2 && found->kind != FINGERPRINT_SCENARIO; run++)
			if (wanted[i].is[run])
				assert_string_equal(found->is[run], wanted[i].is[run]);
			else
				assert_null(found->is[run]);
	}
	assert_false(comparison_differs(c));
	done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_where_is_wider),
		cmocka_unit_test(test_matched_by_levels),
		cmocka_unit_test(test_new_level),
		cmocka_unit_test(test_new_factor),
		cmocka_unit_test(test_half_a_factor),
		cmocka_unit_test(test_unstable),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_reason_of_first),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_same_law),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_conditional),
		cmocka_unit_test(test_only_responses),
		cmocka_unit_test(test_fingerprint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

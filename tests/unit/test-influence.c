// SPDX-License-Identifier: GPL-2.0-or-later
// analyze/influence and analyze/table: matched pairs, against a naive count over random tables with holes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/influence.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "test_vocabulary.h"

#define CELLS_MAX 1000

/* A matrix of up to three factors, and a response whose value in each cell is given. */
struct bench {
	struct scenario *s;
	struct table t;
	size_t n;
};

static void bench_init(struct bench *b, const size_t *n_levels, size_t n_factors)
{
	CLEANUP(text_done) struct text yaml = TEXT_INIT;
	text_add(&yaml, "name: x\nmatrix:\n");
	b->n = 1;
	for (size_t f = 0; f < n_factors; f++) {
		text_addf(&yaml, "  f%zu: [", f);
		for (size_t l = 0; l < n_levels[f]; l++)
			text_addf(&yaml, "%sl%zu", l ? ", " : "", l);
		text_add(&yaml, "]\n");
		b->n *= n_levels[f];
	}
	text_add(&yaml, "steps:\n- server: socket a\n  as: made\n");
	b->s = test_must_read(text_get(&yaml));
	uint64_t cells[CELLS_MAX];
	for (size_t i = 0; i < b->n; i++)
		cells[i] = i;
	assert_int_equal(table_init(&b->t, b->s, cells, b->n, 2, NULL), 0);
}

static void add(struct bench *b, uint64_t cell, enum verdict verdict, const char *value)
{
	struct result_value values[] = {{"made", value, false, 0}};
	/* The second time it is the second replicate. */
	uint32_t replicate =
		table_find(&b->t, cell) != TABLE_NO_ROW && b->t.done[cell * 2 / 8] >> cell * 2 % 8 & 1 ? 2 : 1;
	struct result result = {
		.cell = cell, .replicate = replicate, .verdict = verdict, .values = values, .n_values = 1};
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (table_add(&b->t, &result, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static void bench_done(struct bench *b)
{
	table_done(&b->t);
	scenario_free(b->s);
}

/* Value of each cell by a digit, '.' for none, in the order of the matrix. */
static void observe_all(struct bench *b, const char *digits)
{
	assert_int_equal(strlen(digits), b->n);
	for (size_t i = 0; i < b->n; i++) {
		char value[2] = {digits[i]};
		if (digits[i] != '.')
			add(b, i, VERDICT_PASS, value);
	}
	assert_int_equal(table_finish(&b->t, NULL), 0);
}

static void test_inert_and_decisive(void **state)
{
	(void)state;
	struct bench b;
	struct influence influences[2];
	bench_init(&b, (size_t[]){2, 3}, 2);
	observe_all(&b, "000"
			"111");
	influence_measure(&b.t, 0, influences);
	assert_int_equal(influences[0].n_pairs, 3);
	assert_int_equal(influences[0].n_changed, 3);
	assert_false(influence_is_inert(&influences[0]));
	assert_int_equal(influences[1].n_pairs, 6);
	assert_true(influence_is_inert(&influences[1]));
	assert_int_equal(influences[0].depends_on, 0);
	assert_int_equal(influences[1].depends_on, 0);
	assert_int_equal(influences[0].minimal.rows[0], 0);
	assert_int_equal(influences[0].minimal.rows[1], 3);
	assert_int_equal(influences[1].minimal.rows[0], TABLE_NO_ROW);
	bench_done(&b);
}

/* Neither is found by changing one at a time from the first cell. */
static void test_only_together(void **state)
{
	(void)state;
	struct bench b;
	struct influence influences[3];
	bench_init(&b, (size_t[]){2, 2, 2}, 3);
	observe_all(&b, "00000011");
	influence_measure(&b.t, 0, influences);
	assert_int_equal(influences[0].n_changed, 2);
	assert_int_equal(influences[0].depends_on, 1 << 1);
	assert_int_equal(influences[1].n_changed, 2);
	assert_int_equal(influences[1].depends_on, 1 << 0);
	assert_true(influence_is_inert(&influences[2]));
	/* The plainest pair is the one with the third factor at its first level. */
	assert_int_equal(influences[0].minimal.rows[0], 2);
	assert_int_equal(influences[0].minimal.rows[1], 6);
	bench_done(&b);
}

/* Each matters wherever the other is: neither depends. */
static void test_exclusive_or(void **state)
{
	(void)state;
	struct bench b;
	struct influence influences[2];
	bench_init(&b, (size_t[]){2, 2}, 2);
	observe_all(&b, "0110");
	influence_measure(&b.t, 0, influences);
	for (size_t f = 0; f < 2; f++) {
		assert_int_equal(influences[f].n_pairs, 2);
		assert_int_equal(influences[f].n_changed, 2);
		assert_int_equal(influences[f].depends_on, 0);
	}
	bench_done(&b);
}

static void test_holes_and_unstable_cells_are_in_no_pair(void **state)
{
	(void)state;
	struct bench b;
	struct influence influences[2];
	bench_init(&b, (size_t[]){2, 2}, 2);
	add(&b, 0, VERDICT_PASS, "0");
	add(&b, 1, VERDICT_PASS, "0");
	add(&b, 1, VERDICT_FAIL, "1"); /* a replicate that differs */
	add(&b, 2, VERDICT_PASS, "1");
	add(&b, 3, VERDICT_INCONC, "1"); /* no data */
	assert_int_equal(table_finish(&b.t, NULL), 0);
	influence_measure(&b.t, 0, influences);
	assert_int_equal(influences[0].n_pairs, 1);
	assert_int_equal(influences[0].n_changed, 1);
	assert_int_equal(influences[1].n_pairs, 0);
	assert_false(influence_is_inert(&influences[1])); /* it was not tried */
	assert_int_equal(b.t.responses[0].n_unstable, 1);
	assert_int_equal(b.t.responses[0].n_missing, 1);
	assert_int_equal(b.t.n_unstable, 1);
	assert_int_equal(b.t.unstable[0].row, 1);
	assert_int_equal(b.t.unstable[0].n_values, 2);
	assert_int_equal(b.t.unstable[0].shares[0].n, 1);
	bench_done(&b);
}

/* A repeated step has a duration, too: what changes that is not without effect. */
static void test_durations(void **state)
{
	(void)state;
	static const uint64_t took_us[] = {0, 400000, 1000000, 61000000, 62000000, 64000000};
	struct bench b;
	struct influence influences[2];
	bench_init(&b, (size_t[]){3, 2}, 2);
	for (size_t i = 0; i < 6; i++) {
		struct result_value value = {"made", "ok", true, took_us[i]};
		struct result result = {.cell = i, .replicate = 1, .values = &value, .n_values = 1};
		assert_int_equal(table_add(&b.t, &result, NULL), 0);
	}
	assert_int_equal(table_finish(&b.t, NULL), 0);
	influence_measure(&b.t, 0, influences);
	assert_int_equal(influences[0].n_pairs, 6);
	assert_int_equal(influences[0].n_changed, 0);
	assert_int_equal(influences[0].n_slower, 4); /* 0 to 62 s, 0.4 to 61 s, 0.4 to 64 s, 1 to 62 s */
	assert_false(influence_is_inert(&influences[0]));
	assert_int_equal(influences[1].n_slower, 1); /* 1 to 61 s: neither 0 to 0.4 s nor 62 to 64 s */
	assert_int_equal(influences[1].slower.rows[0], 2);
	bench_done(&b);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223; /* Numerical Recipes, 2nd edition, 7.1 */
	return *state >> 8;
}

struct naive {
	uint64_t n_pairs, n_changed, depends_on;
};

static size_t digit_of(const size_t *n_levels, size_t n_factors, size_t cell, size_t factor)
{
	for (size_t f = n_factors; f-- > factor + 1;)
		cell /= n_levels[f];
	return cell % n_levels[factor];
}

/* Whether two cells differ in @factor, and in @other (SIZE_MAX: in nothing else). */
static bool differ_in(const size_t *n_levels, size_t n, size_t a, size_t b, size_t factor, size_t other)
{
	for (size_t f = 0; f < n; f++)
		if ((digit_of(n_levels, n, a, f) != digit_of(n_levels, n, b, f)) != (f == factor || f == other))
			return false;
	return true;
}

static void count_naively(
	const size_t *n_levels, size_t n_factors, size_t n, const char *digits, size_t factor, struct naive *ret)
{
	*ret = (struct naive){0};
	for (size_t a = 0; a < n; a++)
		for (size_t b = a + 1; b < n; b++) {
			if (digits[a] == '.' || digits[b] == '.' ||
				!differ_in(n_levels, n_factors, a, b, factor, SIZE_MAX))
				continue;
			ret->n_pairs++;
			ret->n_changed += digits[a] != digits[b];
			for (size_t g = 0; g < n_factors; g++)
				for (size_t c = 0; c < n && g != factor; c++)
					for (size_t d = 0; d < n; d++)
						if (digits[c] != '.' && digits[d] != '.' &&
							differ_in(n_levels, n_factors, a, c, g, SIZE_MAX) &&
							differ_in(n_levels, n_factors, b, d, g, SIZE_MAX) &&
							differ_in(n_levels, n_factors, c, d, factor, SIZE_MAX) &&
							digit_of(n_levels, n_factors, a, factor) ==
								digit_of(n_levels, n_factors, c, factor) &&
							(digits[a] != digits[b]) != (digits[c] != digits[d]))
							ret->depends_on |= UINT64_C(1) << g;
		}
}

static void test_as_a_naive_count(void **state)
{
	(void)state;
	uint32_t random = 1;
	for (int round = 0; round < 2000; round++) {
		size_t n_levels[4], n_factors = 2 + next_random(&random) % 3, n = 1;
		for (size_t f = 0; f < n_factors; f++)
			n *= n_levels[f] = n_factors == 4 ? 2 : 2 + next_random(&random) % 2;
		uint32_t n_values = 2 + next_random(&random) % 3, holes = next_random(&random) % 4;
		char digits[CELLS_MAX] = "";
		for (size_t i = 0; i < n; i++)
			digits[i] =
				next_random(&random) % 8 < holes ? '.' : (char)('0' + next_random(&random) % n_values);
		struct bench b;
		struct influence influences[4];
		bench_init(&b, n_levels, n_factors);
		observe_all(&b, digits);
		influence_measure(&b.t, 0, influences);
		for (size_t f = 0; f < n_factors; f++) {
			struct naive naive;
			count_naively(n_levels, n_factors, n, digits, f, &naive);
			assert_int_equal(influences[f].n_pairs, naive.n_pairs);
			assert_int_equal(influences[f].n_changed, naive.n_changed);
			assert_int_equal(influences[f].depends_on, naive.depends_on);
			const struct pair *pair = &influences[f].minimal;
			assert_int_equal(pair->rows[0] == TABLE_NO_ROW, naive.n_changed == 0);
			if (naive.n_changed)
				assert_true(digits[pair->rows[0]] != digits[pair->rows[1]]);
		}
		bench_done(&b);
	}
}

static void test_values_are_sorted_whatever_the_order(void **state)
{
	(void)state;
	static const char *const values[] = {"b", "c", "a", "c", "b", "d", "c"};
	for (size_t first = 0; first < 7; first++) {
		struct bench b;
		bench_init(&b, (size_t[]){7}, 1);
		for (size_t i = 0; i < 7; i++)
			add(&b, (first + i) % 7, VERDICT_PASS, values[(first + i) % 7]);
		assert_int_equal(table_finish(&b.t, NULL), 0);
		const struct table_response *r = &b.t.responses[0];
		assert_int_equal(r->n_values, 4);
		assert_string_equal(r->values[0].text, "c");
		assert_int_equal(r->values[0].count, 3);
		assert_string_equal(r->values[1].text, "b");
		assert_string_equal(r->values[2].text, "a"); /* as often as d */
		assert_string_equal(r->values[3].text, "d");
		for (size_t i = 0; i < 7; i++)
			assert_string_equal(r->values[table_value(&b.t, i, 0)].text, values[i]);
		bench_done(&b);
	}
}

static void test_more_values_than_are_told_apart(void **state)
{
	(void)state;
	struct bench b;
	bench_init(&b, (size_t[]){300}, 1);
	for (unsigned i = 0; i < 300; i++) {
		char text[16];
		snprintf(text, sizeof text, "%u", i);
		add(&b, i, VERDICT_PASS, text);
	}
	assert_int_equal(table_finish(&b.t, NULL), 0);
	const struct table_response *r = &b.t.responses[0];
	assert_true(r->has_more);
	assert_int_equal(r->n_values, TABLE_VALUES_MAX + 1);
	assert_int_equal(r->values[TABLE_VALUES_MAX].count, 300 - TABLE_VALUES_MAX);
	bench_done(&b);
}

static void test_a_cell_of_another_run(void **state)
{
	(void)state;
	struct bench b;
	bench_init(&b, (size_t[]){2}, 1);
	struct result result = {.cell = 2, .replicate = 1, .verdict = VERDICT_PASS};
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_true(table_add(&b.t, &result, &e) < 0);
	assert_string_equal(error_text(&e), "cell 2 is none of this run");
	bench_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inert_and_decisive),
		cmocka_unit_test(test_only_together),
		cmocka_unit_test(test_exclusive_or),
		cmocka_unit_test(test_holes_and_unstable_cells_are_in_no_pair),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_as_a_naive_count),
		cmocka_unit_test(test_values_are_sorted_whatever_the_order),
		cmocka_unit_test(test_more_values_than_are_told_apart),
		cmocka_unit_test(test_a_cell_of_another_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

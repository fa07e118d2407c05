// SPDX-License-Identifier: GPL-2.0-or-later
// model/matrix: indices, levels, exclude, include, variables.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/plan.h"
#include "test_vocabulary.h"

#define STEPS "steps:\n- server: restart\n"

static void levels_of(const struct scenario *s, uint64_t index, bool there, const char *text)
{
	size_t levels[MATRIX_FACTORS_MAX];
	CLEANUP(text_done) struct text t = TEXT_INIT;
	assert_int_equal(matrix_cell(&s->matrix, index, levels), there);
	plan_levels_text(s, levels, &t);
	assert_string_equal(text_get(&t), text);
}

static void test_no_matrix_is_one_cell(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read("name: x\n" STEPS);
	assert_int_equal(s->matrix.n_product, 1);
	assert_int_equal(s->matrix.n_indices, 1);
	assert_int_equal(matrix_count(&s->matrix, NULL), 1);
	levels_of(s, 0, true, "");
}

static void test_last_factor_varies_fastest(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\nmatrix: {a: [p, q], b: [0, 1, 2]}\n" STEPS);
	assert_int_equal(s->matrix.n_indices, 6);
	levels_of(s, 0, true, "a=p b=0");
	levels_of(s, 1, true, "a=p b=1");
	levels_of(s, 3, true, "a=q b=0");
	levels_of(s, 5, true, "a=q b=2");
}

static void test_exclude_moves_no_index(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s =
		test_must_read("name: x\nmatrix: {a: [p, q], b: [0, 1, 2]}\nexclude: [{a: p, b: [0, 2]}]\n" STEPS);
	assert_int_equal(s->matrix.n_indices, 6);
	assert_int_equal(matrix_count(&s->matrix, NULL), 4);
	levels_of(s, 0, false, "a=p b=0");
	levels_of(s, 1, true, "a=p b=1");
	levels_of(s, 2, false, "a=p b=2");
	levels_of(s, 3, true, "a=q b=0");
}

static void test_include_adds_behind(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\nmatrix: {a: [p, q], b: [0, 1]}\nexclude: [{a: p, b: 1}]\n"
					    "include: [{b: 7}, {a: p, b: 1}, {a: r, b: 7}, {a: r}]\n" STEPS);
	const struct matrix *m = &s->matrix;
	assert_int_equal(m->n_product, 4);
	assert_int_equal(m->factors[1].n_levels, 2);
	assert_int_equal(m->factors[1].n_all_levels, 3);
	levels_of(s, 4, true, "a=p b=7");
	levels_of(s, 5, true, "a=q b=7");
	levels_of(s, 6, true, "a=p b=1"); /* back in, with an index of its own */
	levels_of(s, 7, true, "a=r b=7");
	levels_of(s, 8, true, "a=r b=0"); /* crossed with the matrix's own levels alone */
	levels_of(s, 9, true, "a=r b=1");
	assert_int_equal(m->n_indices, 10);
	assert_int_equal(matrix_count(m, NULL), 9);
}

static void test_huge_product_saturates(void **state)
{
	(void)state;
	struct factor factors[MATRIX_FACTORS_MAX];
	for (size_t f = 0; f < MATRIX_FACTORS_MAX; f++)
		factors[f] = (struct factor){.n_levels = 1000, .n_all_levels = 1000};
	struct matrix m = {.factors = factors, .n_factors = MATRIX_FACTORS_MAX};
	matrix_number(&m);
	assert_int_equal(m.n_product, UINT64_MAX);
	assert_int_equal(m.n_indices, UINT64_MAX);
}

static void test_variables(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read(
		"name: x\nmatrix:\n  a: [p, q]\n"
		"  path: {veth: {in: client, to: server}, loopback: {to: 127.0.0.1, in: server}}\n" STEPS);
	const size_t veth[] = {0, 0}, loopback[] = {1, 1};
	assert_string_equal(matrix_variable(&s->matrix, veth, "a"), "p");
	assert_string_equal(matrix_variable(&s->matrix, veth, "path"), "veth");
	assert_string_equal(matrix_variable(&s->matrix, veth, "to"), "server");
	assert_string_equal(matrix_variable(&s->matrix, loopback, "to"), "127.0.0.1");
	assert_string_equal(matrix_variable(&s->matrix, loopback, "in"), "server");
	assert_null(matrix_variable(&s->matrix, veth, "on"));
}

static void test_finding(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\nmatrix: {a: [p, q]}\ninclude: [{a: r}]\n" STEPS);
	const struct factor *a = matrix_find_factor(&s->matrix, "a");
	assert_ptr_equal(a, &s->matrix.factors[0]);
	assert_null(matrix_find_factor(&s->matrix, "b"));
	assert_int_equal(factor_find_level(a, "q"), 1);
	assert_int_equal(factor_find_level(a, "r"), 2);
	assert_int_equal(factor_find_level(a, "s"), MATRIX_ANY_LEVEL);
}

static void test_values_are_text(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s =
		test_must_read("name: x\nmatrix: {a: [0, 00, off, no, ~, 1.3s, 0x10, null, '1 2']}\n" STEPS);
	static const char *const names[] = {"0", "00", "off", "no", "~", "1.3s", "0x10", "null", "1 2"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_string_equal(s->matrix.factors[0].levels[i].name, names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_matrix_is_one_cell),
		cmocka_unit_test(test_last_factor_varies_fastest),
		cmocka_unit_test(test_exclude_moves_no_index),
		cmocka_unit_test(test_include_adds_behind),
		cmocka_unit_test(test_huge_product_saturates),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_values_are_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

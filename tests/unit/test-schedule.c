// SPDX-License-Identifier: GPL-2.0-or-later
// run/schedule: each run exactly once, whatever is chosen, done already, or drawn.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/results.h"
#include "run/schedule.h"
#include "test_vocabulary.h"

static const char with_holes[] = "name: x\nmatrix: {a: [p, q, r], b: [0, 1, 2], c: [x, y]}\n"
				 "exclude: [{a: p, b: 1}, {a: q, c: y}]\ninclude: [{a: s}, {a: p, b: 1, c: x}]\n"
				 "steps:\n- server: restart\n";

/* One factor of n levels. */
static struct scenario *row_of(unsigned n)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_add(&t, "name: x\nmatrix:\n  n: [0");
	for (unsigned i = 1; i < n; i++)
		text_addf(&t, ", %u", i);
	text_add(&t, "]\nsteps:\n- server: restart\n");
	return test_must_read(text_get(&t));
}

/* How often each run comes: the bytes of @counts, by cell and replicate. */
static uint64_t draw(struct schedule *s, unsigned char *counts)
{
	struct run_id id;
	uint64_t n = 0;
	while (schedule_next(s, &id)) {
		assert_true(id.cell < s->matrix->n_indices);
		assert_true(id.replicate >= 1 && id.replicate <= s->replicates);
		assert_true(schedule_has(s, id));
		counts[id.cell * s->replicates + id.replicate - 1]++;
		n++;
	}
	assert_false(schedule_next(s, &id)); /* and no more of them later */
	return n;
}

/* Whether a cell is to come. */
static bool is_wanted(const struct matrix *m, const struct conditions *restriction, uint64_t only_cell, uint64_t cell)
{
	size_t levels[MATRIX_FACTORS_MAX];
	return matrix_cell(m, cell, levels) && (!restriction || conditions_hold(restriction, levels)) &&
	       (only_cell == RUN_ALL_CELLS || only_cell == cell);
}

/* All that is wanted, once each; every third run is done already where @some_done. */
static void each_once(const struct scenario *sc, const struct conditions *restriction, uint64_t only_cell,
	uint32_t replicates, bool shuffled, uint64_t seed, bool some_done)
{
	const struct matrix *m = &sc->matrix;
	CLEANUP(schedule_done) struct schedule s;
	assert_int_equal(schedule_init(&s, m, restriction, only_cell, replicates, NULL), 0);
	if (shuffled)
		schedule_seed(&s, seed);
	uint64_t n_places = m->n_indices * replicates, n_wanted = 0, n_done = 0;
	CLEANUP(cleanup_free) unsigned char *counts = calloc(n_places + 1, 1);
	CLEANUP(cleanup_free) unsigned char *done = calloc(n_places + 1, 1);
	for (uint64_t place = 0; place < n_places; place++) {
		struct run_id id = {.cell = place / replicates, .replicate = (uint32_t)(place % replicates) + 1};
		bool wanted = is_wanted(m, restriction, only_cell, id.cell);
		assert_int_equal(schedule_has(&s, id), wanted);
		n_wanted += wanted;
		if (!wanted || !some_done || place % 3)
			continue;
		done[place] = 1;
		n_done++;
		assert_int_equal(schedule_mark_done(&s, id), 0);
		assert_int_equal(schedule_mark_done(&s, id), -EEXIST);
	}
	assert_int_equal(s.n_runs, n_wanted);
	assert_int_equal(draw(&s, counts), n_wanted - n_done);
	for (uint64_t place = 0; place < n_places; place++)
		assert_int_equal(counts[place],
			is_wanted(m, restriction, only_cell, place / replicates) && !done[place]);
}

static void test_many_sizes_and_seeds(void **state)
{
	(void)state;
	static const uint64_t seeds[] = {0, 1, 2, 42, UINT32_MAX, UINT64_MAX};
	for (unsigned n = 1; n <= 70; n++) {
		CLEANUP(cleanup_scenario) struct scenario *s = row_of(n);
		each_once(s, NULL, RUN_ALL_CELLS, 1, false, 0, false);
		for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++)
			for (uint32_t replicates = 1; replicates <= 3; replicates++)
				each_once(s, NULL, RUN_ALL_CELLS, replicates, true, seeds[i], i % 2);
	}
	CLEANUP(cleanup_scenario) struct scenario *s = row_of(1000);
	each_once(s, NULL, RUN_ALL_CELLS, 100, true, 7, true);
}

static void test_holes_and_restrictions(void **state)
{
	(void)state;
	static const char *const sets[][2] = {
		{NULL}, {"a=p"}, {"a=p,s"}, {"b=1"}, {"a=q", "c=x"}, {"a=q", "c=y"}, {"a=s"}};
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(with_holes);
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		struct conditions restriction = {.n = 0};
		for (size_t j = 0; j < 2 && sets[i][j]; j++)
			assert_int_equal(scenario_restrict(s, sets[i][j], &arena, &restriction, NULL), 0);
		for (uint64_t seed = 0; seed < 20; seed++) {
			each_once(s, &restriction, RUN_ALL_CELLS, 1 + seed % 3, seed, seed, seed % 2);
			each_once(s, &restriction, seed, 2, true, seed, false);
		}
	}
}

static void test_without_a_seed_in_the_order_of_the_file(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = row_of(5);
	CLEANUP(schedule_done) struct schedule schedule;
	assert_int_equal(schedule_init(&schedule, &s->matrix, NULL, RUN_ALL_CELLS, 2, NULL), 0);
	struct run_id id;
	for (uint64_t i = 0; i < 10; i++) {
		assert_true(schedule_next(&schedule, &id));
		assert_int_equal(id.cell, i / 2);
		assert_int_equal(id.replicate, i % 2 + 1);
	}
}

/* The orders of two schedules, compared. */
static bool same_order(const struct scenario *s, uint64_t seed_a, uint64_t seed_b)
{
	CLEANUP(schedule_done) struct schedule a;
	CLEANUP(schedule_done) struct schedule b;
	assert_int_equal(schedule_init(&a, &s->matrix, NULL, RUN_ALL_CELLS, 1, NULL), 0);
	assert_int_equal(schedule_init(&b, &s->matrix, NULL, RUN_ALL_CELLS, 1, NULL), 0);
	schedule_seed(&a, seed_a);
	schedule_seed(&b, seed_b);
	struct run_id x, y;
	bool same = true;
	while (schedule_next(&a, &x)) {
		assert_true(schedule_next(&b, &y));
		same &= x.cell == y.cell;
	}
	return same;
}

static void test_the_order_is_the_seeds(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = row_of(50);
	for (uint64_t seed = 0; seed < 50; seed++) {
		assert_true(same_order(s, seed, seed));
		assert_false(same_order(s, seed, seed + 1));
	}
}

/* What is done changes nothing in the order of the others: a resumed run goes on as it would have gone. */
static void test_what_is_done_leaves_the_order(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = row_of(50);
	for (size_t n_done = 0; n_done <= 50; n_done++) {
		CLEANUP(schedule_done) struct schedule whole;
		CLEANUP(schedule_done) struct schedule rest;
		assert_int_equal(schedule_init(&whole, &s->matrix, NULL, RUN_ALL_CELLS, 1, NULL), 0);
		assert_int_equal(schedule_init(&rest, &s->matrix, NULL, RUN_ALL_CELLS, 1, NULL), 0);
		struct run_id id, other;
		schedule_seed(&whole, 3);
		for (size_t i = 0; i < n_done; i++) {
			assert_true(schedule_next(&whole, &id));
			assert_int_equal(schedule_mark_done(&rest, id), 0);
		}
		schedule_seed(&rest, 3); /* known once the file has been read */
		while (schedule_next(&whole, &id)) {
			assert_true(schedule_next(&rest, &other));
			assert_int_equal(other.cell, id.cell);
		}
		assert_false(schedule_next(&rest, &other));
	}
}

/* Cells that are parked for 0 s, 5 s, 9.999 s; 10 s, 19 s; 20 s; 39 s, 40 s, 200 s: six ranks. */
static const char waiting[] = "name: x\nmatrix: {w: [40s, 5s, 20s, 0s, 200s, 9.999s, 10s, 39s, 19s]}\n"
			      "steps:\n- server: sleep $w\n";
static const int ranks_of_waiting[] = {3, 0, 2, 0, 5, 0, 1, 2, 1};
#define N_WAITING (sizeof ranks_of_waiting / sizeof *ranks_of_waiting)

static void weigh(struct schedule *s, const struct scenario *sc, uint32_t replicates, uint64_t max_wait_us)
{
	assert_int_equal(schedule_init(s, &sc->matrix, NULL, RUN_ALL_CELLS, replicates, NULL), 0);
	assert_int_equal(schedule_weigh(s, sc, max_wait_us, NULL), 0);
}

/* The longest come first, each once, whatever the seed; and within a rank in the order that they have without ranks. */
static void test_the_longest_first(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *sc = test_must_read(waiting);
	for (uint64_t seed = 0; seed < 30; seed++) {
		CLEANUP(schedule_done) struct schedule s;
		CLEANUP(schedule_done) struct schedule plain;
		uint32_t replicates = 1 + seed % 3;
		weigh(&s, sc, replicates, RUN_ANY_WAIT);
		assert_int_equal(schedule_init(&plain, &sc->matrix, NULL, RUN_ALL_CELLS, replicates, NULL), 0);
		assert_int_equal(schedule_rank(&s), 5);
		schedule_seed(&s, seed);
		schedule_seed(&plain, seed);
		struct run_id order[N_WAITING * 3];
		size_t n = 0, i = 0;
		while (schedule_next(&plain, &order[n]))
			n++;
		assert_int_equal(n, N_WAITING * replicates);
		for (int rank = 5; rank >= 0; rank--)
			for (size_t j = 0; j < n; j++) {
				struct run_id id;
				if (ranks_of_waiting[order[j].cell] != rank)
					continue;
				assert_int_equal(schedule_rank(&s), rank);
				assert_true(schedule_next(&s, &id));
				assert_int_equal(id.cell, order[j].cell);
				assert_int_equal(id.replicate, order[j].replicate);
				i++;
			}
		assert_int_equal(i, n);
		assert_int_equal(schedule_rank(&s), -1);
	}
}

/* A run that is resumed begins with what is left, after it was asked for its rank already. */
static void test_ranks_of_what_is_left(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *sc = test_must_read(waiting);
	CLEANUP(schedule_done) struct schedule s;
	weigh(&s, sc, 1, RUN_ANY_WAIT);
	assert_int_equal(schedule_rank(&s), 5);
	static const uint64_t done[] = {4, 0, 7, 1};
	for (size_t i = 0; i < sizeof done / sizeof *done; i++)
		assert_int_equal(schedule_mark_done(&s, (struct run_id){.cell = done[i], .replicate = 1}), 0);
	assert_int_equal(s.n_done, 4);
	schedule_seed(&s, 9);
	assert_int_equal(schedule_rank(&s), 2);
	struct run_id id;
	assert_true(schedule_next(&s, &id));
	assert_int_equal(id.cell, 2);
	size_t n = 1;
	while (schedule_next(&s, &id))
		n++;
	assert_int_equal(n, N_WAITING - 4);
}

static void test_too_long(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *sc = test_must_read(waiting);
	static const struct {
		uint64_t max_wait_us, n;
	} cases[] = {{0, 8}, {4999999, 8}, {5 * CLOCK_US_PER_S, 7}, {39 * CLOCK_US_PER_S, 2}, {200 * CLOCK_US_PER_S, 0},
		{RUN_ANY_WAIT, 0}};
	static const uint64_t sleeps_ms[] = {40000, 5000, 20000, 0, 200000, 9999, 10000, 39000, 19000};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP(schedule_done) struct schedule s;
		weigh(&s, sc, 3, cases[i].max_wait_us);
		assert_int_equal(s.n_too_long, cases[i].n * 3);
		struct run_id id;
		size_t n = 0;
		for (; schedule_next(&s, &id); n++)
			assert_int_equal(schedule_is_too_long(&s, id),
				sleeps_ms[id.cell] * CLOCK_US_PER_MS > cases[i].max_wait_us);
		assert_int_equal(n, N_WAITING * 3); /* they come all the same: to be skipped is a result */
	}
}

static void test_what_is_none_of_it(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(with_holes);
	CLEANUP(schedule_done) struct schedule schedule;
	assert_int_equal(schedule_init(&schedule, &s->matrix, NULL, RUN_ALL_CELLS, 2, NULL), 0);
	assert_true(schedule_has(&schedule, (struct run_id){.cell = 0, .replicate = 2}));
	assert_false(schedule_has(&schedule, (struct run_id){.cell = 0, .replicate = 0}));
	assert_false(schedule_has(&schedule, (struct run_id){.cell = 0, .replicate = 3}));
	assert_false(schedule_has(&schedule, (struct run_id){.cell = 2, .replicate = 1})); /* excluded */
	assert_true(schedule_has(&schedule, (struct run_id){.cell = s->matrix.n_indices - 1, .replicate = 1}));
	assert_false(schedule_has(&schedule, (struct run_id){.cell = s->matrix.n_indices, .replicate = 1}));
	assert_false(schedule_has(&schedule, (struct run_id){.cell = UINT64_MAX, .replicate = UINT32_MAX}));
}

static void test_nothing_left(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(with_holes);
	struct conditions restriction = {.n = 0};
	assert_int_equal(scenario_restrict(s, "a=q", &arena, &restriction, NULL), 0);
	assert_int_equal(scenario_restrict(s, "c=y", &arena, &restriction, NULL), 0);
	CLEANUP(schedule_done) struct schedule schedule;
	assert_int_equal(schedule_init(&schedule, &s->matrix, &restriction, RUN_ALL_CELLS, 5, NULL), 0);
	schedule_seed(&schedule, 1);
	assert_int_equal(schedule.n_runs, 0);
	struct run_id id;
	assert_false(schedule_next(&schedule, &id));
}

static void test_too_many(void **state)
{
	(void)state;
	struct matrix m = {.n_indices = UINT64_MAX / 2};
	CLEANUP(schedule_done) struct schedule schedule;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(schedule_init(&schedule, &m, NULL, RUN_ALL_CELLS, 3, &e), -E2BIG);
	assert_int_equal(e.kind, ERROR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_sizes_and_seeds),
		cmocka_unit_test(test_holes_and_restrictions),
		cmocka_unit_test(test_without_a_seed_in_the_order_of_the_file),
		cmocka_unit_test(test_the_order_is_the_seeds),
		cmocka_unit_test(test_what_is_done_leaves_the_order),
		cmocka_unit_test(test_the_longest_first),
		cmocka_unit_test(test_ranks_of_what_is_left),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_what_is_none_of_it),
		cmocka_unit_test(test_nothing_left),
		cmocka_unit_test(test_too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

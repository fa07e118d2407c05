// SPDX-License-Identifier: GPL-2.0-or-later
// The fewest rules that hold all points that are on, and none that is off.
//
// Theory of operation: a cube of a smallest cover can be widened until it is prime; it then holds no less and has no
// more conditions. So where all primes are known (prime.c), the cheapest choice among them (choose.c) is the smallest
// cover. Where there are too many of them, the choice is among those that are grown around one point after the other
// (expand.c), in two orders. A point for which the effort did not suffice becomes a rule of its own.
#include "analyze/cover.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/choose.h"
#include "analyze/expand.h"
#include "analyze/prime.h"
#include "base/cleanup.h"

/* For each bit of the space, the set of points that are on and have the level: up to so many words, 32 MB. */
#define ON_AT_WORDS_MAX (UINT64_C(1) << 22)

/* From factors with a condition, take the levels at which the cube holds no point that is on. */
static void tighten(const struct sides *sides, const uint64_t *on_at, uint64_t *cube, const uint64_t *on)
{
	const struct space *s = sides->space;
	size_t on_words = bits_words(sides->n_on);
	for (size_t f = 0; f < s->n_factors; f++) {
		if (!cube_names(s, cube, f))
			continue;
		for (size_t bit = s->first[f]; bit < s->first[f + 1]; bit++)
			if (!bits_meet(on, on_at + bit * on_words, on_words))
				bits_drop(cube, bit);
	}
}

/* All primes. Return: 1, or 0 where the effort ended, or -ENOMEM. */
static int gather_primes(const struct sides *sides, struct effort *effort, struct candidates *ret, struct error *e)
{
	size_t on_words = bits_words(sides->n_on), n_words = on_words * space_bits(sides->space);
	if (n_words > ON_AT_WORDS_MAX || !effort_spend(effort, n_words + sides->n_on))
		return 0;
	CLEANUP(cleanup_free) uint64_t *on_at = calloc(n_words + 1, sizeof *on_at);
	if (!on_at)
		return error_no_memory(e);
	for (size_t i = 0; i < sides->n_on; i++)
		for (size_t f = 0; f < sides->space->n_factors; f++)
			bits_add(on_at + sides->on[i][f] * on_words, i);
	int r = prime_find(sides, on_at, effort, ret, e);
	for (size_t i = 0; r > 0 && i < ret->n; i++)
		tighten(sides, on_at, candidate_cube(ret, i), candidate_on(ret, i));
	return r;
}

/* Grow a rule around @seed, and mark the points that it holds. Return: 1, or 0 where the effort ended, or -ENOMEM. */
static int gather_one(const struct sides *sides, size_t seed, bool *covered, struct effort *effort,
	struct candidates *to, struct error *e)
{
	if (to->n == CHOOSE_COLUMNS_MAX || candidates_full(to))
		return 0;
	int r = candidates_add(to, e);
	if (r < 0)
		return r;
	uint64_t *cube = candidate_cube(to, to->n - 1), *on = candidate_on(to, to->n - 1);
	r = expand(sides, seed, covered, effort, cube, e);
	if (r <= 0) {
		to->n--;
		return r;
	}
	for (size_t i = 0; i < sides->n_on; i++)
		if (cube_holds(sides->space, cube, sides->on[i])) {
			bits_add(on, i);
			covered[i] = true;
		}
	return 1;
}

/* Rules grown around the points, from the first to the last or the other way, until all points have one. */
static int gather_around(
	const struct sides *sides, bool backwards, struct effort *effort, struct candidates *to, struct error *e)
{
	CLEANUP(cleanup_free) bool *covered = calloc(sides->n_on + 1, sizeof *covered);
	if (!covered)
		return error_no_memory(e);
	int r = 1;
	for (size_t i = 0; r > 0 && i < sides->n_on; i++) {
		size_t seed = backwards ? sides->n_on - 1 - i : i;
		if (!covered[seed])
			r = gather_one(sides, seed, covered, effort, to, e);
	}
	return r;
}

static uint64_t weight_of(const struct space *s, const uint64_t *cube)
{
	size_t n_levels, n = cube_conditions(s, cube, &n_levels);
	if (n_levels > CHOOSE_LEVELS_MAX)
		n_levels = CHOOSE_LEVELS_MAX;
	return UINT64_C(1) << WEIGHT_RULE_BIT | (uint64_t)n << WEIGHT_CONDITION_BIT | n_levels;
}

static int add_cube(const struct space *s, const uint64_t *cube, struct arena *arena, struct cover *to, struct error *e)
{
	uint64_t *copy = arena_array(arena, s->n_words, sizeof *copy);
	if (!copy)
		return error_no_memory(e);
	if (cube)
		memcpy(copy, cube, s->n_words * sizeof *copy);
	to->cubes[to->n++] = copy;
	return 0;
}

/* The chosen candidates, and each point that is in none of them. */
static int collect(const struct sides *sides, const struct candidates *c, const bool *chosen, struct arena *arena,
	struct cover *ret, struct error *e)
{
	const struct space *s = sides->space;
	CLEANUP(cleanup_free) uint64_t *covered = calloc(c->on_words + 1, sizeof *covered);
	if (!covered)
		return error_no_memory(e);
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++) {
		n += chosen[i];
		for (size_t w = 0; chosen[i] && w < c->on_words; w++)
			covered[w] |= candidate_on(c, i)[w];
	}
	ret->cubes = arena_array(arena, n + sides->n_on - bits_count(covered, c->on_words), sizeof *ret->cubes);
	if (!ret->cubes)
		return error_no_memory(e);
	int r = 0;
	for (size_t i = 0; r == 0 && i < c->n; i++)
		if (chosen[i])
			r = add_cube(s, candidate_cube(c, i), arena, ret, e);
	for (size_t i = 0; r == 0 && i < sides->n_on; i++) {
		if (bits_has(covered, i))
			continue;
		r = add_cube(s, NULL, arena, ret, e);
		for (size_t f = 0; r == 0 && f < s->n_factors; f++)
			bits_add(ret->cubes[ret->n - 1], sides->on[i][f]);
	}
	return r;
}

static int compare_cubes(const void *a, const void *b, void *space)
{
	return cube_compare(space, *(uint64_t *const *)a, *(uint64_t *const *)b);
}

/* The best choice among @c. */
static int choose(const struct sides *sides, const struct candidates *c, bool complete, struct effort *effort,
	struct arena *arena, struct cover *ret, struct error *e)
{
	CLEANUP(cleanup_free) uint64_t *weights = calloc(c->n + 1, sizeof *weights);
	CLEANUP(cleanup_free) bool *chosen = calloc(c->n + 1, sizeof *chosen);
	if (!weights || !chosen)
		return error_no_memory(e);
	for (size_t i = 0; i < c->n; i++)
		weights[i] = weight_of(sides->space, candidate_cube(c, i));
	bool proven = false;
	int r = choose_cheapest(c, weights, effort, chosen, &proven, e);
	r = r < 0 ? r : collect(sides, c, chosen, arena, ret, e);
	if (r < 0)
		return r;
	qsort_r(ret->cubes, ret->n, sizeof *ret->cubes, compare_cubes, (void *)sides->space);
	for (size_t i = 0; i < ret->n; i++)
		ret->n_conditions += cube_conditions(sides->space, ret->cubes[i], NULL);
	/* One rule with one condition is the least there can be, however it was found. */
	ret->exact = (complete && proven) || (ret->n == 1 && ret->n_conditions == 1);
	return 0;
}

int cover_find(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *ret, struct error *e)
{
	CLEANUP(candidates_done) struct candidates c;
	*ret = (struct cover){.n = 0};
	candidates_init(&c, sides);
	struct effort part = {effort->left / 2};
	effort->left -= part.left;
	int complete = gather_primes(sides, &part, &c, e);
	effort->left += part.left;
	if (complete < 0)
		return complete;
	if (!complete) {
		part.left = effort->left / 4 * 3;
		effort->left -= part.left;
		int r = gather_around(sides, false, &part, &c, e);
		r = r <= 0 ? r : gather_around(sides, true, &part, &c, e);
		effort->left += part.left;
		if (r < 0)
			return r;
	}
	return choose(sides, &c, complete, effort, arena, ret, e);
}

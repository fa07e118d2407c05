// SPDX-License-Identifier: GPL-2.0-or-later
// The best choice among candidates, as a cover.
#include "law/cover_choice.h"

#include <stdlib.h>
#include <string.h>

#include "law/choose.h"
#include "base/cleanup.h"

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

int cover_choose(const struct sides *sides, const struct candidates *c, bool complete, struct effort *effort,
	struct arena *arena, struct cover *ret, struct error *e)
{
	CLEANUP(cleanup_free) uint64_t *weights = calloc(c->n + 1, sizeof *weights);
	CLEANUP(cleanup_free) bool *chosen = calloc(c->n + 1, sizeof *chosen);
	if (!weights || !chosen)
		return error_no_memory(e);
	for (size_t i = 0; i < c->n; i++)
		weights[i] = weight_of(sides->space, candidate_cube(c, i));
	*ret = (struct cover){.n = 0};
	uint64_t at_least = 0;
	int r = choose_cheapest(c, weights, effort, chosen, &at_least, e);
	r = r < 0 ? r : collect(sides, c, chosen, arena, ret, e);
	if (r < 0)
		return r;
	ret->cost.rules = ret->n;
	for (size_t i = 0; i < ret->n; i++)
		ret->cost.conditions += cube_conditions(sides->space, ret->cubes[i], NULL);
	ret->at_least = (struct cost){1, 1};
	if (complete && at_least)
		ret->at_least = (struct cost){
			.rules = at_least >> WEIGHT_RULE_BIT,
			.conditions = at_least >> WEIGHT_CONDITION_BIT &
				      ((UINT64_C(1) << (WEIGHT_RULE_BIT - WEIGHT_CONDITION_BIT)) - 1),
		};
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// All prime cubes, by taking one point after the other out of the whole space.
//
// Theory of operation: at any moment the list holds the largest cubes without the points taken out so far, in the
// beginning the one that is everything. To take out a point, each cube that holds it makes room for up to one cube a
// factor: itself without the point's level there. Of these only the largest stay.
//
// A new cube that lost its level at factor f has the point's level at each other factor. What contains it lacks the
// point, so it lacks just the level at f as well. It is therefore one of the new cubes that lost their level at f, or
// an old one whose only difference from the point is at f; nothing else is compared. No old cube goes into a new one,
// as it would have gone into the cube that was split.
//
// A cube without any point that is on is dropped at once: what comes of it has none either, and what it would have
// swallowed, too.
#include "analyze/prime.h"

#include <string.h>

#include "base/cleanup.h"

struct taking_out {
	const struct sides *sides;
	const uint64_t *on_at;
	struct effort *effort;
	struct candidates old, kept, fresh;
	uint32_t
		*near; /* by old cube that was kept: the one factor at which it lacks the point's level, or n_factors */
	bool gave_up;  /* the effort ended, or there are too many */
};

static void cleanup_taking_out(struct taking_out *t)
{
	candidates_done(&t->old);
	candidates_done(&t->kept);
	candidates_done(&t->fresh);
	free(t->near);
}

/* The one factor at which @cube lacks @point's level; n_factors: there are more; n_factors + 1: there is none. */
static size_t only_difference(const struct space *s, const uint64_t *cube, const uint32_t *point)
{
	size_t found = s->n_factors + 1;
	for (size_t f = 0; f < s->n_factors; f++)
		if (!bits_has(cube, point[f])) {
			if (found < s->n_factors)
				return s->n_factors;
			found = f;
		}
	return found;
}

static int copy_to(struct candidates *to, const struct candidates *from, size_t i, struct error *e)
{
	int r = candidates_add(to, e);
	if (r == 0)
		memcpy(candidate_cube(to, to->n - 1), candidate_cube(from, i),
			(from->cube_words + from->on_words) * sizeof *from->words);
	return r;
}

/* Cube @i of the old ones without the level @bit, when it then still holds a point that is on. */
static int split(struct taking_out *t, size_t i, uint32_t bit, struct error *e)
{
	const uint64_t *on = candidate_on(&t->old, i), *at = t->on_at + bit * t->old.on_words;
	if (bits_within(on, at, t->old.on_words))
		return 0;
	int r = copy_to(&t->fresh, &t->old, i, e);
	if (r < 0)
		return r;
	bits_drop(candidate_cube(&t->fresh, t->fresh.n - 1), bit);
	uint64_t *rest = candidate_on(&t->fresh, t->fresh.n - 1);
	for (size_t w = 0; w < t->old.on_words; w++)
		rest[w] &= ~at[w];
	return 0;
}

/* Whether one of the @n_old cubes that were kept and are near at @f, or of the fresh ones, contains fresh cube @i. */
static bool is_swallowed(const struct taking_out *t, size_t i, size_t f, size_t n_old)
{
	size_t n_words = t->old.cube_words;
	const uint64_t *cube = candidate_cube(&t->fresh, i);
	for (size_t k = 0; k < t->fresh.n; k++) {
		const uint64_t *other = candidate_cube(&t->fresh, k);
		/* Of equal ones, the first stays. */
		if (k != i && bits_within(cube, other, n_words) && (k < i || !bits_within(other, cube, n_words)))
			return true;
	}
	for (size_t k = 0; k < n_old; k++)
		if (t->near[k] == f && bits_within(cube, candidate_cube(&t->kept, k), n_words))
			return true;
	return false;
}

/* The cubes that hold @point, split at @f; what is new and swallowed by none goes behind the @n_old kept ones. */
static int split_at(struct taking_out *t, const uint32_t *point, size_t f, size_t n_old, struct error *e)
{
	int r = 0;
	t->fresh.n = 0;
	for (size_t i = 0; r == 0 && i < t->old.n; i++)
		if (cube_holds(t->sides->space, candidate_cube(&t->old, i), point))
			r = split(t, i, point[f], e);
	for (size_t i = 0; r == 0 && i < t->fresh.n; i++) {
		t->gave_up |= !effort_spend(t->effort, t->fresh.n + n_old + t->old.on_words) ||
			      t->kept.n == PRIMES_MAX || candidates_full(&t->kept);
		if (t->gave_up)
			break;
		if (!is_swallowed(t, i, f, n_old))
			r = copy_to(&t->kept, &t->fresh, i, e);
	}
	return r;
}

static int take_out(struct taking_out *t, const uint32_t *point, struct error *e)
{
	const struct space *s = t->sides->space;
	int r = 0;
	bool any = false;
	t->kept.n = 0;
	for (size_t i = 0; i < t->old.n && !any; i++)
		any = cube_holds(s, candidate_cube(&t->old, i), point);
	if (!any)
		return 0;
	for (size_t i = 0; r == 0 && i < t->old.n; i++) {
		size_t difference = only_difference(s, candidate_cube(&t->old, i), point);
		if (difference > s->n_factors)
			continue;
		t->near[t->kept.n] = (uint32_t)difference;
		r = copy_to(&t->kept, &t->old, i, e);
	}
	size_t n_old = t->kept.n;
	for (size_t f = 0; r == 0 && !t->gave_up && f < s->n_factors; f++)
		r = split_at(t, point, f, n_old, e);
	struct candidates swap = t->old;
	t->old = t->kept;
	t->kept = swap;
	return r;
}

int prime_find(const struct sides *sides, const uint64_t *on_at, struct effort *effort, struct candidates *ret,
	struct error *e)
{
	CLEANUP(cleanup_taking_out) struct taking_out t = {.sides = sides, .on_at = on_at, .effort = effort};
	candidates_init(&t.old, sides);
	candidates_init(&t.kept, sides);
	candidates_init(&t.fresh, sides);
	t.near = calloc(PRIMES_MAX, sizeof *t.near);
	int r = t.near ? candidates_add(&t.old, e) : error_no_memory(e);
	if (r < 0)
		return r;
	bits_add_all(candidate_cube(&t.old, 0), space_bits(sides->space));
	bits_add_all(candidate_on(&t.old, 0), sides->n_on);
	for (size_t i = 0; r == 0 && !t.gave_up && i < sides->n_off; i++) {
		t.gave_up = !effort_spend(effort, t.old.n * (t.old.cube_words + t.old.on_words + 2));
		if (!t.gave_up)
			r = take_out(&t, sides->off[i], e);
	}
	if (r < 0 || t.gave_up)
		return r;
	*ret = t.old;
	t.old = CANDIDATES_INIT;
	return 1;
}

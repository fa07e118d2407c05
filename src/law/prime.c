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
// With few points that are on, this is done for each of them by itself, which is much less work where most of the space
// is open: the points off are then taken out in the order of their distance, and the nearest leave few cubes that still
// hold the point. A prime that holds several is kept when it comes up first.
//
// A cube without any point that is on is dropped at once: what comes of it has none either, and what it would have
// swallowed, too.
#include "law/prime.h"

#include <string.h>

#include "base/cleanup.h"

/* Points that are on, up to which it is done for each by itself. */
#define PRIMES_POINTS_MAX 128

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
		/* No two are equal: with the level that they lost, the cubes that were split would be. */
		if (k != i && bits_within(cube, candidate_cube(&t->fresh, k), n_words))
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

/* All primes that hold a point that is on. Return: 1, or 0 where the effort ended or there are too many, or -ENOMEM. */
static int find_at_once(const struct sides *sides, const uint64_t *on_at, struct effort *effort, struct candidates *ret,
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
		t.gave_up = !effort_spend(effort, t.old.n * (t.old.cube_words + t.old.on_words + 2) + POINT_STEPS);
		if (!t.gave_up)
			r = take_out(&t, sides->off[i], e);
	}
	if (r < 0 || t.gave_up)
		return r;
	*ret = t.old;
	t.old = CANDIDATES_INIT;
	return 1;
}

/* What is needed to look at one point that is on at a time. */
struct one_point {
	struct sides sides;  /* that point, and all that are off, the nearest first; the array is owned */
	uint64_t *on_at;     /* owned */
	size_t *at_distance; /* owned */
};

static void cleanup_one_point(struct one_point *one)
{
	free(one->sides.off);
	free(one->on_at);
	free(one->at_distance);
}

static int one_point_init(struct one_point *one, const struct sides *sides, struct error *e)
{
	one->sides = *sides;
	one->sides.n_on = 1;
	one->sides.off = calloc(sides->n_off + 1, sizeof *one->sides.off);
	one->on_at = calloc(space_bits(sides->space) + 1, sizeof *one->on_at);
	one->at_distance = calloc(sides->space->n_factors + 2, sizeof *one->at_distance);
	return one->sides.off && one->on_at && one->at_distance ? 0 : error_no_memory(e);
}

static size_t distance(const struct space *s, const uint32_t *a, const uint32_t *b)
{
	size_t n = 0;
	for (size_t f = 0; f < s->n_factors; f++)
		n += a[f] != b[f];
	return n;
}

static void take_point(struct one_point *one, const struct sides *sides, size_t i)
{
	const struct space *s = sides->space;
	const uint32_t *point = sides->on[i];
	one->sides.on = sides->on + i;
	memset(one->on_at, 0, space_bits(s) * sizeof *one->on_at);
	memset(one->at_distance, 0, (s->n_factors + 2) * sizeof *one->at_distance);
	for (size_t f = 0; f < s->n_factors; f++)
		one->on_at[point[f]] = 1;
	for (size_t k = 0; k < sides->n_off; k++)
		one->at_distance[distance(s, point, sides->off[k]) + 1]++;
	for (size_t d = 0; d <= s->n_factors; d++)
		one->at_distance[d + 1] += one->at_distance[d];
	for (size_t k = 0; k < sides->n_off; k++)
		one->sides.off[one->at_distance[distance(s, point, sides->off[k])]++] = sides->off[k];
}

/* Add the cubes of @from, but for those that hold a point before @i: these are there already. */
static int add_new(
	const struct sides *sides, const struct candidates *from, size_t i, struct candidates *to, struct error *e)
{
	int r = 0;
	for (size_t k = 0; r == 0 && k < from->n; k++) {
		const uint64_t *cube = candidate_cube(from, k);
		size_t first = 0;
		while (first < i && !cube_holds(sides->space, cube, sides->on[first]))
			first++;
		if (first < i)
			continue;
		r = candidates_add(to, e);
		if (r < 0)
			return r;
		memcpy(candidate_cube(to, to->n - 1), cube, to->cube_words * sizeof *cube);
		for (size_t p = i; p < sides->n_on; p++)
			if (cube_holds(sides->space, cube, sides->on[p]))
				bits_add(candidate_on(to, to->n - 1), p);
	}
	return r;
}

int prime_find(const struct sides *sides, const uint64_t *on_at, struct effort *effort, struct candidates *ret,
	struct error *e)
{
	if (sides->n_on > PRIMES_POINTS_MAX)
		return find_at_once(sides, on_at, effort, ret, e);
	CLEANUP(cleanup_one_point) struct one_point one = {.on_at = NULL};
	int r = one_point_init(&one, sides, e);
	candidates_init(ret, sides);
	for (size_t i = 0; r == 0 && i < sides->n_on; i++) {
		CLEANUP(candidates_done) struct candidates primes = CANDIDATES_INIT;
		if (!effort_spend(effort, sides->n_off * 2 * (POINT_STEPS + sides->space->n_factors)))
			return 0;
		take_point(&one, sides, i);
		r = find_at_once(&one.sides, one.on_at, effort, &primes, e);
		if (r <= 0)
			return r;
		if (ret->n + primes.n > PRIMES_MAX || candidates_full(ret) ||
			!effort_spend(effort, primes.n * sides->n_on * POINT_STEPS))
			return 0;
		r = add_new(sides, &primes, i, ret, e);
	}
	return r < 0 ? r : 1;
}

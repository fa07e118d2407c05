// SPDX-License-Identifier: GPL-2.0-or-later
// One good rule that holds a given point.
//
// Theory of operation: a rule is grown by conditions that the point meets, "this factor has the point's level", until
// it holds no point any more that is off: each time the one that takes out many of those, and keeps many that are on.
// Then its conditions are widened again, factor by factor, the one first by which most is gained: by the levels that
// let in no point that is off, or until it can go. After Brayton et al., "Logic minimization algorithms for VLSI
// synthesis", 1984, where this is done from the other end; from this end the work is a few passes over the points,
// however many levels there are.
#include "law/expand.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* Points still to be looked at. */
struct heap_of_points {
	const uint32_t **points;
	size_t n;
};

struct expansion {
	const struct sides *sides;
	const uint32_t *point;
	struct effort *effort;
	uint64_t *cube;
	struct heap_of_points on, off; /* those that the conditions so far hold; owned */
	size_t *named;                 /* factors with a condition */
	size_t n_named;
	uint64_t *out, *kept; /* by factor: points off that it would take out, points on that it would keep */
	bool *blocked;        /* by bit: the level would let in a point that is off */
	uint32_t *gains;      /* by bit: how many points that are on the level would let in */
};

static void cleanup_expansion(struct expansion *x)
{
	free(x->on.points);
	free(x->off.points);
	free(x->named);
	free(x->out);
	free(x->kept);
	free(x->blocked);
	free(x->gains);
}

/* All bits of factor @f. */
static void free_factor(const struct space *s, uint64_t *cube, size_t f)
{
	for (size_t bit = s->first[f]; bit < s->first[f + 1]; bit++)
		bits_add(cube, bit);
}

static void keep_agreeing(struct heap_of_points *heap, const uint32_t *point, size_t f)
{
	size_t n = 0;
	for (size_t i = 0; i < heap->n; i++)
		if (heap->points[i][f] == point[f])
			heap->points[n++] = heap->points[i];
	heap->n = n;
}

/* The factor whose condition takes out much and keeps much; n_factors when none takes out any. */
static size_t best_condition(struct expansion *x)
{
	size_t n_factors = x->sides->space->n_factors, best = n_factors;
	memset(x->out, 0, n_factors * sizeof *x->out);
	memset(x->kept, 0, n_factors * sizeof *x->kept);
	for (size_t i = 0; i < x->off.n; i++)
		for (size_t f = 0; f < n_factors; f++)
			x->out[f] += x->off.points[i][f] != x->point[f];
	for (size_t i = 0; i < x->on.n; i++)
		for (size_t f = 0; f < n_factors; f++)
			x->kept[f] += x->on.points[i][f] == x->point[f];
	for (size_t f = 0; f < n_factors; f++)
		if (x->out[f] && (best == n_factors || x->out[f] * x->kept[f] > x->out[best] * x->kept[best]))
			best = f;
	return best;
}

/* Return: false where the effort ended. */
static bool narrow(struct expansion *x)
{
	const struct space *s = x->sides->space;
	while (x->off.n) {
		if (!effort_spend(x->effort, (x->off.n + x->on.n) * (s->n_factors + POINT_STEPS)))
			return false;
		size_t f = best_condition(x);
		if (f == s->n_factors)
			return false;
		for (size_t bit = s->first[f]; bit < s->first[f + 1]; bit++)
			bits_drop(x->cube, bit);
		bits_add(x->cube, x->point[f]);
		x->named[x->n_named++] = f;
		keep_agreeing(&x->on, x->point, f);
		keep_agreeing(&x->off, x->point, f);
	}
	return true;
}

/* The one condition that @point does not meet; n_factors when it meets all, or fails more than one. */
static size_t only_obstacle(const struct expansion *x, const uint32_t *point)
{
	size_t found = x->sides->space->n_factors;
	for (size_t k = 0; k < x->n_named; k++) {
		size_t f = x->named[k];
		if (bits_has(x->cube, point[f]))
			continue;
		if (found != x->sides->space->n_factors)
			return x->sides->space->n_factors;
		found = f;
	}
	return found;
}

static void look_around(struct expansion *x, const bool *covered)
{
	const struct sides *sides = x->sides;
	size_t n_factors = sides->space->n_factors;
	memset(x->blocked, 0, space_bits(sides->space) * sizeof *x->blocked);
	memset(x->gains, 0, space_bits(sides->space) * sizeof *x->gains);
	for (size_t i = 0; i < sides->n_off; i++) {
		size_t f = only_obstacle(x, sides->off[i]);
		if (f < n_factors)
			x->blocked[sides->off[i][f]] = true;
	}
	for (size_t i = 0; i < sides->n_on; i++) {
		size_t f = covered[i] ? n_factors : only_obstacle(x, sides->on[i]);
		if (f < n_factors)
			x->gains[sides->on[i][f]]++;
	}
}

/* What widening the condition on @f by all levels that it may have would gain; @ret_all: that it then can go. */
static uint64_t gain_at(const struct expansion *x, size_t f, bool *ret_all)
{
	const struct space *s = x->sides->space;
	uint64_t gain = 0;
	*ret_all = true;
	for (size_t bit = s->first[f]; bit < s->first[f + 1]; bit++) {
		*ret_all &= !x->blocked[bit];
		if (!x->blocked[bit])
			gain += x->gains[bit];
	}
	return gain;
}

/* Widen one condition. Return: false when there is none left to widen. */
static bool widen_one(struct expansion *x)
{
	const struct space *s = x->sides->space;
	size_t best = x->n_named;
	uint64_t best_gain = 0;
	bool best_goes = false;
	for (size_t k = 0; k < x->n_named; k++) {
		bool goes;
		uint64_t gain = gain_at(x, x->named[k], &goes);
		if ((gain || goes) &&
			(best == x->n_named || goes > best_goes || (goes == best_goes && gain > best_gain))) {
			best = k;
			best_gain = gain;
			best_goes = goes;
		}
	}
	if (best == x->n_named)
		return false;
	size_t f = x->named[best];
	for (size_t bit = s->first[f]; bit < s->first[f + 1]; bit++)
		if (!x->blocked[bit] && x->gains[bit])
			bits_add(x->cube, bit);
	if (best_goes) {
		free_factor(s, x->cube, f);
		x->named[best] = x->named[--x->n_named];
	}
	return true;
}

static int begin(struct expansion *x, const bool *covered, struct error *e)
{
	const struct sides *sides = x->sides;
	const struct space *s = sides->space;
	x->on.points = calloc(sides->n_on + 1, sizeof *x->on.points);
	x->off.points = calloc(sides->n_off + 1, sizeof *x->off.points);
	x->named = calloc(s->n_factors + 1, sizeof *x->named);
	x->out = calloc(s->n_factors + 1, sizeof *x->out);
	x->kept = calloc(s->n_factors + 1, sizeof *x->kept);
	x->blocked = calloc(space_bits(s) + 1, sizeof *x->blocked);
	x->gains = calloc(space_bits(s) + 1, sizeof *x->gains);
	if (!x->on.points || !x->off.points || !x->named || !x->out || !x->kept || !x->blocked || !x->gains)
		return error_no_memory(e);
	memcpy(x->off.points, sides->off, sides->n_off * sizeof *x->off.points);
	x->off.n = sides->n_off;
	for (size_t i = 0; i < sides->n_on; i++)
		if (!covered[i])
			x->on.points[x->on.n++] = sides->on[i];
	bits_add_all(x->cube, space_bits(s));
	return 0;
}

int expand(const struct sides *sides, size_t seed, const bool *covered, struct effort *effort, uint64_t *ret,
	struct error *e)
{
	const struct space *s = sides->space;
	CLEANUP(cleanup_expansion)
	struct expansion x = {
		.sides = sides,
		.point = sides->on[seed],
		.effort = effort,
		.cube = ret,
	};
	if (!effort_spend(effort, (sides->n_on + sides->n_off) * POINT_STEPS + space_bits(s)))
		return 0;
	int r = begin(&x, covered, e);
	if (r < 0 || !narrow(&x))
		return r;
	do {
		if (!effort_spend(effort, (sides->n_on + sides->n_off) * POINT_STEPS + space_bits(s)))
			return 0;
		look_around(&x, covered);
	} while (widen_one(&x));
	return 1;
}

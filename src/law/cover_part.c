// SPDX-License-Identifier: GPL-2.0-or-later
// A smallest cover, by way of some of the points.
//
// Theory of operation: a cover of all points is one of any part of them, so a smallest cover of a part costs no more
// than one of all. When a cover of all is known that costs as much as the part's smallest, it is a smallest one. When
// the part's smallest happens to be right for all points, it is one, too. When it is not, points where it is wrong
// join the part, and so on.
//
// This is for tables that cannot be condensed, because of holes or of single odd values: all points together may have
// a million primes, where a part has ten. It begins with a point out of each cube of the known cover, and the points
// off that differ from it at one factor alone: these leave a cube that holds the point no choice of conditions.
#include "law/cover_part.h"

#include <stdlib.h>

#include "law/cover_exact.h"
#include "base/cleanup.h"

/* Points out of one cube that are looked at to find the one that says most. */
#define SEEDS_TRIED 8
/* Points that are on and join in one round: with one at a time there are many rounds. */
#define JOINING 8

/* The points that are in the part. */
struct part {
	const struct sides *whole;
	struct effort *effort;
	struct sides sides;     /* the part; its arrays are owned */
	bool *has_on, *has_off; /* by point of the whole */
};

static void cleanup_part(struct part *p)
{
	free(p->sides.on);
	free(p->sides.off);
	free(p->has_on);
	free(p->has_off);
}

static int begin(struct part *p, struct error *e)
{
	const struct sides *whole = p->whole;
	p->sides.space = whole->space;
	p->sides.on = calloc(whole->n_on + 1, sizeof *p->sides.on);
	p->sides.off = calloc(whole->n_off + 1, sizeof *p->sides.off);
	p->has_on = calloc(whole->n_on + 1, sizeof *p->has_on);
	p->has_off = calloc(whole->n_off + 1, sizeof *p->has_off);
	return p->sides.on && p->sides.off && p->has_on && p->has_off ? 0 : error_no_memory(e);
}

static void add_off(struct part *p, size_t i)
{
	if (!p->has_off[i])
		p->sides.off[p->sides.n_off++] = p->whole->off[i];
	p->has_off[i] = true;
}

/* At how many factors two points differ; @enough where it is not less than that. */
static size_t distance(const struct space *s, const uint32_t *a, const uint32_t *b, size_t enough)
{
	size_t n = 0;
	for (size_t f = 0; f < s->n_factors && n < enough; f++)
		n += a[f] != b[f];
	return n;
}

static size_t count_neighbours(const struct part *p, size_t on)
{
	size_t n = 0;
	for (size_t i = 0; i < p->whole->n_off; i++)
		n += distance(p->whole->space, p->whole->on[on], p->whole->off[i], 2) == 1;
	return n;
}

/* A point that is on joins, and those off that differ from it at one factor. */
static void add_with_neighbours(struct part *p, size_t on)
{
	if (p->has_on[on])
		return;
	p->has_on[on] = true;
	p->sides.on[p->sides.n_on++] = p->whole->on[on];
	for (size_t i = 0; i < p->whole->n_off; i++)
		if (distance(p->whole->space, p->whole->on[on], p->whole->off[i], 2) == 1)
			add_off(p, i);
}

/* How many cubes hold @point; 2 for more. */
static size_t count_holding(const struct space *s, const struct cover *cover, const uint32_t *point)
{
	size_t n = 0;
	for (size_t k = 0; k < cover->n && n < 2; k++)
		n += cube_holds(s, cover->cubes[k], point);
	return n;
}

/*
 * Of some points that only cube @k of the cover holds, the one with the most neighbours that are off joins.
 * Return: false where the effort ended.
 */
static bool add_seed(struct part *p, const struct cover *cover, size_t k)
{
	const struct sides *whole = p->whole;
	size_t best = SIZE_MAX, best_n = 0, stride = whole->n_on / SEEDS_TRIED + 1;
	for (size_t start = 0; start < whole->n_on; start += stride) {
		size_t i = start;
		for (; i < start + stride && i < whole->n_on; i++)
			if (cube_holds(whole->space, cover->cubes[k], whole->on[i]) &&
				count_holding(whole->space, cover, whole->on[i]) == 1)
				break;
		if (!effort_spend(p->effort, (i - start + 1 + whole->n_off) * POINT_STEPS + cover->n))
			return false;
		if (i == start + stride || i == whole->n_on)
			continue;
		size_t n = count_neighbours(p, i);
		if (best == SIZE_MAX || n > best_n) {
			best = i;
			best_n = n;
		}
	}
	if (best != SIZE_MAX)
		add_with_neighbours(p, best);
	return effort_spend(p->effort, whole->n_off * POINT_STEPS);
}

/* A point of the part that is on and in @cube; there is one, as no smallest cover has a cube without. */
static const uint32_t *point_in(const struct part *p, const uint64_t *cube)
{
	size_t i = 0;
	while (i + 1 < p->sides.n_on && !cube_holds(p->sides.space, cube, p->sides.on[i]))
		i++;
	return p->sides.on[i];
}

/* Of the points off that @cube holds, one that is as near as can be to a point on joins. Return: whether there is any.
 */
static bool add_held(struct part *p, const uint64_t *cube)
{
	const struct sides *whole = p->whole;
	const uint32_t *near = point_in(p, cube);
	size_t best = SIZE_MAX, best_distance = SIZE_MAX;
	for (size_t i = 0; i < whole->n_off; i++) {
		if (!cube_holds(whole->space, cube, whole->off[i]))
			continue;
		size_t n = distance(whole->space, near, whole->off[i], best_distance);
		if (n < best_distance) {
			best = i;
			best_distance = n;
		}
	}
	if (best != SIZE_MAX)
		add_off(p, best);
	return best != SIZE_MAX;
}

/* Add points at which @cover is wrong. Return: whether there were any. */
static bool add_wrong(struct part *p, const struct cover *cover)
{
	const struct sides *whole = p->whole;
	bool any = false;
	for (size_t k = 0; k < cover->n; k++)
		any |= add_held(p, cover->cubes[k]);
	for (size_t start = 0, stride = whole->n_on / JOINING + 1; start < whole->n_on; start += stride)
		for (size_t i = start; i < start + stride && i < whole->n_on; i++)
			if (!count_holding(whole->space, cover, whole->on[i])) {
				add_with_neighbours(p, i);
				any = true;
				break;
			}
	return any;
}

int cover_prove(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *cover, struct error *e)
{
	CLEANUP(cleanup_part) struct part p = {.whole = sides, .effort = effort};
	if (!effort_spend(effort, sides->n_on + sides->n_off))
		return 0;
	int r = begin(&p, e);
	for (size_t k = 0; r == 0 && k < cover->n; k++)
		if (!add_seed(&p, cover, k))
			return 0;
	while (r == 0) {
		struct cover part;
		r = cover_exact(&p.sides, effort, arena, &part, e);
		if (r < 0)
			return r;
		if (cost_compare(cover->at_least, part.at_least) < 0)
			cover->at_least = part.at_least;
		if (r == 0 || cost_compare(cover->cost, cover->at_least) == 0)
			return 0;
		if (!effort_spend(effort, (sides->n_on + sides->n_off) * (part.cost.rules + JOINING * POINT_STEPS)))
			return 0;
		if (!add_wrong(&p, &part)) {
			*cover = part;
			return 0;
		}
		r = 0;
	}
	return r;
}

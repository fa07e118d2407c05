// SPDX-License-Identifier: GPL-2.0-or-later
// A table made smaller, its smallest law staying as small.
//
// Theory of operation: three things are taken out, until none is left. Each leaves the number of rules and of
// conditions of the smallest law as it is, whichever value is `otherwise`.
//
// 1. A factor that another one determines: wherever g has a level, f has one and the same. A condition on f can be
//    said of g, by listing the levels of g that go with those of f; where a rule has conditions on both, they become
//    one. A law without f is a law of the whole table as it stands.
// 2. A level b of a factor that another level a stands for: every point that was observed at b was observed at a as
//    well, the other factors being the same, with the same value. Any law of the whole table is right without the
//    points at b. A law that is right without them is right with them when every condition that lists a lists b, too,
//    and every one that does not, does not. So b is merged into a. A factor with one level left says nothing and is
//    gone. In a table without holes this takes out just the factors on which nothing depends, and makes one of levels
//    that act alike. With holes, the points at a must tell all that those at b do.
// 3. The same for two factors at a time (b into a, and at the same time d into c), for tables in which two factors had
//    to be equal somewhere, so that neither can be changed alone. The argument is the same: a map of levels, factor by
//    factor, that takes every observed point to an observed one with the same value turns a law of what it leaves
//    into one of all, condition by condition.
//
// Whether the neighbour of a point was observed is looked up in a hash table. All of it is worth while and none of it
// is needed: where the effort ends, the table stays as large as it is then.
#include "law/condense.h"

#include <stdlib.h>
#include <string.h>

#include "law/effort.h"
#include "base/cleanup.h"

/* Steps are probes of the hash table and points passed; a table that can be condensed needs 5 to 40 a point. */
#define CONDENSE_STEPS_A_POINT 200
#define CONDENSE_STEPS 10000000
/* Levels are held against each other, each with each, up to so many; beyond, only those that look equal. */
#define CONDENSE_PAIRS_LEVELS 32
#define NO_LEVEL UINT32_MAX

/* Of one factor. */
struct column {
	bool gone;        /* determined by another one: its level is 0 everywhere */
	size_t n_levels;  /* in the table */
	size_t n_present; /* levels that live points have */
	uint32_t *into;   /* by level: itself, or the one that it was merged into */
	uint32_t *n_at;   /* by level: how many live points have it */
};

struct condensing {
	struct arena arena;
	size_t n_factors, n_points; /* all points, dead ones as well */
	uint16_t *levels;
	const uint16_t *values;
	struct column *columns;
	uint32_t *live; /* those that nothing stands for, ascending */
	size_t n_live;
	uint64_t *hashes;
	uint32_t *slots; /* number of a point + 1, or 0 */
	size_t mask;
	uint32_t *by_level; /* for as many levels as any factor has, to work in */
	struct effort effort;
};

static void cleanup_condensing(struct condensing *c)
{
	arena_done(&c->arena);
}

static const uint16_t *point_at(const struct condensing *c, size_t i)
{
	return c->levels + i * c->n_factors;
}

/* A number for "this factor has this level"; that of a point is the sum over its factors. */
static uint64_t level_hash(size_t factor, size_t level)
{
	uint64_t x = ((uint64_t)factor << 32 | level) + UINT64_C(0x9e3779b97f4a7c15);
	/* The finalizer of splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. */
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static bool index_points(struct condensing *c)
{
	memset(c->slots, 0, (c->mask + 1) * sizeof *c->slots);
	for (size_t i = 0; i < c->n_points; i++) {
		c->hashes[i] = 0;
		for (size_t f = 0; f < c->n_factors; f++)
			c->hashes[i] += level_hash(f, point_at(c, i)[f]);
	}
	/* Only live ones: a factor that is gone makes dead ones equal to them. */
	for (size_t k = 0; k < c->n_live; k++) {
		size_t at = c->hashes[c->live[k]] & c->mask, n_probes = 1;
		for (; c->slots[at]; at = (at + 1) & c->mask)
			n_probes++;
		c->slots[at] = c->live[k] + 1;
		if (!effort_spend(&c->effort, n_probes))
			return false;
	}
	return true;
}

/* A change of one level, at the points that have it. */
struct merge {
	size_t factor;
	uint32_t from, into;
};

static bool is_changed(
	const struct condensing *c, size_t i, const uint16_t *point, const struct merge *merges, size_t n_merges)
{
	const uint16_t *other = point_at(c, i);
	size_t from = 0;
	for (size_t k = 0; k < n_merges; k++) {
		size_t f = merges[k].factor;
		if (memcmp(other + from, point + from, (f - from) * sizeof *point) || other[f] != merges[k].into)
			return false;
		from = f + 1;
	}
	return !memcmp(other + from, point + from, (c->n_factors - from) * sizeof *point);
}

/* Whether point @i, with the levels in @merges (by factor ascending) in place of its own, was seen with its value. */
static bool agrees(struct condensing *c, size_t i, const struct merge *merges, size_t n_merges)
{
	const uint16_t *point = point_at(c, i);
	uint64_t hash = c->hashes[i];
	for (size_t k = 0; k < n_merges; k++)
		hash += level_hash(merges[k].factor, merges[k].into) -
			level_hash(merges[k].factor, point[merges[k].factor]);
	size_t n_probes = 1;
	for (size_t at = hash & c->mask; c->slots[at]; at = (at + 1) & c->mask, n_probes++) {
		size_t other = c->slots[at] - 1;
		if (c->hashes[other] != hash || !is_changed(c, other, point, merges, n_merges))
			continue;
		return effort_spend(&c->effort, n_probes) && c->values[other] == c->values[i];
	}
	effort_spend(&c->effort, n_probes);
	return false;
}

/* Bury the points at levels that were merged. */
static void drop_merged(struct condensing *c, size_t f)
{
	struct column *column = &c->columns[f];
	size_t n = 0;
	for (size_t k = 0; k < c->n_live; k++) {
		uint16_t level = point_at(c, c->live[k])[f];
		if (column->into[level] == level) {
			c->live[n++] = c->live[k];
			continue;
		}
		for (size_t g = 0; g < c->n_factors; g++)
			if (--c->columns[g].n_at[point_at(c, c->live[k])[g]] == 0)
				c->columns[g].n_present--;
	}
	c->n_live = n;
}

/* Merge @from into @into. A level that was merged into @from follows. */
static void merge_level(struct column *column, uint32_t from, uint32_t into)
{
	for (size_t l = 0; l < column->n_levels; l++)
		if (column->into[l] == from)
			column->into[l] = into;
}

struct likeness {
	uint64_t sum; /* of the points at the level, this factor's part left out, and of their values */
	uint32_t level;
};

static int compare_likeness(const void *a, const void *b)
{
	const struct likeness *x = a, *y = b;
	if (x->sum != y->sum)
		return x->sum < y->sum ? -1 : 1;
	return (x->level > y->level) - (x->level < y->level);
}

/* For each level of @f the least one that looks equal, or itself. Return: whether there is any other. */
static bool guess_equal(struct condensing *c, size_t f, struct likeness *likeness, uint32_t *ret_into)
{
	struct column *column = &c->columns[f];
	for (uint32_t l = 0; l < column->n_levels; l++) {
		likeness[l] = (struct likeness){.level = l};
		ret_into[l] = l;
	}
	for (size_t k = 0; k < c->n_live; k++) {
		size_t i = c->live[k];
		uint16_t level = point_at(c, i)[f];
		uint64_t rest = c->hashes[i] - level_hash(f, level);
		likeness[level].sum += level_hash(c->values[i], rest ^ rest >> 32);
	}
	qsort(likeness, column->n_levels, sizeof *likeness, compare_likeness);
	bool any = false;
	for (size_t l = 1, first = 0; l < column->n_levels; l++) {
		if (likeness[l].sum != likeness[first].sum)
			first = l;
		uint32_t level = likeness[l].level, into = likeness[first].level;
		if (l == first || column->n_at[level] == 0 || column->n_at[level] != column->n_at[into])
			continue;
		ret_into[level] = into;
		any = true;
	}
	return any;
}

/* Merge the levels of @f that are equal. Return: whether there were any; -ENOMEM. */
static int merge_equal(struct condensing *c, size_t f, struct error *e)
{
	struct column *column = &c->columns[f];
	CLEANUP(cleanup_free) struct likeness *likeness = calloc(column->n_levels, sizeof *likeness);
	CLEANUP(cleanup_free) uint32_t *into = calloc(column->n_levels, sizeof *into);
	if (!likeness || !into)
		return error_no_memory(e);
	if (!effort_spend(&c->effort, c->n_live + column->n_levels) || !guess_equal(c, f, likeness, into))
		return 0;
	for (size_t k = 0; k < c->n_live; k++) {
		uint16_t level = point_at(c, c->live[k])[f];
		if (into[level] != level && !agrees(c, c->live[k], &(struct merge){f, level, into[level]}, 1))
			into[level] = level;
	}
	bool any = false;
	for (uint32_t l = 0; l < column->n_levels; l++)
		if (into[l] != l) {
			merge_level(column, l, into[l]);
			any = true;
		}
	if (any)
		drop_merged(c, f);
	return any;
}

/* Merge the levels of @f that another one stands for. Return: whether there were any. */
static bool merge_weaker(struct condensing *c, size_t f)
{
	struct column *column = &c->columns[f];
	uint32_t present[CONDENSE_PAIRS_LEVELS], *number = c->by_level;
	bool stands[CONDENSE_PAIRS_LEVELS][CONDENSE_PAIRS_LEVELS]; /* the second for the first, as far as seen */
	size_t n = 0;
	if (column->n_present < 2 || column->n_present > CONDENSE_PAIRS_LEVELS)
		return false;
	for (uint32_t l = 0; l < column->n_levels; l++)
		if (column->n_at[l]) {
			number[l] = (uint32_t)n;
			present[n++] = l;
		}
	size_t n_open = n * (n - 1);
	for (size_t b = 0; b < n; b++)
		for (size_t a = 0; a < n; a++)
			stands[b][a] = a != b;
	for (size_t k = 0; n_open && k < c->n_live; k++) {
		uint32_t level = point_at(c, c->live[k])[f];
		size_t b = number[level];
		if (!effort_spend(&c->effort, 1))
			return false;
		for (size_t a = 0; a < n; a++)
			if (stands[b][a] && !agrees(c, c->live[k], &(struct merge){f, level, present[a]}, 1)) {
				stands[b][a] = false;
				n_open--;
			}
	}
	if (!n_open || !c->effort.left)
		return false;
	/* It is transitive: where the one that stands for b was itself merged, so does the one that it went into. */
	for (size_t b = n; b-- > 0;)
		for (size_t a = 0; a < n; a++)
			if (stands[b][a] && column->into[present[a]] == present[a]) {
				merge_level(column, present[b], present[a]);
				break;
			}
	drop_merged(c, f);
	return true;
}

/* Whether one live point or more is at @from, and the two merges together keep all. */
static bool merge_two(struct condensing *c, const struct merge merges[2])
{
	for (size_t k = 0; k < c->n_live; k++) {
		const uint16_t *point = point_at(c, c->live[k]);
		bool one = point[merges[0].factor] == merges[0].from, two = point[merges[1].factor] == merges[1].from;
		if (!effort_spend(&c->effort, 1))
			return false;
		if ((one || two) && !agrees(c, c->live[k], one ? merges : merges + 1, (size_t)one + two))
			return false;
	}
	for (size_t i = 0; i < 2; i++)
		merge_level(&c->columns[merges[i].factor], merges[i].from, merges[i].into);
	drop_merged(c, merges[0].factor);
	drop_merged(c, merges[1].factor);
	return true;
}

/* The first merge of factor @m->factor, or the one after @m. Return: false when there is none. */
static bool next_merge(const struct condensing *c, struct merge *m, bool first)
{
	const struct column *column = &c->columns[m->factor];
	if (first)
		m->from = m->into = 0;
	else
		m->into++;
	for (; m->from < column->n_levels; m->from++, m->into = 0)
		for (; column->n_at[m->from] && m->into < column->n_levels; m->into++)
			if (m->into != m->from && column->n_at[m->into])
				return true;
	return false;
}

static bool merge_in_pair(struct condensing *c, size_t f, size_t g)
{
	struct merge merges[2] = {{.factor = f}, {.factor = g}};
	for (bool more = next_merge(c, &merges[0], true); more; more = next_merge(c, &merges[0], false))
		for (bool other = next_merge(c, &merges[1], true); other; other = next_merge(c, &merges[1], false)) {
			if (merge_two(c, merges))
				return true;
			if (!c->effort.left)
				return false;
		}
	return false;
}

/* Merge levels of two factors at a time, once. */
static bool merge_pairs(struct condensing *c)
{
	for (size_t f = 0; f < c->n_factors; f++)
		for (size_t g = f + 1; g < c->n_factors; g++) {
			size_t n = c->columns[f].n_present, m = c->columns[g].n_present;
			if (n > 1 && m > 1 && n <= CONDENSE_PAIRS_LEVELS && m <= CONDENSE_PAIRS_LEVELS &&
				merge_in_pair(c, f, g))
				return true;
			if (!c->effort.left)
				return false;
		}
	return false;
}

/* Whether each level of @g goes with one level of @f. */
static bool is_determined(struct condensing *c, size_t f, size_t g)
{
	uint32_t *level_of = c->by_level;
	for (size_t l = 0; l < c->columns[g].n_levels; l++)
		level_of[l] = NO_LEVEL;
	for (size_t k = 0; k < c->n_live; k++) {
		const uint16_t *point = point_at(c, c->live[k]);
		if (!effort_spend(&c->effort, 1))
			return false;
		if (level_of[point[g]] == NO_LEVEL)
			level_of[point[g]] = point[f];
		else if (level_of[point[g]] != point[f])
			return false;
	}
	return c->n_live > 0;
}

static void drop_factor(struct condensing *c, size_t f)
{
	struct column *column = &c->columns[f];
	for (size_t k = 0; k < c->n_live; k++)
		c->levels[c->live[k] * c->n_factors + f] = 0;
	memset(column->n_at, 0, column->n_levels * sizeof *column->n_at);
	column->n_at[0] = (uint32_t)c->n_live;
	column->n_present = 1;
	column->gone = true;
}

static void drop_determined(struct condensing *c)
{
	for (size_t f = c->n_factors; f-- > 0;)
		for (size_t g = 0; c->columns[f].n_present > 1 && g < c->n_factors; g++)
			if (g != f && c->columns[g].n_present > 1 && is_determined(c, f, g))
				drop_factor(c, f);
}

static int begin(struct condensing *c, const struct law_table *t, struct error *e)
{
	size_t n_slots = 16;
	while (n_slots < 2 * t->n_points)
		n_slots *= 2;
	*c = (struct condensing){
		.n_factors = t->n_factors,
		.n_points = t->n_points,
		.values = t->values,
		.n_live = t->n_points,
		.mask = n_slots - 1,
		.effort = {CONDENSE_STEPS + CONDENSE_STEPS_A_POINT * (uint64_t)t->n_points},
	};
	c->levels = arena_array(&c->arena, t->n_points * t->n_factors, sizeof *c->levels);
	c->columns = arena_array(&c->arena, t->n_factors, sizeof *c->columns);
	c->live = arena_array(&c->arena, t->n_points, sizeof *c->live);
	c->hashes = arena_array(&c->arena, t->n_points, sizeof *c->hashes);
	c->slots = arena_array(&c->arena, n_slots, sizeof *c->slots);
	if (!c->levels || !c->columns || !c->live || !c->hashes || !c->slots)
		return error_no_memory(e);
	memcpy(c->levels, t->levels, t->n_points * t->n_factors * sizeof *c->levels);
	for (size_t i = 0; i < t->n_points; i++)
		c->live[i] = (uint32_t)i;
	size_t most_levels = 0;
	for (size_t f = 0; f < t->n_factors; f++) {
		struct column *column = &c->columns[f];
		column->n_levels = t->n_levels[f];
		column->into = arena_array(&c->arena, column->n_levels, sizeof *column->into);
		column->n_at = arena_array(&c->arena, column->n_levels, sizeof *column->n_at);
		if (!column->into || !column->n_at)
			return error_no_memory(e);
		for (uint32_t l = 0; l < column->n_levels; l++)
			column->into[l] = l;
		for (size_t i = 0; i < t->n_points; i++)
			column->n_present += column->n_at[point_at(c, i)[f]]++ == 0;
		if (column->n_levels > most_levels)
			most_levels = column->n_levels;
	}
	c->by_level = arena_array(&c->arena, most_levels, sizeof *c->by_level);
	return c->by_level ? 0 : error_no_memory(e);
}

static int reduce(struct condensing *c, struct error *e)
{
	for (bool again = true; again;) {
		drop_determined(c);
		if (!index_points(c))
			return 0;
		again = false;
		for (size_t f = 0; f < c->n_factors; f++) {
			if (c->columns[f].n_present < 2)
				continue;
			int r = merge_equal(c, f, e);
			if (r < 0)
				return r;
			again |= merge_weaker(c, f) || r > 0;
		}
		again |= !again && merge_pairs(c);
		again &= c->effort.left > 0;
	}
	return 0;
}

/* What is left, as a space and points in it. */
static int result(struct condensing *c, struct condensed *ret, struct error *e)
{
	struct space *s = &ret->space;
	s->first = arena_array(&ret->arena, c->n_factors + 1, sizeof *s->first);
	ret->factors = arena_array(&ret->arena, c->n_factors, sizeof *ret->factors);
	ret->levels = arena_array(&ret->arena, c->n_factors, sizeof *ret->levels);
	ret->values = arena_array(&ret->arena, c->n_live, sizeof *ret->values);
	if (!s->first || !ret->factors || !ret->levels || !ret->values)
		return error_no_memory(e);
	for (size_t f = 0; f < c->n_factors; f++) {
		const struct column *column = &c->columns[f];
		if (column->n_present < 2)
			continue;
		uint32_t bit = s->first[s->n_factors];
		uint32_t *levels = arena_array(&ret->arena, column->n_levels, sizeof *levels);
		if (!levels)
			return error_no_memory(e);
		for (uint32_t l = 0; l < column->n_levels; l++)
			levels[l] = column->n_at[l] ? bit++ : LEVEL_UNSEEN;
		for (uint32_t l = 0; l < column->n_levels; l++)
			levels[l] = levels[column->into[l]];
		ret->factors[s->n_factors] = f;
		ret->levels[s->n_factors] = levels;
		s->first[++s->n_factors] = bit;
	}
	s->n_words = bits_words(space_bits(s));
	ret->n_points = c->n_live;
	ret->points = arena_array(&ret->arena, c->n_live * s->n_factors, sizeof *ret->points);
	if (!ret->points)
		return error_no_memory(e);
	for (size_t k = 0; k < c->n_live; k++) {
		for (size_t f = 0; f < s->n_factors; f++)
			ret->points[k * s->n_factors + f] = ret->levels[f][point_at(c, c->live[k])[ret->factors[f]]];
		ret->values[k] = c->values[c->live[k]];
	}
	return 0;
}

int condense(const struct law_table *table, struct condensed *ret, struct error *e)
{
	CLEANUP(cleanup_condensing) struct condensing c;
	*ret = (struct condensed){.n_points = 0};
	int r = begin(&c, table, e);
	r = r < 0 ? r : reduce(&c, e);
	r = r < 0 ? r : result(&c, ret, e);
	if (r < 0)
		condensed_done(ret);
	return r;
}

void condensed_done(struct condensed *c)
{
	arena_done(&c->arena);
}

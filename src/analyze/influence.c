// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which factors matter to a response.
 *
 * Theory of operation. Every row is held against those that differ from it in one factor alone and have a higher level
 * there, so that a pair is met once: rows × factors × levels look-ups.
 *
 * The effect of a factor F depends on G where two matched pairs along F, which differ in G alone, do not agree on
 * whether the response changed. Then one of the four cells differs from its neighbour along G, so G is decisive too:
 * only decisive factors have to be tried.
 */
#include "analyze/influence.h"

#include "base/clock.h"

bool influence_is_plainer(const struct table *t, const struct pair *a, const struct pair *b)
{
	if (b->rows[0] == TABLE_NO_ROW)
		return true;
	if (a->rows[0] != b->rows[0])
		return table_is_plainer(t, a->rows[0], b->rows[0]);
	return a->rows[1] < b->rows[1];
}

/* Of two cells whose durations all differ: the shortest of one from the longest of the other. */
static bool is_much_longer(uint64_t least_us, uint64_t most_us)
{
	return least_us > 2 * most_us && least_us - most_us > CLOCK_US_PER_S;
}

bool influence_durations_differ(const struct table_observation *a, const struct table_observation *b)
{
	if (a->took_least_us == UINT64_MAX || b->took_least_us == UINT64_MAX)
		return false;
	return is_much_longer(a->took_least_us, b->took_most_us) || is_much_longer(b->took_least_us, a->took_most_us);
}

enum change influence_change(const struct table *t, size_t response, const struct pair *pair)
{
	const struct table_observation *a = table_at(t, pair->rows[0], response);
	const struct table_observation *b = table_at(t, pair->rows[1], response);
	if (a->value != b->value)
		return CHANGE_VALUE;
	return influence_durations_differ(a, b) ? CHANGE_DURATION : CHANGE_NONE;
}

static void count_pair(const struct table *t, size_t response, const struct pair *pair, struct influence *influence)
{
	enum change change = influence_change(t, response, pair);
	struct pair *plainest = change == CHANGE_VALUE ? &influence->minimal : &influence->slower;
	influence->n_pairs++;
	influence->n_changed += change == CHANGE_VALUE;
	influence->n_slower += change == CHANGE_DURATION;
	if (change != CHANGE_NONE && influence_is_plainer(t, pair, plainest))
		*plainest = *pair;
}

/* The next matched pair of @row along @factor, from *@level on; false where there is none. */
static bool next_pair(
	const struct table *t, size_t response, size_t row, size_t factor, size_t *level, struct pair *ret)
{
	size_t other;
	while ((other = table_next_neighbour(t, row, factor, level)) != TABLE_NO_ROW)
		if (table_is_stable(t, other, response)) {
			*ret = (struct pair){{row, other}};
			return true;
		}
	return false;
}

static void count_pairs(const struct table *t, size_t response, size_t factor, struct influence *influence)
{
	size_t first = TABLE_NO_ROW; /* that records the response */
	for (size_t row = 0; row < t->n_rows; row++) {
		size_t level = table_levels(t, row)[factor] + 1u, other;
		if (table_value(t, row, response) == TABLE_NOT_ASKED)
			continue;
		first = first == TABLE_NO_ROW ? row : first;
		influence->varies |= table_levels(t, row)[factor] != table_levels(t, first)[factor];
		while ((other = table_next_neighbour(t, row, factor, &level)) != TABLE_NO_ROW) {
			struct pair pair = {{row, other}};
			influence->n_possible += table_value(t, other, response) != TABLE_NOT_ASKED;
			if (table_is_stable(t, row, response) && table_is_stable(t, other, response))
				count_pair(t, response, &pair, influence);
		}
	}
}

/* Whether @pair and the pair beside it, which has another level of @other, disagree on whether the response changed. */
static bool pair_depends_on(const struct table *t, size_t response, const struct pair *pair, size_t other)
{
	bool has_changed = table_value(t, pair->rows[0], response) != table_value(t, pair->rows[1], response);
	size_t level = table_levels(t, pair->rows[0])[other] + 1u;
	struct pair beside; /* the first cell of @pair, and that of the pair beside it */
	while (next_pair(t, response, pair->rows[0], other, &level, &beside)) {
		size_t opposite = table_neighbour(t, pair->rows[1], other, level - 1);
		if (opposite == TABLE_NO_ROW || !table_is_stable(t, opposite, response))
			continue;
		if (has_changed != (table_value(t, beside.rows[1], response) != table_value(t, opposite, response)))
			return true;
	}
	return false;
}

static bool depends_on(const struct table *t, size_t response, size_t factor, size_t other)
{
	for (size_t row = 0; row < t->n_rows; row++) {
		size_t level = table_levels(t, row)[factor] + 1u;
		struct pair pair;
		while (table_is_stable(t, row, response) && next_pair(t, response, row, factor, &level, &pair))
			if (pair_depends_on(t, response, &pair, other))
				return true;
	}
	return false;
}

void influence_measure(const struct table *t, size_t response, struct influence *ret)
{
	static const struct pair none = {{TABLE_NO_ROW, TABLE_NO_ROW}};
	for (size_t f = 0; f < t->n_factors; f++) {
		ret[f] = (struct influence){.minimal = none, .slower = none};
		if (!t->responses[response].has_more)
			count_pairs(t, response, f, &ret[f]);
	}
	for (size_t f = 0; f < t->n_factors; f++)
		for (size_t g = 0; g < t->n_factors; g++)
			if (f != g && ret[f].n_changed && ret[g].n_changed && depends_on(t, response, f, g))
				ret[f].depends_on |= UINT64_C(1) << g;
}

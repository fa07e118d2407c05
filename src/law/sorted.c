// SPDX-License-Identifier: GPL-2.0-or-later
// Points in the order of their levels: a counting sort by each factor, the last one first.
#include "law/sorted.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

static void sort_by(const struct law_table *t, size_t factor, const uint32_t *from, uint32_t *to, size_t *places)
{
	const uint16_t *level = t->levels + factor;
	memset(places, 0, (t->n_levels[factor] + (size_t)1) * sizeof *places);
	for (size_t i = 0; i < t->n_points; i++) {
		assert(level[i * t->n_factors] < t->n_levels[factor]);
		places[level[i * t->n_factors] + 1]++;
	}
	for (size_t i = 0; i < t->n_levels[factor]; i++)
		places[i + 1] += places[i];
	for (size_t i = 0; i < t->n_points; i++)
		to[places[level[from[i] * t->n_factors]]++] = from[i];
}

/* Copy the points in @order; of equal ones, the first. */
static int copy_points(const struct law_table *t, const uint32_t *order, struct law_table *ret, uint16_t *levels,
	uint16_t *values, struct error *e)
{
	size_t n = 0, n_bytes = t->n_factors * sizeof *levels;
	for (size_t i = 0; i < t->n_points; i++) {
		const uint16_t *point = t->levels + order[i] * t->n_factors;
		if (n && !memcmp(point, levels + (n - 1) * t->n_factors, n_bytes)) {
			if (values[n - 1] != t->values[order[i]])
				return error_set(e, ERROR_HARNESS, EINVAL, "a point of the table has two values");
			continue;
		}
		memcpy(levels + n * t->n_factors, point, n_bytes);
		values[n++] = t->values[order[i]];
	}
	*ret = *t;
	ret->levels = levels;
	ret->values = values;
	ret->n_points = n;
	return 0;
}

int sorted_table(const struct law_table *table, struct arena *arena, struct law_table *ret, struct error *e)
{
	assert(table->n_points <= UINT32_MAX);
	size_t most_levels = 0;
	for (size_t f = 0; f < table->n_factors; f++)
		if (table->n_levels[f] > most_levels)
			most_levels = table->n_levels[f];
	CLEANUP(cleanup_free) uint32_t *order = calloc(table->n_points + 1, sizeof *order);
	CLEANUP(cleanup_free) uint32_t *next = calloc(table->n_points + 1, sizeof *next);
	CLEANUP(cleanup_free) size_t *places = calloc(most_levels + 1, sizeof *places);
	uint16_t *levels = arena_array(arena, table->n_points * table->n_factors, sizeof *levels);
	uint16_t *values = arena_array(arena, table->n_points, sizeof *values);
	if (!order || !next || !places || !levels || !values)
		return error_no_memory(e);
	for (size_t i = 0; i < table->n_points; i++)
		order[i] = (uint32_t)i;
	for (size_t f = table->n_factors; f-- > 0;) {
		if (table->n_levels[f] < 2)
			continue;
		sort_by(table, f, order, next, places);
		uint32_t *swap = order;
		order = next;
		next = swap;
	}
	return copy_points(table, order, ret, levels, values, e);
}

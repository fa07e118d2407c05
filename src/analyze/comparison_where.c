// SPDX-License-Identifier: GPL-2.0-or-later
// Exactly which cells changed, as a law: among all cells that could have, its value is 1 for those that did.
#include <stdlib.h>
#include <string.h>

#include "analyze/comparison_parts.h"
#include "base/cleanup.h"

/* How long to search, a twentieth of a second: there are some changes, and a law that is short is found early. */
#define WHERE_STEPS UINT64_C(50000000)

int comparison_find_where(const struct comparison *c, struct cell_change *change, struct error *e)
{
	const struct table *t = comparison_table(c, change->run);
	const struct matrix *m = comparison_matrix(c, change->run);
	CLEANUP(cleanup_free) uint32_t *n_levels = calloc(t->n_factors + 1, sizeof *n_levels);
	CLEANUP(cleanup_free) uint16_t *levels = calloc(t->n_rows * t->n_factors + 1, sizeof *levels);
	CLEANUP(cleanup_free) uint16_t *values = calloc(t->n_rows + 1, sizeof *values);
	if (!n_levels || !levels || !values)
		return error_no_memory(e);
	for (size_t f = 0; f < t->n_factors; f++)
		n_levels[f] = (uint32_t)m->factors[f].n_all_levels;
	struct law_table table = {
		.n_factors = t->n_factors,
		.n_levels = n_levels,
		.levels = levels,
		.values = values,
		.n_values = 2,
		.has_otherwise = true, /* where it did not change */
		.n_steps = WHERE_STEPS,
	};
	size_t n = 0;
	for (size_t row = 0; row < t->n_rows; row++) {
		if (!comparison_could_change(c, change, row))
			continue;
		memcpy(&levels[table.n_points * t->n_factors], table_levels(t, row), t->n_factors * sizeof *levels);
		bool has_changed = n < change->n && change->rows[n] == row;
		values[table.n_points++] = has_changed;
		n += has_changed;
	}
	int r = law_find(&table, &change->exactly, e);
	if (r == 0 && change->exactly.n_rules > COMPARISON_RULES_MAX)
		law_done(&change->exactly);
	return r;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// In which cells of a run something is so, as a law.
#include "analyze/row_law.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

int row_law_find(const struct table *t, enum row_answer (*answer)(void *context, size_t row), void *context,
	uint64_t n_steps, struct law *ret, struct error *e)
{
	const struct matrix *m = &t->scenario->matrix;
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
		.has_otherwise = true, /* where it is not so */
		.n_steps = n_steps,
	};
	for (size_t row = 0; row < t->n_rows; row++) {
		enum row_answer is_so = answer(context, row);
		if (is_so == ROW_NOT_ASKED)
			continue;
		memcpy(&levels[table.n_points * t->n_factors], table_levels(t, row), t->n_factors * sizeof *levels);
		values[table.n_points++] = is_so == ROW_YES;
	}
	return law_find(&table, ret, e);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Which cells of a scenario are meant.
#include "cli/selection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "model/results.h"

int selection_add_set(const char *sets[], size_t *n_sets, const char *argument, struct error *e)
{
	if (*n_sets == SELECTION_SETS_MAX)
		return error_set(e, ERROR_USAGE, E2BIG, "--set can be given %d times at most", SELECTION_SETS_MAX);
	sets[(*n_sets)++] = argument;
	return 0;
}

static int check_cell(const struct scenario *s, uint64_t cell, struct error *e)
{
	const struct matrix *m = &s->matrix;
	if (cell == RUN_ALL_CELLS)
		return 0;
	if (cell >= m->n_indices)
		return error_set(e, ERROR_USAGE, ENOENT,
			"--cell: %s has no cell %" PRIu64 ": they are numbered 0 to %" PRIu64, s->path, cell,
			m->n_indices - 1);
	CLEANUP(cleanup_free) size_t *levels = calloc(m->n_factors + 1, sizeof *levels);
	if (!levels)
		return error_no_memory(e);
	if (!matrix_cell(m, cell, levels))
		return error_set(e, ERROR_USAGE, ENOENT,
			"--cell: cell %" PRIu64 " of %s is one that `exclude` takes away", cell, s->path);
	return 0;
}

int selection_make(const struct selection *selection, const struct scenario *s, struct arena *arena,
	struct conditions *ret_restriction, struct schedule *ret_schedule, struct error *e)
{
	for (size_t i = 0; i < selection->n_sets; i++) {
		int r = scenario_restrict(s, selection->sets[i], arena, ret_restriction, e);
		if (r < 0)
			return r;
	}
	int r = schedule_init(ret_schedule, &s->matrix, ret_restriction, selection->cell, selection->replicates, e);
	if (r == 0)
		r = check_cell(s, selection->cell, e);
	if (r == 0 && !ret_schedule->n_runs)
		r = error_set(e, ERROR_USAGE, ENOENT, "no cell of %s is left by --set%s", s->path,
			selection->cell == RUN_ALL_CELLS ? " and its exclude" : " and --cell");
	return r;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cells of a scenario are meant, by --set and --cell. */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include "base/arena.h"
#include "run/schedule.h"

#define SELECTION_SETS_MAX 64

struct selection {
	const char *const *sets; /* the arguments of each --set */
	size_t n_sets;
	uint64_t cell; /* of --cell; RUN_ALL_CELLS: not given */
	uint32_t replicates;
};

/* selection_add_set() - the argument of one more --set into @sets, of SELECTION_SETS_MAX. */
int selection_add_set(const char *sets[], size_t *n_sets, const char *argument, struct error *e);

/**
 * selection_make() - the cells that are left, at least one
 * @arena: owns what hangs at @ret_restriction
 * @ret_schedule: to be given back with schedule_done()
 *
 * Errors: ERROR_USAGE for a factor, level or cell that is not there, and where none is left.
 */
int selection_make(const struct selection *selection, const struct scenario *s, struct arena *arena,
	struct conditions *ret_restriction, struct schedule *ret_schedule, struct error *e);

#endif

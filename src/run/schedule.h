/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which runs there are, in the order that the seed gives; those done already are left out. Four bytes a cell, and a bit
 * a run where runs are left out. */
#ifndef RUN_SCHEDULE_H
#define RUN_SCHEDULE_H

#include "base/shuffle.h"
#include "model/scenario.h"

struct run_id {
	uint64_t cell;
	uint32_t replicate; /* from 1 */
};

struct schedule {
	const struct matrix *matrix;
	uint32_t *cells; /* those that there are, ascending; owned */
	size_t n_cells;
	uint32_t replicates;
	struct shuffle shuffle;
	uint64_t n_runs;     /* how many there are, those done included */
	uint64_t next;       /* of the shuffled order */
	unsigned char *done; /* a bit a run, before the shuffle; NULL while none is done */
};

/**
 * schedule_init() - all cells for which @restriction (NULL: always) holds, or only the cell @only_cell (RUN_ALL_CELLS:
 * all)
 *
 * No seed yet: the order is that of the file.
 */
int schedule_init(struct schedule *s, const struct matrix *m, const struct conditions *restriction, uint64_t only_cell,
	uint32_t replicates, struct error *e);

/* schedule_seed() - draw the order. Without it, the order of the file. */
void schedule_seed(struct schedule *s, uint64_t seed);

/* schedule_has() - whether the run is one of these. */
bool schedule_has(const struct schedule *s, struct run_id id);

/* schedule_mark_done() - leave the run out. Return: 0, -EEXIST when it was done already, -ENOENT, -ENOMEM. */
int schedule_mark_done(struct schedule *s, struct run_id id);

/* schedule_next() - Return: false when there is none left. */
bool schedule_next(struct schedule *s, struct run_id *ret);

void schedule_done(struct schedule *s);

#endif

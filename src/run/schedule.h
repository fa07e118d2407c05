/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which runs there are, in the order that the seed gives; those done already are left out. Constant memory but a bit a
 * run where runs are left out. */
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
	const struct conditions *restriction; /* NULL: all cells */
	uint64_t only_cell;                   /* RUN_ALL_CELLS: all cells */
	uint32_t replicates;
	struct shuffle shuffle;
	uint64_t n_places, next; /* places of the shuffled order */
	uint64_t n_runs;         /* how many runs there are, those done included */
	size_t *levels;          /* room for one cell's */
	unsigned char *done;     /* a bit a place before the shuffle; NULL while none is done */
};

int schedule_init(struct schedule *s, const struct matrix *m, const struct conditions *restriction, uint64_t only_cell,
	uint32_t replicates, struct error *e);

/* schedule_seed() - draw the order. Without it, the order of the file. */
void schedule_seed(struct schedule *s, uint64_t seed);

/* schedule_has() - whether the run is one of these. */
bool schedule_has(struct schedule *s, struct run_id id);

/* schedule_mark_done() - leave the run out. Return: 0, -EEXIST when it was done already, -ENOMEM. */
int schedule_mark_done(struct schedule *s, struct run_id id);

/* schedule_next() - Return: false when there is none left. */
bool schedule_next(struct schedule *s, struct run_id *ret);

void schedule_done(struct schedule *s);

#endif

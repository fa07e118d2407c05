/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which runs there are, in the order that the seed gives; those done already are left out. Four bytes a cell, a bit a
 * run where runs are left out, and a byte a cell where cells wait.
 *
 * Cells that wait long come first, as the others can run meanwhile: a run that ends with one long wait has nothing to
 * fill it with. They are put into ranks by how long they may be parked (less than 10 s, then less than 20 s, 40 s, 80
 * s, …), and the order within a rank is the seed's. So the same scenario with the same seed has the same order. Those
 * of less than 10 s are spread among the others: all at once, they would be so many alive at a time that each slows
 * down the next (480 cells that sleep 1.3 s took three times as long, and their deadlines came).
 */
#ifndef RUN_SCHEDULE_H
#define RUN_SCHEDULE_H

#include "base/clock.h"
#include "base/shuffle.h"
#include "model/scenario.h"

struct run_id {
	uint64_t cell;
	uint32_t replicate; /* from 1 */
	uint32_t scenario;  /* which of those that are run together; from 0 */
};

struct schedule {
	const struct matrix *matrix;
	uint32_t *cells; /* those that there are, ascending; owned */
	size_t n_cells;
	uint32_t replicates;
	struct shuffle shuffle;
	uint64_t n_runs;      /* how many there are, those done included */
	uint64_t n_done;      /* of them */
	uint64_t n_too_long;  /* of all runs: those of cells that may wait longer than they are to */
	uint64_t next;        /* of the shuffled order */
	unsigned char *done;  /* a bit a run, before the shuffle; NULL while none is done */
	unsigned char *waits; /* by cell: its rank, and SCHEDULE_TOO_LONG; NULL where all are of rank 0, and none is */
	uint32_t ranks;       /* a bit for each rank that some cell has; 0 where there are no waits */
	int rank;             /* of those that come now; -1 when there are no more */
};

#define SCHEDULE_TOO_LONG 0x80U
#define SCHEDULE_LONG_US (10 * CLOCK_US_PER_S)

/**
 * schedule_init() - all cells for which @restriction (NULL: always) holds, or only the cell @only_cell (RUN_ALL_CELLS:
 * all)
 *
 * No seed yet: the order is that of the file.
 */
int schedule_init(struct schedule *s, const struct matrix *m, const struct conditions *restriction, uint64_t only_cell,
	uint32_t replicates, struct error *e);

/**
 * schedule_weigh() - let those that wait longest come first, and find those that may wait longer than @max_wait_us
 *
 * To be called before the first run is asked for. Plans each cell of @s, the scenario of the schedule, where some cell
 * waits at all. Errors: ENOMEM.
 */
int schedule_weigh(struct schedule *s, const struct scenario *scenario, uint64_t max_wait_us, struct error *e);

/* schedule_seed() - draw the order. Without it, the order of the file. */
void schedule_seed(struct schedule *s, uint64_t seed);

/* schedule_has() - whether the run is one of these. */
bool schedule_has(const struct schedule *s, struct run_id id);

/* schedule_is_too_long() - whether the cell of the run, which is one of these, may wait longer than it is to. */
bool schedule_is_too_long(const struct schedule *s, struct run_id id);

/* schedule_mark_done() - leave the run out. Return: 0, -EEXIST when it was done already, -ENOENT, -ENOMEM. */
int schedule_mark_done(struct schedule *s, struct run_id id);

/* schedule_rank() - that of the run which comes next, 0 for one that is parked for less than SCHEDULE_LONG_US; -1 when
 * there is none left. */
int schedule_rank(struct schedule *s);

/* schedule_next() - of scenario 0. Return: false when there is none left. */
bool schedule_next(struct schedule *s, struct run_id *ret);

void schedule_done(struct schedule *s);

#endif

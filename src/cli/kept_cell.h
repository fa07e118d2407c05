/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run of a cell, read back from a results folder with its steps, its evidence where there is some, and its story. */
#ifndef CLI_KEPT_CELL_H
#define CLI_KEPT_CELL_H

#include "analyze/story.h"
#include "model/evidence_file.h"
#include "model/results.h"

struct kept_cell {
	/* to be filled in: which one */
	uint64_t cell;
	uint32_t replicate;

	struct arena arena; /* owns what was read */
	struct result result;
	struct plan plan;
	struct evidence evidence;
	bool has_evidence;
	bool is_damaged; /* its evidence cannot be read: it has nothing but that to say, as its gap */
	struct story story;
	bool was_found;
};
#define KEPT_CELL(id, number)                                                                                          \
	((struct kept_cell){                                                                                           \
		.cell = (id), .replicate = (number), .arena = ARENA_INIT, .plan = PLAN_INIT, .story = STORY_INIT})

/**
 * kept_cells_read() - read some runs of cells in one go through the results file
 * @path: of the results file
 * @s: its scenario; borrowed by what is read
 * @evidence: the evidence beside it
 * @cells: KEPT_CELL() each; where they are must not change any more. Each to be given back with kept_cell_done(), also
 *         after a failure. One that the file does not hold has was_found false.
 *
 * Evidence that cannot be read, or is of another scenario, is a gap: the steps are good without it.
 * Errors: those of results_read() and story_make().
 */
int kept_cells_read(const char *path, const struct scenario *s, const struct evidence_file *evidence,
	struct kept_cell *cells, size_t n, struct error *e);
void kept_cell_done(struct kept_cell *cell);

#endif

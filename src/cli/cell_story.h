/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The story of one cell of a run, found by what a user calls the cell, and read from what the run left. */
#ifndef CLI_CELL_STORY_H
#define CLI_CELL_STORY_H

#include "analyze/story.h"
#include "model/evidence_file.h"
#include "model/results.h"

struct cell_story {
	struct arena arena; /* owns what is read of the cell */
	struct run_record record;
	struct scenario *scenario; /* owned */
	struct plan plan;          /* of the cell, which it names */
	size_t levels[MATRIX_FACTORS_MAX];
	struct result *results; /* owned; its replicates, by their number */
	size_t n_results;
	const struct result *result; /* the one that is told */
	struct evidence evidence;
	bool has_evidence; /* of that */
	struct story story;

	/* private */
	const char *cell;
	const struct cell_story *like;
};
#define CELL_STORY_INIT ((struct cell_story){.arena = ARENA_INIT, .record = RUN_RECORD_INIT, .plan = PLAN_INIT})

/**
 * cell_story_read() - read the story of a cell
 * @path: of the results file, or of its folder
 * @cell: its ID; or levels, "closer=server,path=veth": a factor that is not named has the level that it has in @like,
 *	otherwise its first one with which the cell is one of the run; NULL: all levels as in @like
 * @like: another cell, of the same or another run; NULL for none
 * @ret: CELL_STORY_INIT before; to be given back with cell_story_done(), also after a failure
 *
 * Of several replicates the first one is told, and where there is @like, the first one that did not come out as that
 * one did; where all did, the first.
 * Errors: ERROR_USAGE where there is no such cell, or no result of it; those of results_read() and story_make().
 */
int cell_story_read(
	struct cell_story *ret, const char *path, const char *cell, const struct cell_story *like, struct error *e);
void cell_story_done(struct cell_story *story);

#endif

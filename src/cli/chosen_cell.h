/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which run of which cell a user means, by its ID or by levels: "72", "closer=server,tw_reuse=0,1".
 *
 * What is not named must not matter: all cells that fit have come out alike, and then the first one is taken whose
 * evidence was kept. Otherwise the error lists what there is to be chosen from. A cell that is to be held against
 * another one has the levels of that one where they are not named, and of its runs one is taken that did not come out
 * as that.
 */
#ifndef CLI_CHOSEN_CELL_H
#define CLI_CHOSEN_CELL_H

#include "model/evidence_file.h"
#include "model/results.h"

struct chosen_cell {
	struct run_record record;
	struct arena arena;        /* of what hangs here */
	struct scenario *scenario; /* owned; read from the text in the results file */
	struct evidence_file evidence;
	uint64_t cell;
	uint32_t replicate;
	enum verdict verdict;      /* of this run, as is the next */
	const char *const *values; /* by response; NULL where it was not recorded */
	uint64_t n_alike;          /* cells that fit, this one included */
	const char *remark;        /* how its other replicates came out, where that is not alike; NULL otherwise */
};
#define CHOSEN_CELL_INIT                                                                                               \
	((struct chosen_cell){.record = RUN_RECORD_INIT, .arena = ARENA_INIT, .evidence = EVIDENCE_FILE_INIT})

/* chosen_cell_is_named() - whether a text may name a cell: an ID, or levels. Those need not be there. */
bool chosen_cell_is_named(const char *text);

/**
 * chosen_cell_find() - look through the results
 * @path: the results file, or the folder that it is in
 * @wanted: the ID, or the levels; NULL: all levels as in @like
 * @replicate: only this one; 0 for any
 * @like: another one, of the same run or of another, against which it is to be held; NULL for none
 * @ret: CHOSEN_CELL_INIT before; to be given back with chosen_cell_done(), also after a failure
 *
 * Errors: ERROR_USAGE for what is no cell of the run, and for several that are not alike; those of results_read().
 */
int chosen_cell_find(const char *path, const char *wanted, uint32_t replicate, const struct chosen_cell *like,
	struct chosen_cell *ret, struct error *e);
void chosen_cell_done(struct chosen_cell *chosen);

#endif

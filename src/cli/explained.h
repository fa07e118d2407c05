/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A results file, read and explained: what `run` ends with and `explain` is about. */
#ifndef CLI_EXPLAINED_H
#define CLI_EXPLAINED_H

#include "analyze/explanation.h"
#include "model/results.h"

struct explained {
	struct run_record record;
	struct scenario *scenario; /* owned; read from the text in the results file */
	struct arena arena;        /* of the restriction */
	struct conditions restriction;
	struct explanation explanation;
	/* to be filled in: called with each result besides; NULL for none */
	int (*visit)(void *context, const struct result *result, struct error *e);
	void *context;
	uint64_t began_us, ended_us; /* its first run, and the last result; since the run began */
	uint64_t elapsed_us;         /* between the two */
	bool is_finished;
};
#define EXPLAINED_INIT ((struct explained){.record = RUN_RECORD_INIT, .arena = ARENA_INIT})

/**
 * explained_read() - read a results file, and explain it
 * @path: the file, or the folder that it is in
 * @ret: EXPLAINED_INIT before; to be given back with explained_done(), also after a failure
 */
int explained_read(const char *path, struct explained *ret, struct error *e);

/**
 * explained_tell_partings() - fill in where the cells of the pairs that are shown part
 * @evidence_path: of the evidence file; NULL: the one beside the results
 *
 * What is wrong with the evidence takes nothing from the results: it is told to the user here.
 */
void explained_tell_partings(struct explained *explained, const char *evidence_path);

void explained_done(struct explained *explained);

#endif

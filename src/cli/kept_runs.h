/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runs whose results a folder holds: its own, and those in the folders in it, as `run -o DIR` of several leaves
 * them. */
#ifndef CLI_KEPT_RUNS_H
#define CLI_KEPT_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/scenario.h"

struct kept_run {
	char *path;                        /* of the results file; owned */
	char *scenario_name;               /* owned */
	char sha256[SCENARIO_SHA256_TEXT]; /* of the scenario's text */
};

struct kept_runs {
	struct kept_run *all; /* owned; by path */
	size_t n;
};
#define KEPT_RUNS_INIT ((struct kept_runs){.all = NULL})

/* kept_runs_are_in() - whether @path is a results file, by its name, or a folder with results in it. */
bool kept_runs_are_in(const char *path);

/**
 * kept_runs_find() - what the first lines of the results files say
 * @path: as of kept_runs_are_in()
 * @ret: KEPT_RUNS_INIT before; to be given back with kept_runs_done(), also after a failure
 *
 * Errors: those of results_read().
 */
int kept_runs_find(const char *path, struct kept_runs *ret, struct error *e);
void kept_runs_done(struct kept_runs *runs);

#endif

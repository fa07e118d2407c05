/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One scenario being run, for cmd_run.c: from its plan to what is said at its end. */
#ifndef CLI_RUN_SESSION_H
#define CLI_RUN_SESSION_H

#include "cli/reports.h"
#include "cli/run_evidence.h"
#include "cli/selection.h"
#include "model/result.h"
#include "report/annotations.h"
#include "report/summary.h"
#include "run/isolation.h"

struct run_options {
	const char *dir;
	bool resume, dry_run, quiet;
	const struct format *format;
	bool has_format;
	struct reports reports;
	const char *sets[SELECTION_SETS_MAX];
	size_t n_sets;
	uint64_t cell, replicates, jobs, seed, max_cells;
	bool has_seed;
	enum evidence_policy evidence;
};

/* What several scenarios came to. */
struct totals {
	size_t n_scenarios; /* that were run; what is said of each but the first stands behind a blank line */
	size_t n_differing; /* claims that are not as stated */
	uint64_t verdicts[VERDICT_COUNT];
	struct reports *reports;
	struct annotations *annotations; /* NULL: nobody wants them */
	bool is_told; /* of the scenario at hand it was told what came of it */
	size_t n_told;
	char *why; /* owned; otherwise, why nothing did */
};

/**
 * run_scenario() - run it, or show what would be run, and tell @totals what came of it
 * @is_one_of_several: its results go into a folder of their own below the one of the options
 *
 * Return: an exit status; all is said.
 */
int run_scenario(const struct run_options *o, const struct scenario *s, bool is_one_of_several,
	struct isolation *isolation, struct totals *totals);

/* run_make_folder() - of results. Return: whether it was made, and not there before; or -errno (ERROR_USAGE). */
int run_make_folder(const char *dir, struct error *e);

#endif

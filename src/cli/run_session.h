/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One scenario of a run, for run_scenarios.c: from its plan to what is said at its end. */
#ifndef CLI_RUN_SESSION_H
#define CLI_RUN_SESSION_H

#include "cli/reports.h"
#include "cli/run_evidence.h"
#include "cli/selection.h"
#include "model/result.h"
#include "report/annotations.h"
#include "report/summary.h"
#include "run/runner.h"

struct run_options {
	const char *dir;
	bool resume, dry_run, quiet, allow_exec;
	const struct format *format;
	bool has_format;
	struct reports reports;
	const char *sets[SELECTION_SETS_MAX];
	size_t n_sets;
	uint64_t cell, replicates, jobs, seed, max_cells;
	uint64_t max_wait_us; /* RUN_ANY_WAIT: however long */
	bool has_seed;
	enum evidence_policy evidence;
};

/* What several scenarios came to. */
struct totals {
	size_t n_scenarios; /* that were run; what is said of each but the first stands behind a blank line */
	size_t n_withheld;  /* that were not, for want of --allow-exec */
	size_t n_differing; /* claims that are not as stated */
	uint64_t verdicts[VERDICT_COUNT];
	struct reports *reports;
	struct annotations *annotations; /* NULL: nobody wants them */
	bool is_told; /* of the scenario at hand it was told what came of it */
	size_t n_told;
	char *why; /* owned; otherwise, why nothing did */
};

struct session;

/* Who is told that a session is over, in the midst of a run. */
struct session_hook {
	void *context;
	void (*is_over)(void *context);
};

/**
 * session_new() - plan what is to be run of @s
 * @is_one_of_several: its results go into a folder of their own below the one of the options
 * @privilege: of the run; all arguments must outlive the session
 * @totals: told of what came of it
 *
 * Where there is nothing that could be run the session is over at once, and session_tell() says why.
 * Return: NULL when memory is out.
 */
struct session *session_new(const struct run_options *o, const struct scenario *s, bool is_one_of_several,
	const char *privilege, struct totals *totals, struct session_hook hook);

/* session_part() - it, for the runner. */
struct runner_part session_part(struct session *session);

/* session_is_over() - whether nothing more comes of it: it can be told. */
bool session_is_over(const struct session *session);

/* session_tell() - say what came of it, once it is over. Return: an exit status. */
int session_tell(struct session *session);

/* session_dry_run() - show what would be run. Return: an exit status. */
int session_dry_run(struct session *session);

void session_free(struct session *session);

/* run_make_folder() - of results. Return: whether it was made, and not there before; or -errno (ERROR_USAGE). */
int run_make_folder(const char *dir, struct error *e);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenarios run together, and told one after the other.
 *
 * Theory of operation. The runner has all scenarios at once. One that is over is told when all before it are: at once,
 * while the cells of others run; but what is over last is told when the workers are gone and signals end the program
 * again, so that of a single scenario nothing is held up by who reads the output.
 */
#include "cli/run_scenarios.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "cli/allow_exec.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "run/isolation.h"

struct run {
	const struct run_options *options;
	struct scenario *const *scenarios;
	struct totals *totals;
	struct session **sessions; /* NULL once it is told, and where it is withheld */
	char **withheld;           /* why it is; owned; NULL: it is not */
	size_t n, n_over, n_told;
	int status;
	bool said_stopping;
};

static void note_status(struct run *run, int status)
{
	run->status = status > run->status ? status : run->status;
}

/* Reports are of all scenarios, also of those of which nothing was run. */
static int tell_absent(struct totals *totals, const struct scenario *s, enum verdict verdict, const char *why)
{
	if (totals->annotations && verdict != VERDICT_SKIP)
		annotations_add_absent(totals->annotations, s, why);
	return reports_tell_absent(totals->reports, s, verdict, why);
}

/* Tell the next. @why: nothing came of it, where it does not know that better */
static void tell_next(struct run *run, const char *why)
{
	struct totals *totals = run->totals;
	struct session *session = run->sessions[run->n_told];
	const char *withheld = run->withheld[run->n_told];
	const struct scenario *s = run->scenarios[run->n_told++];
	totals->is_told = false;
	free(TAKE_POINTER(totals->why));
	if (!run->options->quiet)
		progress_clear();
	if (session && session_is_over(session))
		note_status(run, session_tell(session));
	totals->n_told += totals->is_told;
	if (!totals->is_told)
		note_status(run, withheld ? tell_absent(totals, s, VERDICT_SKIP, withheld)
					  : tell_absent(totals, s, VERDICT_ERROR, totals->why ? totals->why : why));
	session_free(session);
	run->sessions[run->n_told - 1] = NULL;
}

static bool is_over(const struct run *run, size_t i)
{
	return run->withheld[i] || session_is_over(run->sessions[i]);
}

static void tell_those_over(void *context)
{
	struct run *run = context;
	if (++run->n_over == run->n)
		return;
	while (run->n_told < run->n && is_over(run, run->n_told))
		tell_next(run, NULL);
}

static void show_progress(void *context, const struct runner_progress *progress)
{
	struct run *run = context;
	if (run->options->quiet)
		return;
	progress_draw(progress);
	if (progress->draining && progress->n_in_flight && !progress_is_on() && !run->said_stopping) {
		fprintf(stderr,
			"netrepro: stopping; %" PRIu64 " runs go on to their end; a second signal stops at once\n",
			progress->n_in_flight);
		run->said_stopping = true;
	}
}

/* Each session has a file or two until it is told, and that may be when all are over. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The cells of some scenarios wait for 40 ms again and again, for an acknowledgement that is delayed, and keep their
 * place: where there are several scenarios the processors have something else to do then. */
static unsigned default_jobs(size_t n_scenarios)
{
	return runner_default_jobs() * (n_scenarios > 1 ? 2 : 1);
}

/* Return: as runner_run(). */
static int run_sessions(struct run *run, struct isolation *isolation, struct error *e)
{
	const struct run_options *o = run->options;
	CLEANUP(cleanup_free) struct runner_part *parts = calloc(run->n, sizeof *parts);
	size_t n_parts = 0;
	if (!parts)
		return error_no_memory(e);
	if (run->n > 1)
		raise_descriptor_limit();
	for (size_t i = 0; i < run->n; i++) {
		const struct session_hook hook = {.context = run, .is_over = tell_those_over};
		int r = allow_exec_withhold(o->allow_exec, run->scenarios[i], &run->withheld[i], e);
		if (r < 0)
			return r;
		if (run->withheld[i]) {
			run->totals->n_withheld++;
			run->n_over++;
			continue;
		}
		run->sessions[i] =
			session_new(o, run->scenarios[i], run->n > 1, isolation->privilege, run->totals, hook);
		if (!run->sessions[i])
			return error_no_memory(e);
		if (session_is_over(run->sessions[i]))
			run->n_over++;
		else
			parts[n_parts++] = session_part(run->sessions[i]);
	}
	const struct runner_job job = {
		.parts = parts,
		.n_parts = n_parts,
		.jobs = o->jobs ? (unsigned)o->jobs : default_jobs(n_parts),
		.max_wait_us = o->max_wait_us,
		.wants_evidence = o->evidence != EVIDENCE_NONE,
		.isolation = isolation,
		.progress = show_progress,
		.context = run,
	};
	int r = n_parts ? runner_run(&job, e) : 0;
	if (!o->quiet)
		progress_clear();
	runner_allow_signals();
	return r;
}

static void run_in_isolation(struct run *run)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct isolation isolation = ISOLATION_INIT;
	int r = isolation_begin(&isolation, &e);
	if (r >= 0)
		r = run_sessions(run, &isolation, &e);
	if (r > 0)
		note_status(run, STATUS_SIGNAL + r);
	while (run->n_told < run->n)
		tell_next(run, r > 0 ? "the run was interrupted before it" : error_text(&e));
	if (r < 0)
		note_status(run, cli_fail(&e));
	isolation_end(&isolation);
}

static void show(struct run *run)
{
	const struct session_hook none = {.context = NULL};
	for (size_t i = 0; i < run->n; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		struct session *session =
			session_new(run->options, run->scenarios[i], run->n > 1, NULL, run->totals, none);
		if (!session)
			error_no_memory(&e);
		note_status(run, session ? session_dry_run(session) : cli_fail(&e));
		session_free(session);
	}
}

int run_scenarios(const struct run_options *o, struct scenario *const *scenarios, size_t n, struct totals *totals)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_free) struct session **sessions = calloc(n, sizeof *sessions);
	CLEANUP(cleanup_free) char **withheld = calloc(n, sizeof *withheld);
	struct run run = {
		.options = o,
		.scenarios = scenarios,
		.totals = totals,
		.sessions = sessions,
		.withheld = withheld,
		.n = n,
		.status = STATUS_OK,
	};
	if (!sessions || !withheld) {
		error_no_memory(&e);
		return cli_fail(&e);
	}
	if (o->dry_run)
		show(&run);
	else
		run_in_isolation(&run);
	for (size_t i = 0; i < n; i++)
		free(withheld[i]);
	return run.status;
}

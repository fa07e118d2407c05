/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runner: hands out the runs of a schedule to workers, and hands their results on. */
#ifndef RUN_RUNNER_H
#define RUN_RUNNER_H

#include "model/result.h"
#include "run/isolation.h"
#include "run/schedule.h"

struct runner_progress {
	uint64_t n_runs;   /* all of them, those done before included */
	uint64_t n_before; /* done before, by a run that is resumed */
	uint64_t n_done;   /* done in this one */
	uint64_t n_in_flight;
	uint64_t counts[VERDICT_COUNT]; /* of n_done */
	uint64_t elapsed_us;
	bool draining; /* no new ones: Ctrl-C */
};

/* Whom the runner tells. A negative return stops the run with that error. */
struct runner_listener {
	void *context;
	/* Once, before the first result. @environment: JSON object. May mark runs of the schedule as done. */
	int (*begin)(void *context, const char *environment, struct schedule *schedule, struct error *e);
	/* Where the job wants evidence: a line of it, of a run whose result comes next; NULL where it is not wanted. */
	int (*evidence)(void *context, struct run_id id, const char *line, size_t len, struct error *e);
	/* @line: whole, with its newline; @result: what it says. */
	int (*result)(void *context, const char *line, size_t len, const struct result *result, struct error *e);
	/* Several times a second, and when something changed. */
	void (*progress)(void *context, const struct runner_progress *progress);
};

struct runner_job {
	const struct scenario *scenario;
	struct schedule *schedule;
	unsigned jobs; /* cells that work at once, over all workers; at least 1 */
	struct isolation *isolation;
	struct runner_listener listener;
};

/**
 * runner_run() - run the schedule to its end
 * @ret: the last state of things; filled also on failure
 *
 * Afterwards SIGINT, SIGTERM and SIGHUP stay blocked, so that what is left to be written is written, until
 * runner_allow_signals().
 * Return: 0; the number of the signal of these that ended it early; or -errno.
 */
int runner_run(const struct runner_job *job, struct runner_progress *ret, struct error *e);

/* runner_allow_signals() - those that came in the meantime end the process now. */
void runner_allow_signals(void);

/* runner_default_jobs() - as many as there are processors for this process. */
unsigned runner_default_jobs(void);

#endif

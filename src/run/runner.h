/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runner: hands out the runs of the schedules of several scenarios to workers, and hands their results on. */
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
	uint64_t elapsed_us;            /* of one scenario: from its beginning to its last result */
	bool draining;                  /* no new ones: Ctrl-C */
};

/* Who is told of the runs of one scenario. A negative return ends this scenario with that error, and no other. */
struct runner_listener {
	void *context;
	/* Once, before its first run is handed out. @environment: JSON object. May mark runs of the schedule as done,
	 * and draws the seed. */
	int (*begin)(void *context, const char *environment, struct schedule *schedule, struct error *e);
	/* Where the job wants evidence: a line of it, of a run whose result comes next. */
	int (*evidence)(void *context, struct run_id id, const char *line, size_t len, struct error *e);
	/* @line: whole, with its newline; @result: what it says. */
	int (*result)(void *context, const char *line, size_t len, const struct result *result, struct error *e);
	/*
	 * Once, when nothing more comes of it; others may still be running, and wait for nothing that is done here. Not
	 * called where the scenario has not begun because all was over before, with the status that runner_run()
	 * returns.
	 * @status: 0; the number of the signal that ended it before all was done; -errno as in @why; or -ECANCELED
	 * without a reason of its own where all ends so: runner_run() gives it.
	 */
	void (*end)(void *context, const struct runner_progress *progress, int status, struct error *why);
};

/* One scenario of those that are run together. */
struct runner_part {
	const struct scenario *scenario;
	struct schedule *schedule;
	struct runner_listener listener;
};

struct runner_job {
	struct runner_part *parts;
	size_t n_parts;
	unsigned jobs;        /* cells that work at once, over all workers; at least 1 */
	uint64_t max_wait_us; /* cells that their schedule says are too long wait longer; for their reason */
	bool wants_evidence;
	struct isolation *isolation;
	/* Several times a second, of all of them together; NULL for nobody. */
	void (*progress)(void *context, const struct runner_progress *progress);
	void *context;
};

/**
 * runner_run() - run all schedules to their end
 *
 * Afterwards SIGINT, SIGTERM and SIGHUP stay blocked, so that what is left to be written is written, until
 * runner_allow_signals().
 * Return: 0, also where scenarios ended with an error of their own; the number of the signal of these that ended it
 * early; or -errno for what ended all of them.
 */
int runner_run(const struct runner_job *job, struct error *e);

/* runner_allow_signals() - those that came in the meantime end the process now. */
void runner_allow_signals(void);

/* runner_default_jobs() - as many as there are processors for this process. */
unsigned runner_default_jobs(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker: one event loop that drives many cells through their steps. */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "model/scenario.h"

struct worker_job {
	const struct scenario *scenario;
	uint64_t run_began_us;
	unsigned places;       /* how many cells it works on at once; those that are parked do not count */
	bool wants_environment; /* its first frame holds the environment */
};

/* A worker that has cells in flight says at least this often that it is still there. */
#define WORKER_ALIVE_US 2000000

/**
 * worker_run() - be a worker, in a process forked for it
 *
 * Takes both descriptors over. Never returns; the exit status is 0, 1 when it said what went wrong (FRAME_FAILED), and
 * otherwise the errno of what went wrong.
 */
_Noreturn void worker_run(const struct worker_job *job, int orders_fd, int frames_fd);

#endif

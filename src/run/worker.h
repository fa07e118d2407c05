/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker: one event loop that drives many cells through their steps. */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "model/scenario.h"

struct worker_job {
	const struct scenario *const *scenarios; /* which the orders name by their place here */
	size_t n_scenarios;
	uint64_t run_began_us;
	unsigned places;        /* how many cells it works on at once; those that are parked do not count */
	unsigned cells_max;     /* how many it may have in flight, those that are parked included */
	bool wants_environment; /* its first frame holds the environment */
	bool wants_evidence;    /* of each cell that it runs */
};

/*
 * Cells in flight at once in one run, over all workers, parked ones included. Each new namespace costs more the more of
 * them are alive (12 ms each at 1,000, measured on Linux 6.18), so beyond this the cells that wait hold up those that
 * work. And some tables are shared by all namespaces: one of neighbours has 1,024 entries (gc_thresh3, net/ipv4/arp.c),
 * of which each loopback takes one; the veths' own do not count, as they are permanent.
 */
#define RUN_CELLS_MAX 500

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

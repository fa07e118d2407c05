/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker as the runner sees it: a process, the pipes to it, and the runs that it was given. */
#ifndef RUN_WORKER_PROCESS_H
#define RUN_WORKER_PROCESS_H

#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"
#include "run/frame.h"
#include "run/worker.h"

/* A run that was handed out and has no result yet. */
struct flight {
	struct run_id id;
	uint64_t began_us;
};

struct worker_process {
	pid_t pid;                /* 0: there is none */
	int orders_fd, frames_fd; /* -1: closed */
	int unread_fd;            /* the other end of orders_fd, to take back what the worker has not read */
	unsigned places;
	struct text input;    /* frames that are not whole yet */
	struct text evidence; /* of the run whose result comes next: where none comes, there was no such run */
	struct flight *flights;
	size_t n_flights, flights_size;
	uint32_t wants; /* orders */
	bool greeted;   /* its FRAME_HELLO has come */
	uint64_t heard_us;
	struct error failure; /* what it said before it died */
};

/* A process that there is none of yet, with room for @n_places cells at work. */
#define WORKER_PROCESS(n_places)                                                                                       \
	((struct worker_process){.orders_fd = -1, .unread_fd = -1, .frames_fd = -1, .places = (n_places)})

/**
 * worker_process_spawn() - fork it
 *
 * Afterwards, also where it has failed, it is to be given back with worker_process_close().
 */
int worker_process_spawn(struct worker_process *w, const struct worker_job *job, struct error *e);

/* worker_process_order() - give it a run, of those that it wants. */
int worker_process_order(struct worker_process *w, struct run_id id, struct error *e);

/* worker_process_take_unread() - take one order back that it has not read: its run was never begun. Its flight is still
 * to be ended. Return: false where there is none. */
bool worker_process_take_unread(struct worker_process *w, struct run_id *ret);

/* worker_process_end_flight() - the run is in flight no more. Return: false where it was not. */
bool worker_process_end_flight(struct worker_process *w, struct run_id id);

/* worker_process_hear() - take in what it has sent. Return: 1; 0 where nothing more will come, as it has ended; or
 * -errno. */
int worker_process_hear(struct worker_process *w, struct error *e);

/* worker_process_drop_input() - the first @len bytes of its frames have been dealt with. */
void worker_process_drop_input(struct worker_process *w, size_t len);

/**
 * worker_process_reap() - wait for its end
 * @buffer: of @size bytes
 *
 * Return: why it ended, by what it said itself, or by how the kernel says it did; in @buffer, or of the worker.
 */
const char *worker_process_reap(struct worker_process *w, char *buffer, size_t size);

/* worker_process_close() - give back what it holds, but not the process itself. Its places stay. */
void worker_process_close(struct worker_process *w);

#endif

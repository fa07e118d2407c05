// SPDX-License-Identifier: GPL-2.0-or-later
// Threads that close what the kernel takes its time to close.
//
// A thread for each descriptor, so that none waits for another one's grace period; and kept, since to make one and to
// take its stack away costs more than all else that closing costs the caller.
#include "net/closers.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* Nothing runs in the thread but close(2); and what the sanitizers' runtime needs. */
#define STACK_BYTES (128 << 10)

#define QUEUE_MAX 64 /* descriptors that no thread has taken yet */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	pid_t pid; /* the process that has the threads: one that is forked has none */
	size_t n_idle;
	int queue[QUEUE_MAX];
	size_t n_queued;
} closers = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};

static void *closer_run(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&closers.lock);
	for (;;) {
		while (!closers.n_queued) {
			closers.n_idle++;
			pthread_cond_wait(&closers.filled, &closers.lock);
			closers.n_idle--;
		}
		int fd = closers.queue[--closers.n_queued];
		pthread_mutex_unlock(&closers.lock);
		close(fd);
		pthread_mutex_lock(&closers.lock);
	}
	return NULL;
}

/* One to which no signal is ever delivered. Return: whether there is one. */
static bool start_thread(void)
{
	sigset_t all;
	sigfillset(&all);
	pthread_t thread;
	pthread_attr_t detached;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&detached, STACK_BYTES);
	pthread_attr_setsigmask_np(&detached, &all);
	int r = pthread_create(&thread, &detached, closer_run, NULL);
	pthread_attr_destroy(&detached);
	return r == 0;
}

/* Return: whether a thread will close it. */
static bool hand_over(int fd)
{
	if (closers.pid != getpid()) {
		closers.pid = getpid();
		closers.n_idle = closers.n_queued = 0;
		closers.filled = (pthread_cond_t)PTHREAD_COND_INITIALIZER; /* nobody waits here */
	}
	/* One that was woken and has not got hold of the lock yet counts as idle, and takes one of those queued. */
	bool needs_thread = closers.n_queued >= closers.n_idle;
	if (closers.n_queued == QUEUE_MAX || (needs_thread && !start_thread()))
		return false;
	closers.queue[closers.n_queued++] = fd;
	pthread_cond_signal(&closers.filled);
	return true;
}

void closers_close(int fd)
{
	pthread_mutex_lock(&closers.lock);
	bool is_handed_over = hand_over(fd);
	pthread_mutex_unlock(&closers.lock);
	if (!is_handed_over)
		close(fd);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Threads that close what the kernel takes its time to close.
//
// A thread closes one descriptor at a time, as many threads as that needs do so side by side, and they are kept: to
// make one and to take its stack away costs more than all else that closing costs the caller. To wake one costs about
// as much as closing, so a descriptor waits for a thread that is busy, as long as there are no more that wait than are
// busy: it is closed two grace periods of RCU later at the latest, and under load nobody is ever woken.
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
	pthread_cond_t called;
	pid_t pid;             /* the process that has the threads: one that is forked has none */
	size_t n_busy, n_idle; /* threads; who is called is busy from then on */
	size_t n_calls;        /* that no thread has heard yet */
	int queue[QUEUE_MAX];  /* in a ring */
	size_t first, n_queued;
} closers = {.lock = PTHREAD_MUTEX_INITIALIZER, .called = PTHREAD_COND_INITIALIZER};

static int take_first(void)
{
	int fd = closers.queue[closers.first];
	closers.first = (closers.first + 1) % QUEUE_MAX;
	closers.n_queued--;
	return fd;
}

static void *closer_run(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&closers.lock);
	for (;;) {
		while (closers.n_queued) {
			int fd = take_first();
			pthread_mutex_unlock(&closers.lock);
			close(fd);
			pthread_mutex_lock(&closers.lock);
		}
		closers.n_busy--;
		closers.n_idle++;
		while (!closers.n_calls)
			pthread_cond_wait(&closers.called, &closers.lock);
		closers.n_calls--;
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

/* A process that was forked begins anew: what is queued here is its parent's. */
static void begin(void)
{
	closers.pid = getpid();
	closers.n_busy = closers.n_idle = closers.n_calls = closers.n_queued = 0;
	closers.called = (pthread_cond_t)PTHREAD_COND_INITIALIZER; /* nobody waits here */
}

/* Return: whether a thread will close it; @ret_calls says whether one has to be woken for that. */
static bool hand_over(int fd, bool *ret_calls)
{
	if (closers.pid != getpid())
		begin();
	if (closers.n_queued == QUEUE_MAX)
		return false;
	if (closers.n_queued >= closers.n_busy) {
		*ret_calls = closers.n_idle > 0;
		if (!*ret_calls && !start_thread())
			return false;
		closers.n_idle -= *ret_calls;
		closers.n_calls += *ret_calls;
		closers.n_busy++;
	}
	closers.queue[(closers.first + closers.n_queued++) % QUEUE_MAX] = fd;
	return true;
}

void closers_close(int fd)
{
	bool calls = false;
	pthread_mutex_lock(&closers.lock);
	bool is_handed_over = hand_over(fd, &calls);
	pthread_mutex_unlock(&closers.lock);
	/* Not before: who is woken wants the lock. */
	if (calls)
		pthread_cond_signal(&closers.called);
	if (!is_handed_over)
		close(fd);
}

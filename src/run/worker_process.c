// SPDX-License-Identifier: GPL-2.0-or-later
// A worker as the runner sees it: a process, the pipes to it, and the runs that it was given.
#include "run/worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define READ_BYTES 65536

int worker_process_spawn(struct worker_process *w, const struct worker_job *job, struct error *e)
{
	CLEANUP(cleanup_close) int frames_write = -1;
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make a pipe to a worker");
	w->unread_fd = fds[0];
	w->orders_fd = fds[1];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make a pipe to a worker");
	w->frames_fd = fds[0];
	frames_write = fds[1];
	if (fcntl(w->frames_fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(w->unread_fd, F_SETFL, O_NONBLOCK) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot set up the pipe to a worker");
	pid_t pid = fork();
	if (pid < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot fork a worker");
	if (pid == 0)
		worker_run(job, w->unread_fd, frames_write);
	w->pid = pid;
	w->heard_us = clock_now_us();
	w->wants = 0;
	w->greeted = false;
	return 0;
}

int worker_process_order(struct worker_process *w, struct run_id id, struct error *e)
{
	if (w->n_flights == w->flights_size) {
		size_t size = w->flights_size ? w->flights_size * 2 : 16;
		struct flight *more = reallocarray(w->flights, size, sizeof *more);
		if (!more)
			return error_no_memory(e);
		w->flights = more;
		w->flights_size = size;
	}
	uint64_t now_us = clock_now_us();
	if (!w->n_flights)
		w->heard_us = now_us; /* it owed no word until now */
	w->flights[w->n_flights++] = (struct flight){.id = id, .began_us = now_us};
	w->wants--;
	/* The pipe has room for a few thousand orders, and a worker asks for one more than it has places. */
	return write(w->orders_fd, &id, sizeof id) == sizeof id
		       ? 0
		       : error_errno(e, ERROR_HARNESS, errno, "cannot give a worker its orders");
}

bool worker_process_take_unread(struct worker_process *w, struct run_id *ret)
{
	return w->unread_fd >= 0 && read(w->unread_fd, ret, sizeof *ret) == sizeof *ret;
}

bool worker_process_end_flight(struct worker_process *w, struct run_id id)
{
	for (size_t i = 0; i < w->n_flights; i++) {
		const struct run_id *have = &w->flights[i].id;
		if (have->cell != id.cell || have->replicate != id.replicate || have->scenario != id.scenario)
			continue;
		w->flights[i] = w->flights[--w->n_flights];
		return true;
	}
	return false;
}

int worker_process_hear(struct worker_process *w, struct error *e)
{
	char data[READ_BYTES];
	ssize_t n = read(w->frames_fd, data, sizeof data);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR
			       ? 1
			       : error_errno(e, ERROR_HARNESS, errno, "cannot hear from a worker");
	if (n == 0)
		return 0;
	text_add_bytes(&w->input, data, (size_t)n);
	return w->input.failed ? error_no_memory(e) : 1;
}

void worker_process_drop_input(struct worker_process *w, size_t len)
{
	if (!len)
		return;
	memmove(w->input.data, w->input.data + len, w->input.len - len);
	text_truncate(&w->input, w->input.len - len);
}

const char *worker_process_reap(struct worker_process *w, char *buffer, size_t size)
{
	int how = 0;
	while (waitpid(w->pid, &how, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
	if (w->failure.text)
		return w->failure.text;
	if (WIFSIGNALED(how))
		snprintf(buffer, size, "the worker was killed by SIG%s",
			sigabbrev_np(WTERMSIG(how)) ? sigabbrev_np(WTERMSIG(how)) : "?");
	else if (WEXITSTATUS(how) && strerrorname_np(WEXITSTATUS(how)))
		snprintf(buffer, size, "the worker could not go on: %s (%s)", strerror(WEXITSTATUS(how)),
			strerrorname_np(WEXITSTATUS(how)));
	else
		snprintf(buffer, size, "the worker ended with exit status %d", WEXITSTATUS(how));
	return buffer;
}

void worker_process_close(struct worker_process *w)
{
	fd_close(&w->orders_fd);
	fd_close(&w->unread_fd);
	fd_close(&w->frames_fd);
	text_done(&w->input);
	text_done(&w->evidence);
	error_clear(&w->failure);
	free(w->flights);
	w->flights = NULL;
	w->wants = 0;
	w->n_flights = w->flights_size = 0;
}

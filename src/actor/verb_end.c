// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs that end connections and sockets: shutdown, close, restart.
 *
 * Theory of operation: close(2) of a socket with SO_LINGER and a time above 0 blocks until the peer has acknowledged or
 * the time is over, also where the socket is non-blocking (inet_release(), net/ipv4/af_inet.c). One such close would
 * hold up every cell of the worker, so it is made by a thread, and a pipe that the thread closes afterwards says when
 * it is done. (What close() returned says nothing: a socket has no flush(), and its release() is not asked, fs/open.c.)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actor/verb.h"
#include "base/cleanup.h"

static const struct direction {
	const char *name;
	int how;
} directions[] = {
	{"SHUT_RD", SHUT_RD},
	{"SHUT_WR", SHUT_WR},
	{"SHUT_RDWR", SHUT_RDWR},
};

static int direction_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	ret->entry = word_find_entry(
		ret->text, directions, sizeof directions / sizeof *directions, sizeof *directions, "direction", e);
	return ret->entry ? 0 : -EINVAL;
}

static const struct word_kind word_direction = {.what = "SHUT_RD, SHUT_WR or SHUT_RDWR", .parse = direction_parse};

static enum step_status run_shutdown(struct step_run *run, struct error *e)
{
	(void)e;
	const struct direction *direction = run->step->words[1].entry;
	return step_result(run, shutdown(step_socket(run, 0)->fd, direction->how));
}

VERB(shutdown) = {
	.syntax = {
		.name = "shutdown",
		.usage = "shutdown SOCKET SHUT_RD|SHUT_WR|SHUT_RDWR",
		.help = "shut down one or both directions of a connection",
		.words = {&word_socket, &word_direction},
		.n_required = 2,
	},
	.run = run_shutdown,
};

struct lingering_close {
	int socket_fd;
	int report_fd; /* owned by the thread */
};

static void *lingering_close_thread(void *data)
{
	struct lingering_close job = *(struct lingering_close *)data;
	free(data);
	close(job.socket_fd);
	close(job.report_fd);
	return NULL;
}

static int start_lingering_close(struct step_run *run, struct error *e)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make a pipe");
	struct lingering_close *job = malloc(sizeof *job);
	pthread_attr_t detached;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_t thread;
	int r = ENOMEM;
	if (job) {
		*job = (struct lingering_close){.socket_fd = step_socket(run, 0)->fd, .report_fd = fds[1]};
		r = pthread_create(&thread, &detached, lingering_close_thread, job);
	}
	pthread_attr_destroy(&detached);
	if (r) {
		free(job);
		close(fds[0]);
		close(fds[1]);
		return error_errno(e, ERROR_HARNESS, r, "cannot start a thread for a close that lingers");
	}
	step_socket(run, 0)->fd = -1;
	run->helper_fd = fds[0];
	return 0;
}

static enum step_status run_close(struct step_run *run, struct error *e)
{
	if (run->helper_fd < 0) {
		if (!testbed_lingers(step_socket(run, 0)->fd)) {
			int errnum = testbed_close_socket(run->actor, run->step->words[0].socket);
			return errnum ? step_errno(run, errnum) : step_ok(run);
		}
		if (start_lingering_close(run, e) < 0)
			return STEP_FAILED;
	}
	char byte;
	ssize_t n;
	do
		n = read(run->helper_fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return step_ok(run);
	if (errno == EAGAIN)
		return step_wait(run, run->helper_fd, EPOLLIN);
	error_errno(e, ERROR_HARNESS, errno, "cannot hear from the thread that closes a lingering socket");
	return STEP_FAILED;
}

VERB(close) = {
	.syntax = {
		.name = "close",
		.usage = "close SOCKET",
		.help = "close the socket; waits where SO_LINGER makes the kernel wait",
		.words = {&word_ended_socket},
		.n_required = 1,
	},
	.run = run_close,
};

/* The socket of @actor with the lowest number; NULL for none. */
static struct testbed_socket *first_socket(struct testbed_actor *actor)
{
	struct testbed_socket *first = NULL;
	for (size_t i = 0; i < actor->n_sockets; i++) {
		struct testbed_socket *s = &actor->sockets[i];
		if (s->fd >= 0 && (!first || s->number < first->number))
			first = s;
	}
	return first;
}

/* All of them are told first. Return: whether they are gone; @ret_fd: otherwise what to wait for. */
static bool programs_are_gone(struct step_run *run, int *ret_fd)
{
	const struct testbed_actor *actor = run->actor;
	for (size_t i = 0; !run->phase && i < actor->n_sockets; i++)
		if (actor->sockets[i].program)
			program_kill(actor->sockets[i].program);
	run->phase = 1;
	for (size_t i = 0; i < actor->n_sockets; i++) {
		struct program **program = &actor->sockets[i].program;
		if (*program && !program_is_gone(*program, ret_fd))
			return false;
		if (*program)
			program_forget(&run->testbed->programs, TAKE_POINTER(*program));
	}
	return true;
}

static enum step_status run_restart(struct step_run *run, struct error *e)
{
	(void)e;
	int errnum = 0, fd;
	if (!programs_are_gone(run, &fd))
		return step_wait(run, fd, EPOLLIN);
	for (struct testbed_socket *s; (s = first_socket(run->actor));) {
		int r = testbed_exit_socket(run->actor, (size_t)(s - run->actor->sockets));
		if (r && !errnum)
			errnum = r;
	}
	return errnum ? step_errno(run, errnum) : step_ok(run);
}

VERB(restart) = {
	.syntax = {
		.name = "restart",
		.usage = "restart",
		.help = "close all of the actor's sockets, as by exit, and kill its programs; the namespace stays",
		.ends_all_sockets = true,
		.never_measured = true,
	},
	.run = run_restart,
};

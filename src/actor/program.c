// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of the host's that run in the namespaces of a testbed.
 *
 * Theory of operation. Each program has a PID namespace of its own, whose init is a process of netrepro that does
 * nothing. Whatever the program starts, and however that detaches itself, is in that namespace, and is killed by the
 * kernel when init is. Init ends with the worker by PR_SET_PDEATHSIG and by end of file on a pipe, and the worker with
 * the runner; so nothing outlives the cell, whoever is killed.
 *
 *	worker ──clone(CLONE_NEWPID)──▶ init          killed: all of the namespace is
 *	   └────setns, clone──────────▶ the program    in the namespace, and the worker's own child all the same
 *	   (in a thread that is gone then)
 *
 * As the program is the worker's child, its exit status and its signals need no go-between: a pidfd is all. As it is
 * not PID 1, a signal that it has no handler for ends it, as it would elsewhere. The init of a namespace is not gone
 * before those in it are reaped, also by a parent outside (zap_pid_ns_processes(), kernel/pid_namespace.c): so the
 * program is reaped first.
 *
 * What it prints comes by one pipe, and is read whenever the cell is woken for it (programs_hear()): also while another
 * step waits or sleeps, so that no program stands still because nobody reads. The first OUTPUT_MAX bytes are kept.
 *
 * A cell waits for one descriptor. Where it has programs, that is an epoll of their pipes and of what its step waits
 * for.
 */
#include "actor/program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor/program_child.h"
#include "base/cleanup.h"

#define OUTPUT_MAX (1 << 20)
#define OUTPUT_CHUNK 4096
#define CHUNKS_AT_ONCE 64 /* a program that prints without end is not listened to for ever */
#define EVENTS_AT_ONCE 16

struct program {
	struct program *next;
	int pidfd;     /* of the program; -1 once it is reaped */
	int init_fd;   /* of the init of its namespace; the same */
	int report_fd; /* what program_child_run() says; -1 once that is known */
	int output_fd; /* -1: all that could print to it are gone */
	int epoll_fd;  /* in which the latter is; borrowed */
	struct text output;
	bool is_ready; /* it was about to become the program */
	bool is_cut;   /* not all of the output was kept */
	bool has_status;
	int code, status; /* of siginfo_t, once it is reaped */
};

/* Killed, and not yet reaped: the worker's, as they outlive their cells by a moment. */
static struct program *dying;

int program_command_split(const char *program, const char *arguments, struct program_command *ret, struct error *e)
{
	size_t n = 0, len = strlen(program) + 1;
	*ret = (struct program_command){.buffer = malloc(len + (arguments ? strlen(arguments) : 0) + 1)};
	if (!ret->buffer)
		return error_no_memory(e);
	memcpy(ret->buffer, program, len);
	ret->argv[n++] = ret->buffer;
	char *to = ret->buffer + len;
	for (const char *from = arguments ? arguments : ""; *from;) {
		from += strspn(from, " ");
		if (!*from)
			break;
		if (n == PROGRAM_ARGUMENTS_MAX)
			return error_set(e, ERROR_USAGE, E2BIG, "more than %d arguments", PROGRAM_ARGUMENTS_MAX - 1);
		ret->argv[n++] = to;
		for (char quote = '\0'; *from && (quote || *from != ' '); from++) {
			if (*from == quote)
				quote = '\0';
			else if (!quote && (*from == '\'' || *from == '"'))
				quote = *from;
			else
				*to++ = *from;
			if (quote && !from[1])
				return error_set(
					e, ERROR_USAGE, EINVAL, "a %c stands there that no second one ends", quote);
		}
		*to++ = '\0';
	}
	return 0;
}

void program_command_done(struct program_command *command)
{
	free(command->buffer);
	free(command->folder);
}

/* The end of a pipe that @fds[1] was the other end of in the child alone. */
static void await_end_of_file(int fds[static 2])
{
	char byte;
	fd_close(&fds[1]);
	while (read(fds[0], &byte, 1) < 0 && errno == EINTR)
		;
	fd_close(&fds[0]);
}

/*
 * The child has copies of all descriptors of the worker, and a socket is not closed while there is one: neither is its
 * FIN sent nor its port free, in whatever cell. So the worker does nothing until the child has closed them, which is
 * its first act: a pipe of which it has a copy as well says when.
 *
 * Return: as fork(2).
 */
static pid_t spawn(uint64_t flags, int *ret_pidfd)
{
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
	};
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	int errnum = errno;
	if (pid)
		await_end_of_file(fds);
	errno = errnum;
	return pid;
}

/* The end of the pipe which every init reads, and at which the worker writes nothing: it is closed when it dies. */
static int lifeline_get(struct error *e)
{
	static int fds[2] = {-1, -1};
	if (fds[0] < 0 && pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make a pipe");
	return fds[0];
}

static int spawn_init(struct program *p, struct error *e)
{
	int lifeline = lifeline_get(e);
	if (lifeline < 0)
		return lifeline;
	pid_t pid = spawn(CLONE_NEWPID, &p->init_fd);
	if (pid == 0)
		program_init_run(lifeline);
	if (pid > 0)
		return 0;
	p->init_fd = -1;
	return error_errno(e, ERROR_HARNESS, errno, "cannot make a PID namespace for a program");
}

struct birth {
	struct program *program;
	const struct program_command *command;
	int output_fd, report_fd;
	const char *failed; /* what has; with errnum */
	int errnum;
};

static void *bear(void *data)
{
	struct birth *birth = data;
	if (setns(birth->program->init_fd, CLONE_NEWPID) < 0) {
		birth->failed = "enter the PID namespace of a program";
		birth->errnum = errno;
		return NULL;
	}
	pid_t pid = spawn(0, &birth->program->pidfd);
	if (pid == 0)
		program_child_run(birth->command, birth->output_fd, birth->report_fd);
	if (pid < 0) {
		birth->failed = "fork for a program";
		birth->errnum = errno;
		birth->program->pidfd = -1;
	}
	return NULL;
}

/* The child is born in the namespace of init, by a thread that goes there: where the worker is in a user namespace of
 * its own it would find no way back to the PID namespace that it was in. */
static int spawn_program(
	struct program *p, const struct program_command *command, int output_fd, int report_fd, struct error *e)
{
	struct birth birth = {.program = p, .command = command, .output_fd = output_fd, .report_fd = report_fd};
	pthread_t thread;
	int r = pthread_create(&thread, NULL, bear, &birth);
	if (r)
		return error_errno(e, ERROR_HARNESS, r, "cannot start a thread for a program");
	pthread_join(thread, NULL);
	return birth.failed ? error_errno(e, ERROR_HARNESS, birth.errnum, "cannot %s", birth.failed) : 0;
}

static int make_pipe(int *ret_read, int *ret_write, struct error *e)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make a pipe");
	*ret_read = fds[0];
	*ret_write = fds[1];
	/* Of the open file, of which each end is one. */
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot set up a pipe");
	return 0;
}

static int watch_output(struct programs *programs, struct program *p, struct error *e)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
	if (programs->epoll_fd < 0)
		programs->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	p->epoll_fd = programs->epoll_fd;
	if (p->epoll_fd < 0 || epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, p->output_fd, &event) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot watch the output of a program");
	return 0;
}

static void reap(int *pidfd, struct program *p)
{
	siginfo_t info = {0};
	if (*pidfd < 0)
		return;
	int r = waitid(P_PIDFD, (id_t)*pidfd, &info, WEXITED | WNOHANG);
	if ((r == 0 && !info.si_pid) || (r < 0 && errno == EINTR))
		return;
	if (p && r == 0) {
		p->has_status = true;
		p->code = info.si_code;
		p->status = info.si_status;
	}
	fd_close(pidfd);
}

static void close_output(struct program *p)
{
	if (p->output_fd < 0)
		return;
	epoll_ctl(p->epoll_fd, EPOLL_CTL_DEL, p->output_fd, NULL);
	fd_close(&p->output_fd);
}

static void reap_dying(void)
{
	for (struct program **at = &dying; *at;) {
		struct program *p = *at;
		int fd;
		if (!program_is_gone(p, &fd)) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		free(p);
	}
}

/* It is on no list any more. */
static void leave_to_die(struct program *p)
{
	program_kill(p);
	close_output(p);
	fd_close(&p->report_fd);
	text_done(&p->output);
	p->next = dying;
	dying = p;
}

int program_start(
	struct programs *programs, const struct program_command *command, struct program **ret, struct error *e)
{
	reap_dying();
	struct program *p = malloc(sizeof *p);
	if (!p)
		return error_no_memory(e);
	*p = (struct program){.pidfd = -1, .init_fd = -1, .report_fd = -1, .output_fd = -1, .epoll_fd = -1};
	CLEANUP(cleanup_close) int output_write = -1;
	CLEANUP(cleanup_close) int report_write = -1;
	int r = make_pipe(&p->output_fd, &output_write, e);
	/* For while nobody reads, as in a lab between two steps; not to get it is no harm. */
	fcntl(output_write, F_SETPIPE_SZ, OUTPUT_MAX);
	if (r == 0)
		r = make_pipe(&p->report_fd, &report_write, e);
	if (r == 0)
		r = watch_output(programs, p, e);
	if (r == 0)
		r = spawn_init(p, e);
	if (r == 0)
		r = spawn_program(p, command, output_write, report_write, e);
	if (r < 0) {
		leave_to_die(p);
		return r;
	}
	p->next = programs->first;
	programs->first = *ret = p;
	return 0;
}

void program_forget(struct programs *programs, struct program *program)
{
	struct program **at = &programs->first;
	while (*at != program)
		at = &(*at)->next;
	*at = program->next;
	leave_to_die(program);
}

int program_has_begun(struct program *program, int *ret_errnum, int *ret_fd, struct error *e)
{
	struct program_report report = {.stage = PROGRAM_READY};
	ssize_t n = sizeof report;
	*ret_errnum = 0;
	if (program->report_fd < 0)
		return 1;
	while (n == sizeof report && report.stage == PROGRAM_READY) {
		do
			n = read(program->report_fd, &report, sizeof report);
		while (n < 0 && errno == EINTR);
		program->is_ready |= n == sizeof report && report.stage == PROGRAM_READY;
	}
	if (n < 0 && errno == EAGAIN) {
		*ret_fd = program->report_fd;
		return 0;
	}
	fd_close(&program->report_fd);
	if (n == 0 && program->is_ready) /* closed by the execve(2) */
		return 1;
	if (n != sizeof report)
		return error_set(e, ERROR_HARNESS, EPROTO, "a program was ended before it began");
	if (report.stage != PROGRAM_EXECVE)
		return error_errno(
			e, ERROR_HARNESS, report.errnum, "a program cannot %s", program_child_stage(report.stage));
	*ret_errnum = report.errnum;
	return 1;
}

bool program_has_ended(struct program *program, char ret[static PROGRAM_ENDING_TEXT], int *ret_fd)
{
	reap(&program->pidfd, program);
	if (program->pidfd >= 0) {
		if (ret_fd)
			*ret_fd = program->pidfd;
		return false;
	}
	const char *name = program->has_status ? sigabbrev_np(program->status) : NULL;
	if (!program->has_status)
		snprintf(ret, PROGRAM_ENDING_TEXT, "unknown");
	else if (program->code == CLD_EXITED)
		snprintf(ret, PROGRAM_ENDING_TEXT, "exit-%d", program->status);
	else if (name)
		snprintf(ret, PROGRAM_ENDING_TEXT, "SIG%s", name);
	else
		snprintf(ret, PROGRAM_ENDING_TEXT, "signal-%d", program->status);
	return true;
}

int program_signal(struct program *program, int number)
{
	reap(&program->pidfd, program); /* to what has ended and was not reaped a signal can be sent without an error */
	if (program->pidfd < 0)
		return ESRCH;
	return syscall(SYS_pidfd_send_signal, program->pidfd, number, NULL, 0) < 0 ? errno : 0;
}

void program_kill(struct program *program)
{
	if (program->init_fd >= 0)
		syscall(SYS_pidfd_send_signal, program->init_fd, SIGKILL, NULL, 0);
	else
		program_signal(program, SIGKILL);
}

bool program_is_gone(struct program *program, int *ret_fd)
{
	reap(&program->pidfd, program);
	if (program->pidfd < 0)
		reap(&program->init_fd, NULL);
	*ret_fd = program->pidfd >= 0 ? program->pidfd : program->init_fd;
	return *ret_fd < 0;
}

static void keep_output(struct program *p, const char *bytes, size_t len)
{
	size_t room = OUTPUT_MAX - p->output.len;
	p->is_cut |= len > room;
	text_add_bytes(&p->output, bytes, len < room ? len : room);
	p->is_cut |= p->output.failed;
}

static void take_output(struct program *p)
{
	char bytes[OUTPUT_CHUNK];
	for (int i = 0; p->output_fd >= 0 && i < CHUNKS_AT_ONCE; i++) {
		ssize_t n = read(p->output_fd, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			close_output(p);
		else
			keep_output(p, bytes, (size_t)n);
	}
}

const char *program_output(struct program *program, size_t *ret_len, bool *ret_is_all, bool *ret_is_cut)
{
	take_output(program);
	const struct text *t = &program->output;
	const char *last = t->len ? memrchr(t->data, '\n', t->len) : NULL;
	*ret_is_all = program->output_fd < 0;
	*ret_is_cut = program->is_cut;
	*ret_len = *ret_is_all && !program->is_cut ? t->len : last ? (size_t)(last - t->data) + 1 : 0;
	return text_get(t);
}

void program_copy_output(const char *from, size_t len, char *ret)
{
	for (size_t i = 0; i < len; i++) {
		ret[i] = from[i] == '\t' ? ' ' : from[i];
		if (ret[i] < ' ' || ret[i] > '~')
			ret[i] = '?';
	}
	ret[len] = '\0';
}

void program_last_words(struct program *program, char ret[static PROGRAM_WORDS_TEXT])
{
	take_output(program);
	const char *text = text_get(&program->output);
	size_t end = program->output.len, begin;
	while (end && (text[end - 1] == '\n' || text[end - 1] == '\r' || text[end - 1] == ' '))
		end--;
	begin = end;
	while (begin && text[begin - 1] != '\n')
		begin--;
	size_t len = end - begin < PROGRAM_WORDS_TEXT ? end - begin : PROGRAM_WORDS_TEXT - 1;
	program_copy_output(text + begin, len, ret);
}

int programs_watch(struct programs *programs, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = NULL};
	if (programs->step_fd >= 0)
		epoll_ctl(programs->epoll_fd, EPOLL_CTL_DEL, programs->step_fd, NULL);
	programs->step_fd = -1;
	if (fd >= 0 && epoll_ctl(programs->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	programs->step_fd = fd;
	return programs->epoll_fd;
}

bool programs_hear(struct programs *programs, bool *ret_heard)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	bool is_there = false;
	*ret_heard = false;
	int n = epoll_wait(programs->epoll_fd, events, EVENTS_AT_ONCE, 0);
	for (int i = 0; i < n; i++) {
		struct program *p = events[i].data.ptr;
		*ret_heard |= p != NULL;
		is_there |= !p;
		if (p)
			take_output(p);
	}
	return is_there;
}

void programs_done(struct programs *programs)
{
	for (struct program *p = programs->first, *next; p; p = next) {
		next = p->next;
		leave_to_die(p);
	}
	fd_close(&programs->epoll_fd);
	*programs = PROGRAMS_INIT;
	reap_dying();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thread that goes to the PID namespace of another process (setns of a pidfd) can bear a child there, which is the
 * child of its own process all the same, also once the thread is gone: it is waited for by its pidfd, and signals end
 * it as they do elsewhere, as it is not pid 1. It dies with the pid 1 of its namespace; and that is not gone before the
 * child is reaped by its parent outside.
 *
 * Relied on: programs in cells (src/actor/program.c).
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct birth {
	int init;		/* pidfd of pid 1 */
	int child;		/* the same of the child */
	int told;		/* where the child writes its pid */
	int errnum;
};

static pid_t spawn(uint64_t flags, int *pidfd)
{
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* For ever, but for the case that the fact is false, and nobody comes to kill. */
static noreturn void wait_to_be_killed(void)
{
	alarm(60);
	for (;;)
		pause();
}

static void *bear(void *data)
{
	struct birth *b = data;

	if (setns(b->init, CLONE_NEWPID) != 0) {
		b->errnum = errno;
		return NULL;
	}
	pid_t pid = spawn(0, &b->child);

	if (pid == 0) {
		pid_t own = getpid();

		if (write(b->told, &own, sizeof(own)) != sizeof(own))
			_exit(1);
		wait_to_be_killed();
	}
	b->errnum = pid < 0 ? errno : 0;
	return NULL;
}

static void birth_start(struct birth *b)
{
	static int is_in_user_namespace;
	int told[2];
	pid_t pid, own;
	pthread_t thread;

	if (geteuid() != 0 && !is_in_user_namespace++ && unshare(CLONE_NEWUSER) != 0)
		platform_skip("no user namespace: errno %d", errno);
	pid = spawn(CLONE_NEWPID, &b->init);
	if (pid == 0)
		wait_to_be_killed();
	if (pid < 0)
		platform_skip("no PID namespace: errno %d", errno);
	assert_return_code(pipe2(told, O_CLOEXEC), errno);
	b->told = told[1];
	assert_int_equal(pthread_create(&thread, NULL, bear, b), 0);
	pthread_join(thread, NULL);
	assert_int_equal(b->errnum, 0);
	platform_wait_readable(told[0]);
	assert_int_equal(read(told[0], &own, sizeof(own)), sizeof(own));
	assert_int_equal(own, 2);
	close(told[0]);
	close(told[1]);
}

static int is_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0);
}

/* By which signal it has ended. */
static int reap(int pidfd)
{
	siginfo_t info = {0};

	platform_wait_readable(pidfd);
	assert_return_code(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), errno);
	close(pidfd);
	return info.si_status;
}

static void a_signal_ends_it(void **state)
{
	struct birth b;

	(void)state;
	birth_start(&b);
	assert_return_code((int)syscall(SYS_pidfd_send_signal, b.child, SIGTERM, NULL, 0), errno);
	assert_int_equal(reap(b.child), SIGTERM);
	assert_int_equal(is_readable(b.init), 0);
	assert_return_code((int)syscall(SYS_pidfd_send_signal, b.init, SIGKILL, NULL, 0), errno);
	assert_int_equal(reap(b.init), SIGKILL);
}

static void it_dies_with_pid_1_and_is_reaped_first(void **state)
{
	struct birth b;

	(void)state;
	birth_start(&b);
	assert_return_code((int)syscall(SYS_pidfd_send_signal, b.init, SIGKILL, NULL, 0), errno);
	platform_wait_readable(b.child);
	/* The child is dead, and pid 1 waits for its parent to reap it. */
	assert_int_equal(is_readable(b.init), 0);
	assert_int_equal(reap(b.child), SIGKILL);
	assert_int_equal(reap(b.init), SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_ends_it),
		cmocka_unit_test(it_dies_with_pid_1_and_is_reaped_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

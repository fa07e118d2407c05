// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The death of its pid 1 ends a PID namespace, and PR_SET_PDEATHSIG kills that
 * pid 1 when its parent outside is killed, by SIGKILL too.
 *
 * Relied on: nothing outlives the runner, whatever kills it.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Every process of the PID namespace holds the write end of `alive`, so its
 * read end comes to end of file when the last of them is gone. Neither they nor
 * the runner may assert: that is for the process that cmocka runs in.
 */
struct family {
	pid_t runner;		/* the parent outside */
	pid_t init;		/* pid 1, as seen from outside */
	int alive;		/* the read end */
};

/* For ever, but for the case that the fact is false, and nobody comes to kill. */
static noreturn void wait_to_be_killed(void)
{
	alarm(60);
	for (;;)
		pause();
}

/* pid 1, with two children and a grandchild in sessions of their own; each tells that it lives, and waits for ever. */
static noreturn void be_init(int alive)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(1);
	for (int i = 0; i < 2; i++) {
		pid_t child = fork();

		if (child < 0)
			_exit(1);
		if (child == 0) {
			setsid();
			if (i == 1 && fork() < 0)
				_exit(1);
			if (write(alive, "c", 1) != 1)
				_exit(1);
			wait_to_be_killed();
		}
	}
	wait_to_be_killed();
}

static noreturn void be_runner(int alive, int pids)
{
	pid_t init;

	if (unshare(geteuid() == 0 ? CLONE_NEWPID : CLONE_NEWUSER | CLONE_NEWPID) != 0) {
		init = -errno;
	} else {
		init = fork();
		if (init == 0) {
			close(pids);
			be_init(alive);
		}
	}
	close(alive);
	if (write(pids, &init, sizeof(init)) != sizeof(init))
		_exit(1);
	wait_to_be_killed();
}

static void family_start(struct family *f)
{
	int alive[2], pids[2];

	assert_return_code(pipe2(alive, O_CLOEXEC), errno);
	assert_return_code(pipe2(pids, O_CLOEXEC), errno);
	f->runner = fork();
	assert_return_code(f->runner, errno);
	if (f->runner == 0) {
		close(alive[0]);
		be_runner(alive[1], pids[1]);
	}
	close(alive[1]);
	close(pids[1]);
	f->alive = alive[0];
	assert_int_equal(read(pids[0], &f->init, sizeof(f->init)), sizeof(f->init));
	close(pids[0]);
	if (f->init < 0) {
		close(f->alive);
		kill(f->runner, SIGKILL);
		waitpid(f->runner, NULL, 0);
		errno = -f->init;
		platform_skip("no PID namespace: errno %d", errno);
	}
	/* The three descendants have started, so prctl() is done. */
	for (int i = 0; i < 3; i++) {
		char byte;

		platform_wait_readable(f->alive);
		assert_int_equal(read(f->alive, &byte, 1), 1);
	}
}

static void family_is_gone(struct family *f)
{
	char byte;

	platform_wait_readable(f->alive);
	assert_int_equal(read(f->alive, &byte, 1), 0);
	close(f->alive);
}

static void all_die_with_pid_1(void **state)
{
	struct family f;

	(void)state;
	family_start(&f);
	assert_return_code(kill(f.init, SIGKILL), errno);
	/* While the runner lives: it is not its death that ends them. */
	family_is_gone(&f);
	assert_return_code(kill(f.runner, SIGKILL), errno);
	assert_int_equal(waitpid(f.runner, NULL, 0), f.runner);
}

static void pid_1_dies_with_its_parent(void **state)
{
	struct family f;

	(void)state;
	family_start(&f);
	assert_return_code(kill(f.runner, SIGKILL), errno);
	family_is_gone(&f);
	assert_int_equal(waitpid(f.runner, NULL, 0), f.runner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_die_with_pid_1),
		cmocka_unit_test(pid_1_dies_with_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

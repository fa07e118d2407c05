// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any socket is a way back into the namespace that it was created in, an
 * AF_UNIX one as well: the ioctl SIOCGSKNS gives a descriptor of it. A pipe is
 * none.
 *
 * Relied on: workers are given pipes, and no socket of the host's namespace.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static ino_t namespace_inode(int fd)
{
	struct stat s;

	assert_return_code(fstat(fd, &s), errno);
	return s.st_ino;
}

static void socket_is_a_way_back(void **state)
{
	int host = platform_leave_host(), inside, back;
	int pair[2];

	(void)state;
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), errno);
	inside = platform_new_namespace();
	assert_true(namespace_inode(inside) != namespace_inode(host));

	back = ioctl(pair[0], SIOCGSKNS);
	assert_return_code(back, errno);
	platform_enter(back);
	close(back);
	back = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_true(namespace_inode(back) == namespace_inode(host));

	close(back);
	close(inside);
	close(pair[0]);
	close(pair[1]);
	close(host);
}

static void pipe_is_none(void **state)
{
	int host = platform_leave_host(), inside;
	int ends[2];

	(void)state;
	assert_return_code(pipe2(ends, O_CLOEXEC), errno);
	inside = platform_new_namespace();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ioctl(ends[i], SIOCGSKNS), -1);
		assert_int_equal(errno, ENOTTY);
		assert_int_equal(setns(ends[i], CLONE_NEWNET), -1);
		assert_int_equal(errno, EINVAL);
	}

	close(inside);
	close(ends[0]);
	close(ends[1]);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socket_is_a_way_back),
		cmocka_unit_test(pipe_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

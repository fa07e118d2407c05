// SPDX-License-Identifier: GPL-2.0-or-later
// actor/program_filter: what a program cannot do any more, and what it still can.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "actor/program_filter.h"

/* In a child, which is filtered: the errno of a call, 0 for none. */
static int errno_of(long (*call)(void))
{
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || program_filter_set() < 0)
			_exit(255);
		_exit(call() < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 255);
	return WEXITSTATUS(status);
}

static long make_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long make_inet6(void)
{
	return socket(AF_INET6, SOCK_STREAM, 0);
}

static long make_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long make_pair(void)
{
	int fds[2];
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

static long make_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0);
}

static long make_vsock(void)
{
	return socket(AF_VSOCK, SOCK_STREAM, 0);
}

/* The kernel takes the lower half of the register. */
static long make_vsock_otherwise(void)
{
	return syscall(SYS_socket, 0x700000000L | AF_VSOCK, SOCK_STREAM, 0);
}

static long add_key(void)
{
	return syscall(SYS_add_key, "user", "netrepro-test", "x", 1, -1 /* of the thread: gone with it */);
}

static long find_keyring(void)
{
	return syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -4 /* of the user */, 0);
}

static long make_ring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static void test_filter(void **state)
{
	(void)state;
#if !defined(__x86_64__) && !defined(__aarch64__) && !(defined(__riscv) && __riscv_xlen == 64)
	skip();
#endif
	assert_int_equal(errno_of(make_inet), 0);
	assert_int_equal(errno_of(make_unix), 0);
	assert_int_equal(errno_of(make_pair), 0);
	assert_int_equal(errno_of(make_netlink), 0);
	int errnum = errno_of(make_inet6); /* a kernel may be without it */
	assert_true(errnum == 0 || errnum == EAFNOSUPPORT);
	assert_int_equal(errno_of(make_vsock), EAFNOSUPPORT);
	assert_int_equal(errno_of(make_vsock_otherwise), EAFNOSUPPORT);
	assert_int_equal(errno_of(add_key), EPERM);
	assert_int_equal(errno_of(find_keyring), EPERM);
	assert_int_equal(errno_of(make_ring), ENOSYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

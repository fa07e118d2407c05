// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An abstract name of an AF_UNIX socket is of the network namespace that the
 * socket was made in: in another one the same name is free, and nobody is found
 * there.
 *
 * Relied on: those of a lab find it by a name that is always the same, and
 * nobody outside can speak to it.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME "\0netrepro-platform"

static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = NAME};
static const socklen_t address_bytes = offsetof(struct sockaddr_un, sun_path) + sizeof(NAME) - 1;

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_return_code(fd, errno);
	return fd;
}

static int listen_here(void)
{
	int fd = new_socket();

	assert_return_code(bind(fd, (const struct sockaddr *)&address, address_bytes), errno);
	assert_return_code(listen(fd, 1), errno);
	return fd;
}

/* 0 or -errno */
static int connect_here(void)
{
	int fd = new_socket();
	int r = connect(fd, (const struct sockaddr *)&address, address_bytes) < 0 ? -errno : 0;

	close(fd);
	return r;
}

static void each_namespace_has_its_own(void **state)
{
	int host = platform_leave_host(), first = listen_here(), second, inside;

	(void)state;
	assert_int_equal(connect_here(), 0);
	inside = platform_new_namespace();
	assert_int_equal(connect_here(), -ECONNREFUSED);
	second = listen_here();
	close(second);
	platform_enter(host);
	assert_int_equal(connect_here(), 0);

	close(first);
	close(inside);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_namespace_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

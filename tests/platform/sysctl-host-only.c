// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sysctl below net.* that belongs to the whole machine (net.ipv4.tcp_mem) is
 * absent from, or read-only in, a namespace that is not the first.
 *
 * Relied on: a scenario cannot change the host by a sysctl, whatever it names;
 * such a cell is skipped with the name of the sysctl.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char *const of_the_machine[] = {
	"/proc/sys/net/ipv4/tcp_mem",
	"/proc/sys/net/ipv4/udp_mem",
	"/proc/sys/net/core/netdev_max_backlog",
};

static void cannot_be_opened_for_writing(void **state)
{
	int host = platform_leave_host();

	(void)state;
	/* Only opened: on a kernel where this fails, a write would reach the machine. */
	for (size_t i = 0; i < sizeof(of_the_machine) / sizeof(of_the_machine[0]); i++) {
		assert_int_equal(open(of_the_machine[i], O_WRONLY | O_CLOEXEC), -1);
		assert_true(errno == ENOENT || errno == EACCES || errno == EPERM || errno == EROFS);
	}
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cannot_be_opened_for_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

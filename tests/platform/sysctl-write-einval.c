// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A level that a sysctl does not take is refused by write(2) with EINVAL, and
 * what was there stays.
 *
 * Relied on: writes are made with write(2) and checked; a buffered stream
 * would hide it.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <unistd.h>

static void refused(const char *path, const char *level)
{
	int host = platform_leave_host();
	char before[64], after[64];

	if (platform_file_read(path, before, sizeof(before)) != 0)
		platform_skip("this kernel has no %s", path);
	assert_int_equal(platform_file_write(path, level), -EINVAL);
	assert_int_equal(platform_file_read(path, after, sizeof(after)), 0);
	assert_string_equal(after, before);
	close(host);
}

static void tw_reuse_delay_0(void **state)
{
	(void)state;
	/* Its range is 1 ms to TCP_PAWS_MSL (net/ipv4/sysctl_net_ipv4.c, since Linux 6.12). */
	refused("/proc/sys/net/ipv4/tcp_tw_reuse_delay", "0");
}

static void tw_reuse_3(void **state)
{
	(void)state;
	refused("/proc/sys/net/ipv4/tcp_tw_reuse", "3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tw_reuse_delay_0),
		cmocka_unit_test(tw_reuse_3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

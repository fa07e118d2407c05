// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file of /proc/sys/net is bound to the namespace in which it was opened,
 * wherever its process goes before it writes.
 *
 * Relied on: a sysctl is opened inside its actor's namespace, and may be
 * written and read back from anywhere.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TIMESTAMPS "/proc/sys/net/ipv4/tcp_timestamps"

static void written_after_setns(void **state)
{
	int host = platform_leave_host();
	int a = platform_new_namespace();
	int file_a = open(TIMESTAMPS, O_RDWR | O_CLOEXEC), b;
	char level[16] = "";

	(void)state;
	assert_return_code(file_a, errno);
	b = platform_new_namespace();

	assert_int_equal(write(file_a, "0", 1), 1);
	assert_int_equal(platform_file_read(TIMESTAMPS, level, sizeof(level)), 0);
	assert_string_equal(level, "1");
	assert_true(pread(file_a, level, sizeof(level), 0) > 0);
	assert_int_equal(level[0], '0');

	platform_enter(a);
	assert_int_equal(platform_file_read(TIMESTAMPS, level, sizeof(level)), 0);
	assert_string_equal(level, "0");

	close(file_a);
	close(b);
	close(a);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_after_setns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a new namespace starts with: the compiled default of tcp_timestamps,
 * whatever its maker's namespace has, and the tcp_rmem, tcp_wmem and
 * congestion control of the first namespace, not of its maker's.
 *
 * Relied on: a cell sets what its scenario depends on; the rest is recorded in
 * the fingerprint of the host, and no worker's namespace colours it.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <unistd.h>

#define IPV4 "/proc/sys/net/ipv4/"

static const char *const inherited[] = {
	IPV4 "tcp_rmem",
	IPV4 "tcp_wmem",
	IPV4 "tcp_congestion_control",
};
#define INHERITED_COUNT (sizeof(inherited) / sizeof(inherited[0]))

static void compiled_default(void **state)
{
	int host = platform_leave_host(), child;
	char level[64];

	(void)state;
	assert_int_equal(platform_file_write(IPV4 "tcp_timestamps", "0"), 0);
	child = platform_new_namespace();
	assert_int_equal(platform_file_read(IPV4 "tcp_timestamps", level, sizeof(level)), 0);
	assert_string_equal(level, "1");	/* tcp_sk_init() in net/ipv4/tcp_ipv4.c */

	close(child);
	close(host);
}

static void not_from_the_maker(void **state)
{
	int host = platform_leave_host(), child;
	char before[INHERITED_COUNT][64], level[64];

	(void)state;
	for (size_t i = 0; i < INHERITED_COUNT; i++)
		assert_int_equal(platform_file_read(inherited[i], before[i], sizeof(before[i])), 0);
	assert_int_equal(platform_file_write(IPV4 "tcp_rmem", "4096 5000 6000"), 0);
	assert_int_equal(platform_file_write(IPV4 "tcp_wmem", "4096 5000 6000"), 0);
	/* Always there, and rarely anyone's default. */
	assert_int_equal(platform_file_write(IPV4 "tcp_congestion_control", "reno"), 0);

	child = platform_new_namespace();
	for (size_t i = 0; i < INHERITED_COUNT; i++) {
		assert_int_equal(platform_file_read(inherited[i], level, sizeof(level)), 0);
		assert_string_equal(level, before[i]);
	}

	close(child);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiled_default),
		cmocka_unit_test(not_from_the_maker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

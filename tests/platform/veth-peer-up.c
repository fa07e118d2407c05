// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which end of a veth is opened first: the main end may be created up, the
 * peer may not (the kernel configures it before it knows its other end, so
 * that opening it gives ENOTCONN, without a message and with nothing made).
 *
 * Relied on: the main end is the first-opened one, and so the one to ask
 * whether the veth is ready.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <net/if.h>
#include <unistd.h>

static void main_end_up_peer_down(void **state)
{
	int host = platform_leave_host();
	int a = platform_new_namespace();
	int b = platform_new_namespace();
	unsigned int flags;

	(void)state;
	assert_int_equal(platform_veth_try(a, b, IFF_UP, 0, NULL, 0), 0);
	assert_int_not_equal(platform_link_operstate(PLATFORM_PEER_IFINDEX, &flags), PLATFORM_OPER_UP);
	assert_false(flags & IFF_UP);
	platform_enter(a);
	assert_int_not_equal(platform_link_operstate(PLATFORM_MAIN_IFINDEX, &flags), PLATFORM_OPER_UP);
	assert_true(flags & IFF_UP);

	close(b);
	close(a);
	close(host);
}

static void peer_up_is_refused(void **state)
{
	int host = platform_leave_host();
	int a = platform_new_namespace();
	int b = platform_new_namespace();
	char message[128];

	(void)state;
	assert_int_equal(platform_veth_try(a, b, 0, IFF_UP, message, sizeof(message)), -ENOTCONN);
	assert_string_equal(message, "");
	assert_int_equal(platform_veth_try(a, b, IFF_UP, IFF_UP, message, sizeof(message)), -ENOTCONN);
	/* Nothing of it is left: the same names and ifindexes are free. */
	assert_int_equal(platform_veth_try(a, b, 0, 0, NULL, 0), 0);

	close(b);
	close(a);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(main_end_up_peer_down),
		cmocka_unit_test(peer_up_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

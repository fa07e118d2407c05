// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A veth made straight into two namespaces is never seen in the namespace that
 * asked for it: no link event there, at its birth or at its death.
 *
 * Relied on: the host's network managers and monitors hear nothing of a run.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <unistd.h>

#define LO_IFINDEX 1	/* LOOPBACK_IFINDEX in include/net/flow.h */

static void no_event_where_it_was_asked_for(void **state)
{
	int host = platform_leave_host();
	int host_events = platform_netlink(NETLINK_ROUTE, RTMGRP_LINK);
	int a = platform_new_namespace();
	int b = platform_new_namespace();
	int b_events = platform_netlink(NETLINK_ROUTE, RTMGRP_LINK);

	(void)state;
	platform_enter(host);
	assert_int_equal(platform_veth_try(a, b, IFF_UP, 0, NULL, 0), 0);
	platform_enter(b);
	platform_link_up(PLATFORM_PEER_IFINDEX);
	platform_link_wait_ready(PLATFORM_PEER_IFINDEX);

	/* Its whole life: the end in a dies with a, and takes the one in b along. */
	platform_enter(host);
	close(a);
	platform_wait_link_event(b_events, RTM_DELLINK, PLATFORM_PEER_IFINDEX);

	/* Events come in order, so one of our own shows that no other came before it. */
	platform_link_up(LO_IFINDEX);
	assert_int_equal(platform_wait_link_event(host_events, RTM_NEWLINK, LO_IFINDEX), 0);

	close(b_events);
	close(b);
	close(host_events);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_event_where_it_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

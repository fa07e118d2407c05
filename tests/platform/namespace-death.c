// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Closing the last descriptor of a namespace frees it, and the veth in it,
 * even while it holds a socket in TIME-WAIT.
 *
 * Relied on: closing descriptors is the whole clean-up of a cell.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <linux/rtnetlink.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define PORT 12345

static void time_wait_does_not_hold_it(void **state)
{
	int host = platform_leave_host();
	int server = platform_new_namespace();
	int client = platform_new_namespace();
	int client_events;
	struct platform_tcp t;

	(void)state;
	platform_veth(server, client);
	platform_tcp_connect(&t, server, client, "10.0.0.1", PORT);
	platform_tcp_close_server_first(&t);
	platform_enter(server);
	platform_wait_state(PORT, TCP_TIME_WAIT);
	platform_enter(client);

	client_events = platform_netlink(NETLINK_ROUTE, RTMGRP_LINK);
	close(server);
	platform_wait_link_event(client_events, RTM_DELLINK, PLATFORM_MAIN_IFINDEX);

	close(client_events);
	close(client);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_wait_does_not_hold_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

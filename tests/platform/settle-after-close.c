// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * After both ends have closed, the one that closed first gets to TIME-WAIT and
 * the other to nothing, by themselves; neither needs to be there at the very
 * moment that close(2) returns.
 *
 * Relied on: states after a close are polled for with a deadline.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <netinet/tcp.h>
#include <unistd.h>

#define PORT 12345

static void first_closer_in_time_wait(void **state)
{
	int host = platform_leave_host();
	int server = platform_new_namespace();
	int client = platform_new_namespace();
	struct platform_socket left[4];
	struct platform_tcp t;

	(void)state;
	platform_veth(server, client);
	platform_tcp_connect(&t, server, client, "10.0.0.1", PORT);
	platform_tcp_close_server_first(&t);

	platform_enter(server);
	platform_wait_state(PORT, TCP_TIME_WAIT);
	assert_int_equal(platform_sockets(left, 4), 1);
	/* The client's last ACK came before the server's TIME-WAIT did. */
	platform_enter(client);
	while (platform_sockets(left, 4) > 0)
		assert_int_equal(left[0].state, TCP_LAST_ACK);

	close(client);
	close(server);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_closer_in_time_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

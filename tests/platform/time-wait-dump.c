// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One dump as libnl-idiag asks for it (TCPDIAG_GETSOCK, AF_UNSPEC) lists IPv4
 * and IPv6 sockets, TIME-WAIT included, of its own namespace only; TIME-WAIT
 * is told with timer 3 and the time that remains, at most 60 s.
 *
 * Relied on: the verb tcp-state, and the manipulation check behind every
 * verdict on TIME-WAIT.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <netinet/tcp.h>
#include <unistd.h>

#define LO_IFINDEX 1		/* LOOPBACK_IFINDEX in include/net/flow.h */
#define TIMEWAIT_MS 60000	/* TCP_TIMEWAIT_LEN in include/net/tcp.h */
#define TIMER_TIMEWAIT 3	/* inet_twsk_diag_fill() in net/ipv4/inet_diag.c */

#define PORT_V4 12345
#define PORT_V6 12346
#define PORT_OTHER 12347

static void leave_time_wait(int ns, const char *address, uint16_t port)
{
	struct platform_tcp t;

	platform_tcp_connect(&t, ns, ns, address, port);
	platform_tcp_close_server_first(&t);
	platform_wait_state(port, TCP_TIME_WAIT);
}

static void both_families_of_one_namespace(void **state)
{
	int host = platform_leave_host();
	int a = platform_new_namespace();
	int b = platform_new_namespace();
	struct platform_socket sockets[16];
	struct platform_tcp still_open;
	bool found_v4 = false, found_v6 = false;
	size_t n;

	(void)state;
	if (access("/proc/self/net/if_inet6", F_OK) != 0)
		platform_skip("no IPv6 in this kernel");
	platform_enter(b);
	platform_link_up(LO_IFINDEX);
	leave_time_wait(b, "127.0.0.1", PORT_OTHER);
	platform_tcp_connect(&still_open, b, b, "127.0.0.1", PORT_OTHER + 1);

	platform_enter(a);
	platform_link_up(LO_IFINDEX);
	leave_time_wait(a, "127.0.0.1", PORT_V4);
	leave_time_wait(a, "::1", PORT_V6);

	n = platform_sockets(sockets, 16);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(sockets[i].state, TCP_TIME_WAIT);
		assert_int_equal(sockets[i].timer, TIMER_TIMEWAIT);
		assert_in_range(sockets[i].expires_ms, 1, TIMEWAIT_MS);
		found_v4 |= sockets[i].family == AF_INET && sockets[i].local_port == PORT_V4;
		found_v6 |= sockets[i].family == AF_INET6 && sockets[i].local_port == PORT_V6;
	}
	assert_true(found_v4);
	assert_true(found_v6);

	close(still_open.client);
	close(still_open.server);
	close(still_open.listener);
	close(b);
	close(a);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families_of_one_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

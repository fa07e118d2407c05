// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A socket belongs to the namespace in which it was created, wherever its
 * process goes, and keeps that namespace alive by itself.
 *
 * Relied on: one process drives the sockets of many actors, entering a
 * namespace only to create one.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#define LO_IFINDEX 1	/* LOOPBACK_IFINDEX in include/net/flow.h */

static int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_return_code(fd, errno);
	return fd;
}

static void used_from_another_namespace(void **state)
{
	const struct sockaddr_in at_lo = {
		.sin_family = AF_INET,
		.sin_port = htons(12345),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct sockaddr *address = (const struct sockaddr *)&at_lo;
	int host = platform_leave_host();
	int a = platform_new_namespace();
	int listener_a = tcp_socket(), conn_a = tcp_socket(), b, conn_b;

	(void)state;
	platform_link_up(LO_IFINDEX);
	b = platform_new_namespace();
	platform_link_up(LO_IFINDEX);
	conn_b = tcp_socket();

	/* We are in b: what is bound and connected now is still in a. */
	assert_return_code(bind(listener_a, address, sizeof(at_lo)), errno);
	assert_return_code(listen(listener_a, 1), errno);
	assert_int_equal(connect(conn_b, address, sizeof(at_lo)), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_return_code(connect(conn_a, address, sizeof(at_lo)), errno);

	close(conn_b);
	close(conn_a);
	close(listener_a);
	close(b);
	close(a);
	close(host);
}

static void keeps_the_namespace_alive(void **state)
{
	int host = platform_leave_host();
	int a = platform_new_namespace();
	int socket_a = tcp_socket();
	int b = platform_new_namespace();
	int b_events = platform_netlink(NETLINK_ROUTE, RTMGRP_LINK), c;

	(void)state;
	assert_int_equal(platform_veth_try(a, b, 0, 0, NULL, 0), 0);
	close(a);
	/*
	 * Only the socket holds a now. A namespace c dies after that moment; had
	 * a died too, it would be gone by the time that we hear of c.
	 */
	c = platform_new_namespace();
	assert_int_equal(platform_veth_try(b, c, 0, 0, NULL, 0), 0);
	platform_enter(b);
	close(c);
	platform_wait_link_event(b_events, RTM_DELLINK, PLATFORM_MAIN_IFINDEX);
	platform_link_operstate(PLATFORM_PEER_IFINDEX, NULL);

	close(socket_a);
	platform_wait_link_event(b_events, RTM_DELLINK, PLATFORM_PEER_IFINDEX);

	close(b_events);
	close(b);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(used_from_another_namespace),
		cmocka_unit_test(keeps_the_namespace_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

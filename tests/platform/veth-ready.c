// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A veth carries the first packet once a single RTM_GETLINK of its
 * first-opened end says IF_OPER_UP: the handshake that follows loses nothing.
 *
 * Relied on: no first connect ever waits 1 s for a packet that was lost. Without
 * the question one in five to ten does. What is lost then is the ARP request, so
 * that no counter of TCP tells; here no second one is ever sent, and the connect
 * fails.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Enough that a veth which is not ready would show: 0.85 to the power of it is below 1 %. */
#define PAIRS 40

/* After how long the kernel asks again by ARP on the link "main"; 1000 by default (arp(7)). */
#define ARP_RETRANSMIT_MS "/proc/sys/net/ipv4/neigh/main/retrans_time_ms"

/* TcpRetransSegs of the current namespace, a retransmitted SYN included (RFC 2012's tcpRetransSegs). */
static unsigned long retransmitted(void)
{
	FILE *f = fopen("/proc/self/net/snmp", "re");
	char names[1024], values[1024];
	char *name, *value, *names_rest, *values_rest;

	assert_non_null(f);
	/* Each group is a line of names and a line of values, in the same order. */
	do {
		assert_non_null(fgets(names, sizeof(names), f));
		assert_non_null(fgets(values, sizeof(values), f));
	} while (strncmp(names, "Tcp:", 4) != 0);
	fclose(f);
	name = strtok_r(names, " \n", &names_rest);
	value = strtok_r(values, " \n", &values_rest);
	while (name && value && strcmp(name, "RetransSegs") != 0) {
		name = strtok_r(NULL, " \n", &names_rest);
		value = strtok_r(NULL, " \n", &values_rest);
	}
	assert_non_null(value);
	return strtoul(value, NULL, 10);
}

static void first_handshake_loses_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < PAIRS; i++) {
		int host = platform_leave_host();
		int server = platform_new_namespace();
		int client = platform_new_namespace();
		struct platform_tcp t;
		struct tcp_info info;
		socklen_t len = sizeof(info);

		platform_veth(server, client);
		assert_int_equal(platform_file_write(ARP_RETRANSMIT_MS, "600000"), 0);
		platform_tcp_connect(&t, server, client, "10.0.0.1", 12345);
		assert_return_code(getsockopt(t.client, IPPROTO_TCP, TCP_INFO, &info, &len), errno);
		assert_int_equal(info.tcpi_total_retrans, 0);
		assert_int_equal(retransmitted(), 0);
		platform_enter(server);
		assert_int_equal(retransmitted(), 0);

		close(t.client);
		close(t.server);
		close(t.listener);
		close(client);
		close(server);
		close(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_handshake_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An IPv6 address can be reached over Ethernet once the kernel has announced
 * it (the event RTM_NEWADDR), not when it has acknowledged the request: even
 * with IFA_F_NODAD it joins the solicited-node group (RFC 4291, 2.7.1) in a
 * workqueue, and drops a neighbour solicitation that comes earlier.
 *
 * Relied on: a cell waits for that event of the address that is connected to.
 * Without it, four in ten first connects waited 1 s for the second neighbour
 * solicitation, and no TCP counter told.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAIRS 20

/* The solicited-node group of fd00::1, as /proc/net/igmp6 writes it. */
#define SOLICITED_NODE "ff0200000000000000000001ff000001"

/* Waits until the address is announced on a socket of RTMGRP_IPV6_IFADDR. */
static void wait_announced(int fd, const char *text)
{
	_Alignas(NLMSG_ALIGNTO) char event[4096];
	struct in6_addr address;

	assert_int_equal(inet_pton(AF_INET6, text, &address), 1);
	for (;;) {
		const struct nlmsghdr *h = (void *)event;
		int left;

		platform_wait_readable(fd);
		assert_true(recv(fd, event, sizeof(event), 0) > 0);
		if (h->nlmsg_type != RTM_NEWADDR)
			continue;
		left = (int)IFA_PAYLOAD(h);
		for (const struct rtattr *a = IFA_RTA(NLMSG_DATA(h)); RTA_OK(a, left); a = RTA_NEXT(a, left))
			if (a->rta_type == IFA_ADDRESS && memcmp(RTA_DATA(a), &address, sizeof(address)) == 0)
				return;
	}
}

static bool joined(const char *group)
{
	FILE *f = fopen("/proc/self/net/igmp6", "re");
	char line[256];
	bool found = false;

	assert_non_null(f);
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, group) != NULL;
	fclose(f);
	return found;
}

static void reachable_once_announced(void **state)
{
	(void)state;
	if (access("/proc/self/net/if_inet6", F_OK) != 0)
		platform_skip("no IPv6 in this kernel");
	for (int i = 0; i < PAIRS; i++) {
		int host = platform_leave_host();
		int server = platform_new_namespace();
		int announced = platform_netlink(NETLINK_ROUTE, RTMGRP_IPV6_IFADDR);
		int client = platform_new_namespace();
		struct platform_tcp t;

		platform_veth(server, client);
		platform_address_add(PLATFORM_MAIN_IFINDEX, "fd00::2", IFA_F_NODAD);
		platform_enter(server);
		platform_address_add(PLATFORM_PEER_IFINDEX, "fd00::1", IFA_F_NODAD);
		wait_announced(announced, "fd00::1");
		assert_true(joined(SOLICITED_NODE));
		platform_tcp_connect(&t, server, client, "fd00::1", 12345);

		close(t.client);
		close(t.server);
		close(t.listener);
		close(announced);
		close(client);
		close(server);
		close(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reachable_once_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

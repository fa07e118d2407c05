// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Permanent neighbours do not count in the table that all namespaces share.
 *
 * The table of neighbours is one for the machine, and refuses more than
 * gc_thresh3 entries (1024 by default: net/ipv4/arp.c). Entries that are
 * permanent are exempt (neigh_alloc(), net/core/neighbour.c).
 *
 * Relied on: the ends of a cell's veth know each other by permanent entries, so
 * that any number of cells can be alive, and the host's own table is left alone.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

/* More than the table holds by default, and within the one /24 times eight that the address below spans. */
#define NEIGHBOURS 1500

static void more_than_the_table_holds(void **state)
{
	(void)state;
	int host = platform_leave_host();
	int server = platform_new_namespace();
	int client = platform_new_namespace();

	platform_veth(server, client);
	int fd = platform_netlink(NETLINK_ROUTE, 0);
	for (uint32_t i = 0; i < NEIGHBOURS; i++) {
		const struct ndmsg body = {
			.ndm_family = AF_INET,
			.ndm_ifindex = PLATFORM_MAIN_IFINDEX,
			.ndm_state = NUD_PERMANENT,
		};
		const uint8_t mac[6] = {0x02, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
		in_addr_t address = htonl(0x0a010000U + i);
		struct platform_request r;

		platform_request_init(&r, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
		platform_request_put(&r, NDA_DST, &address, sizeof(address));
		platform_request_put(&r, NDA_LLADDR, mac, sizeof(mac));
		assert_int_equal(platform_talk(fd, &r, NULL, 0), 0);
	}
	close(fd);
	close(client);
	close(server);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_than_the_table_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

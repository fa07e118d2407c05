// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With NETLINK_EXT_ACK on, the kernel says in words why it refuses a link.
 *
 * Relied on: a cell whose veth or namespace is refused tells the user the
 * kernel's own reason. (There is not always one: see veth-peer-up.c.)
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

static void refuse(const char *kind, uint32_t queues, int want, const char *words)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	int host = platform_leave_host();
	int fd = platform_netlink(NETLINK_ROUTE, 0);
	struct platform_request r;
	char message[128];
	size_t info;

	platform_request_init(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	platform_request_put(&r, IFLA_NUM_TX_QUEUES, &queues, sizeof(queues));
	info = platform_request_nest(&r, IFLA_LINKINFO, NULL, 0);
	platform_request_put(&r, IFLA_INFO_KIND, kind, strlen(kind));
	platform_request_end(&r, info);
	assert_int_equal(platform_talk(fd, &r, message, sizeof(message)), want);
	assert_string_equal(message, words);
	close(fd);
	close(host);
}

static void too_many_queues(void **state)
{
	(void)state;
	/* rtnl_create_link() in net/core/rtnetlink.c takes 1 to 4096. */
	refuse("veth", 4097, -EINVAL, "Invalid number of transmit queues");
}

static void no_such_kind(void **state)
{
	(void)state;
	refuse("no-such-kind", 1, -EOPNOTSUPP, "Unknown device type");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many_queues),
		cmocka_unit_test(no_such_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

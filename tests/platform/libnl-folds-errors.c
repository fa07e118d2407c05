// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libnl-route makes one of its own few errors of what the kernel answered; the
 * raw errno and the kernel's words come only to a callback set with
 * nl_socket_modify_err_cb().
 *
 * Relied on: src/net sets that callback, and tells the user the errno.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <unistd.h>

static int keep_errno(struct sockaddr_nl *from, struct nlmsgerr *e, void *kept)
{
	(void)from;
	*(int *)kept = e->error;
	return NL_STOP;
}

/*
 * A veth with the peer up, which the kernel refuses with ENOTCONN: it shows as
 * well that rtnl_link_set_flags() on rtnl_link_veth_get_peer() does reach the
 * kernel.
 */
static int ask(int *ret_errno)
{
	int host = platform_leave_host(), rc;
	struct nl_sock *sock = nl_socket_alloc();
	struct rtnl_link *link = rtnl_link_veth_alloc(), *peer;

	assert_non_null(sock);
	assert_non_null(link);
	assert_int_equal(nl_connect(sock, NETLINK_ROUTE), 0);
	if (ret_errno)
		assert_int_equal(nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, keep_errno, ret_errno), 0);
	peer = rtnl_link_veth_get_peer(link);
	rtnl_link_set_name(link, "a");
	rtnl_link_set_name(peer, "b");
	rtnl_link_set_flags(peer, IFF_UP);
	rc = rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL);
	rtnl_link_put(peer);
	rtnl_link_put(link);
	nl_socket_free(sock);
	close(host);
	return rc;
}

static void folded(void **state)
{
	(void)state;
	assert_int_equal(ask(NULL), -NLE_FAILURE);
}

static void raw_in_the_callback(void **state)
{
	int kept = 0;

	(void)state;
	assert_true(ask(&kept) < 0);
	assert_int_equal(kept, -ENOTCONN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folded),
		cmocka_unit_test(raw_in_the_callback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of net/: one more network namespace, with lo up, for a part of a test. */
#ifndef TESTS_NET_OWN_NAMESPACE_H
#define TESTS_NET_OWN_NAMESPACE_H

#include "own.h"

#include "net/link.h"
#include "net/namespace.h"

/* Be in a new one. Return: a descriptor of it. */
static inline int own_enter_new(void)
{
	struct netlink route;
	int fd = namespace_new(NULL);
	assert_true(fd >= 0);
	assert_int_equal(netlink_open(&route, NETLINK_ROUTE, NULL), 0);
	assert_int_equal(link_loopback_up(&route, NULL), 0);
	netlink_close(&route);
	return fd;
}

/* Back to @home, and end it. */
static inline void own_leave(int home, int fd)
{
	assert_int_equal(namespace_enter(home, NULL), 0);
	close(fd);
}

#endif

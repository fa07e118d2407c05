/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A netlink socket of libnl that keeps what the kernel really said: the raw errno and its own words (EXT_ACK). */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include <netlink/netlink.h>

#include "base/error.h"

struct netlink {
	struct nl_sock *sock; /* owned; NULL when closed */
	int refused;          /* errno of the last refusal, positive; 0 for none */
	char words[256];      /* what the kernel said with it (NLMSGERR_ATTR_MSG); "" where it said nothing */
};

#define NETLINK_INIT ((struct netlink){.sock = NULL})

/**
 * netlink_open() - a socket of the namespace that the caller is in, for life
 * @protocol: NETLINK_ROUTE or NETLINK_INET_DIAG
 */
int netlink_open(struct netlink *nl, int protocol, struct error *e);
void netlink_close(struct netlink *nl);

/**
 * netlink_error() - the error for a request of libnl that failed
 * @status: what libnl returned, negative
 * @what: what was asked for
 *
 * The text has the kernel's own words and errno where the kernel refused, libnl's where libnl did.
 * Return: -(the kernel's errno), or -EIO.
 */
int netlink_error(struct netlink *nl, int status, struct error *e, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

#endif

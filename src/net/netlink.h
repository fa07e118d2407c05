/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A netlink socket of libnl that keeps what the kernel really said: the raw errno and its own words (EXT_ACK). */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include <netlink/netlink.h>

#include "base/error.h"

struct netlink {
	struct nl_sock *sock; /* owned; NULL when closed */
	int refused;          /* errno of the last refusal, positive; 0 for none */
	int failed;           /* errno of the last system call on the socket that failed, positive; 0 for none */
	char words[256];      /* what the kernel said with a refusal (NLMSGERR_ATTR_MSG); "" where it said nothing */
};

#define NETLINK_INIT ((struct netlink){.sock = NULL})

/* Requests that can be sent in one go. */
#define NETLINK_REQUESTS_MAX 8

/* The kernel answers within the send itself. An answer that is not there after this long will not come (ETIMEDOUT). */
#define NETLINK_PATIENCE_S 10

/**
 * netlink_open() - a socket of the namespace that the caller is in, for life
 * @nl: must stay where it is in memory while the socket is open
 * @protocol: NETLINK_ROUTE or NETLINK_INET_DIAG
 */
int netlink_open(struct netlink *nl, int protocol, struct error *e);
void netlink_close(struct netlink *nl);

/**
 * netlink_request() - send requests in one go, in order, and wait until the kernel has dealt with the last
 * @messages: built by libnl, not completed; owned by the caller
 * @n: 1 to NETLINK_REQUESTS_MAX
 *
 * Only the last is acknowledged. The kernel carries out the others whether or not one of them is refused; the first
 * refusal is the one that is told.
 * Return: 0, or a negative status for netlink_error().
 */
int netlink_request(struct netlink *nl, struct nl_msg *const messages[], size_t n);

/**
 * netlink_query() - send one request and hand each message of the answer to @each, a dump until its end
 * @each: returns NL_OK, or a negative status of libnl that ends the query; the message is libnl's
 *
 * Return: 0, or a negative status for netlink_error(); -NLE_DUMP_INTR when the kernel says that a dump met a change and
 * should be made again.
 */
int netlink_query(struct netlink *nl, struct nl_msg *message, nl_recvmsg_msg_cb_t each, void *context);

/**
 * netlink_collect() - the second half of netlink_query(), for requests that a function of libnl sends
 * @sequence: of the request: what nl_socket_use_seq() gave just before that function, plus one
 */
int netlink_collect(struct netlink *nl, unsigned sequence, nl_recvmsg_msg_cb_t each, void *context);

/**
 * netlink_error() - the error for a request of libnl that failed
 * @status: what libnl returned, negative
 * @what: what was asked for
 *
 * The text has the kernel's own words and errno where the kernel refused, the errno of the system call where one
 * failed, libnl's where libnl did.
 * Return: -(the kernel's errno), -ENOMEM, or -EIO.
 */
int netlink_error(struct netlink *nl, int status, struct error *e, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

#endif

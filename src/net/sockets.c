// SPDX-License-Identifier: GPL-2.0-or-later
// What TCP sockets a namespace has, by sock_diag.
//
// One dump in the older form (TCPDIAG_GETSOCK, the one that libnl sends) gives both families: the kernel takes it for
// AF_UNSPEC (inet_diag_dump_compat() in net/ipv4/inet_diag.c).
//
// What it costs is not the sockets but the tables walked for them, which all namespaces share. Measured on Linux 6.18
// with 24 GiB: 230 us for the 262,144 buckets of connections, 14 us for the listeners (and 100 us more for the 65,536
// of ports if BOUND-INACTIVE were asked for). Where the namespace above has net.ipv4.tcp_child_ehash_entries set
// (Linux 6.1), a new namespace has a table of connections of its own, and the 230 us become 4.
//
// A dump can be overtaken: the kernel takes a reference of each socket of a bucket and describes them after it has let
// go of the bucket (inet_diag_dump_icsk()). One that has become TIME-WAIT meanwhile is then shown as the dead socket
// that it was, CLOSED and without its port, and its successor is not in that dump. (0.3 % to 1.4 % of the dumps right
// after a close on Linux 6.18.) No socket that lives is CLOSED there, so such a dump is made again.
#include "net/sockets.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netlink/idiag/idiagnl.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mapped.h"

/* Not BOUND-INACTIVE: kernels before 6.8 do not show it, and the walk through all ports is dear. */
#define ALL_STATES ((uint16_t)((1U << TCP_STATE_BOUND_INACTIVE) - 1))

/* A dump that was interrupted as often as this is not going to succeed. */
#define DUMP_TRIES 100

struct tcp_socket *tcp_sockets_add(struct tcp_sockets *list)
{
	if (list->n == list->size) {
		size_t size = list->size ? 2 * list->size : 16;
		struct tcp_socket *all = reallocarray(list->all, size, sizeof(*all));
		if (!all)
			return NULL;
		list->all = all;
		list->size = size;
	}
	return &list->all[list->n++];
}

static struct in6_addr address_of(int family, const uint32_t words[static 4])
{
	struct in6_addr address;
	if (family != AF_INET6)
		return mapped_from((struct in_addr){.s_addr = words[0]});
	memcpy(&address, words, sizeof(address));
	return address;
}

static struct tcp_socket describe(const struct inet_diag_msg *d)
{
	return (struct tcp_socket){
		.state = d->idiag_state,
		.family = d->idiag_family,
		.local = address_of(d->idiag_family, d->id.idiag_src),
		.remote = address_of(d->idiag_family, d->id.idiag_dst),
		.local_port = ntohs(d->id.idiag_sport),
		.remote_port = ntohs(d->id.idiag_dport),
		.timer = d->idiag_timer,
		.expires_ms = d->idiag_expires,
		.receive_queue = d->idiag_rqueue,
		.send_queue = d->idiag_wqueue,
	};
}

static int keep_socket(struct nl_msg *message, void *context)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	if (nlmsg_datalen(header) < (int)sizeof(struct inet_diag_msg))
		return -NLE_MSG_TOOSHORT;
	struct tcp_socket *s = tcp_sockets_add(context);
	if (!s)
		return -NLE_NOMEM;
	*s = describe(nlmsg_data(header));
	return NL_OK;
}

static int dump(struct netlink *diag, struct tcp_sockets *list)
{
	list->n = 0;
	unsigned sequence = nl_socket_use_seq(diag->sock) + 1;
	errno = 0;
	int status = idiagnl_send_simple(diag->sock, 0, AF_UNSPEC, ALL_STATES, 0);
	if (status < 0) {
		diag->refused = 0;
		diag->failed = errno;
		return status;
	}
	status = netlink_collect(diag, sequence, keep_socket, list);
	if (status < 0)
		return status;
	for (size_t i = 0; i < list->n; i++)
		if (list->all[i].state == TCP_STATE_CLOSED)
			return -NLE_DUMP_INTR;
	return 0;
}

int tcp_sockets_list(struct netlink *diag, struct tcp_sockets *list, struct error *e)
{
	int status = -NLE_DUMP_INTR;
	for (int i = 0; i < DUMP_TRIES && status == -NLE_DUMP_INTR; i++)
		status = dump(diag, list);
	if (status < 0) {
		list->n = 0;
		return netlink_error(diag, status, e, "the TCP sockets by sock_diag");
	}
	return 0;
}

void tcp_sockets_done(struct tcp_sockets *list)
{
	free(list->all);
	*list = TCP_SOCKETS_INIT;
}

/* Bytes of segments in its backlog, where the kernel tells them: of a TIME-WAIT it does not. */
static uint32_t backlog_in(struct nlmsghdr *header)
{
	uint32_t memory[SK_MEMINFO_BACKLOG + 1];
	const struct nlattr *attr = nlmsg_find_attr(header, sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO);
	if (!attr || nla_len(attr) < (int)sizeof(memory))
		return 0;
	memcpy(memory, nla_data(attr), sizeof(memory));
	return memory[SK_MEMINFO_BACKLOG];
}

static void put_address(uint32_t words[static 4], int family, const struct in6_addr *address)
{
	if (family == AF_INET6)
		memcpy(words, address, sizeof(*address));
	else
		memcpy(words, &address->s6_addr[12], 4);
}

static int keep_one(struct nl_msg *message, void *context)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	if (nlmsg_datalen(header) < (int)sizeof(struct inet_diag_msg))
		return -NLE_MSG_TOOSHORT;
	struct tcp_socket *ret = context;
	*ret = describe(nlmsg_data(header));
	ret->backlog = backlog_in(header);
	return NL_OK;
}

static void cleanup_message(struct nl_msg **message)
{
	if (*message)
		nlmsg_free(*message);
}

int tcp_socket_find(struct netlink *diag, const struct tcp_socket *wanted, struct tcp_socket *ret, struct error *e)
{
	struct inet_diag_req_v2 body = {
		.sdiag_family = (uint8_t)wanted->family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
		.idiag_states = ALL_STATES,
		.id = {
			.idiag_sport = htons(wanted->local_port),
			.idiag_dport = htons(wanted->remote_port),
			.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE},
		},
	};
	put_address(body.id.idiag_src, wanted->family, &wanted->local);
	put_address(body.id.idiag_dst, wanted->family, &wanted->remote);
	CLEANUP(cleanup_message) struct nl_msg *message = nlmsg_alloc_simple(SOCK_DIAG_BY_FAMILY, 0);
	int status = -NLE_NOMEM;
	if (message && nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO) == 0)
		status = netlink_query(diag, message, keep_one, ret);
	if (status >= 0)
		return 1;
	return diag->refused == ENOENT ? 0 : netlink_error(diag, status, e, "a TCP socket by sock_diag");
}

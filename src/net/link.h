/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links and addresses: loopback up, one veth straight into two namespaces, and when it is ready. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <netinet/in.h>
#include <stdbool.h>

#include "base/error.h"
#include "model/link_layer.h"
#include "net/netlink.h"

/* One end of a veth. */
struct veth_end {
	const char *name; /* of the link: "veth0" */
	int ifindex;      /* the two ends must differ, and those of one namespace: see link.c */
	struct in_addr ipv4;
	struct in6_addr ipv6;
	const struct in6_addr *more; /* further addresses in the same networks, IPv4 ones as v4-mapped; borrowed */
	size_t n_more;
	bool with_ipv6;
};

/* A route to a network, by a neighbour. */
struct link_route {
	bool is_ipv6;
	struct in6_addr to, via; /* IPv4 ones as v4-mapped */
	unsigned bits;           /* of the network */
	int ifindex;             /* of the link by which the packets leave */
};

/* link_loopback_up() - bring lo up in the namespace of @route, whose index is 1 in each (net/core/dev.c, "loopback").
 */
int link_loopback_up(struct netlink *route, struct error *e);

/**
 * link_veth_new() - a veth, one end in the namespace of @route and up, the other straight in the namespace @peer_fd
 * @own: is the end that is opened first, and the one to ask link_is_up() of
 * @peer: stays down until link_add_addresses() is called for it: the kernel refuses (ENOTCONN) a peer that is up at
 * birth
 * @peer_fd: a descriptor of a namespace; stays the caller's
 *
 * The host's namespace sees no event of it.
 */
int link_veth_new(
	struct netlink *route, const struct veth_end *own, const struct veth_end *peer, int peer_fd, struct error *e);

/**
 * link_add_addresses() - @end up, with its addresses, in the namespace of @route; no duplicate address detection
 * @neighbour: the other end: it is made known for good, so that nobody asks for it
 */
int link_add_addresses(
	struct netlink *route, const struct veth_end *end, const struct veth_end *neighbour, struct error *e);

/**
 * link_set_neighbour() - one permanent neighbour entry of @end, made or overwritten, in the namespace of @route
 * @address: of the neighbour, IPv4 as v4-mapped
 * @link_layer: where packets to it go; that of an end: link_layer_of()
 */
int link_set_neighbour(struct netlink *route, const struct veth_end *end, const struct in6_addr *address,
	const uint8_t link_layer[static LINK_LAYER_BYTES], struct error *e);

/* link_add_route() - a route in the namespace of @route; the link is up and has its addresses. */
int link_add_route(struct netlink *route, const struct link_route *added, struct error *e);

/**
 * link_is_up() - ask for one link, singly, whether its operstate is IF_OPER_UP
 *
 * To be asked of the end that the kernel opened first (@own of link_veth_new()), after both are up: only then is the
 * other's carrier settled as well.
 * Return: 1 it is, 0 not yet, or -errno.
 */
int link_is_up(struct netlink *route, int ifindex, struct error *e);

/**
 * link_can_be_found() - whether packets to the IPv6 addresses of @end get through: see link.c
 *
 * To be asked of both ends, after link_is_up().
 * Return: 1 they do, 0 not yet, or -errno.
 */
int link_can_be_found(struct netlink *route, const struct veth_end *end, struct error *e);

#endif

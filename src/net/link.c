// SPDX-License-Identifier: GPL-2.0-or-later
// Links and addresses: loopback up, one veth straight into two namespaces, and when it is ready.
//
// Theory of operation
//
// A veth carries nothing before both ends are up and the kernel's link watch has turned the queue of the end that was
// opened first (its carrier came late, as an event; the second finds its carrier there when it is opened). A packet
// that is sent in between is lost without a trace, and if it is one of a handshake that costs 1 s.
//
// Which end is opened first is not left to chance. One RTM_NEWLINK makes both, each straight in its namespace, and
// opens the main end (@own) alone: the kernel would apply the peer's flags before it joins the two, where opening a
// veth fails with ENOTCONN (drivers/net/veth.c, veth_newlink() and veth_open()), and refuse the whole request. The peer
// is opened later, by a request in its own namespace, together with its addresses. So @own is the one to ask: its
// operstate is IF_OPER_UP only when the link watch has been there, and asking for it singly makes the link watch do so
// at once since Linux 6.10 (linkwatch_sync_dev() in rtnl_getlink()); on older kernels one asks again.
//
// The ends have different ifindexes: the link watch takes an end whose index is that of its peer for one that has no
// peer, and lets its event wait for a tick of 1 s (linkwatch_urgent_event() in net/core/link_watch.c). Where there
// are several links all their ends have different ones, and each is made and waited for as if it were the only one.
//
// An IPv6 address is not there when the request that adds it is answered, though duplicate address detection is off: a
// work queue joins its solicited-node group, without which nobody learns its link-layer address, and puts its local
// route in place, without which packets to it are dropped (addrconf_dad_work(), net/ipv6/addrconf.c), in this order. So
// the kernel is asked for the route to the address until it is a local one. (Without this, 7 % of the connects took 1
// s.)
//
// Neighbours are told, not found. The table of those that are found is one for all namespaces, the host's included, and
// full with gc_thresh3 entries (1024): a few hundred cells alive, and no connect works any more, nor the host's own
// network ("neighbour: arp_cache: neighbor table overflow!"). Permanent entries do not count (neigh_alloc(),
// net/core/neighbour.c). For that each end has a link-layer address that is known beforehand. Each end is told all
// addresses of the other, those that a scenario adds included; a route goes by one of them, so that a router is known.
#include "net/link.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/neighbour.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/topology.h"

#define LOOPBACK_IFINDEX 1

static void cleanup_link(struct rtnl_link **link)
{
	if (*link)
		rtnl_link_put(*link);
}

static void cleanup_address(struct rtnl_addr **address)
{
	if (*address)
		rtnl_addr_put(*address);
}

static void cleanup_binary(struct nl_addr **address)
{
	if (*address)
		nl_addr_put(*address);
}

static void cleanup_neighbour(struct rtnl_neigh **neighbour)
{
	if (*neighbour)
		rtnl_neigh_put(*neighbour);
}

static void cleanup_message(struct nl_msg **message)
{
	if (*message)
		nlmsg_free(*message);
}

static int build_up(int ifindex, struct nl_msg **ret_message)
{
	struct ifinfomsg body = {.ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	CLEANUP(cleanup_message) struct nl_msg *message = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	if (!message || nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO) < 0)
		return -NLE_NOMEM;
	*ret_message = TAKE_POINTER(message);
	return 0;
}

int link_loopback_up(struct netlink *route, struct error *e)
{
	CLEANUP(cleanup_message) struct nl_msg *message = NULL;
	int status = build_up(LOOPBACK_IFINDEX, &message);
	if (status == 0)
		status = netlink_request(route, &message, 1);
	if (status < 0)
		return netlink_error(route, status, e, "lo up");
	return 0;
}

/* Different at both ends, as the ifindexes are. NULL when memory is out. */
static struct nl_addr *link_layer_address(const struct veth_end *end)
{
	uint8_t bytes[LINK_LAYER_BYTES];
	link_layer_of(end->ifindex, bytes);
	return nl_addr_build(AF_LLC, bytes, sizeof(bytes));
}

static int describe_end(struct rtnl_link *link, const struct veth_end *end)
{
	CLEANUP(cleanup_binary) struct nl_addr *address = link_layer_address(end);
	if (!address)
		return -NLE_NOMEM;
	rtnl_link_set_addr(link, address);
	rtnl_link_set_name(link, end->name);
	rtnl_link_set_ifindex(link, end->ifindex);
	/*
	 * Without a number the kernel makes one queue a processor and takes all but one back from the registered
	 * device, waiting for RCU each time (veth_init_queues()): that is half of what a veth costs.
	 */
	rtnl_link_set_num_tx_queues(link, 1);
	rtnl_link_set_num_rx_queues(link, 1);
	return 0;
}

static int build_veth(const struct veth_end *own, const struct veth_end *peer, int peer_fd, struct nl_msg **ret_message)
{
	CLEANUP(cleanup_link) struct rtnl_link *link = rtnl_link_veth_alloc();
	if (!link)
		return -NLE_NOMEM;
	CLEANUP(cleanup_link) struct rtnl_link *other = rtnl_link_veth_get_peer(link);
	int status = describe_end(link, own);
	if (status == 0)
		status = describe_end(other, peer);
	if (status < 0)
		return status;
	rtnl_link_set_flags(link, IFF_UP);
	rtnl_link_set_ns_fd(other, peer_fd);
	return rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL, ret_message);
}

int link_veth_new(
	struct netlink *route, const struct veth_end *own, const struct veth_end *peer, int peer_fd, struct error *e)
{
	CLEANUP(cleanup_message) struct nl_msg *message = NULL;
	int status = build_veth(own, peer, peer_fd, &message);
	if (status == 0)
		status = netlink_request(route, &message, 1);
	if (status < 0)
		return netlink_error(route, status, e, "a veth '%s' with peer '%s'", own->name, peer->name);
	return 0;
}

static int build_address(
	int ifindex, int family, const void *bytes, size_t len, int prefix, uint32_t flags, struct nl_msg **ret_message)
{
	CLEANUP(cleanup_address) struct rtnl_addr *address = rtnl_addr_alloc();
	CLEANUP(cleanup_binary) struct nl_addr *local = nl_addr_build(family, bytes, len);
	if (!address || !local)
		return -NLE_NOMEM;
	nl_addr_set_prefixlen(local, prefix);
	rtnl_addr_set_ifindex(address, ifindex);
	rtnl_addr_set_flags(address, flags);
	int status = rtnl_addr_set_local(address, local);
	if (status < 0)
		return status;
	return rtnl_addr_build_add_request(address, NLM_F_CREATE | NLM_F_EXCL, ret_message);
}

static int build_neighbour(int ifindex, int family, const void *bytes, size_t len, struct nl_addr *link_layer,
	struct nl_msg **ret_message)
{
	CLEANUP(cleanup_neighbour) struct rtnl_neigh *neighbour = rtnl_neigh_alloc();
	CLEANUP(cleanup_binary) struct nl_addr *address = nl_addr_build(family, bytes, len);
	if (!neighbour || !address || !link_layer)
		return -NLE_NOMEM;
	rtnl_neigh_set_ifindex(neighbour, ifindex);
	rtnl_neigh_set_state(neighbour, NUD_PERMANENT);
	rtnl_neigh_set_lladdr(neighbour, link_layer);
	int status = rtnl_neigh_set_dst(neighbour, address);
	if (status < 0)
		return status;
	return rtnl_neigh_build_add_request(neighbour, NLM_F_CREATE | NLM_F_REPLACE, ret_message);
}

/* Requests that are sent together, as many at a time as go. */
struct batch {
	struct netlink *route;
	struct nl_msg *messages[NETLINK_REQUESTS_MAX]; /* owned */
	size_t n;
	int status; /* the first failure */
};

static void batch_flush(struct batch *b)
{
	if (b->status == 0 && b->n)
		b->status = netlink_request(b->route, b->messages, b->n);
	while (b->n)
		nlmsg_free(b->messages[--b->n]);
}

/* Room for the next request; NULL after a failure. */
static struct nl_msg **batch_next(struct batch *b)
{
	if (b->n == NETLINK_REQUESTS_MAX)
		batch_flush(b);
	return b->status == 0 ? &b->messages[b->n] : NULL;
}

static void batch_keep(struct batch *b, int status)
{
	if (status == 0)
		b->n++;
	else
		b->status = status;
}

/* An address of an end, without what tells IPv4 from IPv6. */
struct bare {
	int family;
	const void *bytes;
	size_t len;
};

static struct bare bare_of(const struct in6_addr *address)
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		return (struct bare){AF_INET, &address->s6_addr[12], sizeof(struct in_addr)};
	return (struct bare){AF_INET6, address, sizeof(*address)};
}

static void batch_own(struct batch *b, int ifindex, struct bare address)
{
	bool is_ipv4 = address.family == AF_INET;
	int bits = is_ipv4 ? TOPOLOGY_IPV4_BITS : TOPOLOGY_IPV6_BITS;
	/* Duplicate address detection would hold an IPv6 address back for 1 s to 2 s. */
	uint32_t flags = is_ipv4 ? 0 : IFA_F_NODAD;
	struct nl_msg **next = batch_next(b);
	if (next)
		batch_keep(b, build_address(ifindex, address.family, address.bytes, address.len, bits, flags, next));
}

static void batch_neighbour(struct batch *b, int ifindex, struct bare address, struct nl_addr *link_layer)
{
	struct nl_msg **next = batch_next(b);
	if (next)
		batch_keep(b, build_neighbour(ifindex, address.family, address.bytes, address.len, link_layer, next));
}

static struct bare bare_ipv4(const struct veth_end *end)
{
	return (struct bare){AF_INET, &end->ipv4, sizeof(end->ipv4)};
}

static struct bare bare_ipv6(const struct veth_end *end)
{
	return (struct bare){AF_INET6, &end->ipv6, sizeof(end->ipv6)};
}

static void batch_neighbours(struct batch *b, int ifindex, const struct veth_end *of, int family, struct nl_addr *to)
{
	batch_neighbour(b, ifindex, family == AF_INET ? bare_ipv4(of) : bare_ipv6(of), to);
	for (size_t i = 0; i < of->n_more; i++) {
		struct bare address = bare_of(&of->more[i]);
		if (address.family == family)
			batch_neighbour(b, ifindex, address, to);
	}
}

/* Of several IPv4 addresses in a network the first one is the primary, the source of what says no other. */
static void batch_own_ipv4(struct batch *b, const struct veth_end *end)
{
	batch_own(b, end->ifindex, bare_ipv4(end));
	for (size_t i = 0; i < end->n_more; i++)
		if (IN6_IS_ADDR_V4MAPPED(&end->more[i]))
			batch_own(b, end->ifindex, bare_of(&end->more[i]));
}

/* Of several IPv6 addresses that are alike otherwise it is the one that was added last (ipv6_link_dev_addr(),
 * net/ipv6/addrconf.c). */
static void batch_own_ipv6(struct batch *b, const struct veth_end *end)
{
	for (size_t i = end->n_more; i-- > 0;)
		if (!IN6_IS_ADDR_V4MAPPED(&end->more[i]))
			batch_own(b, end->ifindex, bare_of(&end->more[i]));
	batch_own(b, end->ifindex, bare_ipv6(end));
}

int link_add_addresses(
	struct netlink *route, const struct veth_end *end, const struct veth_end *neighbour, struct error *e)
{
	struct batch b = {.route = route};
	CLEANUP(cleanup_binary) struct nl_addr *link_layer = link_layer_address(neighbour);
	batch_keep(&b, build_up(end->ifindex, batch_next(&b)));
	batch_own_ipv4(&b, end);
	batch_neighbours(&b, end->ifindex, neighbour, AF_INET, link_layer);
	if (end->with_ipv6) {
		batch_own_ipv6(&b, end);
		batch_neighbours(&b, end->ifindex, neighbour, AF_INET6, link_layer);
	}
	batch_flush(&b);
	if (b.status < 0)
		return netlink_error(route, b.status, e, "'%s' up with its addresses", end->name);
	return 0;
}

int link_set_neighbour(struct netlink *route, const struct veth_end *end, const struct in6_addr *address,
	const uint8_t link_layer[static LINK_LAYER_BYTES], struct error *e)
{
	struct batch b = {.route = route};
	CLEANUP(cleanup_binary) struct nl_addr *to = nl_addr_build(AF_LLC, link_layer, LINK_LAYER_BYTES);
	batch_neighbour(&b, end->ifindex, bare_of(address), to);
	batch_flush(&b);
	if (b.status < 0)
		return netlink_error(route, b.status, e, "a neighbour of '%s'", end->name);
	return 0;
}

int link_add_route(struct netlink *route, const struct link_route *added, struct error *e)
{
	struct bare to = bare_of(&added->to), via = bare_of(&added->via);
	if (added->is_ipv6)
		to = (struct bare){AF_INET6, &added->to, sizeof(added->to)};
	struct rtmsg body = {
		.rtm_family = (unsigned char)to.family,
		.rtm_dst_len = (unsigned char)added->bits,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	CLEANUP(cleanup_message)
	struct nl_msg *message = nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	int status = -NLE_NOMEM;
	if (message && nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO) == 0 &&
		(!added->bits || nla_put(message, RTA_DST, (int)to.len, to.bytes) == 0) &&
		nla_put(message, RTA_GATEWAY, (int)via.len, via.bytes) == 0 &&
		nla_put_u32(message, RTA_OIF, (uint32_t)added->ifindex) == 0)
		status = netlink_request(route, &message, 1);
	if (status < 0)
		return netlink_error(route, status, e, "a route by link %d", added->ifindex);
	return 0;
}

static int read_operstate(struct nl_msg *message, void *context)
{
	uint8_t *operstate = context;
	struct nlattr *attribute = nlmsg_find_attr(nlmsg_hdr(message), sizeof(struct ifinfomsg), IFLA_OPERSTATE);
	if (!attribute || nla_len(attribute) < 1)
		return -NLE_MISSING_ATTR;
	*operstate = nla_get_u8(attribute);
	return NL_OK;
}

int link_is_up(struct netlink *route, int ifindex, struct error *e)
{
	struct ifinfomsg body = {.ifi_index = ifindex};
	uint8_t operstate = IF_OPER_UNKNOWN;
	CLEANUP(cleanup_message) struct nl_msg *message = nlmsg_alloc_simple(RTM_GETLINK, 0);
	int status = -NLE_NOMEM;
	if (message && nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO) == 0 &&
		nla_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) == 0)
		status = netlink_query(route, message, read_operstate, &operstate);
	if (status < 0)
		return netlink_error(route, status, e, "the state of link %d", ifindex);
	return operstate == IF_OPER_UP;
}

static int read_route_type(struct nl_msg *message, void *context)
{
	const struct rtmsg *body = nlmsg_data(nlmsg_hdr(message));
	*(uint8_t *)context = body->rtm_type;
	return NL_OK;
}

/* Return: 1 where the route to @address is a local one, 0 or -errno. */
static int is_local(struct netlink *route, const struct in6_addr *address, const char *name, struct error *e)
{
	struct rtmsg body = {.rtm_family = AF_INET6, .rtm_dst_len = 128};
	uint8_t type = RTN_UNSPEC;
	CLEANUP(cleanup_message) struct nl_msg *message = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	int status = -NLE_NOMEM;
	if (message && nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO) == 0 &&
		nla_put(message, RTA_DST, sizeof(*address), address) == 0)
		status = netlink_query(route, message, read_route_type, &type);
	if (status < 0 && route->refused != ENETUNREACH && route->refused != EHOSTUNREACH)
		return netlink_error(route, status, e, "the route to an IPv6 address of '%s'", name);
	return type == RTN_LOCAL;
}

int link_can_be_found(struct netlink *route, const struct veth_end *end, struct error *e)
{
	int r = is_local(route, &end->ipv6, end->name, e);
	for (size_t i = 0; r > 0 && i < end->n_more; i++)
		if (!IN6_IS_ADDR_V4MAPPED(&end->more[i]))
			r = is_local(route, &end->more[i], end->name, e);
	return r;
}

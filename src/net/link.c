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
// peer, and lets its event wait for a tick of 1 s (linkwatch_urgent_event() in net/core/link_watch.c).
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
// net/core/neighbour.c). For that each end has a link-layer address that is known beforehand.
#include "net/link.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/neighbour.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

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

/* Locally administered (IEEE 802), and different at both ends as the ifindexes are. */
void link_layer_address(const struct veth_end *end, uint8_t ret[static LINK_ADDRESS_BYTES])
{
	const uint8_t bytes[LINK_ADDRESS_BYTES] = {
		[0] = 0x02, [4] = (uint8_t)(end->ifindex >> 8), [5] = (uint8_t)end->ifindex};
	memcpy(ret, bytes, sizeof(bytes));
}

/* NULL when memory is out. */
static struct nl_addr *build_link_layer(const struct veth_end *end)
{
	uint8_t bytes[LINK_ADDRESS_BYTES];
	link_layer_address(end, bytes);
	return nl_addr_build(AF_LLC, bytes, sizeof(bytes));
}

static int describe_end(struct rtnl_link *link, const struct veth_end *end)
{
	CLEANUP(cleanup_binary) struct nl_addr *address = build_link_layer(end);
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

static int build_neighbour(int ifindex, int family, const void *bytes, size_t len,
	const uint8_t link_layer_bytes[static LINK_ADDRESS_BYTES], struct nl_msg **ret_message)
{
	CLEANUP(cleanup_neighbour) struct rtnl_neigh *neighbour = rtnl_neigh_alloc();
	CLEANUP(cleanup_binary) struct nl_addr *address = nl_addr_build(family, bytes, len);
	CLEANUP(cleanup_binary) struct nl_addr *link_layer =
		nl_addr_build(AF_LLC, link_layer_bytes, LINK_ADDRESS_BYTES);
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

int link_add_addresses(
	struct netlink *route, const struct veth_end *end, const struct veth_end *neighbour, struct error *e)
{
	CLEANUP(cleanup_message) struct nl_msg *up = NULL;
	CLEANUP(cleanup_message) struct nl_msg *ipv4 = NULL;
	CLEANUP(cleanup_message) struct nl_msg *neighbour4 = NULL;
	CLEANUP(cleanup_message) struct nl_msg *ipv6 = NULL;
	CLEANUP(cleanup_message) struct nl_msg *neighbour6 = NULL;
	int ifindex = end->ifindex;
	uint8_t other[LINK_ADDRESS_BYTES];
	link_layer_address(neighbour, other);
	int status = build_up(ifindex, &up);
	if (status == 0)
		status = build_address(ifindex, AF_INET, &end->ipv4, sizeof(end->ipv4), LINK_IPV4_PREFIX, 0, &ipv4);
	if (status == 0)
		status = build_neighbour(
			ifindex, AF_INET, &neighbour->ipv4, sizeof(neighbour->ipv4), other, &neighbour4);
	/* Duplicate address detection would hold the address back for 1 s to 2 s. */
	if (status == 0 && end->with_ipv6)
		status = build_address(
			ifindex, AF_INET6, &end->ipv6, sizeof(end->ipv6), LINK_IPV6_PREFIX, IFA_F_NODAD, &ipv6);
	if (status == 0 && end->with_ipv6)
		status = build_neighbour(
			ifindex, AF_INET6, &neighbour->ipv6, sizeof(neighbour->ipv6), other, &neighbour6);
	if (status == 0)
		status = netlink_request(
			route, (struct nl_msg *[]){up, ipv4, neighbour4, ipv6, neighbour6}, end->with_ipv6 ? 5 : 3);
	if (status < 0)
		return netlink_error(route, status, e, "'%s' up with its addresses", end->name);
	return 0;
}

int link_set_neighbour(struct netlink *route, const struct veth_end *end, int family, const void *address,
	const uint8_t link_layer[static LINK_ADDRESS_BYTES], struct error *e)
{
	CLEANUP(cleanup_message) struct nl_msg *message = NULL;
	size_t len = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	int status = build_neighbour(end->ifindex, family, address, len, link_layer, &message);
	if (status == 0)
		status = netlink_request(route, &message, 1);
	return status < 0 ? netlink_error(route, status, e, "a neighbour of '%s'", end->name) : 0;
}

int link_set_neighbours(struct netlink *route, const struct veth_end *end, const struct veth_end *neighbour,
	const uint8_t link_layer[static LINK_ADDRESS_BYTES], struct error *e)
{
	int r = link_set_neighbour(route, end, AF_INET, &neighbour->ipv4, link_layer, e);
	if (r == 0 && end->with_ipv6)
		r = link_set_neighbour(route, end, AF_INET6, &neighbour->ipv6, link_layer, e);
	return r;
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

int link_can_be_found(struct netlink *route, const struct veth_end *end, struct error *e)
{
	struct rtmsg body = {.rtm_family = AF_INET6, .rtm_dst_len = 128};
	struct in6_addr address = end->ipv6;
	uint8_t type = RTN_UNSPEC;
	CLEANUP(cleanup_message) struct nl_msg *message = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	int status = -NLE_NOMEM;
	if (message && nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO) == 0 &&
		nla_put(message, RTA_DST, sizeof(address), &address) == 0)
		status = netlink_query(route, message, read_route_type, &type);
	if (status < 0 && route->refused != ENETUNREACH && route->refused != EHOSTUNREACH)
		return netlink_error(route, status, e, "the route to the IPv6 address of '%s'", end->name);
	return type == RTN_LOCAL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs that hold a kernel off the link: block, unblock.
 *
 * Theory of operation. What a namespace takes for the link-layer address of its neighbour is changed to one that nobody
 * has. What its kernel sends then leaves it, is seen leaving, and is dropped at the other end before IP sees it, as it
 * is for somebody else (PACKET_OTHERHOST, ip_rcv_core() in net/ipv4/ip_input.c). Nothing of it is told to the sender,
 * as nothing is on a real network; and no qdisc, filter or firewall is needed, which a kernel may lack. Segments that
 * an actor crafts or sends again have the right address, and arrive. What was on its way when the step was made is not
 * stopped.
 */
#include <errno.h>

#include "actor/verb.h"
#include "base/mapped.h"

/* Individual, locally administered, and no link's: these begin with 02. */
static const uint8_t nobody[LINK_LAYER_BYTES] = {0x0a, 'n', 'o', 'b', 'd', 'y'};

/* Of all that the other end of a link has. */
static int set_neighbours_of(struct netlink *route, const struct veth_end *own, const struct veth_end *other,
	const uint8_t link_layer[static LINK_LAYER_BYTES], struct error *e)
{
	const struct in6_addr ipv4 = mapped_from(other->ipv4);
	int r = link_set_neighbour(route, own, &ipv4, link_layer, e);
	if (r == 0 && other->with_ipv6)
		r = link_set_neighbour(route, own, &other->ipv6, link_layer, e);
	for (size_t i = 0; r == 0 && i < other->n_more; i++)
		if (other->with_ipv6 || IN6_IS_ADDR_V4MAPPED(&other->more[i]))
			r = link_set_neighbour(route, own, &other->more[i], link_layer, e);
	return r;
}

static enum step_status set_neighbours(struct step_run *run, bool blocked, struct error *e)
{
	struct testbed *t = run->testbed;
	struct testbed_namespace *own = run->actor->in;
	struct netlink route = NETLINK_INIT;
	if (!own->n_ends) {
		error_set(e, ERROR_UNMET, ENODEV, "namespace '%s' has no link", own->name);
		return STEP_FAILED;
	}
	if (testbed_enter(t, own, e) < 0 || netlink_open(&route, NETLINK_ROUTE, e) < 0)
		return STEP_FAILED;
	int r = 0;
	for (size_t i = 0; r == 0 && i < own->n_ends; i++) {
		const struct veth_end *other = testbed_other_end(t, own->ends[i]);
		uint8_t link_layer[LINK_LAYER_BYTES];
		link_layer_of(other->ifindex, link_layer);
		r = set_neighbours_of(&route, own->ends[i], other, blocked ? nobody : link_layer, e);
	}
	netlink_close(&route);
	own->is_blocked = blocked;
	return r < 0 ? STEP_FAILED : step_ok(run);
}

static enum step_status run_block(struct step_run *run, struct error *e)
{
	return set_neighbours(run, true, e);
}

VERB(block) = {
	.syntax =
		{
			.name = "block",
			.usage = "block",
			.help = "lose all that the namespace sends from here on; what is crafted arrives",
			.never_measured = true,
			.leaves_states = true,
		},
	.run = run_block,
};

static enum step_status run_unblock(struct step_run *run, struct error *e)
{
	return set_neighbours(run, false, e);
}

VERB(unblock) = {
	.syntax =
		{
			.name = "unblock",
			.usage = "unblock",
			.help = "let what the namespace sends arrive again; what was lost stays lost",
			.never_measured = true,
			.leaves_states = true,
		},
	.run = run_unblock,
};

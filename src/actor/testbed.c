// SPDX-License-Identifier: GPL-2.0-or-later
// The testbed of one cell.
#include "actor/testbed.h"

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mapped.h"
#include "net/namespace.h"
#include "net/sysctl.h"

int testbed_enter(struct testbed *t, const struct testbed_namespace *namespace, struct error *e)
{
	if (t->whereabouts->now == namespace)
		return 0;
	int r = namespace_enter(namespace ? namespace->fd : t->whereabouts->home, e);
	if (r < 0)
		return r;
	t->whereabouts->now = namespace;
	return 0;
}

/* Two ends of one veth must differ in their ifindex, or carrier events wait for a tick of 1 s
 * (linkwatch_urgent_event(), net/core/link_watch.c): all ends of the testbed do. */
static int testbed_make_ends(struct testbed *t, struct plan *plan, struct error *e)
{
	t->ends = arena_array(&plan->arena, plan->n_ends, sizeof *t->ends);
	for (size_t i = 0; i < plan->n_namespaces; i++) {
		t->namespaces[i].ends = arena_array(&plan->arena, plan->n_ends, sizeof *t->namespaces[i].ends);
		if (!t->namespaces[i].ends)
			return error_no_memory(e);
	}
	if (!t->ends)
		return error_no_memory(e);
	for (; t->n_ends < plan->n_ends; t->n_ends++) {
		const struct plan_end *planned = &plan->ends[t->n_ends];
		struct testbed_namespace *namespace = &t->namespaces[planned->namespace];
		struct veth_end *end = &t->ends[t->n_ends];
		*end = (struct veth_end){
			.name = arena_printf(&plan->arena, "veth%zu", t->n_ends),
			.ifindex = TOPOLOGY_IFINDEX_FIRST + (int)t->n_ends,
			.ipv4 = planned->ipv4,
			.ipv6 = planned->ipv6,
			.more = planned->more,
			.n_more = planned->n_more,
			.with_ipv6 = plan->ipv6,
		};
		if (!end->name)
			return error_no_memory(e);
		namespace->ends[namespace->n_ends++] = end;
	}
	return 0;
}

/* Whether a sysctl is of a link of @namespace ("net.ipv4.conf.veth0.forwarding"), which is not there from the start.
 */
static bool is_of_link(const struct testbed_namespace *namespace, const char *name)
{
	for (size_t i = 0; i < namespace->n_ends; i++) {
		size_t len = strlen(namespace->ends[i]->name);
		for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.'))
			if (!strncmp(dot + 1, namespace->ends[i]->name, len) && dot[1 + len] == '.')
				return true;
	}
	return false;
}

/* Write those of the planned sysctls that are, or are not, of the link. */
static int write_sysctls(
	const struct testbed_namespace *namespace, const struct plan_namespace *planned, bool of_link, struct error *e)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < planned->n_sysctls; i++)
		if (is_of_link(namespace, planned->sysctls[i].name) == of_link)
			r = sysctl_write(planned->sysctls[i].name, planned->sysctls[i].value, e);
	return r;
}

/* What is left to do when the links are there. A sysctl may have been changed by another one that was written after it,
 * or by a link: all are read back once more where there are several. */
static int finish_namespace(struct testbed *t, size_t i, const struct plan_namespace *planned, struct error *e)
{
	struct testbed_namespace *namespace = &t->namespaces[i];
	int r = planned->n_sysctls ? testbed_enter(t, namespace, e) : 0;
	if (r == 0)
		r = write_sysctls(namespace, planned, true, e);
	for (size_t j = 0; r == 0 && planned->n_sysctls > 1 && j < planned->n_sysctls; j++)
		r = sysctl_verify(planned->sysctls[j].name, planned->sysctls[j].value, e);
	return r < 0 ? error_wrap(e, "namespace '%s'", namespace->name) : 0;
}

static int testbed_make_namespace(struct testbed *t, size_t i, const struct plan *plan, struct error *e)
{
	struct testbed_namespace *namespace = &t->namespaces[i];
	namespace->name = plan->namespaces[i].name;

	/* The caller is in it from here on, whatever comes next. */
	int fd = namespace_new(e);
	t->whereabouts->now = namespace;
	if (fd < 0)
		return fd;
	namespace->fd = fd;

	int r = netlink_open(&namespace->route, NETLINK_ROUTE, e);
	/*
	 * Without IPv6 a link that comes up sends no multicast chatter, and comes up sooner. It takes the default when
	 * it is made; writing conf.all would spin for the lock of all links, which the kernel holds while it clears the
	 * namespaces of earlier cells away (addrconf_disable_ipv6(), net/ipv6/addrconf.c). A kernel without IPv6 has
	 * nothing to switch off.
	 */
	if (r == 0 && !plan->ipv6) {
		r = sysctl_write("net.ipv6.conf.default.disable_ipv6", "1", e);
		if (r < 0 && e->kind == ERROR_ABSENT) {
			error_clear(e);
			r = 0;
		}
	}
	if (r == 0)
		r = write_sysctls(namespace, &plan->namespaces[i], false, e);
	if (r == 0 && plan->loopback)
		r = link_loopback_up(&namespace->route, e);
	return r;
}

const struct veth_end *testbed_other_end(const struct testbed *t, const struct veth_end *end)
{
	return &t->ends[(size_t)(end - t->ends) ^ 1];
}

static bool end_has_address(const struct veth_end *end, const struct in6_addr *address)
{
	const struct in6_addr ipv4 = mapped_from(end->ipv4);
	if (IN6_ARE_ADDR_EQUAL(address, &ipv4) || IN6_ARE_ADDR_EQUAL(address, &end->ipv6))
		return true;
	for (size_t i = 0; i < end->n_more; i++)
		if (IN6_ARE_ADDR_EQUAL(address, &end->more[i]))
			return true;
	return false;
}

bool testbed_has_address(const struct testbed_namespace *namespace, const struct in6_addr *address)
{
	if (mapped_is_loopback(address))
		return true;
	for (size_t i = 0; i < namespace->n_ends; i++)
		if (end_has_address(namespace->ends[i], address))
			return true;
	return false;
}

/* "IPv6 is disabled on this device": by a sysctl of the scenario, one of whose cells wants to speak it. */
static void blame_sysctl(const struct testbed *t, int r, struct error *e)
{
	if (r == -EACCES && t->ipv6 && e)
		e->kind = ERROR_UNMET;
}

/* Make link @i. */
static int testbed_join(struct testbed *t, size_t i, const struct plan *plan, struct error *e)
{
	const struct veth_end *own = &t->ends[2 * i], *peer = &t->ends[2 * i + 1];
	struct testbed_namespace *first = &t->namespaces[plan->ends[2 * i].namespace];
	struct testbed_namespace *second = &t->namespaces[plan->ends[2 * i + 1].namespace];
	int r = link_veth_new(&first->route, own, peer, second->fd, e);
	if (r == 0)
		r = link_add_addresses(&first->route, own, peer, e);
	if (r == 0)
		r = link_add_addresses(&second->route, peer, own, e);
	blame_sysctl(t, r, e);
	return r < 0 ? error_wrap(e, "the veth between '%s' and '%s'", first->name, second->name) : 0;
}

/* A namespace speaks IPv6 where all do. */
static int testbed_add_routes(struct testbed *t, size_t i, const struct plan_namespace *planned, struct error *e)
{
	int r = 0;
	for (size_t k = 0; r == 0 && k < planned->n_routes; k++) {
		const struct plan_route *route = &planned->routes[k];
		const struct link_route added = {
			.is_ipv6 = route->is_ipv6,
			.to = route->to,
			.via = route->via,
			.bits = route->bits,
			.ifindex = t->ends[route->end].ifindex,
		};
		if (!route->is_ipv6 || t->ipv6)
			r = link_add_route(&t->namespaces[i].route, &added, e);
		blame_sysctl(t, r, e);
		if (r < 0)
			error_wrap(e, "namespace '%s': the route to %s by %s", planned->name, route->destination,
				route->neighbour);
	}
	return r;
}

static int testbed_make_actors(struct testbed *t, struct plan *plan, struct error *e)
{
	t->actors = arena_array(&plan->arena, plan->n_actors, sizeof *t->actors);
	t->connections = arena_array(&plan->arena, plan->n_steps, sizeof *t->connections);
	t->crafted = arena_array(&plan->arena, plan->n_steps, sizeof *t->crafted);
	if (!t->actors || !t->connections || !t->crafted)
		return error_no_memory(e);
	t->connections_size = plan->n_steps;
	for (; t->n_actors < plan->n_actors; t->n_actors++) {
		const struct plan_actor *planned = &plan->actors[t->n_actors];
		struct testbed_actor *actor = &t->actors[t->n_actors];
		*actor = (struct testbed_actor){
			.name = planned->name,
			.in = &t->namespaces[planned->namespace],
			.sockets = arena_array(&plan->arena, planned->n_sockets, sizeof *actor->sockets),
			.socket_names = planned->sockets,
		};
		if (!actor->sockets)
			return error_no_memory(e);
		for (; actor->n_sockets < planned->n_sockets; actor->n_sockets++)
			actor->sockets[actor->n_sockets].fd = -1;
	}
	return 0;
}

/* A link has the mask that was the default when it was made (rx_queue_default_mask(), net/core/net-sysfs.c), which is
 * empty in a new namespace. */
static bool spreads_packets(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_namespaces; i++)
		for (size_t j = 0; j < plan->namespaces[i].n_sysctls; j++)
			if (!strcmp(plan->namespaces[i].sysctls[j].name, "net.core.rps_default_mask"))
				return true;
	return false;
}

int testbed_build(struct testbed *t, struct plan *plan, struct whereabouts *whereabouts, struct error *e)
{
	*t = (struct testbed){
		.whereabouts = whereabouts,
		.ipv6 = plan->ipv6,
		.loopback = plan->loopback,
		.bulky = plan->bulky,
		.spreads_packets = spreads_packets(plan),
		.barrier = BARRIER_INIT,
		.programs = PROGRAMS_INIT,
		.path = plan->path,
	};
	witness_init(&t->witness);
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++)
		t->namespaces[i].fd = -1;
	int r = testbed_make_ends(t, plan, e);
	if (r == 0)
		r = testbed_make_actors(t, plan, e);
	for (; r == 0 && t->n_namespaces < plan->n_namespaces; t->n_namespaces++) {
		r = testbed_make_namespace(t, t->n_namespaces, plan, e);
		if (r < 0)
			error_wrap(e, "namespace '%s'", plan->namespaces[t->n_namespaces].name);
	}
	for (size_t i = 0; r == 0 && i < t->n_ends / 2; i++)
		r = testbed_join(t, i, plan, e);
	for (size_t i = 0; r == 0 && i < t->n_namespaces; i++)
		r = testbed_add_routes(t, i, &plan->namespaces[i], e);
	for (size_t i = 0; r == 0 && i < t->n_namespaces; i++)
		r = finish_namespace(t, i, &plan->namespaces[i], e);
	return r;
}

size_t testbed_namespace_of(const struct testbed *t, const struct veth_end *end)
{
	for (size_t i = 0; i < t->n_namespaces; i++)
		for (size_t k = 0; k < t->namespaces[i].n_ends; k++)
			if (t->namespaces[i].ends[k] == end)
				return i;
	assert(false); /* each end is some namespace's */
	return 0;
}

/* The first end is the one that was opened first: the one to ask. */
static int link_is_ready(struct testbed *t, size_t i, struct error *e)
{
	struct veth_end *ends = &t->ends[2 * i];
	struct netlink *routes[2];
	for (size_t k = 0; k < 2; k++)
		routes[k] = &t->namespaces[testbed_namespace_of(t, &ends[k])].route;
	int r = link_is_up(routes[0], ends[0].ifindex, e);
	for (size_t k = 0; r > 0 && k < 2; k++)
		if (ends[k].with_ipv6)
			r = link_can_be_found(routes[k], &ends[k], e);
	return r;
}

int testbed_is_ready(struct testbed *t, struct error *e)
{
	int r = 1;
	while (r > 0 && t->n_links_ready < t->n_ends / 2) {
		r = link_is_ready(t, t->n_links_ready, e);
		t->n_links_ready += r > 0;
	}
	for (size_t i = 0; r > 0 && i < t->n_namespaces; i++)
		netlink_close(&t->namespaces[i].route);
	return r;
}

int testbed_has_dealt(struct testbed *t, uint64_t asked_us, struct error *e)
{
	if (t->moved_us && t->dealt_us > t->moved_us)
		return 1;
	int r = t->barrier.fd < 0 ? testbed_enter(t, NULL, e) : 0;
	if (r == 0)
		r = barrier_pass(&t->barrier, asked_us, (unsigned)t->n_ends / 2, e);
	if (r > 0)
		t->dealt_us = asked_us;
	return r;
}

int testbed_close_socket(struct testbed_actor *actor, size_t slot)
{
	struct testbed_socket *socket = &actor->sockets[slot];
	int fd = socket->fd;
	socket->fd = -1; /* Linux frees the descriptor whatever close() says: close(2) */
	return close(fd) < 0 ? errno : 0;
}

bool testbed_lingers(int fd)
{
	struct linger linger = {0};
	socklen_t len = sizeof linger;
	return getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len) == 0 && linger.l_onoff && linger.l_linger > 0;
}

int testbed_exit_socket(struct testbed_actor *actor, size_t slot)
{
	/* A process that exits does not wait (PF_EXITING in inet_release(), net/ipv4/af_inet.c). Taking the time away
	 * changes nothing but the waiting. SO_LINGER 0 is left alone: it is what makes the reset. */
	static const struct linger none = {0};
	int fd = actor->sockets[slot].fd;
	int errnum = 0;
	if (testbed_lingers(fd) && setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) < 0)
		errnum = errno;
	int r = testbed_close_socket(actor, slot);
	return errnum ? errnum : r;
}

int testbed_done(struct testbed *t, struct error *e)
{
	if (!t->whereabouts) /* never built: its descriptors are not even -1 */
		return 0;
	programs_done(&t->programs);
	for (size_t i = 0; i < t->n_actors; i++)
		for (size_t slot = 0; slot < t->actors[i].n_sockets; slot++)
			if (t->actors[i].sockets[slot].fd >= 0)
				testbed_exit_socket(&t->actors[i], slot);
	t->n_actors = 0;
	witness_done(&t->witness);
	barrier_close(&t->barrier);
	int r = testbed_enter(t, NULL, e);
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++) {
		netlink_close(&t->namespaces[i].route);
		netlink_close(&t->namespaces[i].diag);
		tcp_sockets_done(&t->namespaces[i].look);
		fd_close(&t->namespaces[i].fd);
	}
	return r < 0 ? error_wrap(e, "there is no way out of a cell's namespace") : 0;
}

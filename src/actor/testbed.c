// SPDX-License-Identifier: GPL-2.0-or-later
// The testbed of one cell.
#include "actor/testbed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "net/namespace.h"
#include "net/sysctl.h"

/*
 * The addresses of every cell: private ones (RFC 1918, RFC 4193), as nothing of them leaves the namespaces. The first
 * namespace has 10.0.0.1 and fd00::1, the second 10.0.0.2 and fd00::2.
 */
#define TESTBED_IPV4_FIRST 0x0A000001U
#define TESTBED_IPV6_FIRST "fd00::1"

/* Two ends of one veth must differ in their ifindex, or carrier events wait for a tick of 1 s
 * (linkwatch_urgent_event(), net/core/link_watch.c). 1 is the loopback. */
#define TESTBED_IFINDEX_FIRST 2

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

static void testbed_name_end(struct testbed_namespace *namespace, size_t i, bool with_ipv6)
{
	static const char *const names[SCENARIO_NAMESPACES_MAX] = {"veth0", "veth1"};
	namespace->end = (struct veth_end){
		.name = names[i],
		.ifindex = TESTBED_IFINDEX_FIRST + (int)i,
		.ipv4.s_addr = htonl(TESTBED_IPV4_FIRST + (uint32_t)i),
		.with_ipv6 = with_ipv6,
	};
	inet_pton(AF_INET6, TESTBED_IPV6_FIRST, &namespace->end.ipv6);
	namespace->end.ipv6.s6_addr[15] += (uint8_t)i;
}

/* Whether a sysctl is of the link of @namespace ("net.ipv4.conf.veth0.forwarding"), which is not there from the start.
 */
static bool is_of_link(const struct testbed_namespace *namespace, const char *name)
{
	size_t len = strlen(namespace->end.name);
	for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.'))
		if (!strncmp(dot + 1, namespace->end.name, len) && dot[1 + len] == '.')
			return true;
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
	testbed_name_end(namespace, i, plan->ipv6);

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

static int testbed_join(struct testbed *t, struct error *e)
{
	struct testbed_namespace *first = &t->namespaces[0], *second = &t->namespaces[1];
	int r = link_veth_new(&first->route, &first->end, &second->end, second->fd, e);
	if (r == 0)
		r = link_add_addresses(&first->route, &first->end, &second->end, e);
	if (r == 0)
		r = link_add_addresses(&second->route, &second->end, &first->end, e);
	/* "IPv6 is disabled on this device": by a sysctl of the scenario, one of whose cells wants to speak it. */
	if (r == -EACCES && t->ipv6 && e)
		e->kind = ERROR_UNMET;
	return r < 0 ? error_wrap(e, "the veth between '%s' and '%s'", first->name, second->name) : 0;
}

static int testbed_make_actors(struct testbed *t, struct plan *plan, struct error *e)
{
	t->actors = arena_array(&plan->arena, plan->n_actors, sizeof *t->actors);
	t->connections = arena_array(&plan->arena, plan->n_steps, sizeof *t->connections);
	if (!t->actors || !t->connections)
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

int testbed_build(struct testbed *t, struct plan *plan, struct whereabouts *whereabouts, struct error *e)
{
	*t = (struct testbed){.whereabouts = whereabouts, .ipv6 = plan->ipv6, .loopback = plan->loopback};
	witness_init(&t->witness);
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++)
		t->namespaces[i].fd = -1;
	int r = testbed_make_actors(t, plan, e);
	for (; r == 0 && t->n_namespaces < plan->n_namespaces; t->n_namespaces++) {
		r = testbed_make_namespace(t, t->n_namespaces, plan, e);
		if (r < 0)
			error_wrap(e, "namespace '%s'", plan->namespaces[t->n_namespaces].name);
	}
	if (r == 0 && t->n_namespaces == 2)
		r = testbed_join(t, e);
	for (size_t i = 0; r == 0 && i < t->n_namespaces; i++)
		r = finish_namespace(t, i, &plan->namespaces[i], e);
	return r;
}

int testbed_is_ready(struct testbed *t, struct error *e)
{
	int r = t->n_namespaces < 2 ? 1 : link_is_up(&t->namespaces[0].route, t->namespaces[0].end.ifindex, e);
	for (size_t i = 0; r > 0 && t->n_namespaces == 2 && i < t->n_namespaces; i++)
		if (t->namespaces[i].end.with_ipv6)
			r = link_can_be_found(&t->namespaces[i].route, &t->namespaces[i].end, e);
	for (size_t i = 0; r > 0 && i < t->n_namespaces; i++)
		netlink_close(&t->namespaces[i].route);
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
	for (size_t i = 0; i < t->n_actors; i++)
		for (size_t slot = 0; slot < t->actors[i].n_sockets; slot++)
			if (t->actors[i].sockets[slot].fd >= 0)
				testbed_exit_socket(&t->actors[i], slot);
	t->n_actors = 0;
	witness_done(&t->witness);
	int r = testbed_enter(t, NULL, e);
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++) {
		netlink_close(&t->namespaces[i].route);
		netlink_close(&t->namespaces[i].diag);
		tcp_sockets_done(&t->namespaces[i].look);
		fd_close(&t->namespaces[i].fd);
	}
	return r < 0 ? error_wrap(e, "there is no way out of a cell's namespace") : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A look at the TCP sockets of a namespace of the testbed.
 *
 * Theory of operation. sock_diag's dump is the truth, and dear: the kernel walks the tables of all namespaces for it
 * (0.3 ms, a sixth of a cell, on Linux 6.18). But what there can be is known: the listeners are sockets of our own, and
 * a connection is one that a `connect` has made, whose four-tuple was kept, so that its ends can be asked for one by
 * one, in 7 us each.
 *
 * That nothing is missing so is not assumed: the kernel keeps two counts for each namespace, of its sockets in use and
 * of those in TIME-WAIT. Where both are what was found, it is all. Where they are not (a state that changed between two
 * questions, a FIN-WAIT-2 that is kept as a TIME-WAIT), the dump is made. So it is where a connect has not succeeded:
 * what it may have left at its peer, a request socket (SYN-RECEIVED), is in neither count. What a crafted segment
 * leaves lies between the segment's own ends, which are kept as those of a connection are.
 */
#include "actor/look.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include "actor/endpoint.h"
#include "base/clock.h"
#include "base/mapped.h"
#include "net/sockstat.h"

static void set_address(const struct sockaddr_storage *from, struct in6_addr *address, uint16_t *port)
{
	*address = endpoint_host(from);
	*port = endpoint_port(from);
}

/* The four-tuple of a connected socket. Return: whether it could be told. */
static bool get_end(int fd, struct tcp_socket *ret)
{
	struct sockaddr_storage local, remote;
	socklen_t local_len = sizeof local, remote_len = sizeof remote;
	if (getsockname(fd, (struct sockaddr *)&local, &local_len) < 0 ||
		getpeername(fd, (struct sockaddr *)&remote, &remote_len) < 0)
		return false;
	set_address(&local, &ret->local, &ret->local_port);
	set_address(&remote, &ret->remote, &ret->remote_port);
	ret->family = IN6_IS_ADDR_V4MAPPED(&ret->remote) ? AF_INET : AF_INET6;
	return true;
}

/* Return: whether the four-tuple could be told. */
static bool remember(struct testbed *t, const struct testbed_actor *by, int fd, uint64_t began_us)
{
	/* What is not remembered is found by the dump. */
	if (t->n_connections == t->connections_size)
		return false;
	struct testbed_connection *c = &t->connections[t->n_connections];
	if (!get_end(fd, &c->end))
		return false;
	c->by = by;
	c->from = by->in;
	c->acceptor = NULL;
	c->began_ns = clock_real_now_ns() - (clock_now_us() - began_us) * 1000;
	t->n_connections++;
	return true;
}

void look_note_connect(
	struct testbed *t, const struct testbed_actor *by, int fd, uint64_t began_us, bool is_ok, uint64_t *is_loose)
{
	if (is_ok && remember(t, by, fd, began_us)) {
		t->n_loose_connects -= *is_loose ? 1 : 0;
		*is_loose = 0;
	} else if (!*is_loose) {
		t->n_loose_connects++;
		*is_loose = 1;
	}
}

bool look_is_other_end(const struct testbed_namespace *in_a, const struct tcp_socket *a,
	const struct testbed_namespace *in_b, const struct tcp_socket *b)
{
	return a->local_port == b->remote_port && a->remote_port == b->local_port &&
	       IN6_ARE_ADDR_EQUAL(&a->local, &b->remote) && IN6_ARE_ADDR_EQUAL(&a->remote, &b->local) &&
	       /* Of the addresses there are, those of the loopback are another one in each namespace. */
	       (in_a == in_b || (!mapped_is_loopback(&a->local) && !mapped_is_loopback(&a->remote)));
}

static bool is_same(const struct tcp_socket *a, const struct tcp_socket *b)
{
	return a->local_port == b->local_port && a->remote_port == b->remote_port &&
	       IN6_ARE_ADDR_EQUAL(&a->local, &b->local) && IN6_ARE_ADDR_EQUAL(&a->remote, &b->remote);
}

void look_note_crafted(struct testbed *t, const struct segment *segment)
{
	const struct tcp_socket end = {
		.family = segment->family,
		.local = segment->from,
		.local_port = segment->from_port,
		.remote = segment->to,
		.remote_port = segment->to_port,
	};
	t->has_crafted = true;
	for (size_t i = 0; i < t->n_crafted; i++)
		if (is_same(&t->crafted[i], &end))
			return;
	if (t->n_crafted < t->connections_size)
		t->crafted[t->n_crafted++] = end;
	else
		t->n_loose_connects++; /* for good */
}

void look_note_accept(struct testbed *t, const struct testbed_actor *by, int fd)
{
	struct tcp_socket end;
	if (!get_end(fd, &end))
		return;
	/* Of several with these ends the last one: the others are over, as there is but one at a time. */
	for (size_t i = t->n_connections; i-- > 0;) {
		struct testbed_connection *c = &t->connections[i];
		if (look_is_other_end(c->from, &c->end, by->in, &end)) {
			c->acceptor = by;
			return;
		}
	}
}

/* Add the socket with the four-tuple of @wanted, where there is one and it is not in the list yet. */
static int add_end(struct testbed_namespace *namespace, const struct tcp_socket *wanted, struct error *e)
{
	struct tcp_sockets *look = &namespace->look;
	if (!testbed_has_address(namespace, &wanted->local))
		return 0;
	for (size_t i = 0; i < look->n; i++)
		if (is_same(&look->all[i], wanted))
			return 0;
	struct tcp_socket found;
	int r = tcp_socket_find(&namespace->diag, wanted, &found, e);
	if (r <= 0 || !is_same(&found, wanted)) /* a listener answers for connections that are not there */
		return r < 0 ? r : 0;
	struct tcp_socket *place = tcp_sockets_add(look);
	if (!place)
		return error_no_memory(e);
	*place = found;
	return 0;
}

/* Both ends of a connection, where they are in @namespace; of one within it both are. @is_own: the first may be */
static int add_both_ends(
	struct testbed_namespace *namespace, const struct tcp_socket *end, bool is_own, struct error *e)
{
	const struct tcp_socket other_end = {
		.family = end->family,
		.local = end->remote,
		.local_port = end->remote_port,
		.remote = end->local,
		.remote_port = end->local_port,
	};
	int r = is_own ? add_end(namespace, end, e) : 0;
	return r == 0 ? add_end(namespace, &other_end, e) : r;
}

static int add_connections(struct testbed *t, struct testbed_namespace *namespace, struct error *e)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < t->n_connections; i++)
		r = add_both_ends(namespace, &t->connections[i].end, t->connections[i].from == namespace, e);
	for (size_t i = 0; r == 0 && i < t->n_crafted; i++)
		r = add_both_ends(namespace, &t->crafted[i], true, e);
	return r;
}

/* Return: 1 where that is done, 0 where it cannot be told whether or where it listens, or -errno. */
static int add_listener(struct testbed_namespace *namespace, const struct testbed_socket *socket, struct error *e)
{
	int listens = 0;
	socklen_t len = sizeof listens;
	struct sockaddr_storage local;
	socklen_t local_len = sizeof local;
	if (getsockopt(socket->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) < 0)
		return 0;
	if (!listens)
		return 1;
	if (getsockname(socket->fd, (struct sockaddr *)&local, &local_len) < 0)
		return 0;
	struct tcp_socket *place = tcp_sockets_add(&namespace->look);
	if (!place)
		return error_no_memory(e);
	*place = (struct tcp_socket){.state = TCP_STATE_LISTEN, .family = local.ss_family};
	set_address(&local, &place->local, &place->local_port);
	const struct sockaddr_storage nobody = {.ss_family = local.ss_family};
	set_address(&nobody, &place->remote, &place->remote_port);
	return 1;
}

/* Return: as above. */
static int add_listeners(struct testbed *t, struct testbed_namespace *namespace, struct error *e)
{
	int r = 1;
	for (size_t i = 0; i < t->n_actors; i++) {
		const struct testbed_actor *actor = &t->actors[i];
		for (size_t slot = 0; r > 0 && actor->in == namespace && slot < actor->n_sockets; slot++)
			if (actor->sockets[slot].fd >= 0)
				r = add_listener(namespace, &actor->sockets[slot], e);
	}
	return r;
}

/* Whether the kernel counts as many as were found. Return: 1, 0 or -errno. */
static int is_complete(struct testbed *t, const struct testbed_namespace *namespace, struct error *e)
{
	struct sockstat counts;
	int r = testbed_enter(t, namespace, e);
	if (r == 0)
		r = sockstat_read(t->ipv6, &counts, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < namespace->look.n; i++) {
		switch (namespace->look.all[i].state) {
		case TCP_STATE_TIME_WAIT:
			counts.time_wait--;
			break;
		case TCP_STATE_SYN_RECEIVED:
		case TCP_STATE_NEW_SYN_RECEIVED:
			return 0; /* it depends whether that counts */
		default:
			counts.in_use--;
			break;
		}
	}
	return !counts.time_wait && !counts.in_use;
}

static int open_diag(struct testbed *t, struct testbed_namespace *namespace, struct error *e)
{
	if (namespace->diag.sock)
		return 0;
	int r = testbed_enter(t, namespace, e);
	return r == 0 ? netlink_open(&namespace->diag, NETLINK_SOCK_DIAG, e) : r;
}

int look_has_backlog(
	struct testbed *t, struct testbed_namespace *namespace, const struct tcp_socket *wanted, struct error *e)
{
	struct tcp_socket found;
	int r = open_diag(t, namespace, e);
	if (r == 0)
		r = tcp_socket_find(&namespace->diag, wanted, &found, e);
	return r > 0 ? found.backlog > 0 : r;
}

/* Return: 1 when all that can be there was asked for, 0 when it is not known what can be there, or -errno. */
static int look_up(struct testbed *t, struct testbed_namespace *namespace, struct error *e)
{
	int r = open_diag(t, namespace, e);
	namespace->look.n = 0;
	if (r < 0 || t->n_loose_connects)
		return r;
	r = add_connections(t, namespace, e);
	return r == 0 ? add_listeners(t, namespace, e) : r;
}

int look_at(struct testbed *t, struct testbed_namespace *namespace, struct error *e)
{
	int r = look_up(t, namespace, e);
	if (r > 0)
		r = is_complete(t, namespace, e);
	return r == 0 ? tcp_sockets_list(&namespace->diag, &namespace->look, e) : r < 0 ? r : 0;
}

int look_at_known(struct testbed *t, struct testbed_namespace *namespace, struct error *e)
{
	int r = look_up(t, namespace, e);
	return r == 0 ? tcp_sockets_list(&namespace->diag, &namespace->look, e) : r < 0 ? r : 0;
}

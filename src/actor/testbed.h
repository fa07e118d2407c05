/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The testbed of one cell: its namespaces, joined by veths, and the actors in them with their sockets. */
#ifndef ACTOR_TESTBED_H
#define ACTOR_TESTBED_H

#include <stdbool.h>

#include "actor/program.h"
#include "actor/witness.h"
#include "base/error.h"
#include "model/plan.h"
#include "net/barrier.h"
#include "net/link.h"
#include "net/netlink.h"
#include "net/sockets.h"

/*
 * Where the worker is. A worker has one home, an empty namespace of its own, and goes into the namespaces of its cells
 * to make sockets and to write sysctls. `now` is compared by address, never by the number of a descriptor: numbers come
 * back.
 */
struct whereabouts {
	int home;                            /* descriptor of the worker's own namespace; borrowed */
	const struct testbed_namespace *now; /* NULL: at home */
};

struct testbed_namespace {
	const char *name;
	int fd;
	struct netlink route;    /* open while the testbed is built */
	struct netlink diag;     /* opened when first asked */
	struct tcp_sockets look; /* what look_at() saw last */
	/* Its ends of links, in the order of the links; none where it is alone. The neighbours of an end are the
	 * addresses of its other one: testbed_other_end(). */
	const struct veth_end **ends;
	size_t n_ends;
	bool is_blocked; /* what its kernel sends gets lost */
};

struct testbed_socket {
	struct program *program; /* where the name is one of a program: it, while there is one; of `programs` */
	int fd;                  /* -1 while there is none */
	int family;
	unsigned number; /* as a process would have numbered it: the lowest that was free. Its exit closes in this
			    order. */
};

struct testbed_actor {
	const char *name;
	struct testbed_namespace *in;
	struct testbed_socket *sockets; /* by slot */
	const char *const *socket_names;
	size_t n_sockets;
};

/* A connection that a `connect` has made. */
struct testbed_connection {
	const struct testbed_actor *by;       /* who connected */
	const struct testbed_namespace *from; /* where that was */
	struct tcp_socket end;                /* of who connected: family, addresses and ports */
	const struct testbed_actor *acceptor; /* who accepted it; NULL: nobody yet */
	uint64_t began_ns;                    /* on CLOCK_REALTIME: when the connect was begun */
};

struct testbed {
	struct whereabouts *whereabouts;
	struct testbed_namespace namespaces[SCENARIO_NAMESPACES_MAX];
	size_t n_namespaces;
	struct veth_end *ends; /* numbered as in model/topology.h; from the plan's arena, as the next */
	size_t n_ends;
	size_t n_links_ready; /* of the first ones it is known that packets get through */
	struct testbed_actor *actors; /* from the plan's arena */
	size_t n_actors;
	struct testbed_connection *connections; /* room for one a step; from the plan's arena */
	size_t n_connections, connections_size;
	/* Begun, and not succeeded: what they left at their peer is not known. So it is of what a program does, each of
	 * which is one, for good. */
	unsigned n_loose_connects;
	struct tcp_socket *crafted; /* the ends between which segments went that no kernel made; room as connections */
	size_t n_crafted;
	uint64_t moved_us; /* when the last step was over that does more than look; 0: not known */
	uint64_t dealt_us; /* all that was under way then has been dealt with */
	bool has_crafted;
	bool ipv6, loopback, bulky;
	bool spreads_packets; /* what a namespace receives may be dealt with by several processors (RPS) */
	struct witness witness;
	struct barrier barrier;
	struct programs programs;
	const char *path; /* of the scenario's file: programs work in its folder; borrowed */
};

/**
 * testbed_build() - namespaces, sysctls, veths, addresses, routes, actors
 * @plan: of the cell; must outlive the testbed; its arena is used
 *
 * Not ready yet: see testbed_is_ready(). On failure the testbed is to be ended by testbed_done() all the same.
 * Errors are of all kinds but ERROR_USAGE: ERROR_ABSENT makes the cell a skip, ERROR_UNMET inconc.
 */
int testbed_build(struct testbed *t, struct plan *plan, struct whereabouts *whereabouts, struct error *e);

/* testbed_other_end() - of the same link. */
const struct veth_end *testbed_other_end(const struct testbed *t, const struct veth_end *end);

/* testbed_namespace_of() - the number of the namespace that has @end. */
size_t testbed_namespace_of(const struct testbed *t, const struct veth_end *end);

/* testbed_has_address() - whether @namespace has it (IPv4 as v4-mapped), those of the loopback included. */
bool testbed_has_address(const struct testbed_namespace *namespace, const struct in6_addr *address);

/* testbed_is_ready() - 1 when packets will get through, 0 when to be asked again in a moment, or -errno. */
int testbed_is_ready(struct testbed *t, struct error *e);

/* testbed_enter() - be in @namespace; cheap when already there. */
int testbed_enter(struct testbed *t, const struct testbed_namespace *namespace, struct error *e);

/**
 * testbed_has_dealt() - whether what was under way between the namespaces has been dealt with: barrier_pass()
 *
 * What a segment changes is mostly seen on both ends of a connection (actor/settle.h). This is for where one of them
 * hears nothing of the other. It is not waited for again while the steps only look.
 */
int testbed_has_dealt(struct testbed *t, uint64_t asked_us, struct error *e);

/* testbed_close_socket() - close and forget the socket in @slot. Return: 0, or the errno of close(2), positive. */
int testbed_close_socket(struct testbed_actor *actor, size_t slot);

/* testbed_lingers() - whether close() of a socket may block: SO_LINGER with a time above 0. */
bool testbed_lingers(int fd);

/* testbed_exit_socket() - close as the exit of a process does: without waiting, whatever SO_LINGER says. Return: as
 * above. */
int testbed_exit_socket(struct testbed_actor *actor, size_t slot);

/**
 * testbed_done() - close all, go home; the kernel takes the namespaces
 *
 * Also good after a failed or no build.
 * Return: 0, or -errno when there was no way home: then the caller must end, as it is in a namespace of which nothing
 * is known any more.
 */
int testbed_done(struct testbed *t, struct error *e);

#endif

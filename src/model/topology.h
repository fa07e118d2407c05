/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is joined with whom in a cell, under which addresses, and by which way packets go further.
 *
 * A link is a veth and has two ends; ends 2 i and 2 i + 1 are those of link i, at the first and at the second namespace
 * that it names. So the other end of end k is end k ^ 1. The number of an end says everything else of it: its name
 * (veth0, veth1, …), its ifindex, its link-layer address, and its addresses: link i is 10.0.i.0/24 and
 * fd00:0:0:i::/64, where the first end is .1 and ::1, the second .2 and ::2. They are private addresses (RFC 1918,
 * RFC 4193), as nothing of them leaves the namespaces.
 */
#ifndef MODEL_TOPOLOGY_H
#define MODEL_TOPOLOGY_H

#include <netinet/in.h>

#include "model/link_layer.h"
#include "model/mark.h"
#include "model/word.h"

struct planner;
struct plan;

#define TOPOLOGY_IPV4_BITS 24 /* of the network of a link */
#define TOPOLOGY_IPV6_BITS 64
#define TOPOLOGY_MORE_MAX 16     /* addresses that a scenario may add to a namespace, and routes */
#define TOPOLOGY_IFINDEX_FIRST 2 /* of end 0; 1 is the loopback */
#define TOPOLOGY_NONE SIZE_MAX

/* One end of a link. */
struct plan_end {
	size_t namespace;
	struct in_addr ipv4;
	struct in6_addr ipv6;
	struct in6_addr *more; /* the addresses that the scenario adds, IPv4 ones as v4-mapped */
	size_t n_more;
};

/* A route of a namespace: to a network, by a neighbour. */
struct plan_route {
	bool is_ipv6;
	struct in6_addr to; /* IPv4 as v4-mapped */
	unsigned bits;      /* of the network, 0 … 32 or 128 */
	struct in6_addr via;
	size_t end;                          /* number of the own end at which the packets leave */
	const char *destination, *neighbour; /* as they stand in the file */
	struct mark at;
};

/* topology_end() - end @number as it is without what a scenario adds. */
struct plan_end topology_end(size_t number, size_t namespace);

/**
 * topology_plan() - the ends, addresses and routes of a cell
 *
 * The namespaces of the plan are there already. Errors are ERROR_USAGE with the place in the file.
 */
int topology_plan(const struct planner *p);

/**
 * topology_host() - which address the name of a namespace means to an actor
 * @from: the namespace that the actor is in
 * @address: of HOST_NAMESPACE; its addresses are filled
 *
 * It is the one on the link between the two; where there is none, or it is the actor's own, on the first link that
 * the namespace has.
 */
void topology_host(const struct plan *plan, size_t from, struct address *address);

/* topology_owner() - the namespace that has an address (IPv4 as v4-mapped); TOPOLOGY_NONE where no end has it. */
size_t topology_owner(const struct plan *plan, const struct in6_addr *address);

/* topology_find_end() - the number of the end with a link-layer address; TOPOLOGY_NONE where there is none. */
size_t topology_find_end(const struct plan *plan, const uint8_t link_layer[static LINK_LAYER_BYTES]);

#endif

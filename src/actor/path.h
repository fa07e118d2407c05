/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way on which a frame that an actor sends by itself, past its kernel, reaches an address. */
#ifndef ACTOR_PATH_H
#define ACTOR_PATH_H

#include "actor/testbed.h"

struct path {
	const struct veth_end *own;           /* by which it leaves */
	const struct veth_end *neighbour;     /* that is to take it */
	const struct testbed_namespace *next; /* that has the neighbour */
	const struct testbed_namespace *at;   /* that has the address */
	bool is_direct;                       /* the neighbour has it: no router stands between */
	uint8_t link_layer[LINK_LAYER_BYTES]; /* of the neighbour */
	struct in_addr echo_to; /* an address of the namespace @at that an echo request reaches on this way */
};

/**
 * path_find() - from @from to @to, IPv4 as v4-mapped
 *
 * Over the link that the two share; where there is none, over the only one that @from has.
 * Errors: ERROR_UNMET where nobody has the address, @from itself has it, or it has several links and shares none.
 */
int path_find(const struct testbed *t, const struct testbed_namespace *from, const struct in6_addr *to,
	struct path *ret, struct error *e);

#endif

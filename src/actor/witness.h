/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is seen in the namespaces of a testbed beside the outcomes of steps. */
#ifndef ACTOR_WITNESS_H
#define ACTOR_WITNESS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/evidence.h"
#include "model/scenario.h"
#include "net/capture.h"

struct testbed;

struct witness {
	struct arena arena; /* owns the bytes of the packets */
	bool captures_on;
	struct capture captures[SCENARIO_NAMESPACES_MAX]; /* by namespace */
	struct packet *packets; /* owned; in the order in which they were taken, which is that of time in a namespace */
	size_t n_packets;
	uint64_t left_out; /* packets that were seen and not kept, as there were too many */
};

/* witness_init() - nothing is seen yet. */
void witness_init(struct witness *w);

/* witness_begin_capture() - see all packets of the namespaces of @t from now on. Errors: as capture_open(). */
int witness_begin_capture(struct testbed *t, struct error *e);

/* witness_drain() - take what the captures have seen since the last time; never blocks. Nothing where none was begun.
 */
int witness_drain(struct testbed *t, struct error *e);

/* witness_done() - forget all that was seen, and end the captures. */
void witness_done(struct witness *w);

#endif

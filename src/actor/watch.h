/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TCP sockets of all namespaces of a testbed, watched from step to step. */
#ifndef ACTOR_WATCH_H
#define ACTOR_WATCH_H

#include "actor/testbed.h"
#include "model/evidence.h"

struct watch {
	struct arena arena;          /* owns the sockets of the looks */
	struct evidence_look *looks; /* owned; only those at which something had changed */
	size_t n_looks;
	size_t last[SCENARIO_NAMESPACES_MAX]; /* the last look of each namespace, plus 1; 0: none yet */
};
#define WATCH_INIT ((struct watch){.arena = ARENA_INIT})

/**
 * watch_look() - look at all namespaces, and keep what has changed
 * @after: steps that are done
 * @began_us: when the cell began
 *
 * What can be there is asked for by its four-tuple (actor/look.h); that nothing is missing is proven only where a state
 * is asked for by a step.
 */
int watch_look(struct watch *watch, struct testbed *t, size_t after, uint64_t began_us, struct error *e);

void watch_done(struct watch *watch);

#endif

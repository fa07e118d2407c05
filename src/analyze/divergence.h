/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first event at which two stories part.
 *
 * What is random in every run is never it: ports that the kernel chose, initial sequence numbers, times, delayed
 * acknowledgements, how data was cut into segments.
 *
 * Steps are the same where they read the same, or stand on the same line of the same scenario. That a factor's level
 * was put into a step that is the same otherwise is no divergence; that only one of the two makes a step is, and so is
 * another outcome. Of the packets those of each sender are compared in their order: SYN, FIN, RST, and a bare ACK that
 * answers a bare SYN, each with its flags and whether it carries timestamps. Packets of a step come before its outcome.
 * Where all of this is the same, the sockets that are there at the end are compared, then which counters have moved.
 */
#ifndef ANALYZE_DIVERGENCE_H
#define ANALYZE_DIVERGENCE_H

#include "analyze/story.h"
#include "base/text.h"

enum divergence_kind {
	DIVERGENCE_NONE,
	DIVERGENCE_STEP,    /* not the same step, or only one of the two goes on */
	DIVERGENCE_OUTCOME, /* the same step came out differently */
	DIVERGENCE_PACKET,
	DIVERGENCE_STATES,  /* of the sockets at the end */
	DIVERGENCE_COUNTER, /* moved in one and not in the other */
	DIVERGENCE_KIND_COUNT
};

struct divergence {
	enum divergence_kind kind;
	size_t steps[2];      /* number, from 1, of the step in each story; 0 for none or before the first */
	const char *what;     /* that differs: the step, the packet's sender, the namespace, the counter */
	const char *texts[2]; /* how it is in each: the outcome, the step, the packet, the states; "" for not at all */
	bool only_timestamps; /* of packets: they are the same but for that, and texts are "no" and "has" in their order
			       */
	bool compared_packets; /* both stories had all their packets; otherwise steps alone were compared */
};

/**
 * divergence_find() - compare two stories
 * @arena: owns the texts of @ret
 *
 * Errors: -ENOMEM.
 */
int divergence_find(
	const struct story *a, const struct story *b, struct arena *arena, struct divergence *ret, struct error *e);

/**
 * divergence_phrase() - as one sentence, without a full stop
 * @names: how the two are called: "cell 48", "cell 72"
 */
void divergence_phrase(const struct divergence *divergence, const char *const names[2], struct text *t);

#endif

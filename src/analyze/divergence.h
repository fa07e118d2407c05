/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first event at which two stories part.
 *
 * What is random in every run is never it: ports that the kernel chose, initial sequence numbers, times, delayed
 * acknowledgements, how data was cut into segments.
 *
 * Nor is what a factor does by itself: its levels in a step that is the same otherwise, and a step of a `when` block
 * that the other cell does not have, however it came out. Only where nothing else differs, the first such step is it.
 *
 * Of steps, analyze/pairing.h says which are the same. It is a divergence that one cell makes a step that the other was
 * to make as well and did not, having ended early, and that the same step came out differently. Of the packets those of
 * each sender are compared in their order: SYN, FIN, RST, and a bare ACK that answers a bare SYN, each with its flags
 * and whether it carries timestamps; then which side of a connection ended it first, where that was no matter of time.
 * Packets of a step come before its outcome. Where all of this is the same, the sockets that are there at the end are
 * compared, then which counters have moved; neither where a socket was about to change its state at the last look.
 */
#ifndef ANALYZE_DIVERGENCE_H
#define ANALYZE_DIVERGENCE_H

#include "analyze/pairing.h"
#include "base/text.h"

enum divergence_kind {
	DIVERGENCE_NONE,
	DIVERGENCE_STEP,    /* one alone goes on; of different scenarios, not the same step; or see above */
	DIVERGENCE_OUTCOME, /* the same step came out differently */
	DIVERGENCE_PACKET,
	DIVERGENCE_ENDING,  /* the first FIN or RST of a connection is another side's */
	DIVERGENCE_STATES,  /* of the sockets at the end */
	DIVERGENCE_COUNTER, /* moved in one and not in the other */
	DIVERGENCE_KIND_COUNT
};

struct divergence {
	enum divergence_kind kind;
	/* Number, from 1, of the step in each story, which need not be the same; 0 for none or before the first. */
	size_t steps[2];
	const char *what;     /* that differs: the step, the packet's sender, "FIN", the namespace, the counter */
	const char *texts[2]; /* how it is in each: outcome, step, packet, sender, states; "" for not at all */
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

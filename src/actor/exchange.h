/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the packets tell of where the kernel at one end of a connection is. */
#ifndef ACTOR_EXCHANGE_H
#define ACTOR_EXCHANGE_H

#include "actor/testbed.h"

/* Of the end that is to take a segment; in the words of RFC 9293, section 3.3.1, and RFC 7323, section 4.3. */
struct exchange {
	bool has_acknowledged, has_sent, has_timestamps; /* otherwise what follows is not known */
	uint32_t receive_next;                           /* RCV.NXT, as it has acknowledged last */
	uint32_t send_next;                              /* SND.NXT: behind what it has sent */
	uint32_t recent;                                 /* TS.Recent, as it has echoed last */
	uint32_t timestamp;                              /* the last of its own */
};

/**
 * exchange_find() - from the segments that have left @at, a namespace, between the ends of @segment, the other way
 * @segment: what is to be sent; only its ends count
 *
 * What was crafted or sent again says nothing of the kernel, and is passed over; so are resets.
 */
void exchange_find(const struct testbed *t, const struct testbed_namespace *at, const struct segment *segment,
	struct exchange *ret);

#endif

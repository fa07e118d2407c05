// SPDX-License-Identifier: GPL-2.0-or-later
// What the packets tell of where the kernel at one end of a connection is.
#include "actor/exchange.h"

static void learn(struct exchange *x, const struct segment *s)
{
	uint32_t next = s->sequence + s->n_data + !!(s->flags & SEGMENT_SYN) + !!(s->flags & SEGMENT_FIN);
	/* Each SYN begins anew: what was said in an earlier connection between these ends is of no use. */
	if (s->flags & SEGMENT_SYN)
		*x = (struct exchange){.has_sent = false};
	/* What is sent again is behind what was sent. */
	if (!x->has_sent || (int32_t)(next - x->send_next) > 0)
		x->send_next = next;
	x->has_sent = true;
	if (s->flags & SEGMENT_ACK) {
		x->has_acknowledged = true;
		x->receive_next = s->acknowledgement;
	}
	if (s->has_timestamps) {
		x->has_timestamps = true;
		x->timestamp = s->timestamp;
		x->recent = s->timestamp_echo;
	}
}

void exchange_find(const struct testbed *t, const struct testbed_namespace *at, const struct segment *segment,
	struct exchange *ret)
{
	const struct witness *w = &t->witness;
	*ret = (struct exchange){.has_sent = false};
	for (size_t i = 0; i < w->n_packets; i++) {
		const struct packet *packet = &w->packets[i];
		struct segment seen;
		unsigned maker;
		if (&t->namespaces[packet->namespace] == at && packet->outgoing && !frame_maker(packet, &maker) &&
			segment_parse(packet, &seen) && segment_is_reverse(segment, &seen) &&
			!(seen.flags & SEGMENT_RST))
			learn(ret, &seen);
	}
}

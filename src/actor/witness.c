// SPDX-License-Identifier: GPL-2.0-or-later
// What is seen in the namespaces of a testbed: their packets.
#include "actor/witness.h"

#include <stdlib.h>
#include <string.h>

#include "actor/testbed.h"
#include "base/grow.h"

void witness_init(struct witness *w)
{
	*w = (struct witness){.captures_on = false};
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++)
		w->captures[i] = CAPTURE_INIT;
}

int witness_begin_capture(struct testbed *t, struct error *e)
{
	struct witness *w = &t->witness;
	for (size_t i = 0; i < t->n_namespaces; i++) {
		int r = testbed_enter(t, &t->namespaces[i], e);
		if (r == 0)
			r = capture_open(&w->captures[i], 0, t->loopback, e);
		if (r < 0)
			return error_wrap(e, "the packets of namespace '%s'", t->namespaces[i].name);
	}
	w->captures_on = true;
	return 0;
}

struct drained {
	struct witness *witness;
	size_t namespace;
};

static int keep_packet(void *context, const struct packet *packet, struct error *e)
{
	const struct drained *drained = context;
	struct witness *w = drained->witness;
	if (w->n_packets == EVIDENCE_PACKETS_MAX) {
		w->left_out++;
		return 0;
	}
	struct packet *packets = grow_by_one(w->packets, w->n_packets, sizeof *packets);
	if (!packets)
		return error_no_memory(e);
	w->packets = packets;
	uint8_t *bytes = arena_alloc(&w->arena, packet->n_bytes);
	if (!bytes)
		return error_no_memory(e);
	memcpy(bytes, packet->bytes, packet->n_bytes);
	packets[w->n_packets] = *packet;
	packets[w->n_packets].namespace = drained->namespace;
	packets[w->n_packets++].bytes = bytes;
	return 0;
}

int witness_drain(struct testbed *t, struct error *e)
{
	struct witness *w = &t->witness;
	for (size_t i = 0; w->captures_on && i < t->n_namespaces; i++) {
		struct drained drained = {.witness = w, .namespace = i};
		int r = capture_drain(&w->captures[i], keep_packet, &drained, e);
		if (r < 0)
			return error_wrap(e, "the packets of namespace '%s'", t->namespaces[i].name);
	}
	return 0;
}

void witness_done(struct witness *w)
{
	capture_close(w->captures, SCENARIO_NAMESPACES_MAX);
	free(w->packets);
	arena_done(&w->arena);
	witness_init(w);
}

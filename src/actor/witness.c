// SPDX-License-Identifier: GPL-2.0-or-later
// What is seen in the namespaces of a testbed: their packets.
#include "actor/witness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "actor/path.h"
#include "actor/testbed.h"
#include "base/clock.h"
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
			r = capture_open(&w->captures[i], 0, t->loopback, t->bulky, e);
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

/* Return: whether it is an echo of netrepro's own. */
static bool take_echo(struct witness *w, const struct packet *packet, size_t namespace)
{
	bool is_reply;
	uint16_t number;
	if (!echo_parse(packet, &is_reply, &number))
		return false;
	/* A router passes the reply on, and is not who gives it. */
	if (!is_reply || !packet->outgoing || namespace != w->echo_at || (int16_t)(number - w->answered) <= 0)
		return true;
	if (!witness_is_taken_in(w, w->awaited)) {
		w->n_before = w->n_packets;
		w->is_first = number == w->awaited;
	}
	w->answered = number;
	return true;
}

static int keep_packet(void *context, const struct packet *packet, struct error *e)
{
	const struct drained *drained = context;
	struct witness *w = drained->witness;
	if (w->n_echoes && take_echo(w, packet, drained->namespace))
		return 0;
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

static struct iovec ask(struct testbed *t, const struct path *path, uint8_t echo[static ECHO_FRAME])
{
	echo_write(path->own->ipv4, path->echo_to, path->link_layer, ++t->witness.n_echoes, echo);
	return (struct iovec){.iov_base = echo, .iov_len = ECHO_FRAME};
}

int witness_send(struct testbed *t, const struct testbed_namespace *from, const struct path *path, const uint8_t *frame,
	size_t len, struct error *e)
{
	size_t index = (size_t)(from - t->namespaces);
	struct drained drained = {.witness = &t->witness, .namespace = index};
	uint8_t echo[ECHO_FRAME];
	/* What was seen before stands before it. */
	int r = witness_drain(t, e);
	if (r < 0)
		return r;
	uint64_t now_ns = clock_real_now_ns();
	struct iovec frames[CAPTURE_SEND_MAX] = {{.iov_base = (void *)frame, .iov_len = len}, ask(t, path, echo)};
	t->witness.awaited = t->witness.n_echoes;
	t->witness.echo_at = (size_t)(path->at - t->namespaces);
	r = capture_send(&t->witness.captures[index], path->own->ifindex, frames, CAPTURE_SEND_MAX, e);
	if (r < 0)
		return r;
	const struct packet packet = {
		.at_ns = now_ns,
		.namespace = index,
		.outgoing = true,
		.len = (uint32_t)len,
		.n_bytes = len < PACKET_BYTES_MAX ? (uint32_t)len : PACKET_BYTES_MAX,
		.bytes = frame,
	};
	return keep_packet(&drained, &packet, e);
}

int witness_ask_again(struct testbed *t, const struct testbed_namespace *from, const struct path *path, struct error *e)
{
	uint8_t echo[ECHO_FRAME];
	const struct iovec frame = ask(t, path, echo);
	return capture_send(&t->witness.captures[from - t->namespaces], path->own->ifindex, &frame, 1, e);
}

bool witness_is_taken_in(const struct witness *w, uint16_t number)
{
	return (int16_t)(w->answered - number) >= 0;
}

enum witness_order witness_order(const struct testbed *t, size_t i)
{
	const struct witness *w = &t->witness;
	if (i < w->n_before)
		return WITNESS_BEFORE;
	return t->spreads_packets || !w->is_first ? WITNESS_EITHER : WITNESS_BEHIND;
}

int witness_is_complete(const struct testbed *t, const struct testbed_namespace *in, struct error *e)
{
	const struct witness *w = &t->witness;
	if (w->captures[in - t->namespaces].dropped)
		return error_set(e, ERROR_UNMET, ENOBUFS,
			"packets were dropped by the capture in namespace '%s': what was asked cannot be told",
			in->name);
	if (w->left_out)
		return error_set(e, ERROR_UNMET, ENOBUFS,
			"packets were not kept, as the cell has more than %d: what was asked cannot be told",
			EVIDENCE_PACKETS_MAX);
	return 0;
}

void witness_done(struct witness *w)
{
	capture_close(w->captures, SCENARIO_NAMESPACES_MAX);
	free(w->packets);
	arena_done(&w->arena);
	witness_init(w);
}

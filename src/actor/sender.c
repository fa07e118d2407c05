// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who sent a segment: the actor that owns the end which it came from.
 *
 * Theory of operation. Two actors in one namespace have the same addresses, so the address does not tell. But each
 * connection that an actor has made is known with its four-tuple, and who accepted it. Of several connections with the
 * same ends, one after the other, a segment belongs to the last that had been begun when it was seen; a reset or the
 * last words of the one before are taken for its own then, which is right wherever the same actors are at it.
 * On lo it is one of the packet's own namespace: another one may have a connection with the same loopback ends.
 * What an actor has crafted, or sent again, says so itself (model/segment_write.h).
 * What is of no such connection (nobody has accepted it yet, or the connect failed) was sent by the one actor of the
 * namespace that it left, where there is but one. Where there are more than two namespaces a packet may have been
 * forwarded, and left first where its source address is at home.
 */
#include "actor/sender.h"

static bool is_from(const struct segment *s, const struct tcp_socket *end)
{
	return s->from_port == end->local_port && s->to_port == end->remote_port &&
	       IN6_ARE_ADDR_EQUAL(&s->from, &end->local) && IN6_ARE_ADDR_EQUAL(&s->to, &end->remote);
}

static bool is_to(const struct segment *s, const struct tcp_socket *end)
{
	return s->to_port == end->local_port && s->from_port == end->remote_port &&
	       IN6_ARE_ADDR_EQUAL(&s->to, &end->local) && IN6_ARE_ADDR_EQUAL(&s->from, &end->remote);
}

/* The connection that a segment belongs to; NULL for none that is known. */
static const struct testbed_connection *connection_of(
	const struct testbed *t, const struct packet *packet, const struct segment *segment)
{
	const struct testbed_connection *found = NULL;
	for (size_t i = 0; i < t->n_connections; i++) {
		const struct testbed_connection *c = &t->connections[i];
		if (packet->loopback && c->from != &t->namespaces[packet->namespace])
			continue;
		if ((is_from(segment, &c->end) || is_to(segment, &c->end)) && (!found || c->began_ns <= packet->at_ns))
			found = c;
	}
	return found;
}

/* The namespace that a packet left first; NULL where it came from elsewhere. */
static const struct testbed_namespace *namespace_left(
	const struct testbed *t, const struct packet *packet, const struct segment *segment)
{
	if (packet->loopback)
		return &t->namespaces[packet->namespace];
	if (t->n_namespaces > 2) {
		for (size_t i = 0; i < t->n_namespaces; i++)
			if (testbed_has_address(&t->namespaces[i], &segment->from))
				return &t->namespaces[i];
		return NULL;
	}
	if (packet->outgoing)
		return &t->namespaces[packet->namespace];
	return t->n_namespaces == 2 ? &t->namespaces[1 - packet->namespace] : NULL;
}

static const struct testbed_actor *only_actor(const struct testbed *t, const struct testbed_namespace *namespace)
{
	const struct testbed_actor *only = NULL;
	for (size_t i = 0; i < t->n_actors; i++) {
		if (t->actors[i].in != namespace)
			continue;
		if (only)
			return NULL;
		only = &t->actors[i];
	}
	return only;
}

const struct testbed_actor *sender_of(
	const struct testbed *t, const struct packet *packet, const struct segment *segment)
{
	unsigned maker;
	if (frame_maker(packet, &maker) && maker < t->n_actors)
		return &t->actors[maker];
	const struct testbed_connection *c = connection_of(t, packet, segment);
	const struct testbed_actor *owner = !c ? NULL : is_from(segment, &c->end) ? c->by : c->acceptor;
	return owner ? owner : only_actor(t, namespace_left(t, packet, segment));
}

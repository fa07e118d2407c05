// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packets of a story.
 *
 * Theory of operation. What crosses the veth is seen twice. A sighting that comes in is the latest one that left the
 * other namespace with the same bytes and has not come in yet: a veth hands over at once, and of two frames that are
 * alike in every byte the first one that never came in is the lost one.
 *
 * Where there are more than two namespaces, a frame tells by its link-layer addresses over which link it goes. One that
 * leaves a namespace into which the same packet has come, with another TTL, is that packet forwarded. Where a
 * connection is at home, the addresses say, as a packet may have been seen only on its way.
 *
 * A connection is a four-tuple and a SYN; each SYN with another sequence number begins a new one. Numbers are counted
 * from the SYN of their direction. One that was never sent in this connection, but was in the one before between the
 * same ends, is told as that one's: it is how a TIME-WAIT answers.
 */
#include <net/ethernet.h>
#include <string.h>

#include "analyze/story_parts.h"
#include "model/segment_write.h"

static bool are_alike(const struct packet *a, const struct packet *b)
{
	return a->len == b->len && a->n_bytes == b->n_bytes && !memcmp(a->bytes, b->bytes, a->n_bytes);
}

/* In an Ethernet header, behind the destination. */
#define FRAME_SOURCE 6
#define FRAME_TYPE 12

/* Where the TTL of an IPv4 header stands in a frame, and its checksum; where the hop limit of IPv6 (RFC 791, 8200). */
#define IPV4_TTL (ETHER_HDR_LEN + 8)
#define IPV4_CHECKSUM (ETHER_HDR_LEN + 10)
#define IPV6_HOP_LIMIT (ETHER_HDR_LEN + 7)

static bool changes_on_its_way(const uint8_t *frame, size_t i)
{
	unsigned type = (unsigned)frame[FRAME_TYPE] << 8 | frame[FRAME_TYPE + 1];
	if (type == ETHERTYPE_IP)
		return i == IPV4_TTL || i == IPV4_CHECKSUM || i == IPV4_CHECKSUM + 1;
	return type == ETHERTYPE_IPV6 && i == IPV6_HOP_LIMIT;
}

/* Whether two frames hold the same packet, one of them as it was forwarded. */
static bool are_hops(const struct packet *a, const struct packet *b)
{
	if (a->len != b->len || a->n_bytes != b->n_bytes || a->n_bytes < ETHER_HDR_LEN)
		return false;
	for (size_t i = FRAME_TYPE; i < a->n_bytes; i++)
		if (a->bytes[i] != b->bytes[i] && !changes_on_its_way(a->bytes, i))
			return false;
	return true;
}

/* The sighting of @in as it left; NULL where there is none. */
static struct story_packet *find_departure(const struct story *story, const struct packet *in)
{
	for (size_t i = story->n_packets; i-- > 0;) {
		struct story_packet *p = &story->packets[i];
		bool leaves = p->was_sent || p->n_via;
		if (leaves && !p->was_received && p->hop->namespace != in->namespace && are_alike(p->hop, in))
			return p;
	}
	return NULL;
}

/* The packet that came into the namespace which @out leaves, and is this one; NULL where there is none. */
static struct story_packet *find_forwarded(const struct story *story, const struct packet *out)
{
	for (size_t i = story->n_packets; story_has_routers(story) && !out->loopback && i-- > 0;) {
		struct story_packet *p = &story->packets[i];
		if (p->was_received && !p->packet->loopback && p->reached == out->namespace &&
			p->n_via < SCENARIO_NAMESPACES_MAX && are_hops(p->hop, out))
			return p;
	}
	return NULL;
}

/* The other end of the link that a frame goes over, where there are more than two namespaces. */
static size_t across(const struct story *story, const struct packet *packet)
{
	const struct plan *plan = story->plan;
	if (packet->n_bytes < ETHER_HDR_LEN)
		return packet->namespace;
	size_t end = topology_find_end(plan, packet->bytes + FRAME_SOURCE);
	if (end != TOPOLOGY_NONE && packet->outgoing)
		return plan->ends[end ^ 1].namespace;
	if (end != TOPOLOGY_NONE)
		return plan->ends[end].namespace;
	end = topology_find_end(plan, packet->bytes);
	return end == TOPOLOGY_NONE ? packet->namespace : plan->ends[packet->outgoing ? end : end ^ 1].namespace;
}

/* The namespace at the other end of the veth that a packet was seen on; of one on lo the same. */
static size_t other_namespace(const struct story *story, const struct packet *packet)
{
	if (packet->loopback)
		return packet->namespace;
	if (story_has_routers(story))
		return across(story, packet);
	return story->plan->n_namespaces > 1 && packet->namespace == 0 ? 1 : 0;
}

/* Where an end of a segment is at home: by its address where packets may be forwarded, otherwise @namespace. */
static size_t home_of(const struct story *story, const struct story_packet *p, const struct in6_addr *address,
	size_t namespace)
{
	size_t owner = story_has_routers(story) && !p->packet->loopback ? topology_owner(story->plan, address)
									 : TOPOLOGY_NONE;
	return owner == TOPOLOGY_NONE ? namespace : owner;
}

static void arrive(struct story_packet *p, const struct packet *packet, uint64_t at_us)
{
	p->was_received = true;
	p->received_us = at_us;
	p->reached = packet->namespace;
}

static void add_sighting(struct story *story, const struct packet *packet)
{
	uint64_t at_us = evidence_packet_us(story->evidence, packet);
	bool leaves = packet->outgoing || packet->loopback;
	struct story_packet *departed = leaves ? NULL : find_departure(story, packet);
	if (departed) {
		arrive(departed, packet, at_us);
		return;
	}
	struct story_packet *forwarded = leaves ? find_forwarded(story, packet) : NULL;
	if (forwarded) {
		forwarded->hop = packet;
		forwarded->via[forwarded->n_via++] = packet->namespace;
		forwarded->was_received = false;
		return;
	}
	size_t other = other_namespace(story, packet);
	struct story_packet *p = &story->packets[story->n_packets++];
	*p = (struct story_packet){
		.packet = packet,
		.hop = packet,
		.was_sent = leaves,
		.was_received = packet->loopback || !leaves,
		.reached = packet->namespace,
		.at_us = at_us,
		.received_us = at_us,
		.namespace = leaves ? packet->namespace : other,
		.to_namespace = leaves ? other : packet->namespace,
		.stopped_at = STORY_NO_NAMESPACE,
		.sender = STORY_NO_ACTOR,
		.step = story_step_at(story, at_us),
	};
	p->is_tcp = segment_parse(packet, &p->segment);
	if (p->is_tcp)
		p->to_namespace = home_of(story, p, &p->segment.to, p->to_namespace);
}

/* A packet that came in somewhere, and should have gone further. */
static void note_stop(const struct story *story, struct story_packet *p)
{
	if (!story_has_routers(story) || !p->is_tcp || !p->was_received || p->reached == p->to_namespace)
		return;
	p->stopped_at = p->reached;
	p->was_received = false;
}

static bool is_bare_syn(const struct segment *s)
{
	return (s->flags & (SEGMENT_SYN | SEGMENT_ACK)) == SEGMENT_SYN;
}

static bool has_same_ends(const struct segment *a, const struct segment *b)
{
	return a->from_port == b->from_port && a->to_port == b->to_port && IN6_ARE_ADDR_EQUAL(&a->from, &b->from) &&
	       IN6_ARE_ADDR_EQUAL(&a->to, &b->to);
}

/* Number of the end of @c from which @p leaves, or -1 where it is of another connection. */
static int end_of(const struct story_connection *c, const struct story_packet *p)
{
	/* A loopback address is another one in each namespace. */
	if (c->loopback != p->packet->loopback || (c->loopback && c->ends[0].namespace != p->namespace))
		return -1;
	return has_same_ends(c->first, &p->segment) ? 0 : segment_is_reverse(c->first, &p->segment) ? 1 : -1;
}

/* The latest connection that @p may be of. */
static size_t find_connection(const struct story_builder *b, const struct story_packet *p, int *ret_end)
{
	for (size_t i = b->story->n_connections; i-- > 0;) {
		*ret_end = end_of(&b->connections[i], p);
		if (*ret_end >= 0)
			return i;
	}
	return STORY_NO_CONNECTION;
}

/* Whether a SYN begins a connection and is not sent again, or sent by the other end at the same time. */
static bool begins_anew(const struct story_connection *c, int end, const struct segment *s)
{
	if (!is_bare_syn(s))
		return false;
	return c->ends[end].has_initial ? c->ends[end].initial != s->sequence : !c->began;
}

/* The actor whose connecting step has sent this SYN. */
static size_t find_opener(const struct story *story, const struct story_packet *syn, size_t namespace)
{
	const struct story_step *step = syn->step ? &story->steps[syn->step - 1] : NULL;
	if (!step || story->plan->actors[step->actor].namespace != namespace)
		return STORY_NO_ACTOR;
	for (size_t i = 0; i < step->planned->n_words; i++)
		if (step->planned->step->verb->words[i]->is_destination)
			return step->actor;
	return STORY_NO_ACTOR;
}

static size_t tell_actor(const struct story *story, size_t namespace, size_t actor)
{
	return actor == STORY_NO_ACTOR ? story_only_actor(story, namespace) : actor;
}

static size_t begin_connection(struct story_builder *b, const struct story_packet *p, size_t before)
{
	struct story *story = b->story;
	const struct segment *s = &p->segment;
	bool began = is_bare_syn(s);
	size_t from = home_of(story, p, &s->from, p->namespace), to = p->to_namespace;
	size_t opener = began ? find_opener(story, p, from) : STORY_NO_ACTOR;
	size_t owner = began ? story_owner_of_port(story, to, s->to_port, p->step) : STORY_NO_ACTOR;
	b->connections[story->n_connections] = (struct story_connection){
		.first = s,
		.loopback = p->packet->loopback,
		.began = began,
		.before = before,
		.ends =
			{
				{.namespace = from, .actor = tell_actor(story, from, opener)},
				{.namespace = to, .actor = tell_actor(story, to, owner)},
			},
	};
	return story->n_connections++;
}

static bool was_sent_from(const struct story_end *end, uint32_t number)
{
	return end->has_initial && number - end->initial <= end->next - end->initial;
}

/*
 * @number counted as one of the direction that leaves from @end of connection @c. Between the same ends the connection
 * before may have been opened by the other one; its ends are then the other way round.
 */
static struct story_number count(const struct story_builder *b, size_t c, int end, uint32_t number)
{
	const struct story_end *here = &b->connections[c].ends[end];
	if (was_sent_from(here, number))
		return (struct story_number){number - here->initial, STORY_COUNTED};
	for (size_t i = c; b->connections[i].before != STORY_NO_CONNECTION; i = b->connections[i].before) {
		const struct story_connection *now = &b->connections[i], *before = &b->connections[now->before];
		if (!has_same_ends(now->first, before->first))
			end = !end;
		if (was_sent_from(&before->ends[end], number))
			return (struct story_number){number - before->ends[end].initial, STORY_COUNTED_BEFORE};
	}
	/* Some of the packets may be missing, so that it was sent and not seen. */
	bool is_ahead = here->has_initial && (int32_t)(number - here->initial) >= 0;
	return is_ahead ? (struct story_number){number - here->initial, STORY_COUNTED}
			: (struct story_number){number, STORY_UNCOUNTED};
}

static void set_initial(struct story_end *end, uint32_t number)
{
	*end = (struct story_end){end->namespace, end->actor, true, number, number};
}

static void count_numbers(const struct story_builder *b, size_t c, int end, struct story_packet *p)
{
	struct story_connection *connection = &b->connections[c];
	const struct segment *s = &p->segment;
	bool is_with_itself = segment_is_reverse(s, s);
	struct story_end *here = &connection->ends[end], *there = &connection->ends[is_with_itself ? end : !end];
	if (s->flags & SEGMENT_SYN && (!here->has_initial || here->initial != s->sequence))
		set_initial(here, s->sequence);
	p->sequence = count(b, c, end, s->sequence);
	if (!here->has_initial && p->sequence.counted == STORY_UNCOUNTED) {
		set_initial(here, s->sequence);
		p->sequence = (struct story_number){0, STORY_COUNTED};
	}
	uint32_t next = s->sequence + s->n_data + !!(s->flags & SEGMENT_SYN) + !!(s->flags & SEGMENT_FIN);
	if (p->sequence.counted == STORY_COUNTED && (int32_t)(next - here->next) > 0)
		here->next = next;
	if (!(s->flags & SEGMENT_ACK))
		return;
	if (!there->has_initial && !connection->began)
		set_initial(there, s->acknowledgement);
	p->acknowledgement = count(b, c, is_with_itself ? end : !end, s->acknowledgement);
}

/* A crafted segment, or one that was sent again, is not of the actor whose connection it belongs to. */
static void tell_maker(const struct story *story, struct story_packet *p)
{
	unsigned maker;
	if (!frame_maker(p->packet, &maker) || maker >= story->plan->n_actors)
		return;
	p->sender = maker;
	p->from = story_side_of_end(story, p->namespace, maker);
}

static void place_segment(struct story_builder *b, struct story_packet *p)
{
	int end = 0;
	size_t c = find_connection(b, p, &end);
	if (c == STORY_NO_CONNECTION || begins_anew(&b->connections[c], end, &p->segment)) {
		c = begin_connection(b, p, c);
		end = 0;
	}
	const struct story_connection *connection = &b->connections[c];
	const struct story_end *from = &connection->ends[end], *to = &connection->ends[!end];
	p->connection = c;
	p->sender = from->actor;
	p->from = story_side_of_end(b->story, from->namespace, from->actor);
	p->to = story_side_of_end(b->story, to->namespace, to->actor);
	count_numbers(b, c, end, p);
	tell_maker(b->story, p);
}

static void place_other(const struct story *story, struct story_packet *p)
{
	p->sender = story_only_actor(story, p->namespace);
	p->from = story_side_of_end(story, p->namespace, p->sender);
	p->to = story_side_of_end(story, p->to_namespace, story_only_actor(story, p->to_namespace));
}

int story_add_packets(struct story_builder *b)
{
	struct story *story = b->story;
	const struct pcapng *capture = &story->evidence->capture;
	story->packets = arena_array(&story->arena, capture->n_packets, sizeof *story->packets);
	b->connections = arena_array(&story->arena, capture->n_packets, sizeof *b->connections);
	if (!story->packets || !b->connections)
		return error_no_memory(b->e);
	for (size_t i = 0; i < capture->n_packets; i++)
		add_sighting(story, &capture->packets[i]);
	for (size_t i = 0; i < story->n_packets; i++)
		note_stop(story, &story->packets[i]);
	for (size_t i = 0; i < story->n_packets; i++)
		if (story->packets[i].is_tcp)
			place_segment(b, &story->packets[i]);
		else
			place_other(story, &story->packets[i]);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packets of a story.
 *
 * Theory of operation. What crosses the veth is seen twice. A sighting that comes in is the latest one that left the
 * other namespace with the same bytes and has not come in yet: a veth hands over at once, and of two frames that are
 * alike in every byte the first one that never came in is the lost one.
 * A connection is a four-tuple and a SYN; each SYN with another sequence number begins a new one. Numbers are counted
 * from the SYN of their direction. One that was never sent in this connection, but was in the one before between the
 * same ends, is told as that one's: it is how a TIME-WAIT answers.
 */
#include <string.h>

#include "analyze/story_parts.h"
#include "model/segment_write.h"

static bool are_alike(const struct packet *a, const struct packet *b)
{
	return a->len == b->len && a->n_bytes == b->n_bytes && !memcmp(a->bytes, b->bytes, a->n_bytes);
}

/* The sighting of @in as it left; NULL where there is none. */
static struct story_packet *find_departure(const struct story *story, const struct packet *in)
{
	for (size_t i = story->n_packets; i-- > 0;) {
		struct story_packet *p = &story->packets[i];
		if (p->was_sent && !p->was_received && p->packet->namespace != in->namespace &&
			are_alike(p->packet, in))
			return p;
	}
	return NULL;
}

/* The other end of the veth, which joins the first two namespaces. */
static size_t other_namespace(const struct story *story, size_t namespace)
{
	return story->plan->n_namespaces > 1 && namespace == 0 ? 1 : 0;
}

static void add_sighting(struct story *story, const struct packet *packet)
{
	uint64_t at_us = evidence_packet_us(story->evidence, packet);
	bool leaves = packet->outgoing || packet->loopback;
	struct story_packet *departed = leaves ? NULL : find_departure(story, packet);
	if (departed) {
		departed->was_received = true;
		departed->received_us = at_us;
		return;
	}
	struct story_packet *p = &story->packets[story->n_packets++];
	*p = (struct story_packet){
		.packet = packet,
		.was_sent = leaves,
		.was_received = packet->loopback || !leaves,
		.at_us = at_us,
		.received_us = at_us,
		.namespace = leaves ? packet->namespace : other_namespace(story, packet->namespace),
		.sender = STORY_NO_ACTOR,
		.step = story_step_at(story, at_us),
	};
	p->is_tcp = segment_parse(packet, &p->segment);
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
static size_t find_opener(const struct story *story, const struct story_packet *syn)
{
	const struct story_step *step = syn->step ? &story->steps[syn->step - 1] : NULL;
	if (!step || story->plan->actors[step->actor].namespace != syn->namespace)
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
	size_t to = p->packet->loopback ? p->namespace : other_namespace(story, p->namespace);
	size_t opener = began ? find_opener(story, p) : STORY_NO_ACTOR;
	size_t owner = began ? story_owner_of_port(story, to, s->to_port, p->step) : STORY_NO_ACTOR;
	b->connections[story->n_connections] = (struct story_connection){
		.first = s,
		.loopback = p->packet->loopback,
		.began = began,
		.before = before,
		.ends =
			{
				{.namespace = p->namespace, .actor = tell_actor(story, p->namespace, opener)},
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
	size_t to = p->packet->loopback ? p->namespace : other_namespace(story, p->namespace);
	p->sender = story_only_actor(story, p->namespace);
	p->from = story_side_of_end(story, p->namespace, p->sender);
	p->to = story_side_of_end(story, to, story_only_actor(story, to));
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
		if (story->packets[i].is_tcp)
			place_segment(b, &story->packets[i]);
		else
			place_other(story, &story->packets[i]);
	return 0;
}

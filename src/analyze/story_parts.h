/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of a story share. */
#ifndef ANALYZE_STORY_PARTS_H
#define ANALYZE_STORY_PARTS_H

#include "analyze/story.h"

/* One end of a connection, and the direction that leaves from it. */
struct story_end {
	size_t namespace;
	size_t actor;     /* STORY_NO_ACTOR where it cannot be told */
	bool has_initial; /* the next two are known */
	uint32_t initial; /* sequence number of its SYN */
	uint32_t next;    /* behind the last byte that it sent */
};

struct story_connection {
	const struct segment *first; /* leaves from ends[0] */
	bool loopback;
	bool began;    /* @first is a SYN */
	size_t before; /* the connection before between the same two ends; STORY_NO_CONNECTION for none */
	struct story_end ends[2];
};
#define STORY_NO_CONNECTION SIZE_MAX

struct story_builder {
	struct story *story;
	struct story_connection *connections;
	struct error *e;
};

/* story_add_packets() - merge the sightings, find the connections, count their numbers, tell the senders. */
int story_add_packets(struct story_builder *b);

/* story_add_looks() - what changed from each look to the next; after story_add_packets(). */
int story_add_looks(struct story_builder *b);

/* story_step_at() - number, from 1, of the last step that had begun by then; 0 for none. */
size_t story_step_at(const struct story *story, uint64_t at_us);

/* story_only_actor() - the one that acts in a namespace; STORY_NO_ACTOR where there are several or none. */
size_t story_only_actor(const struct story *story, size_t namespace);

/**
 * story_owner_of_port() - the only actor of a namespace that gave one of its sockets this port
 * @n_steps: among the first so many steps
 *
 * Sockets that were closed since do not count, unless there are none but these.
 * Return: STORY_NO_ACTOR where there are several or none.
 */
size_t story_owner_of_port(const struct story *story, size_t namespace, uint16_t port, size_t n_steps);

/* story_side_of_end() - of an end of a connection, or of a socket. */
enum story_side story_side_of_end(const struct story *story, size_t namespace, size_t actor);

#endif

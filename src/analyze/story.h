/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The story of one run of one cell: its steps, packets and looks at sockets in one order, each on the side of who made
 * it.
 *
 * Two sides: what is in the first namespace is left, in the second right; where several actors make steps and all are
 * in one namespace, the first one is left and the others are right. There an end of a connection belongs to an actor
 * only where it can be told: the end that opened it to the actor during whose connecting step the SYN left, the other
 * one to the only actor that gave one of its sockets that port. Whose the rest is remains untold.
 *
 * Where there are more than two namespaces, the first one in which an actor makes steps is left, the others in which
 * one does are right, and what is of the rest (routers) is told by the name of its namespace. A packet that is
 * forwarded is one packet, from where it was sent to where it came in, by way of those between.
 */
#ifndef ANALYZE_STORY_H
#define ANALYZE_STORY_H

#include "model/evidence.h"
#include "model/plan.h"
#include "model/result.h"

#define STORY_NO_ACTOR SIZE_MAX
#define STORY_NO_NAMESPACE SIZE_MAX

enum story_side { STORY_LEFT, STORY_RIGHT, STORY_UNTOLD, STORY_SIDE_COUNT };

/* A step that was made; its number is its place in the list, from 1. */
struct story_step {
	const struct plan_step *planned;
	const struct result_step *made;
	size_t actor;         /* number in the plan */
	const char *response; /* as which it was recorded; NULL for set-up */
};

/*
 * A sequence or acknowledgement number, counted from the initial one of its direction (in the SYN). Where no SYN was
 * seen, it is counted from the first segment.
 */
enum story_counted {
	STORY_COUNTED,        /* in this connection */
	STORY_COUNTED_BEFORE, /* it fits the connection before between the same two ends, and not this one */
	STORY_UNCOUNTED       /* it fits neither: as it stands in the header */
};

struct story_number {
	uint32_t value;
	enum story_counted counted;
};

/* A packet: its sightings merged. */
struct story_packet {
	const struct packet *packet; /* the first sighting */
	bool is_tcp;
	struct segment segment; /* where it is TCP */
	size_t connection;      /* likewise: number of the connection, from 0, each four-tuple with each new SYN one */
	struct story_number sequence, acknowledgement;
	bool was_sent;     /* it was seen leaving, at at_us; otherwise only coming in, and that at at_us */
	bool was_received; /* it was seen coming in (on lo: it left, and there is no other sighting) */
	uint64_t at_us, received_us;
	size_t namespace; /* from which it left */
	size_t to_namespace; /* where its destination is */
	size_t via[SCENARIO_NAMESPACES_MAX]; /* which forwarded it, in order */
	size_t n_via;
	size_t stopped_at; /* which it came to and did not leave again, while its destination is another one; or none */
	const struct packet *hop; /* the latest sighting as it left */
	size_t reached; /* namespace in which it was seen coming in last */
	enum story_side from, to;
	size_t sender; /* actor; STORY_NO_ACTOR where it cannot be told */
	size_t step;   /* number, from 1, of the step that was being made, or was the last made; 0: before */
};

enum story_changing { STORY_APPEARED, STORY_CHANGED, STORY_GONE };

/* What became of one socket between two looks. */
struct story_change {
	enum story_changing how;
	const struct tcp_socket *socket; /* as it is; of one that is gone, as it was */
	const struct tcp_socket *before; /* as it was; NULL for one that appeared */
	enum story_side side;
	size_t namespace;
};

struct story_look {
	const struct evidence_look *look;
	struct story_change *changes;
	size_t n_changes; /* 0: only times that are left, or queues, have changed */
};

enum story_event_kind { STORY_STEP, STORY_PACKET, STORY_LOOK };

struct story_event {
	enum story_event_kind kind;
	size_t number; /* in the list of its kind, from 0 */
	uint64_t at_us;
};

struct story {
	struct arena arena; /* owns the lists */
	/* borrowed, all of them */
	const struct scenario *scenario;
	const struct plan *plan;
	const struct result *result;
	const struct evidence *evidence; /* NULL where none was kept: then there are steps alone */

	struct story_step *steps; /* that were made: the first ones of the plan */
	size_t n_steps;
	/* By step of the plan: its place, from 1, in the scenario, counted over all steps, those of `when` blocks
	 * included. */
	size_t *places;
	struct story_packet *packets; /* in the order of time, as the next */
	size_t n_packets;
	struct story_look *looks;
	size_t n_looks;
	struct story_event *events; /* all of them, in the order of time */
	size_t n_events;
	size_t n_connections;
	bool *acts;            /* by actor: whether it makes a step; of the others nothing is told */
	size_t first_actor;    /* of these; STORY_NO_ACTOR where the cell has no steps */
	bool is_one_namespace; /* they are several, all in one */
	size_t left_namespace; /* what is in it is left; where there are two it is the first */
};
#define STORY_INIT ((struct story){.arena = {.blocks = NULL}})

/**
 * story_make() - put the story together
 * @plan: of the cell that @result is of
 * @result: with its steps
 * @evidence: of the same run of the cell; NULL for none
 * @story: to be given back with story_done(), also after a failure
 *
 * Errors: ERROR_USAGE where the steps of @result are not those of @plan, or the namespaces of @evidence are not, or
 * where either holds what may not be shown to people (control characters).
 */
int story_make(struct story *story, const struct scenario *s, const struct plan *plan, const struct result *result,
	const struct evidence *evidence, struct error *e);
void story_done(struct story *story);

/* story_has_routers() - whether there are more than two namespaces, so that a packet may be forwarded. */
bool story_has_routers(const struct story *story);

/* story_side_of_namespace() - where all that happens in it stands; untold where all actors are in one, and where there
 * are more than two of those in which nobody acts. */
enum story_side story_side_of_namespace(const struct story *story, size_t namespace);

/* story_side_of_actor() - where the steps of an actor stand. */
enum story_side story_side_of_actor(const struct story *story, size_t actor);

/* story_is_whole() - whether all packets are there: evidence was kept, and none was dropped or left out. */
bool story_is_whole(const struct story *story);

/* story_who() - whose a packet is: the actor's name, or where that cannot be told the namespace's. */
const char *story_who(const struct story *story, const struct story_packet *packet);

#endif

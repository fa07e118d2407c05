/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan of one cell: which namespaces, which actors, which steps, with every $name replaced and every word read. */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include "base/arena.h"
#include "model/scenario.h"
#include "model/topology.h"

struct plan_sysctl {
	const char *name, *value;
	struct mark at;
};

struct plan_namespace {
	const char *name;
	struct plan_sysctl *sysctls;
	size_t n_sysctls;
	struct plan_route *routes;
	size_t n_routes;
};

struct plan_actor {
	const char *name;
	size_t namespace;
	const char **sockets; /* names by slot */
	size_t n_sockets;
};

struct plan_step {
	const struct step *step; /* what it stands for in the file */
	size_t actor;
	const char *text; /* "bind listener *:12345", $names replaced */
	struct word words[VERB_WORDS_MAX];
	size_t n_words;
	uint64_t deadline_us;   /* the longest that it may block */
	uint64_t repeat_for_us; /* 0: once */
	uint64_t every_us;
	/* Its deadline is one of its own, and longer than steps have: it is expected to wait, and others have the
	 * cell's place meanwhile. */
	bool may_park;
};

struct plan {
	struct arena arena; /* owns all that hangs here */
	const char *path; /* of the scenario's file; borrowed */
	uint64_t cell;
	size_t *levels; /* by factor */
	struct plan_namespace *namespaces;
	size_t n_namespaces;
	struct plan_end *ends; /* of the links, two each: model/topology.h */
	size_t n_ends;
	struct plan_actor *actors;
	size_t n_actors;
	struct plan_step *steps;
	size_t n_steps;
	bool ipv6;            /* some step of the scenario speaks IPv6; otherwise its namespaces are without */
	bool bulky;           /* some step of it moves much data at once */
	bool loopback;        /* some step of it names an address that may need lo; otherwise lo stays down */
	uint64_t deadline_us; /* of the whole cell, its own sleeps and repeats included */
	/* The longest that it may be parked: its sleeps, each `for`, and the deadlines of steps' own by which these
	 * may. */
	uint64_t parks_us;
	/* The longest that it may wait as the file has it: its sleeps, each `for`, and those of the steps' own
	 * deadlines that are longer than what holds for a step that has none. */
	uint64_t waits_us;
};

#define PLAN_INIT ((struct plan){.arena = {.blocks = NULL}})

/**
 * plan_make() - plan the cell @index of @s
 * @plan: initialised with PLAN_INIT, or used before (its memory is used again)
 *
 * Errors are ERROR_USAGE with the place in the file and, where it depends on them, the levels of the cell;
 * a scenario that was read gives none but ENOMEM.
 */
int plan_make(struct plan *plan, const struct scenario *s, uint64_t index, struct error *e);

void plan_done(struct plan *plan);

/* plan_levels_text() - "closer=server first_reuseaddr=0 …" into @t. */
struct text;
void plan_levels_text(const struct scenario *s, const size_t *levels, struct text *t);

#endif

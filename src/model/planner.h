/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What planning a cell keeps in mind while it walks the steps: which sockets are open, what has been recorded. */
#ifndef MODEL_PLANNER_H
#define MODEL_PLANNER_H

#include "model/plan.h"

struct planner_socket { /* or a program */
	const struct step *made, *ended; /* the last steps that did so */
	bool open, is_program;
};

/* Which slot a name has, by open addressing: a scenario may have a thousand sockets, and a hundred thousand cells. */
struct planner_slots {
	size_t *table; /* slots plus 1; 0 is free */
	size_t mask;
};

struct planner {
	struct plan *plan;
	const struct scenario *s;
	struct planner_socket **sockets; /* by actor and slot, as plan->actors[].sockets */
	struct planner_slots *slots;     /* by actor */
	const struct step **recorded;    /* by response: the step that records it in this cell */
	struct error *e;
};

/* planner_expand() - @t with its $names replaced, in the plan's arena. */
int planner_expand(const struct planner *p, const struct template *t, const char **ret);

/* planner_wrap() - put the place in front of the text of the error at hand, and behind it where the $names of @t come
 * from. */
int planner_wrap(const struct planner *p, const struct template *t);

/* planner_reserve() - room for the sockets of each actor: at most @n_sockets of them. */
int planner_reserve(struct planner *p, const size_t *n_sockets);

/* planner_take_socket() - the slot of the socket or program that a word of @kind means, and whether the step may use it
 * so. */
int planner_take_socket(
	struct planner *p, const struct step *step, const struct template *t, const struct word_kind *kind,
	struct word *word);

/* planner_end_sockets() - of an actor, all of them. */
void planner_end_sockets(struct planner *p, const struct step *step);

/* planner_record() - that the response of a measured step is recorded once. */
int planner_record(struct planner *p, const struct step *step);

#endif

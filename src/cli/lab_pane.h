/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a lab that its user looks at. Each is this program again, `netrepro lab --pane KIND`, started in the
 * lab's own network namespace, where it finds the lab.
 */
#ifndef CLI_LAB_PANE_H
#define CLI_LAB_PANE_H

#include "base/error.h"
#include "base/text.h"
#include "run/lab_message.h"

#define LAB_PANE_WALKER "walker"
#define LAB_PANE_STATES "states"
#define LAB_PANE_ACTOR "actor" /* and its name */

/* What a pane knows of the lab. */
struct lab_view {
	int lab; /* the connection */
	struct lab_places places;
	int namespaces[SCENARIO_NAMESPACES_MAX]; /* owned */
};

/* lab_view_open() - connect, and learn where the actors are. */
int lab_view_open(struct lab_view *view, struct error *e);

/* lab_view_take() - what a message of LAB_PLACES says; others are left alone. */
void lab_view_take(struct lab_view *view, struct lab_message *message);

/* lab_view_find() - the actor of this name; NULL, with a suggestion, for none. */
const struct lab_actor *lab_view_find(const struct lab_view *view, const char *name, struct error *e);

/* lab_view_title() - "server 10.0.0.1": a namespace, by those who are in it. */
void lab_view_title(const struct lab_places *places, size_t namespace, struct text *t);

/* The panes; each returns its exit status. */
int lab_pane_walker(void);
int lab_pane_states(void);
int lab_pane_actor(const char *name);

/* lab_states_print() - the states of all sockets, once. */
int lab_states_print(const struct lab_view *view, struct error *e);

#endif

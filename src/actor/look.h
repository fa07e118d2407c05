/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look at the TCP sockets of a namespace of the testbed. */
#ifndef ACTOR_LOOK_H
#define ACTOR_LOOK_H

#include "actor/testbed.h"

/**
 * look_note_connect() - what a connect(2) of @fd by the actor @by has come to so far
 * @began_us: on the clock of clock_now_us()
 * @is_ok: it has succeeded: its four-tuple is known from now on
 * @is_loose: of the step, 0 at first: whether it counts among the connects of which that is not so
 */
void look_note_connect(
	struct testbed *t, const struct testbed_actor *by, int fd, uint64_t began_us, bool is_ok, uint64_t *is_loose);

/* look_note_accept() - that the actor @by has accepted @fd. */
void look_note_accept(struct testbed *t, const struct testbed_actor *by, int fd);

/* look_note_crafted() - that a segment was sent which no kernel made: it may leave a socket between its ends. */
void look_note_crafted(struct testbed *t, const struct segment *segment);

/* look_is_other_end() - whether @a, of the one namespace, and @b, of the other, are the ends of one connection. */
bool look_is_other_end(const struct testbed_namespace *in_a, const struct tcp_socket *a,
	const struct testbed_namespace *in_b, const struct tcp_socket *b);

/**
 * look_has_backlog() - whether what came for the socket @wanted is put off, as a program is just using it
 * @wanted: family, addresses and ports, as for tcp_socket_find()
 *
 * Return: 1, 0 also where there is no such socket, or -errno.
 */
int look_has_backlog(
	struct testbed *t, struct testbed_namespace *namespace, const struct tcp_socket *wanted, struct error *e);

/* look_at() - all TCP sockets of @namespace, into its `look`. */
int look_at(struct testbed *t, struct testbed_namespace *namespace, struct error *e);

/* look_at_known() - the same, without the proof that there are no others than those that can be there. */
int look_at_known(struct testbed *t, struct testbed_namespace *namespace, struct error *e);

#endif

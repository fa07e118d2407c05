/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what the steps so far have set off is over: the connections of a testbed have settled. */
#ifndef ACTOR_SETTLE_H
#define ACTOR_SETTLE_H

#include "actor/verb.h"

/* Longer than an acknowledgement can be delayed (200 ms, TCP_DELACK_MAX) and than a lost segment waits to be sent again
 * (1 s, TCP_TIMEOUT_INIT, doubled once): include/net/tcp.h. */
#define SETTLE_DEADLINE_US (4 * CLOCK_US_PER_S)

/* What must be over. */
enum settle_until {
	SETTLE_STATES, /* no state of a socket will change by what is on its way */
	SETTLE_SENT,   /* and all that was sent has been acknowledged */
	SETTLE_UNTIL_COUNT
};

/**
 * settle_look() - look at all namespaces, that of the step's actor last
 *
 * Return: 1 when they have settled, 0 when not yet, or -errno.
 */
int settle_look(const struct step_run *run, enum settle_until until, struct error *e);

/**
 * settle_look_there() - the same for the sockets at @address in the namespace of the step's actor
 *
 * Where they all have states that last, the other namespaces are not looked at.
 */
int settle_look_there(const struct step_run *run, const struct address *address, struct error *e);

/* settle_wait() - look again in a moment, which doubles each time. Return: STEP_WAIT_UNTIL. */
enum step_status settle_wait(struct step_run *run);

/**
 * settle_decide() - what the step does that has looked
 * @settled: what the look has returned
 *
 * Where not all is over at the step's deadline, what is seen is no answer. A step with a deadline of its own asks for
 * things as they stand then.
 *
 * Return: STEP_DONE: what was seen is what there is to say; STEP_WAIT_UNTIL, to look again; or STEP_FAILED, with
 * ERROR_UNMET where it has not settled.
 */
enum step_status settle_decide(struct step_run *run, int settled, struct error *e);

#endif

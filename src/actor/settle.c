// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether what the steps so far have set off is over.
 *
 * Theory of operation. What a close sets off takes a moment: a segment is on its way, or its acknowledgement is delayed
 * by 40 ms. So a look counts only when the connections have settled, which is seen on both ends and never timed:
 *
 * - While a segment that changes a state is on its way, its sender is in SYN-SENT, SYN-RECEIVED, FIN-WAIT-1, CLOSING or
 *   LAST-ACK until it is acknowledged; only a reset leaves no sender behind, but then a connection here (ESTABLISHED,
 *   FIN-WAIT-2, CLOSE-WAIT) has no other end any more.
 * - LISTEN, TIME-WAIT and no socket at all can only be left by a reset or a new connection: nothing to wait for. But a
 *   connect that has not succeeded, or that a program makes, may have its SYN under way: then as below.
 * - What a blocked namespace sends gets lost, and a crafted segment may come from an address that is nobody's. There is
 *   no other end then that could tell: but what is under way to it arrives. So a look counts only when all that was
 *   under way before it has been dealt with (net/barrier.h). From there on the socket stays as it is until a timer of
 *   its own goes off.
 * - Data that is on its way, or has not been acknowledged, stands in its sender's queue; it changes no state.
 */
#include "actor/settle.h"

#include <errno.h>

#include "actor/endpoint.h"
#include "actor/look.h"
#include "base/clock.h"

#define FIRST_WAIT_US 100 /* doubled at each look, up to the next line */
#define LONGEST_WAIT_US (10 * CLOCK_US_PER_MS)

static bool lasts(enum tcp_state state)
{
	return state == TCP_STATE_LISTEN || state == TCP_STATE_TIME_WAIT || state == TCP_STATE_BOUND_INACTIVE;
}

static bool is_open(enum tcp_state state)
{
	return state == TCP_STATE_ESTABLISHED || state == TCP_STATE_FIN_WAIT_2 || state == TCP_STATE_CLOSE_WAIT;
}

static bool has_other_end(const struct testbed *t, const struct testbed_namespace *in, const struct tcp_socket *one)
{
	for (size_t i = 0; i < t->n_namespaces; i++) {
		const struct testbed_namespace *there = &t->namespaces[i];
		for (size_t j = 0; j < there->look.n; j++) {
			const struct tcp_socket *other = &there->look.all[j];
			if (look_is_other_end(in, one, there, other) && other->state != TCP_STATE_TIME_WAIT)
				return true;
		}
	}
	return false;
}

static const struct testbed_namespace *owner_of(
	const struct testbed *t, const struct testbed_namespace *in, const struct in6_addr *address)
{
	if (testbed_has_address(in, address))
		return in;
	for (size_t i = 0; i < t->n_namespaces; i++)
		if (testbed_has_address(&t->namespaces[i], address))
			return &t->namespaces[i];
	return NULL;
}

/* Whether the two ends of a connection can hear each other. */
static bool is_reached(const struct testbed *t, const struct testbed_namespace *in, const struct tcp_socket *one)
{
	const struct testbed_namespace *there = owner_of(t, in, &one->remote);
	if (!there)
		return !t->has_crafted;
	return there == in || (!in->is_blocked && !there->is_blocked);
}

static bool has_settled(const struct testbed *t, const struct testbed_namespace *in, const struct tcp_socket *one,
	enum settle_until until)
{
	if (!is_reached(t, in, one))
		return true;
	if (!is_open(one->state))
		return lasts(one->state);
	return has_other_end(t, in, one) && (until != SETTLE_SENT || !one->send_queue);
}

/* Whether what was seen in @in has. */
static bool all_settled(const struct testbed *t, const struct testbed_namespace *in, enum settle_until until)
{
	for (size_t i = 0; i < in->look.n; i++)
		if (!has_settled(t, in, &in->look.all[i], until))
			return false;
	return true;
}

/* Whether nothing is on its way of which no socket tells; 1, 0 or -errno. */
static int has_arrived(const struct step_run *run, struct error *e)
{
	struct testbed *t = run->testbed;
	bool is_mute = t->has_crafted || t->n_loose_connects;
	for (size_t i = 0; i < t->n_namespaces; i++)
		is_mute |= t->namespaces[i].is_blocked;
	return is_mute ? testbed_has_dealt(t, run->began_us, e) : 1;
}

int settle_look(const struct step_run *run, enum settle_until until, struct error *e)
{
	struct testbed *t = run->testbed;
	struct testbed_namespace *own = run->actor->in;
	int arrived = has_arrived(run, e), r = arrived < 0 ? arrived : 0;
	/* The own one last: what was on its way when the others were seen settled has arrived by then, or shows. */
	for (size_t i = 0; r == 0 && i < t->n_namespaces; i++)
		if (&t->namespaces[i] != own)
			r = look_at(t, &t->namespaces[i], e);
	if (r == 0)
		r = look_at(t, own, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < t->n_namespaces; i++)
		if (!all_settled(t, &t->namespaces[i], until))
			return 0;
	return arrived;
}

int settle_look_there(const struct step_run *run, const struct address *address, struct error *e)
{
	const struct tcp_sockets *look = &run->actor->in->look;
	int arrived = has_arrived(run, e), r = arrived < 0 ? arrived : look_at(run->testbed, run->actor->in, e);
	if (r < 0 || !arrived)
		return r;
	for (size_t i = 0; i < look->n; i++)
		if (endpoint_is_local(address, &look->all[i]) && !lasts(look->all[i].state))
			return settle_look(run, SETTLE_STATES, e);
	return 1;
}

enum step_status settle_wait(struct step_run *run)
{
	run->progress = run->progress ? run->progress * 2 : FIRST_WAIT_US;
	if (run->progress > LONGEST_WAIT_US)
		run->progress = LONGEST_WAIT_US;
	run->wait_until_us = clock_now_us() + run->progress;
	return STEP_WAIT_UNTIL;
}

enum step_status settle_decide(struct step_run *run, int settled, struct error *e)
{
	if (settled < 0)
		return STEP_FAILED;
	if (!settled && !run->expired)
		return settle_wait(run);
	if (settled || run->step->step->deadline.text)
		return STEP_DONE;
	char waited[DURATION_TEXT];
	error_set(e, ERROR_UNMET, ETIMEDOUT,
		"what the steps before have set off is not over after %s: to see things as they stand, give the step a "
		"deadline of its own",
		duration_format_exact(run->step->deadline_us, waited));
	return STEP_FAILED;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about the kernel's state: tcp-state, sysctl, and sleep.
 *
 * tcp-state, theory of operation. What a close sets off takes a moment: a segment is on its way, or its acknowledgement
 * is delayed by 40 ms. So a look counts only when the connections have settled, which is seen on both ends and never
 * timed:
 *
 * - While a segment that changes a state is on its way, its sender is in SYN-SENT, SYN-RECEIVED, FIN-WAIT-1, CLOSING or
 *   LAST-ACK until it is acknowledged; only a reset leaves no sender behind, but then a connection here (ESTABLISHED,
 *   FIN-WAIT-2, CLOSE-WAIT) has no other end any more.
 * - LISTEN, TIME-WAIT and no socket at all can only be left by a reset or a new connection: nothing to wait for.
 *
 * So: look at the own namespace; where it shows nothing but the latter, done. Otherwise look at all namespaces of the
 * cell, and again until no socket of these connections is in one of the former states and none lacks its other end.
 * What has not settled by the deadline is reported as it stands, and that it has not settled; unless the step has a
 * deadline of its own: then the state at that time is what was asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "actor/endpoint.h"
#include "actor/look.h"
#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "net/sysctl.h"

/* Longer than an acknowledgement can be delayed (200 ms, TCP_DELACK_MAX) and than a lost segment waits to be sent again
 * (1 s, TCP_TIMEOUT_INIT, doubled once): include/net/tcp.h. */
#define STATE_DEADLINE_US (4 * CLOCK_US_PER_S)
#define STATE_UNSETTLED " (unsettled)"
#define STATE_FIRST_WAIT_US 100 /* doubled at each look, up to the next line */
#define STATE_LONGEST_WAIT_US (10 * CLOCK_US_PER_MS)

static bool is_lasting(enum tcp_state state)
{
	return state == TCP_STATE_LISTEN || state == TCP_STATE_TIME_WAIT || state == TCP_STATE_BOUND_INACTIVE;
}

static bool is_open(enum tcp_state state)
{
	return state == TCP_STATE_ESTABLISHED || state == TCP_STATE_FIN_WAIT_2 || state == TCP_STATE_CLOSE_WAIT;
}

/* "LISTEN", "ESTABLISHED*2+TIME-WAIT", "none", "SYN-SENT (unsettled)": the states of @address in @look, in the kernel's
 * order of states. */
static enum step_status report_states(struct step_run *run, const struct tcp_sockets *look, bool settled)
{
	unsigned counts[TCP_STATE_COUNT] = {0};
	const struct address *address = &run->step->words[0].address;
	for (size_t i = 0; i < look->n; i++)
		if (endpoint_is_local(run->testbed, address, &look->all[i]) &&
			look->all[i].state != TCP_STATE_BOUND_INACTIVE)
			counts[look->all[i].state]++;
	char text[OUTCOME_TEXT] = "";
	size_t len = 0;
	for (size_t state = 0; state < TCP_STATE_COUNT; state++) {
		if (!counts[state])
			continue;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? "+" : "", tcp_state_name(state));
		if (counts[state] > 1)
			len += (size_t)snprintf(text + len, sizeof text - len, "*%u", counts[state]);
	}
	bool says_so = !settled && !run->step->step->deadline.text;
	return step_observed(run, "%s%s", len ? text : "none", says_so ? STATE_UNSETTLED : "");
}

static bool own_end_lasts(const struct step_run *run, const struct tcp_sockets *look)
{
	const struct address *address = &run->step->words[0].address;
	for (size_t i = 0; i < look->n; i++)
		if (endpoint_is_local(run->testbed, address, &look->all[i]) && !is_lasting(look->all[i].state))
			return false;
	return true;
}

static bool is_other_end(const struct tcp_socket *a, const struct tcp_socket *b)
{
	return a->local_port == b->remote_port && a->remote_port == b->local_port &&
	       IN6_ARE_ADDR_EQUAL(&a->local, &b->remote) && IN6_ARE_ADDR_EQUAL(&a->remote, &b->local);
}

static bool has_other_end(const struct testbed *t, const struct tcp_socket *one)
{
	for (size_t i = 0; i < t->n_namespaces; i++) {
		const struct tcp_sockets *look = &t->namespaces[i].look;
		for (size_t j = 0; j < look->n; j++)
			if (is_other_end(one, &look->all[j]) && look->all[j].state != TCP_STATE_TIME_WAIT)
				return true;
	}
	return false;
}

/* Whether the connections of the cell have settled, by the last looks at all namespaces. */
static bool have_settled(const struct testbed *t)
{
	for (size_t i = 0; i < t->n_namespaces; i++) {
		const struct tcp_sockets *look = &t->namespaces[i].look;
		for (size_t j = 0; j < look->n; j++) {
			const struct tcp_socket *one = &look->all[j];
			if (is_open(one->state) ? !has_other_end(t, one) : !is_lasting(one->state))
				return false;
		}
	}
	return true;
}

static enum step_status run_tcp_state(struct step_run *run, struct error *e)
{
	struct testbed *t = run->testbed;
	struct testbed_namespace *own = run->actor->in;
	if (look_at(t, own, e) < 0)
		return STEP_FAILED;
	if (own_end_lasts(run, &own->look))
		return report_states(run, &own->look, true);

	/* The own namespace last: what was on its way when the others were seen settled has arrived by then, or shows.
	 */
	for (size_t i = 0; i < t->n_namespaces; i++)
		if (&t->namespaces[i] != own && look_at(t, &t->namespaces[i], e) < 0)
			return STEP_FAILED;
	if (look_at(t, own, e) < 0)
		return STEP_FAILED;
	bool settled = have_settled(t);
	if (settled || run->expired)
		return report_states(run, &own->look, settled);
	run->progress = run->progress ? run->progress * 2 : STATE_FIRST_WAIT_US;
	if (run->progress > STATE_LONGEST_WAIT_US)
		run->progress = STATE_LONGEST_WAIT_US;
	run->wait_until_us = clock_now_us() + run->progress;
	return STEP_WAIT_UNTIL;
}

VERB(tcp_state) = {
	.syntax = {
		.name = "tcp-state",
		.usage = "tcp-state HOST:PORT",
		.help = "record the states of all sockets there, once settled; TIME-WAIT included",
		.words = {&word_address},
		.n_required = 1,
		.only_measured = true,
		.deadline_us = STATE_DEADLINE_US,
	},
	.run = run_tcp_state,
};

#define SYSCTL_WORDS (VERB_WORDS_MAX - 1)

static enum step_status run_sysctl(struct step_run *run, struct error *e)
{
	const struct word *words = run->step->words;
	CLEANUP(text_done) struct text value = TEXT_INIT;
	for (size_t i = 0; i < SYSCTL_WORDS && words[1 + i].text; i++)
		text_addf(&value, "%s%s", i ? " " : "", words[1 + i].text);
	if (value.failed) {
		error_no_memory(e);
		return STEP_FAILED;
	}
	if (testbed_enter(run->testbed, run->actor->in, e) < 0)
		return STEP_FAILED;
	int r = sysctl_write(words[0].text, text_get(&value), e);
	if (r == 0)
		return step_ok(run);
	/* What the kernel answers to the write is the step's outcome; all else is about the cell's condition. */
	bool is_measured = run->step->step->response != SCENARIO_NO_RESPONSE;
	if (is_measured && e->kind == ERROR_UNMET && e->code != SYSCTL_NOT_KEPT)
		return step_errno(run, e->code);
	return STEP_FAILED;
}

VERB(sysctl) = {
	.syntax = {
		.name = "sysctl",
		.usage = "sysctl NAME VALUE…",
		.help = "write a sysctl of the actor's namespace, and read it back",
		.words = {&word_sysctl, &word_text, &word_text, &word_text},
		.n_required = 2,
		.leaves_states = true,
	},
	.run = run_sysctl,
};

static enum step_status run_sleep(struct step_run *run, struct error *e)
{
	(void)e;
	run->wait_until_us = run->began_us + run->step->words[0].duration_us;
	return clock_now_us() >= run->wait_until_us ? step_ok(run) : STEP_PARK_UNTIL;
}

VERB(sleep) = {
	.syntax = {
		.name = "sleep",
		.usage = "sleep DURATION",
		.help = "wait; other cells go on meanwhile",
		.words = {&word_duration},
		.n_required = 1,
		.never_measured = true,
	},
	.run = run_sleep,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about the kernel's state: tcp-state, sysctl, and sleep.
 *
 * tcp-state waits until the sockets that it is about have settled (settle.c). What has not settled by the deadline is
 * reported as it stands, and that it has not settled; unless the step has a deadline of its own: then the state at that
 * time is what was asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actor/endpoint.h"
#include "actor/settle.h"
#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/outcome.h"
#include "net/sysctl.h"

/* Not BOUND-INACTIVE, which is not listed. */
#define STATES_SEEN TCP_STATE_BOUND_INACTIVE

/* "LISTEN", "ESTABLISHED*2+TIME-WAIT", "none": in the kernel's order of states. */
static void states_to_text(const unsigned counts[static STATES_SEEN], char text[static OUTCOME_TEXT])
{
	size_t len = 0;
	for (size_t state = 0; state < STATES_SEEN; state++) {
		if (!counts[state])
			continue;
		len += (size_t)snprintf(text + len, OUTCOME_TEXT - len, "%s%s", len ? "+" : "", tcp_state_name(state));
		if (counts[state] > 1)
			len += (size_t)snprintf(text + len, OUTCOME_TEXT - len, "*%u", counts[state]);
	}
	if (!len)
		snprintf(text, OUTCOME_TEXT, "none");
}

/* Those of the step's address in @look. */
static enum step_status report_states(struct step_run *run, const struct tcp_sockets *look)
{
	unsigned counts[STATES_SEEN] = {0};
	const struct address *address = &run->step->words[0].address;
	for (size_t i = 0; i < look->n; i++)
		if (endpoint_is_local(address, &look->all[i]) && look->all[i].state < STATES_SEEN)
			counts[look->all[i].state]++;
	char text[OUTCOME_TEXT];
	states_to_text(counts, text);
	return step_observed(run, "%s", text);
}

/* "TIME-WAIT*2": one of what stands between the plus signs. */
static int read_state(char *text, unsigned counts[static STATES_SEEN], struct error *e)
{
	const char *names[STATES_SEEN + 1] = {"none"};
	for (size_t state = 1; state < STATES_SEEN; state++)
		names[state] = tcp_state_name(state);
	char *times = strchr(text, '*');
	long n = 1;
	if (times) {
		*times++ = '\0';
		n = strtol(times, NULL, 10);
	}
	int r = outcome_check_words(text, names, e);
	for (size_t state = 1; r == 0 && state < STATES_SEEN; state++)
		counts[state] += strcmp(text, names[state]) == 0 && n > 0 ? (unsigned)n : 0;
	return r;
}

static int check_states(const char *outcome, struct error *e)
{
	char parts[OUTCOME_TEXT], text[OUTCOME_TEXT], *rest = parts;
	unsigned counts[STATES_SEEN] = {0};
	snprintf(parts, sizeof parts, "%s", outcome);
	for (char *part; (part = strsep(&rest, "+"));) {
		int r = read_state(part, counts, e);
		if (r < 0)
			return r;
	}
	states_to_text(counts, text);
	return strcmp(text, outcome) == 0
		       ? 0
		       : error_set(e, ERROR_USAGE, EINVAL, "never comes out as '%s', but as '%s'", outcome, text);
}

static enum step_status run_tcp_state(struct step_run *run, struct error *e)
{
	enum step_status status = settle_decide(run, settle_look_there(run, &run->step->words[0].address, e), e);
	return status == STEP_DONE ? report_states(run, &run->actor->in->look) : status;
}

VERB(tcp_state) = {
	.syntax =
		{
			.name = "tcp-state",
			.usage = "tcp-state HOST:PORT",
			.help = "record the states of all sockets there, once settled; TIME-WAIT included",
			.words = {&word_address},
			.n_required = 1,
			.check_outcome = check_states,
			.only_measured = true,
			.deadline_us = SETTLE_DEADLINE_US,
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
	.syntax =
		{
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
	.syntax =
		{
			.name = "sleep",
			.usage = "sleep DURATION",
			.help = "wait; other cells go on meanwhile",
			.words = {&word_duration},
			.n_required = 1,
			.never_measured = true,
		},
	.run = run_sleep,
};

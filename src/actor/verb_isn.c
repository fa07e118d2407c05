// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A verb that asks whether initial sequence numbers come from a clock: isn-clock.
 *
 * They are those of all SYN segments, or all SYN-ACK segments, that the actor's namespace has seen, in their order
 * (model/isn_clock.h says how they are judged). Of which connections these are is the scenario's business: it makes
 * them between the same two ends, or not. What is recorded is whether they follow one clock, and as the response's
 * duration the time in which that clock comes round.
 *
 * Where a packet is missing there is no answer, and the cell is inconc.
 */
#include <errno.h>
#include <stdlib.h>

#include "actor/settle.h"
#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/grow.h"
#include "model/isn_clock.h"
#include "model/outcome.h"

static const struct handshake {
	const char *name;
	uint8_t flags; /* of SYN and ACK */
} handshakes[] = {
	{"SYN", SEGMENT_SYN},
	{"SYN-ACK", SEGMENT_SYN | SEGMENT_ACK},
};

static int handshake_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	ret->entry = word_find_entry(ret->text, handshakes, sizeof handshakes / sizeof *handshakes, sizeof *handshakes,
		"kind of segment", e);
	return ret->entry ? 0 : -EINVAL;
}

static const struct word_kind word_handshake = {.what = "SYN or SYN-ACK", .parse = handshake_parse};

/* The numbers that the actor's namespace has seen, into *@ret, which the caller frees. */
static int gather(const struct step_run *run, struct isn **ret, size_t *ret_n, struct error *e)
{
	const struct witness *w = &run->testbed->witness;
	const struct handshake *wanted = run->step->words[0].entry;
	for (size_t i = 0; i < w->n_packets; i++) {
		struct segment segment;
		if (&run->testbed->namespaces[w->packets[i].namespace] != run->actor->in ||
			!segment_parse(&w->packets[i], &segment) ||
			(segment.flags & (SEGMENT_SYN | SEGMENT_ACK)) != wanted->flags)
			continue;
		struct isn *more = grow_by_one(*ret, *ret_n, sizeof *more);
		if (!more)
			return error_no_memory(e);
		*ret = more;
		(*ret)[(*ret_n)++] = (struct isn){.number = segment.sequence, .at_ns = w->packets[i].at_ns};
	}
	return 0;
}

static enum step_status run_isn_clock(struct step_run *run, struct error *e)
{
	enum step_status status = settle_decide(run, settle_look(run, SETTLE_SENT, e), e);
	if (status != STEP_DONE)
		return status;
	CLEANUP(cleanup_free) struct isn *isns = NULL;
	size_t n = 0;
	if (witness_drain(run->testbed, e) < 0 || witness_is_complete(run->testbed, run->actor->in, e) < 0 ||
		gather(run, &isns, &n, e) < 0)
		return STEP_FAILED;
	switch (isn_clock(isns, n, &run->duration_us)) {
	case ISN_TOO_FEW:
	case ISN_PACE_COUNT:
		break;
	case ISN_IRREGULAR:
		return step_observed(run, "irregular");
	case ISN_CLOCK:
		run->has_duration = true;
		return step_observed(run, "clock");
	}
	return step_observed(run, "none");
}

static int check_isn_clock(const char *outcome, struct error *e)
{
	static const char *const words[] = {"clock", "irregular", "none", NULL};
	return outcome_check_words(outcome, words, e);
}

VERB(isn_clock) = {
	.syntax =
		{
			.name = "isn-clock",
			.usage = "isn-clock SYN|SYN-ACK",
			.help = "record whether initial sequence numbers follow a clock, and in what time it comes "
				"round",
			.words = {&word_handshake},
			.n_required = 1,
			.check_outcome = check_isn_clock,
			.only_measured = true,
			.is_timed = true,
			.duration_is = "a round",
			.needs_capture = true,
			.deadline_us = SETTLE_DEADLINE_US,
		},
	.run = run_isn_clock,
};

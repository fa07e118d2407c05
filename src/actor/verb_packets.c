// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A verb that asks of the packets that were seen: packets.
 *
 * Theory of operation. What is asked for are TCP segments that the interfaces of the actor's namespace have seen since
 * before the first step, sent and received; one on lo counts once. They are looked at when the connections have settled
 * and all that was sent is acknowledged: a segment that did that has been seen by then, as the kernel shows it to the
 * captures before it takes it in. A bare acknowledgement may still be delayed, so it is none of the kinds.
 *
 * Where a packet was dropped by the capture, or not kept, no question has an answer, and the cell is inconc: it would
 * be of other packets than those that there were.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "actor/sender.h"
#include "actor/settle.h"
#include "actor/verb.h"
#include "actor/which.h"
#include "base/cleanup.h"

/* What is said of a question whose packets there were none of. */
#define NONE "none"

/* A segment of the kind that is asked for. */
struct sighting {
	size_t i; /* of its packet, among the witness's */
	struct segment segment;
};

/* What is found while the packets are gone through. */
struct finding {
	uint64_t n, n_with_timestamps;
	struct sighting first, last;
};

static void flags_of(const struct segment *segment, char ret[static OUTCOME_TEXT])
{
	char flags[SEGMENT_FLAGS_TEXT];
	snprintf(ret, OUTCOME_TEXT, "%s", segment_flags_text(segment->flags, flags));
}

static void answer_count(const struct step_run *run, const struct finding *f, char ret[static OUTCOME_TEXT])
{
	(void)run;
	snprintf(ret, OUTCOME_TEXT, "%" PRIu64, f->n);
}

static void answer_timestamps(const struct step_run *run, const struct finding *f, char ret[static OUTCOME_TEXT])
{
	(void)run;
	bool all = f->n_with_timestamps == f->n;
	snprintf(ret, OUTCOME_TEXT, "%s", !f->n ? NONE : all ? "yes" : f->n_with_timestamps ? "mixed" : "no");
}

static void answer_sender(const struct step_run *run, const struct finding *f, char ret[static OUTCOME_TEXT])
{
	const struct testbed *t = run->testbed;
	const struct testbed_actor *sender =
		f->n ? sender_of(t, &t->witness.packets[f->first.i], &f->first.segment) : NULL;
	snprintf(ret, OUTCOME_TEXT, "%s", !f->n ? NONE : sender ? sender->name : "unknown");
}

static void answer_flags(const struct step_run *run, const struct finding *f, char ret[static OUTCOME_TEXT])
{
	(void)run;
	if (f->n)
		flags_of(&f->last.segment, ret);
	else
		snprintf(ret, OUTCOME_TEXT, NONE);
}

static void answer_reply(const struct step_run *run, const struct finding *f, char ret[static OUTCOME_TEXT])
{
	const struct witness *w = &run->testbed->witness;
	snprintf(ret, OUTCOME_TEXT, NONE);
	for (size_t i = f->last.i + 1; f->n && i < w->n_packets; i++) {
		struct segment segment;
		if (w->packets[i].namespace == w->packets[f->last.i].namespace &&
			segment_parse(&w->packets[i], &segment) && segment_is_reverse(&f->last.segment, &segment)) {
			flags_of(&segment, ret);
			return;
		}
	}
}

/* Whether the last of them says what was said before: the same flags and numbers between the same two ends. */
static void answer_again(const struct step_run *run, const struct finding *f, char ret[static OUTCOME_TEXT])
{
	const struct witness *w = &run->testbed->witness;
	const struct segment *last = &f->last.segment;
	bool found = false;
	for (size_t i = 0; f->n && i < f->last.i; i++) {
		struct segment s;
		found |= w->packets[i].namespace == w->packets[f->last.i].namespace &&
			 segment_parse(&w->packets[i], &s) && s.family == last->family && s.flags == last->flags &&
			 s.from_port == last->from_port && s.to_port == last->to_port &&
			 IN6_ARE_ADDR_EQUAL(&s.from, &last->from) && IN6_ARE_ADDR_EQUAL(&s.to, &last->to) &&
			 s.sequence == last->sequence && s.acknowledgement == last->acknowledgement &&
			 s.n_data == last->n_data;
	}
	snprintf(ret, OUTCOME_TEXT, "%s", !f->n ? NONE : found ? "yes" : "no");
}

static const struct question {
	const char *name;
	void (*answer)(const struct step_run *run, const struct finding *finding, char ret[static OUTCOME_TEXT]);
} questions[] = {
	{"again", answer_again},
	{"count", answer_count},
	{"flags", answer_flags},
	{"reply", answer_reply},
	{"sender", answer_sender},
	{"timestamps", answer_timestamps},
};

static int question_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	ret->entry = word_find_entry(
		ret->text, questions, sizeof questions / sizeof *questions, sizeof *questions, "question", e);
	return ret->entry ? 0 : -EINVAL;
}

static const struct word_kind word_question = {.what = "a question", .parse = question_parse};

/* Go through the packets of the actor's namespace. */
static int find(const struct step_run *run, struct finding *f, struct error *e)
{
	const struct witness *w = &run->testbed->witness;
	CLEANUP(which_done) struct which which;
	int r = which_init(&which, &run->step->words[1], e);
	for (size_t i = 0; r == 0 && i < w->n_packets; i++) {
		const struct packet *packet = &w->packets[i];
		struct sighting sighting = {.i = i};
		if (&run->testbed->namespaces[packet->namespace] != run->actor->in ||
			!segment_parse(packet, &sighting.segment))
			continue;
		r = which_takes(&which, packet, &sighting.segment, e);
		if (r <= 0)
			continue;
		r = 0;
		if (!f->n++)
			f->first = sighting;
		f->last = sighting;
		f->n_with_timestamps += sighting.segment.has_timestamps;
	}
	return r;
}

static enum step_status run_packets(struct step_run *run, struct error *e)
{
	enum step_status status = settle_decide(run, settle_look(run, SETTLE_SENT, e), e);
	if (status != STEP_DONE)
		return status;
	struct finding finding = {.n = 0};
	char answer[OUTCOME_TEXT];
	if (witness_drain(run->testbed, e) < 0 || witness_is_complete(run->testbed, run->actor->in, e) < 0 ||
		find(run, &finding, e) < 0)
		return STEP_FAILED;
	((const struct question *)run->step->words[0].entry)->answer(run, &finding, answer);
	return step_observed(run, "%s", answer);
}

/* An actor may be called like an errno, and no answer is one. */
static int check_answer(const char *outcome, struct error *e)
{
	(void)outcome;
	(void)e;
	return 0;
}

VERB(packets) = {
	.syntax =
		{
			.name = "packets",
			.usage = "packets QUESTION KIND|where FILTER",
			.help = "record an answer about the packets that the namespace has seen",
			.words = {&word_question, &word_which},
			.n_required = 2,
			.check_outcome = check_answer,
			.only_measured = true,
			.needs_capture = true,
			.deadline_us = SETTLE_DEADLINE_US,
		},
	.run = run_packets,
};

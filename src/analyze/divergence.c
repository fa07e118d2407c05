// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first event at which two stories part.
 *
 * Theory of operation. The steps are walked side by side (analyze/pairing.h) until they part, those that a factor put
 * in left aside. The significant segments of each sender are compared as a list over the whole cell, so that it does
 * not matter when exactly one was seen; where two lists part is placed at the step during which the segment left. So is
 * the first FIN or RST of a connection, where it is another side's. What was found is held against each other by the
 * places of these steps, as a step may have another number in each story: whichever comes first is the divergence, and
 * packets of a step come before its outcome.
 */
#include "analyze/divergence.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"

struct finding {
	struct pairing pairing;
	struct arena *arena;
	struct error *e;
};

static const char *action_of(const struct finding *p, int side, size_t step)
{
	return step ? p->pairing.stories[side]->steps[step - 1].made->action : "";
}

/* How a step that is the same reads in both: with its $names where they stand for different levels. */
static const char *common_text(const struct finding *p, const size_t steps[2])
{
	const struct story *story = p->pairing.stories[0];
	const struct story_step *step = &story->steps[steps[0] - 1];
	if (!strcmp(action_of(p, 0, steps[0]), action_of(p, 1, steps[1])))
		return step->made->action;
	return arena_printf(p->arena, "%s: %s", story->plan->actors[step->actor].name, step->planned->step->text);
}

static struct divergence step_of_one(const struct finding *p, const struct step_pair *pair)
{
	return (struct divergence){
		.kind = DIVERGENCE_STEP,
		.steps = {pair->steps[0], pair->steps[1]},
		.what = "",
		.texts = {action_of(p, 0, pair->steps[0]), action_of(p, 1, pair->steps[1])},
	};
}

/*
 * @ret_place: where it is; SIZE_MAX where there is none
 * @ret_put_in: the first step that a factor put in; its steps are 0 where there is none
 *
 * Return: 0, or -ENOMEM.
 */
static int find_in_steps(struct finding *p, struct divergence *ret, size_t *ret_place, struct step_pair *ret_put_in)
{
	size_t done[2] = {0, 0};
	struct step_pair pair;
	*ret_place = SIZE_MAX;
	*ret_put_in = (struct step_pair){.steps = {0, 0}};
	while (pairing_next(&p->pairing, done, &pair)) {
		if (pair.by_factor) {
			if (!ret_put_in->steps[0] && !ret_put_in->steps[1])
				*ret_put_in = pair;
			continue;
		}
		if (pair.is_same && pairing_has_same_outcome(&p->pairing, pair.steps))
			continue;
		*ret_place = pair.place;
		*ret = step_of_one(p, &pair);
		if (!pair.is_same)
			return 0;
		ret->kind = DIVERGENCE_OUTCOME;
		ret->what = common_text(p, pair.steps);
		for (int side = 0; side < 2; side++)
			ret->texts[side] = p->pairing.stories[side]->steps[pair.steps[side] - 1].made->outcome;
		return ret->what ? 0 : error_no_memory(p->e);
	}
	return 0;
}

/* A segment that says what a sender did, and not how fast. */
struct mark_of_sender {
	const struct story_packet *packet;
	bool again; /* the same as the one before: it was sent again, once or more often */
};

struct marks {
	struct mark_of_sender *all;
	size_t n;
};

static bool is_bare(const struct segment *s, uint8_t flag)
{
	return (s->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST | SEGMENT_ACK)) == flag;
}

/* A bare ACK that is the first answer to a bare SYN. */
static bool answers_syn(const struct story *story, size_t i)
{
	const struct story_packet *ack = &story->packets[i];
	if (!is_bare(&ack->segment, SEGMENT_ACK) || ack->segment.n_data)
		return false;
	while (i-- > 0) {
		const struct story_packet *p = &story->packets[i];
		if (p->is_tcp && p->connection == ack->connection)
			return segment_is_reverse(&p->segment, &ack->segment) && is_bare(&p->segment, SEGMENT_SYN);
	}
	return false;
}

static bool is_significant(const struct story *story, size_t i)
{
	const struct story_packet *p = &story->packets[i];
	return p->is_tcp && (p->segment.flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST) || answers_syn(story, i));
}

/* ECN is negotiated in a SYN (RFC 3168, section 6.1.1); elsewhere it tells of congestion. */
static uint8_t flags_of(const struct segment *s)
{
	uint8_t flags = SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST | SEGMENT_ACK;
	if (s->flags & SEGMENT_SYN)
		flags |= SEGMENT_ECE | SEGMENT_CWR;
	return s->flags & flags;
}

static bool is_sent_again(const struct story_packet *before, const struct story_packet *p)
{
	return before->connection == p->connection && before->segment.sequence == p->segment.sequence &&
	       before->segment.acknowledgement == p->segment.acknowledgement &&
	       flags_of(&before->segment) == flags_of(&p->segment);
}

/* How often something is sent again is a matter of time, and that it is at all is not. */
static int list_marks(struct finding *p, int side, const char *sender, struct marks *ret)
{
	const struct story *story = p->pairing.stories[side];
	*ret = (struct marks){.all = arena_array(p->arena, story->n_packets, sizeof *ret->all)};
	if (!ret->all)
		return error_no_memory(p->e);
	for (size_t i = 0; i < story->n_packets; i++) {
		const struct story_packet *packet = &story->packets[i];
		if (!is_significant(story, i) || strcmp(story_who(story, packet), sender))
			continue;
		const struct mark_of_sender *last = ret->n ? &ret->all[ret->n - 1] : NULL;
		bool again = last && is_sent_again(last->packet, packet);
		if (!again || !last->again)
			ret->all[ret->n++] = (struct mark_of_sender){packet, again};
	}
	return 0;
}

static bool is_same_mark(const struct mark_of_sender *a, const struct mark_of_sender *b)
{
	return a->again == b->again && flags_of(&a->packet->segment) == flags_of(&b->packet->segment) &&
	       a->packet->segment.has_timestamps == b->packet->segment.has_timestamps;
}

static const char *mark_text(struct arena *arena, const struct mark_of_sender *mark)
{
	char flags[SEGMENT_FLAGS_TEXT];
	if (!mark)
		return "";
	return arena_printf(arena, "%s%s", segment_flags_text(flags_of(&mark->packet->segment), flags),
		mark->again ? " again" : "");
}

/*
 * Where the segments of one sender part: in @ret where that is at a place before @ret_place.
 *
 * Return: 0, or -ENOMEM.
 */
static int find_in_sender(struct finding *p, const char *sender, struct divergence *ret, size_t *ret_place)
{
	struct marks marks[2];
	size_t i = 0, first = SIZE_MAX;
	if (list_marks(p, 0, sender, &marks[0]) < 0 || list_marks(p, 1, sender, &marks[1]) < 0)
		return error_no_memory(p->e);
	while (i < marks[0].n && i < marks[1].n && is_same_mark(&marks[0].all[i], &marks[1].all[i]))
		i++;
	const struct mark_of_sender *here[2];
	for (int side = 0; side < 2; side++) {
		here[side] = i < marks[side].n ? &marks[side].all[i] : NULL;
		size_t place = here[side] ? pairing_place(&p->pairing, side, here[side]->packet->step) : SIZE_MAX;
		first = place < first ? place : first;
	}
	if (first >= *ret_place)
		return 0;
	struct divergence found = {.kind = DIVERGENCE_PACKET, .what = sender};
	for (int side = 0; side < 2; side++) {
		found.steps[side] = here[side] ? here[side]->packet->step : 0;
		found.texts[side] = mark_text(p->arena, here[side]);
		if (!found.texts[side])
			return error_no_memory(p->e);
	}
	if (here[0] && here[1] && !strcmp(found.texts[0], found.texts[1])) {
		found.only_timestamps = true;
		found.what = arena_printf(p->arena, "%s of %s", found.texts[0], sender);
		for (int side = 0; side < 2; side++)
			found.texts[side] = here[side]->packet->segment.has_timestamps ? "has" : "no";
	}
	if (!found.what)
		return error_no_memory(p->e);
	*ret = found;
	*ret_place = first;
	return 0;
}

static bool is_first_of_sender(const struct story *story, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(story_who(story, &story->packets[k]), story_who(story, &story->packets[i])))
			return false;
	return true;
}

static int find_in_packets(struct finding *p, struct divergence *ret, size_t *ret_place)
{
	for (int side = 0; side < 2; side++) {
		const struct story *story = p->pairing.stories[side];
		for (size_t i = 0; i < story->n_packets; i++) {
			int r = is_first_of_sender(story, i)
					? find_in_sender(p, story_who(story, &story->packets[i]), ret, ret_place)
					: 0;
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* How a connection ended: the first FIN or RST, and the first one of the other side. */
struct ending {
	const struct story_packet *first, *second; /* NULL where there is none */
	const char *who[2];
};

static struct ending find_ending(const struct story *story, size_t connection)
{
	struct ending ending = {.first = NULL};
	for (size_t i = 0; i < story->n_packets && !ending.second; i++) {
		const struct story_packet *p = &story->packets[i];
		if (!p->is_tcp || p->connection != connection || !(p->segment.flags & (SEGMENT_FIN | SEGMENT_RST)))
			continue;
		if (!ending.first)
			ending.first = p;
		else if (segment_is_reverse(&ending.first->segment, &p->segment))
			ending.second = p;
		else
			continue;
		ending.who[ending.second == p] = story_who(story, p);
	}
	return ending;
}

/* In a close of both at the same time it is a matter of time who is first. */
static bool is_in_order(const struct ending *e)
{
	return e->first && e->second && e->first->was_received && e->second->was_sent &&
	       e->first->received_us <= e->second->at_us;
}

static bool are_turned_round(const struct ending *a, const struct ending *b)
{
	return is_in_order(a) && is_in_order(b) && strcmp(a->who[0], a->who[1]) != 0 && !strcmp(a->who[0], b->who[1]) &&
	       !strcmp(a->who[1], b->who[0]);
}

static const char *ending_text(const struct finding *p, const struct ending endings[2], size_t connection)
{
	uint8_t flags = endings[0].first->segment.flags | endings[1].first->segment.flags;
	const char *which = !(flags & SEGMENT_RST) ? "FIN" : !(flags & SEGMENT_FIN) ? "RST" : "FIN or RST";
	return connection ? arena_printf(p->arena, "%s of connection %zu", which, connection + 1) : which;
}

/* Where a connection was ended by one side first, and in the other story by the other. */
static int find_in_endings(struct finding *p, struct divergence *ret, size_t *ret_place)
{
	const struct story *const *stories = p->pairing.stories;
	for (size_t c = 0; c < stories[0]->n_connections && c < stories[1]->n_connections; c++) {
		const struct ending endings[2] = {find_ending(stories[0], c), find_ending(stories[1], c)};
		if (!are_turned_round(&endings[0], &endings[1]))
			continue;
		const size_t steps[2] = {endings[0].first->step, endings[1].first->step};
		size_t places[2] = {pairing_place(&p->pairing, 0, steps[0]), pairing_place(&p->pairing, 1, steps[1])};
		size_t place = places[0] < places[1] ? places[0] : places[1];
		if (place >= *ret_place)
			continue;
		*ret_place = place;
		*ret = (struct divergence){
			.kind = DIVERGENCE_ENDING,
			.steps = {steps[0], steps[1]},
			.what = ending_text(p, endings, c),
			.texts = {endings[0].who[0], endings[1].who[0]},
		};
		if (!ret->what)
			return error_no_memory(p->e);
	}
	return 0;
}

/* NULL where nothing was ever seen in it. */
static const struct evidence_look *last_look(const struct story *story, size_t namespace)
{
	const struct evidence_look *last = NULL;
	for (size_t i = 0; i < story->n_looks; i++)
		if (story->looks[i].look->namespace == namespace)
			last = story->looks[i].look;
	return last;
}

/* "TIME-WAIT ×2, LISTEN" at the last look, or "none". */
static const char *last_states(struct finding *p, int side, size_t namespace)
{
	const struct evidence_look *last = last_look(p->pairing.stories[side], namespace);
	size_t counts[TCP_STATE_COUNT] = {0};
	for (size_t i = 0; last && i < last->n_sockets; i++)
		counts[(unsigned)last->sockets[i].state % TCP_STATE_COUNT]++;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	for (size_t state = 1; state < TCP_STATE_COUNT; state++) {
		if (counts[state])
			text_addf(&t, "%s%s", t.len ? ", " : "", tcp_state_name((enum tcp_state)state));
		if (counts[state] > 1)
			text_addf(&t, " ×%zu", counts[state]);
	}
	return t.failed ? NULL : arena_strdup(p->arena, t.len ? text_get(&t) : "none");
}

/* Whether nothing was on its way at the last look that would have changed a state; otherwise what is left is a matter
 * of time. */
static bool has_settled(const struct story *story)
{
	static const bool is_passing[TCP_STATE_COUNT] = {
		[TCP_STATE_SYN_SENT] = true,
		[TCP_STATE_SYN_RECEIVED] = true,
		[TCP_STATE_NEW_SYN_RECEIVED] = true,
		[TCP_STATE_FIN_WAIT_1] = true,
		[TCP_STATE_CLOSING] = true,
		[TCP_STATE_LAST_ACK] = true,
	};
	for (size_t namespace = 0; namespace < story->plan->n_namespaces; namespace ++) {
		const struct evidence_look *last = last_look(story, namespace);
		for (size_t i = 0; last && i < last->n_sockets; i++)
			if (is_passing[(unsigned)last->sockets[i].state % TCP_STATE_COUNT])
				return false;
	}
	return true;
}

/* The namespace of the second story that has the name of @namespace of the first one. */
static bool find_namespace(const struct finding *p, size_t namespace, size_t *ret)
{
	const struct plan *a = p->pairing.stories[0]->plan, *b = p->pairing.stories[1]->plan;
	for (*ret = 0; *ret < b->n_namespaces; ++*ret)
		if (!strcmp(a->namespaces[namespace].name, b->namespaces[*ret].name))
			return true;
	return false;
}

static int find_in_states(struct finding *p, size_t namespace, size_t other, struct divergence *ret)
{
	const char *texts[2] = {last_states(p, 0, namespace), last_states(p, 1, other)};
	if (!texts[0] || !texts[1])
		return error_no_memory(p->e);
	if (strcmp(texts[0], texts[1]) != 0)
		*ret = (struct divergence){
			.kind = DIVERGENCE_STATES,
			.steps = {p->pairing.stories[0]->n_steps, p->pairing.stories[1]->n_steps},
			.what = p->pairing.stories[0]->plan->namespaces[namespace].name,
			.texts = {texts[0], texts[1]},
		};
	return 0;
}

/*
 * Counters that depend on how fast things go, or on how data was cut: delayed acknowledgements and the fast paths of
 * receiving (net/ipv4/tcp_input.c, tcp_timer.c), the windows that an acknowledgement says, which may be delayed
 * (tcp_select_window() in tcp_output.c), the probe of a tail whose acknowledgement is late and the answers to it
 * (RFC 8985, section 7), and those of packets and bytes, which count every acknowledgement. TcpExtTW counts an orphan
 * in FIN-WAIT-2 as well, which it becomes when its FIN is acknowledged, at the end of the cell or not (tcp_time_wait()
 * in net/ipv4/tcp_minisocks.c); TIME-WAIT itself is told by the states.
 */
static bool is_of_timing(const char *name)
{
	static const char *const names[] = {"TcpInSegs", "TcpOutSegs", "TcpExtDelayedACKs", "TcpExtDelayedACKLocked",
		"TcpExtDelayedACKLost", "TcpExtTCPHPHits", "TcpExtTCPHPAcks", "TcpExtTCPPureAcks",
		"TcpExtTCPAutoCorking", "TcpExtTCPBacklogCoalesce", "TcpExtTCPRcvCoalesce",
		"TcpExtTCPSpuriousRtxHostQueues", "TcpExtTCPAckCompressed", "TcpExtTCPRcvCollapsed", "TcpExtPrequeued",
		"TcpExtTCPFromZeroWindowAdv", "TcpExtTCPToZeroWindowAdv", "TcpExtTCPWantZeroWindowAdv",
		"TcpExtTCPLossProbes", "TcpExtTCPLossProbeRecovery", "TcpExtTCPDSACKOldSent", "TcpExtTCPDSACKRecv",
		"TcpExtTCPDSACKRecvSegs", "TcpExtTCPDSACKIgnoredNoUndo", "TcpExtTCPDSACKIgnoredDubious",
		"TcpRetransSegs", "TcpExtTW"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(name, names[i]))
			return true;
	return !strncmp(name, "Ip", 2);
}

static bool has_counter(const struct story *story, size_t namespace, const char *name)
{
	const struct evidence *evidence = story->evidence;
	for (size_t i = 0; i < evidence->n_counters; i++)
		if (evidence->counters[i].namespace == namespace && !strcmp(evidence->counters[i].name, name))
			return true;
	return false;
}

/* One that moved in the story @side and not in the other. */
static int find_in_counters(struct finding *p, int side, const size_t namespaces[2], struct divergence *ret)
{
	const struct evidence *evidence = p->pairing.stories[side]->evidence;
	for (size_t i = 0; i < evidence->n_counters && ret->kind == DIVERGENCE_NONE; i++) {
		const struct evidence_counter *counter = &evidence->counters[i];
		if (counter->namespace != namespaces[side] || is_of_timing(counter->name) ||
			has_counter(p->pairing.stories[!side], namespaces[!side], counter->name))
			continue;
		*ret = (struct divergence){
			.kind = DIVERGENCE_COUNTER,
			.what = arena_printf(p->arena, "%s of %s", counter->name,
				p->pairing.stories[side]->plan->namespaces[counter->namespace].name),
			.texts = {"", ""},
		};
		ret->texts[side] = arena_printf(p->arena, "%" PRId64, counter->moved);
		if (!ret->what || !ret->texts[side])
			return error_no_memory(p->e);
	}
	return 0;
}

/* What is left at the end, where all that happened was the same. */
static int find_at_end(struct finding *p, struct divergence *ret)
{
	size_t namespaces[2];
	int r = 0;
	for (size_t i = 0; r == 0 && i < p->pairing.stories[0]->plan->n_namespaces && ret->kind == DIVERGENCE_NONE; i++)
		if (find_namespace(p, i, &namespaces[1]))
			r = find_in_states(p, i, namespaces[1], ret);
	for (size_t i = 0; r == 0 && i < p->pairing.stories[0]->plan->n_namespaces; i++) {
		namespaces[0] = i;
		for (int side = 0; r == 0 && side < 2 && find_namespace(p, i, &namespaces[1]); side++)
			r = find_in_counters(p, side, namespaces, ret);
	}
	return r;
}

int divergence_find(
	const struct story *a, const struct story *b, struct arena *arena, struct divergence *ret, struct error *e)
{
	struct finding p = {.pairing = pairing_of(a, b), .arena = arena, .e = e};
	struct divergence found = {.kind = DIVERGENCE_NONE, .what = "", .texts = {"", ""}};
	bool has_packets = story_is_whole(a) && story_is_whole(b);
	size_t place;
	struct step_pair put_in;
	int r = find_in_steps(&p, &found, &place, &put_in);
	/* Packets of the same step come before its outcome; those of another step, or after it, follow from that. */
	place += found.kind == DIVERGENCE_OUTCOME;
	if (r == 0 && has_packets)
		r = find_in_packets(&p, &found, &place);
	if (r == 0 && has_packets)
		r = find_in_endings(&p, &found, &place);
	if (r == 0 && found.kind == DIVERGENCE_NONE && a->evidence && b->evidence && has_settled(a) && has_settled(b))
		r = find_at_end(&p, &found);
	if (r < 0)
		return r;
	if (found.kind == DIVERGENCE_NONE && (put_in.steps[0] || put_in.steps[1]))
		found = step_of_one(&p, &put_in);
	found.compared_packets = has_packets;
	*ret = found;
	return 0;
}

/* "step 18", or where it has another number in the second story "step 18 (20 in cell 72)" */
static void add_number(const struct divergence *d, const char *const names[2], struct text *t)
{
	text_addf(t, "step %zu", d->steps[0]);
	if (d->steps[0] != d->steps[1])
		text_addf(t, " (%zu in %s)", d->steps[1], names[1]);
}

static void add_step_phrase(const struct divergence *d, const char *const names[2], struct text *t)
{
	bool has_a = *d->texts[0], has_b = *d->texts[1];
	if (has_a && has_b)
		text_addf(t, "step %zu: %s in %s, %s in %s", d->steps[0], d->texts[0], names[0], d->texts[1], names[1]);
	else
		text_addf(t, "step %zu, %s, is made in %s alone", d->steps[has_b], d->texts[has_b], names[has_b]);
}

/* " in step 6", or where it left before the first one " before the first step" */
static void add_place(size_t step, struct text *t)
{
	if (step)
		text_addf(t, " in step %zu", step);
	else
		text_add(t, " before the first step");
}

static void add_packet_phrase(const struct divergence *d, const char *const names[2], struct text *t)
{
	static const char *const says[] = {"has no timestamps", "has them"};
	bool has[2] = {*d->texts[0], *d->texts[1]};
	if (d->only_timestamps) {
		bool first_has = !strcmp(d->texts[0], "has");
		text_addf(t, "the %s", d->what);
		if (d->steps[0] == d->steps[1]) {
			add_place(d->steps[0], t);
		} else {
			text_add(t, " in ");
			add_number(d, names, t);
		}
		text_addf(t, " %s in %s, %s in %s", first_has ? "has timestamps" : says[0], names[0],
			first_has ? "has none" : says[1], names[1]);
		return;
	}
	int first = has[0] ? 0 : 1;
	text_addf(t, "%s sends %s", d->what, d->texts[first]);
	add_place(d->steps[first], t);
	text_addf(t, " in %s", names[first]);
	if (!has[!first]) {
		text_addf(t, ", and does not in %s", names[!first]);
		return;
	}
	text_addf(t, ", %s", d->texts[1]);
	if (d->steps[0] != d->steps[1])
		add_place(d->steps[1], t);
	text_addf(t, " in %s", names[1]);
}

void divergence_phrase(const struct divergence *d, const char *const names[2], struct text *t)
{
	switch (d->kind) {
	case DIVERGENCE_NONE:
		text_addf(t, "nothing differs%s", d->compared_packets ? "" : " in the steps");
		break;
	case DIVERGENCE_STEP:
		add_step_phrase(d, names, t);
		break;
	case DIVERGENCE_OUTCOME:
		add_number(d, names, t);
		text_addf(t, ", %s: %s in %s, %s in %s", d->what, d->texts[0], names[0], d->texts[1], names[1]);
		break;
	case DIVERGENCE_PACKET:
		add_packet_phrase(d, names, t);
		break;
	case DIVERGENCE_ENDING:
		text_addf(t, "the first %s is", d->what);
		for (int side = 0; side < 2; side++)
			text_addf(t, "%s %s's (step %zu) in %s", side ? "," : "", d->texts[side], d->steps[side],
				names[side]);
		break;
	case DIVERGENCE_STATES:
		text_addf(t, "the sockets of %s at the end: %s in %s, %s in %s", d->what, d->texts[0], names[0],
			d->texts[1], names[1]);
		break;
	case DIVERGENCE_COUNTER: {
		bool second = *d->texts[1];
		text_addf(t, "%s moved in %s (by %s), and not in %s", d->what, names[second], d->texts[second],
			names[!second]);
		break;
	}
	case DIVERGENCE_KIND_COUNT:
		break;
	}
}

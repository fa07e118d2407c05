// SPDX-License-Identifier: GPL-2.0-or-later
// The story of a cell as JSON for programs. The man page describes its members; what is there stays there.
#include <errno.h>
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "report/story.h"
#include "report/story_phrase.h"

/* An object that lacks a member for want of memory is no object: @good says whether all is there. */
struct writer {
	const struct story *story;
	bool good;
};

static void put(struct writer *w, json_t *object, const char *key, json_t *value)
{
	w->good &= json_put(object, key, value);
}

static void append(struct writer *w, json_t *array, json_t *value)
{
	w->good &= json_append(array, value);
}

static json_t *integer(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *string_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *actor_name(const struct writer *w, size_t actor)
{
	return actor == STORY_NO_ACTOR ? json_null() : json_string(w->story->plan->actors[actor].name);
}

static json_t *namespace_name(const struct writer *w, size_t namespace)
{
	return json_string(w->story->plan->namespaces[namespace].name);
}

static json_t *side_name(enum story_side side)
{
	static const char *const names[] = {[STORY_LEFT] = "left", [STORY_RIGHT] = "right", [STORY_UNTOLD] = NULL};
	return string_or_null(names[side]);
}

/* Zero for the step before the first one: null. */
static json_t *step_number(size_t step)
{
	return step ? integer(step) : json_null();
}

static json_t *end_to_json(const struct in6_addr *address, uint16_t port)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	bool is_ipv6 = !IN6_IS_ADDR_V4MAPPED(address);
	text_add(&t, is_ipv6 ? "[" : "");
	story_phrase_address(address, &t);
	text_addf(&t, "%s:%u", is_ipv6 ? "]" : "", port);
	return t.failed ? NULL : json_string(text_get(&t));
}

static json_t *step_to_json(struct writer *w, size_t i)
{
	const struct story_step *step = &w->story->steps[i];
	json_t *object = json_object();
	put(w, object, "number", integer(i + 1));
	put(w, object, "line", integer(step->made->line));
	put(w, object, "actor", actor_name(w, step->actor));
	put(w, object, "side", side_name(story_side_of_actor(w->story, step->actor)));
	put(w, object, "do", json_string(step->planned->text));
	put(w, object, "out", json_string(step->made->outcome));
	put(w, object, "response", string_or_null(step->response));
	put(w, object, "at_us", integer(step->made->at_us));
	put(w, object, "took_us", integer(step->made->took_us));
	put(w, object, "tries", integer(step->made->tries));
	return object;
}

static json_t *socket_to_json(struct writer *w, const struct story_change *change)
{
	static const char *const how[] = {
		[STORY_APPEARED] = "appeared", [STORY_CHANGED] = "changed", [STORY_GONE] = "gone"};
	const struct tcp_socket *socket = change->socket;
	bool is_gone = change->how == STORY_GONE;
	json_t *object = json_object();
	put(w, object, "change", json_string(how[change->how]));
	put(w, object, "side", side_name(change->side));
	put(w, object, "state", is_gone ? json_null() : string_or_null(tcp_state_name(socket->state)));
	put(w, object, "before", change->before ? string_or_null(tcp_state_name(change->before->state)) : json_null());
	put(w, object, "local", end_to_json(&socket->local, socket->local_port));
	put(w, object, "remote", socket->remote_port ? end_to_json(&socket->remote, socket->remote_port) : json_null());
	if (is_gone)
		return object;
	put(w, object, "timer", string_or_null(tcp_timer_name(socket->timer)));
	put(w, object, "expires_ms", socket->timer == TCP_TIMER_NONE ? json_null() : integer(socket->expires_ms));
	put(w, object, "receive_queue", integer(socket->receive_queue));
	put(w, object, "send_queue", integer(socket->send_queue));
	return object;
}

static json_t *look_to_json(struct writer *w, const struct story_look *look)
{
	json_t *object = json_object(), *changes = json_array();
	for (size_t i = 0; i < look->n_changes; i++)
		append(w, changes, socket_to_json(w, &look->changes[i]));
	put(w, object, "after", step_number(look->look->after));
	put(w, object, "namespace", namespace_name(w, look->look->namespace));
	put(w, object, "at_us", integer(look->look->at_us));
	put(w, object, "sockets", changes);
	return object;
}

static json_t *flags_to_json(struct writer *w, uint8_t flags)
{
	static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
	json_t *array = json_array();
	for (int i = 0; i < 8; i++)
		if (flags >> i & 1)
			append(w, array, json_string(names[i]));
	return array;
}

/* A number as it stands in the header, and as it is counted. */
static void put_number(
	struct writer *w, json_t *object, const char *key, uint32_t raw, const struct story_number *number)
{
	static const char *const counted[] = {
		[STORY_COUNTED] = "this", [STORY_COUNTED_BEFORE] = "before", [STORY_UNCOUNTED] = NULL};
	json_t *relative = json_null();
	if (number->counted != STORY_UNCOUNTED)
		relative = json_pack(
			"{s:I, s:s}", "number", (json_int_t)number->value, "connection", counted[number->counted]);
	json_t *both = json_object();
	put(w, both, "raw", integer(raw));
	put(w, both, "relative", relative);
	put(w, object, key, both);
}

static json_t *segment_to_json(struct writer *w, const struct story_packet *p)
{
	const struct segment *s = &p->segment;
	json_t *object = json_object();
	put(w, object, "connection", integer(p->connection + 1));
	put(w, object, "from", end_to_json(&s->from, s->from_port));
	put(w, object, "to", end_to_json(&s->to, s->to_port));
	put(w, object, "flags", flags_to_json(w, s->flags));
	put_number(w, object, "seq", s->sequence, &p->sequence);
	if (s->flags & SEGMENT_ACK)
		put_number(w, object, "ack", s->acknowledgement, &p->acknowledgement);
	else
		put(w, object, "ack", json_null());
	put(w, object, "data", integer(s->n_data));
	put(w, object, "window", integer(s->window));
	put(w, object, "mss", s->mss ? integer(s->mss) : json_null());
	put(w, object, "window_scale", s->window_scale >= 0 ? json_integer(s->window_scale) : json_null());
	put(w, object, "sack_permitted", json_boolean(s->sack_permitted));
	put(w, object, "timestamps",
		s->has_timestamps ? json_pack("{s:I, s:I}", "value", (json_int_t)s->timestamp, "echo",
					    (json_int_t)s->timestamp_echo)
				  : json_null());
	return object;
}

static json_t *packet_to_json(struct writer *w, const struct story_packet *p)
{
	json_t *object = json_object();
	put(w, object, "at_us", integer(p->at_us));
	put(w, object, "received_us", p->was_received ? integer(p->received_us) : json_null());
	put(w, object, "seen_leaving", json_boolean(p->was_sent));
	put(w, object, "step", step_number(p->step));
	put(w, object, "namespace", namespace_name(w, p->namespace));
	put(w, object, "loopback", json_boolean(p->packet->loopback));
	put(w, object, "sender", actor_name(w, p->sender));
	put(w, object, "side", side_name(p->from));
	put(w, object, "to_side", side_name(p->to));
	put(w, object, "length", integer(p->packet->len));
	put(w, object, "kind", json_string(p->is_tcp ? "TCP" : story_packet_kind(p->packet)));
	put(w, object, "tcp", p->is_tcp ? segment_to_json(w, p) : json_null());
	return object;
}

static json_t *counters_to_json(struct writer *w)
{
	const struct evidence *evidence = w->story->evidence;
	json_t *object = json_object();
	for (size_t i = 0; i < w->story->plan->n_namespaces; i++) {
		json_t *counters = json_object();
		for (size_t k = 0; k < evidence->n_counters; k++)
			if (evidence->counters[k].namespace == i)
				put(w, counters, evidence->counters[k].name, json_integer(evidence->counters[k].moved));
		put(w, object, w->story->plan->namespaces[i].name, counters);
	}
	return object;
}

static json_t *evidence_to_json(struct writer *w)
{
	const struct story *story = w->story;
	const struct evidence *evidence = story->evidence;
	if (!evidence)
		return json_null();
	json_t *object = json_object(), *looks = json_array(), *packets = json_array(), *dropped = json_object();
	for (size_t i = 0; i < story->n_looks; i++)
		if (story->looks[i].n_changes)
			append(w, looks, look_to_json(w, &story->looks[i]));
	for (size_t i = 0; i < story->n_packets; i++)
		append(w, packets, packet_to_json(w, &story->packets[i]));
	for (size_t i = 0; i < evidence->capture.n_namespaces; i++)
		put(w, dropped, evidence->capture.namespaces[i], integer(evidence->capture.dropped[i]));
	put(w, object, "looks", looks);
	put(w, object, "packets", packets);
	put(w, object, "counters", counters_to_json(w));
	put(w, object, "dropped", dropped);
	put(w, object, "left_out", integer(evidence->left_out));
	put(w, object, "gap", string_or_null(evidence->gap));
	return object;
}

static json_t *responses_to_json(struct writer *w)
{
	const struct result *result = w->story->result;
	json_t *object = json_object();
	for (size_t i = 0; i < result->n_values; i++)
		put(w, object, result->values[i].response, json_string(result->values[i].text));
	return object;
}

int story_json(const struct story_view *view, struct text *t)
{
	const struct story *story = view->story;
	const struct result *result = story->result;
	struct writer w = {story, true};
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, result->cell);
	CLEANUP(cleanup_json) json_t *object = json_object();
	json_t *steps = json_array();
	for (size_t i = 0; i < story->n_steps; i++)
		append(&w, steps, step_to_json(&w, i));
	put(&w, object, "scenario", json_string(story->scenario->name));
	put(&w, object, "path", json_string(story->scenario->path));
	put(&w, object, "kernel", json_string(view->kernel));
	put(&w, object, "privilege", json_string(view->privilege));
	put(&w, object, "id", json_string(id));
	put(&w, object, "replicate", integer(result->replicate));
	put(&w, object, "alike", integer(view->n_alike));
	put(&w, object, "levels", result_levels_to_json(&story->scenario->matrix, story->plan->levels));
	put(&w, object, "verdict", json_string(verdict_names[result->verdict]));
	put(&w, object, "reason", string_or_null(result->reason));
	put(&w, object, "responses", responses_to_json(&w));
	put(&w, object, "elapsed_us", integer(result->elapsed_us));
	put(&w, object, "steps", steps);
	put(&w, object, "evidence", evidence_to_json(&w));
	if (!w.good)
		return -ENOMEM;
	json_write(object, JSON_COMPACT | JSON_PRESERVE_ORDER, t);
	text_add(t, "\n");
	return t->failed ? -ENOMEM : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The story of a cell as JSON for programs. The man page describes its members; what is there stays there.
#include <errno.h>
#include <inttypes.h>

#include "base/cleanup.h"
#include "report/story.h"
#include "report/story_phrase.h"
#include "report/json_writer.h"

struct writer {
	const struct story *story;
	struct json_writer json;
};

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
	return json_string_or_null(names[side]);
}

/* Zero for the step before the first one: null. */
static json_t *step_number(size_t step)
{
	return step ? json_from_uint(step) : json_null();
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
	json_writer_put(&w->json, object, "number", json_from_uint(i + 1));
	json_writer_put(&w->json, object, "line", json_from_uint(step->made->line));
	json_writer_put(&w->json, object, "actor", actor_name(w, step->actor));
	json_writer_put(&w->json, object, "side", side_name(story_side_of_actor(w->story, step->actor)));
	json_writer_put(&w->json, object, "do", json_string(step->planned->text));
	json_writer_put(&w->json, object, "out", json_string(step->made->outcome));
	json_writer_put(&w->json, object, "response", json_string_or_null(step->response));
	json_writer_put(&w->json, object, "at_us", json_from_uint(step->made->at_us));
	json_writer_put(&w->json, object, "took_us", json_from_uint(step->made->took_us));
	json_writer_put(&w->json, object, "tries", json_from_uint(step->made->tries));
	return object;
}

static json_t *socket_to_json(struct writer *w, const struct story_change *change)
{
	static const char *const how[] = {
		[STORY_APPEARED] = "appeared", [STORY_CHANGED] = "changed", [STORY_GONE] = "gone"};
	const struct tcp_socket *socket = change->socket;
	bool is_gone = change->how == STORY_GONE;
	json_t *object = json_object();
	json_writer_put(&w->json, object, "change", json_string(how[change->how]));
	json_writer_put(&w->json, object, "side", side_name(change->side));
	json_writer_put(
		&w->json, object, "state", is_gone ? json_null() : json_string_or_null(tcp_state_name(socket->state)));
	json_writer_put(&w->json, object, "before",
		change->before ? json_string_or_null(tcp_state_name(change->before->state)) : json_null());
	json_writer_put(&w->json, object, "local", end_to_json(&socket->local, socket->local_port));
	json_writer_put(&w->json, object, "remote",
		socket->remote_port ? end_to_json(&socket->remote, socket->remote_port) : json_null());
	if (is_gone)
		return object;
	json_writer_put(&w->json, object, "timer", json_string_or_null(tcp_timer_name(socket->timer)));
	json_writer_put(&w->json, object, "expires_ms",
		socket->timer == TCP_TIMER_NONE ? json_null() : json_from_uint(socket->expires_ms));
	json_writer_put(&w->json, object, "receive_queue", json_from_uint(socket->receive_queue));
	json_writer_put(&w->json, object, "send_queue", json_from_uint(socket->send_queue));
	return object;
}

static json_t *look_to_json(struct writer *w, const struct story_look *look)
{
	json_t *object = json_object(), *changes = json_array();
	for (size_t i = 0; i < look->n_changes; i++)
		json_writer_append(&w->json, changes, socket_to_json(w, &look->changes[i]));
	json_writer_put(&w->json, object, "after", step_number(look->look->after));
	json_writer_put(&w->json, object, "namespace", namespace_name(w, look->look->namespace));
	json_writer_put(&w->json, object, "at_us", json_from_uint(look->look->at_us));
	json_writer_put(&w->json, object, "sockets", changes);
	return object;
}

static json_t *flags_to_json(struct writer *w, uint8_t flags)
{
	static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
	json_t *array = json_array();
	for (int i = 0; i < 8; i++)
		if (flags >> i & 1)
			json_writer_append(&w->json, array, json_string(names[i]));
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
	json_writer_put(&w->json, both, "raw", json_from_uint(raw));
	json_writer_put(&w->json, both, "relative", relative);
	json_writer_put(&w->json, object, key, both);
}

static json_t *segment_to_json(struct writer *w, const struct story_packet *p)
{
	const struct segment *s = &p->segment;
	json_t *object = json_object();
	json_writer_put(&w->json, object, "connection", json_from_uint(p->connection + 1));
	json_writer_put(&w->json, object, "from", end_to_json(&s->from, s->from_port));
	json_writer_put(&w->json, object, "to", end_to_json(&s->to, s->to_port));
	json_writer_put(&w->json, object, "flags", flags_to_json(w, s->flags));
	put_number(w, object, "seq", s->sequence, &p->sequence);
	if (s->flags & SEGMENT_ACK)
		put_number(w, object, "ack", s->acknowledgement, &p->acknowledgement);
	else
		json_writer_put(&w->json, object, "ack", json_null());
	json_writer_put(&w->json, object, "data", json_from_uint(s->n_data));
	json_writer_put(&w->json, object, "window", json_from_uint(s->window));
	json_writer_put(&w->json, object, "mss", s->mss ? json_from_uint(s->mss) : json_null());
	json_writer_put(
		&w->json, object, "window_scale", s->window_scale >= 0 ? json_integer(s->window_scale) : json_null());
	json_writer_put(&w->json, object, "sack_permitted", json_boolean(s->sack_permitted));
	json_writer_put(&w->json, object, "timestamps",
		s->has_timestamps ? json_pack("{s:I, s:I}", "value", (json_int_t)s->timestamp, "echo",
					    (json_int_t)s->timestamp_echo)
				  : json_null());
	return object;
}

static json_t *packet_to_json(struct writer *w, const struct story_packet *p)
{
	json_t *object = json_object();
	json_writer_put(&w->json, object, "at_us", json_from_uint(p->at_us));
	json_writer_put(
		&w->json, object, "received_us", p->was_received ? json_from_uint(p->received_us) : json_null());
	json_writer_put(&w->json, object, "seen_leaving", json_boolean(p->was_sent));
	json_writer_put(&w->json, object, "step", step_number(p->step));
	json_writer_put(&w->json, object, "namespace", namespace_name(w, p->namespace));
	json_t *via = json_array();
	for (size_t i = 0; i < p->n_via; i++)
		json_writer_append(&w->json, via, namespace_name(w, p->via[i]));
	json_writer_put(&w->json, object, "to_namespace", namespace_name(w, p->to_namespace));
	json_writer_put(&w->json, object, "via", via);
	json_writer_put(&w->json, object, "stopped_at",
		p->stopped_at == STORY_NO_NAMESPACE ? json_null() : namespace_name(w, p->stopped_at));
	json_writer_put(&w->json, object, "loopback", json_boolean(p->packet->loopback));
	json_writer_put(&w->json, object, "sender", actor_name(w, p->sender));
	json_writer_put(&w->json, object, "side", side_name(p->from));
	json_writer_put(&w->json, object, "to_side", side_name(p->to));
	json_writer_put(&w->json, object, "length", json_from_uint(p->packet->len));
	json_writer_put(&w->json, object, "kind", json_string(p->is_tcp ? "TCP" : story_packet_kind(p->packet)));
	json_writer_put(&w->json, object, "tcp", p->is_tcp ? segment_to_json(w, p) : json_null());
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
				json_writer_put(&w->json, counters, evidence->counters[k].name,
					json_integer(evidence->counters[k].moved));
		json_writer_put(&w->json, object, w->story->plan->namespaces[i].name, counters);
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
			json_writer_append(&w->json, looks, look_to_json(w, &story->looks[i]));
	for (size_t i = 0; i < story->n_packets; i++)
		json_writer_append(&w->json, packets, packet_to_json(w, &story->packets[i]));
	for (size_t i = 0; i < evidence->capture.n_namespaces; i++)
		json_writer_put(&w->json, dropped, evidence->capture.namespaces[i],
			json_from_uint(evidence->capture.dropped[i]));
	json_writer_put(&w->json, object, "looks", looks);
	json_writer_put(&w->json, object, "packets", packets);
	json_writer_put(&w->json, object, "counters", counters_to_json(w));
	json_writer_put(&w->json, object, "dropped", dropped);
	json_writer_put(&w->json, object, "left_out", json_from_uint(evidence->left_out));
	json_writer_put(&w->json, object, "gap", json_string_or_null(evidence->gap));
	return object;
}

static json_t *responses_to_json(struct writer *w)
{
	const struct result *result = w->story->result;
	json_t *object = json_object();
	for (size_t i = 0; i < result->n_values; i++)
		json_writer_put(&w->json, object, result->values[i].response, json_string(result->values[i].text));
	return object;
}

int story_json(const struct story_view *view, struct text *t)
{
	const struct story *story = view->story;
	const struct result *result = story->result;
	struct writer w = {story, {true}};
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, result->cell);
	CLEANUP(cleanup_json) json_t *object = json_object();
	json_t *steps = json_array();
	for (size_t i = 0; i < story->n_steps; i++)
		json_writer_append(&w.json, steps, step_to_json(&w, i));
	json_writer_put(&w.json, object, "scenario", json_string(story->scenario->name));
	json_writer_put(&w.json, object, "path", json_string(story->scenario->path));
	json_writer_put(&w.json, object, "kernel", json_string(view->kernel));
	json_writer_put(&w.json, object, "privilege", json_string(view->privilege));
	json_writer_put(&w.json, object, "id", json_string(id));
	json_writer_put(&w.json, object, "replicate", json_from_uint(result->replicate));
	json_writer_put(&w.json, object, "alike", json_from_uint(view->n_alike));
	json_writer_put(
		&w.json, object, "levels", result_levels_to_json(&story->scenario->matrix, story->plan->levels));
	json_writer_put(&w.json, object, "verdict", json_string(verdict_names[result->verdict]));
	json_writer_put(&w.json, object, "reason", json_string_or_null(result->reason));
	json_writer_put(&w.json, object, "responses", responses_to_json(&w));
	json_writer_put(&w.json, object, "elapsed_us", json_from_uint(result->elapsed_us));
	json_writer_put(&w.json, object, "steps", steps);
	json_writer_put(&w.json, object, "evidence", evidence_to_json(&w));
	if (!w.json.good)
		return -ENOMEM;
	json_write(object, JSON_COMPACT | JSON_PRESERVE_ORDER, t);
	text_add(t, "\n");
	return t->failed ? -ENOMEM : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The story of one run of one cell, put together.
#include "analyze/story.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/story_parts.h"
#include "model/encoding.h"

static bool can_be_shown(const char *text)
{
	struct encoding_fault fault;
	return !encoding_find_fault(text, strlen(text), &fault);
}

static int refuse(struct error *e, const char *why)
{
	return error_set(e, ERROR_USAGE, EINVAL, "%s", why);
}

bool story_has_routers(const struct story *story)
{
	return story->plan->n_namespaces > 2;
}

static bool is_acted_in(const struct story *story, size_t namespace)
{
	for (size_t i = 0; i < story->plan->n_actors; i++)
		if (story->acts[i] && story->plan->actors[i].namespace == namespace)
			return true;
	return false;
}

enum story_side story_side_of_namespace(const struct story *story, size_t namespace)
{
	if (story->is_one_namespace)
		return STORY_UNTOLD;
	if (namespace == story->left_namespace)
		return STORY_LEFT;
	return !story_has_routers(story) || is_acted_in(story, namespace) ? STORY_RIGHT : STORY_UNTOLD;
}

enum story_side story_side_of_actor(const struct story *story, size_t actor)
{
	if (story->is_one_namespace)
		return actor == story->first_actor ? STORY_LEFT : STORY_RIGHT;
	return story_side_of_namespace(story, story->plan->actors[actor].namespace);
}

enum story_side story_side_of_end(const struct story *story, size_t namespace, size_t actor)
{
	return actor == STORY_NO_ACTOR ? story_side_of_namespace(story, namespace) : story_side_of_actor(story, actor);
}

size_t story_only_actor(const struct story *story, size_t namespace)
{
	const struct plan *plan = story->plan;
	size_t only = STORY_NO_ACTOR;
	for (size_t i = 0; i < plan->n_actors; i++) {
		if (!story->acts[i] || plan->actors[i].namespace != namespace)
			continue;
		if (only != STORY_NO_ACTOR)
			return STORY_NO_ACTOR;
		only = i;
	}
	return only;
}

/* The word of the socket to which a step gave this port, as bind does; NULL where it did not. */
static const struct word *find_port_given(const struct story_step *step, uint16_t port)
{
	const struct plan_step *planned = step->planned;
	const struct verb_syntax *verb = planned->step->verb;
	for (size_t i = 1; i < planned->n_words; i++)
		if (verb->words[i - 1]->socket == SOCKET_USES && verb->words[i] == &word_address &&
			planned->words[i].address.port == port && !strcmp(step->made->outcome, "ok"))
			return &planned->words[i - 1];
	return NULL;
}

/* Whether a step ended a socket. */
static bool ends_socket(const struct story_step *step, size_t actor, const struct word *socket)
{
	const struct verb_syntax *verb = step->planned->step->verb;
	if (step->actor != actor)
		return false;
	for (size_t i = 0; i < step->planned->n_words; i++)
		if (verb->words[i]->socket == SOCKET_ENDS && step->planned->words[i].socket == socket->socket)
			return true;
	return verb->ends_all_sockets;
}

static bool is_ended(const struct story *story, size_t from, size_t n_steps, const struct word *socket)
{
	for (size_t i = from + 1; i < n_steps; i++)
		if (ends_socket(&story->steps[i], story->steps[from].actor, socket))
			return true;
	return false;
}

/* @with_ended: also sockets that were ended meanwhile. */
static size_t find_owner(
	const struct story *story, size_t namespace, uint16_t port, size_t n_steps, bool with_ended, bool *ret_some)
{
	size_t only = STORY_NO_ACTOR;
	*ret_some = false;
	for (size_t i = 0; i < n_steps; i++) {
		size_t actor = story->steps[i].actor;
		const struct word *socket = find_port_given(&story->steps[i], port);
		if (!socket || story->plan->actors[actor].namespace != namespace ||
			(!with_ended && is_ended(story, i, n_steps, socket)))
			continue;
		if (*ret_some && only != actor)
			return STORY_NO_ACTOR;
		*ret_some = true;
		only = actor;
	}
	return only;
}

size_t story_owner_of_port(const struct story *story, size_t namespace, uint16_t port, size_t n_steps)
{
	bool some;
	size_t n = n_steps < story->n_steps ? n_steps : story->n_steps;
	size_t owner = find_owner(story, namespace, port, n, false, &some);
	return some ? owner : find_owner(story, namespace, port, n, true, &some);
}

size_t story_step_at(const struct story *story, uint64_t at_us)
{
	size_t n = story->n_steps;
	while (n && story->steps[n - 1].made->at_us > at_us)
		n--;
	return n;
}

/* "server: bind listener *:12345" in the results is what the plan says: "server", and "bind listener *:12345". */
static bool is_action(const char *action, const char *actor, const char *text)
{
	size_t len = strlen(actor);
	return !strncmp(action, actor, len) && !strncmp(action + len, ": ", 2) && !strcmp(action + len + 2, text);
}

static int add_steps(struct story_builder *b)
{
	struct story *story = b->story;
	const struct result *result = story->result;
	const struct plan *plan = story->plan;
	if (result->n_steps > plan->n_steps)
		return refuse(b->e, "it has more steps than its scenario");
	story->steps = arena_array(&story->arena, result->n_steps, sizeof *story->steps);
	if (!story->steps)
		return error_no_memory(b->e);
	for (size_t i = 0; i < result->n_steps; i++) {
		const struct plan_step *planned = &plan->steps[i];
		const struct result_step *made = &result->steps[i];
		if (made->line != planned->step->at.line ||
			!is_action(made->action, plan->actors[planned->actor].name, planned->text))
			return refuse(b->e, "its steps are not those of its scenario");
		if (!can_be_shown(made->outcome) || (i && made->at_us < result->steps[i - 1].at_us))
			return refuse(b->e, "its steps are not as netrepro writes them");
		size_t response = planned->step->response;
		story->steps[story->n_steps++] = (struct story_step){
			.planned = planned,
			.made = made,
			.actor = planned->actor,
			.response = response == SCENARIO_NO_RESPONSE ? NULL : story->scenario->responses[response].name,
		};
	}
	return 0;
}

struct counting {
	struct story *story;
	size_t place;   /* of the last step of the scenario so far */
	size_t n_found; /* steps of the plan */
};

/* The steps of the plan are those of the scenario in their order, less those that its cell has not. */
static void count_places(struct counting *c, const struct step *steps, size_t n)
{
	const struct plan *plan = c->story->plan;
	for (const struct step *step = steps; step < steps + n; step++) {
		if (!step->verb) {
			count_places(c, step->body, step->n_body);
			continue;
		}
		c->place++;
		if (c->n_found < plan->n_steps && plan->steps[c->n_found].step == step)
			c->story->places[c->n_found++] = c->place;
	}
}

static int add_places(struct story_builder *b)
{
	struct story *story = b->story;
	const struct scenario *s = story->scenario;
	struct counting counting = {.story = story};
	story->places = arena_array(&story->arena, story->plan->n_steps, sizeof *story->places);
	if (!story->places)
		return error_no_memory(b->e);
	count_places(&counting, s->steps, s->n_steps);
	count_places(&counting, s->check_steps, s->n_check_steps);
	return 0;
}

/* A stranger's file may hold anything, and its numbers of namespaces are taken for the plan's. */
static int check_evidence(const struct story_builder *b)
{
	const struct evidence *evidence = b->story->evidence;
	const struct plan *plan = b->story->plan;
	bool good =
		evidence->capture.n_namespaces == plan->n_namespaces && (!evidence->gap || can_be_shown(evidence->gap));
	for (size_t i = 0; good && i < plan->n_namespaces; i++)
		good = !strcmp(evidence->capture.namespaces[i], plan->namespaces[i].name);
	for (size_t i = 0; good && i < evidence->n_looks; i++)
		good = evidence->looks[i].namespace < plan->n_namespaces;
	for (size_t i = 0; good && i < evidence->n_counters; i++)
		good = evidence->counters[i].namespace < plan->n_namespaces && can_be_shown(evidence->counters[i].name);
	for (size_t i = 0; good && i < evidence->capture.n_packets; i++)
		good = evidence->capture.packets[i].namespace < plan->n_namespaces;
	return good ? 0 : refuse(b->e, "its evidence is not of its scenario");
}

/* The last step that had begun. */
static size_t step_of(const struct story *story, const struct story_event *event)
{
	switch (event->kind) {
	case STORY_STEP:
		return event->number + 1;
	case STORY_PACKET:
		return story->packets[event->number].step;
	case STORY_LOOK:
		return story->looks[event->number].look->after;
	}
	return 0;
}

/*
 * By the last step that had begun, then by time: so that a look stands behind its step, and a packet behind the step
 * that it belongs to, also within the same microsecond.
 */
static int compare_events(const void *a, const void *b, void *context)
{
	const struct story_event *x = a, *y = b;
	const struct story *story = context;
	size_t step_x = step_of(story, x), step_y = step_of(story, y);
	if (step_x != step_y)
		return step_x < step_y ? -1 : 1;
	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

static int add_events(struct story_builder *b)
{
	struct story *story = b->story;
	size_t n = story->n_steps + story->n_packets + story->n_looks, k = 0;
	story->events = arena_array(&story->arena, n, sizeof *story->events);
	if (!story->events)
		return error_no_memory(b->e);
	for (size_t i = 0; i < story->n_steps; i++)
		story->events[k++] = (struct story_event){STORY_STEP, i, story->steps[i].made->at_us};
	for (size_t i = 0; i < story->n_packets; i++)
		story->events[k++] = (struct story_event){STORY_PACKET, i, story->packets[i].at_us};
	for (size_t i = 0; i < story->n_looks; i++)
		story->events[k++] = (struct story_event){STORY_LOOK, i, story->looks[i].look->at_us};
	story->n_events = n;
	qsort_r(story->events, n, sizeof *story->events, compare_events, story);
	return 0;
}

/* Who takes part. An actor that a namespace has by default makes no step in many a scenario. */
static int add_actors(struct story_builder *b)
{
	struct story *story = b->story;
	const struct plan *plan = story->plan;
	story->acts = arena_array(&story->arena, plan->n_actors, sizeof *story->acts);
	if (!story->acts)
		return error_no_memory(b->e);
	for (size_t i = 0; i < plan->n_steps; i++)
		story->acts[plan->steps[i].actor] = true;
	size_t n = 0;
	bool are_together = true;
	for (size_t i = plan->n_actors; i-- > 0;) {
		if (!story->acts[i])
			continue;
		if (n++ && plan->actors[i].namespace != plan->actors[story->first_actor].namespace)
			are_together = false;
		story->first_actor = i;
	}
	story->is_one_namespace = n > 1 && are_together;
	for (size_t i = plan->n_namespaces; story_has_routers(story) && i-- > 0;)
		if (is_acted_in(story, i))
			story->left_namespace = i;
	return 0;
}

int story_make(struct story *story, const struct scenario *s, const struct plan *plan, const struct result *result,
	const struct evidence *evidence, struct error *e)
{
	*story = (struct story){
		.arena = ARENA_INIT,
		.scenario = s,
		.plan = plan,
		.result = result,
		.evidence = evidence,
		.first_actor = STORY_NO_ACTOR,
	};
	struct story_builder b = {.story = story, .e = e};
	int r = add_actors(&b);
	if (r == 0)
		r = add_places(&b);
	if (r == 0)
		r = add_steps(&b);
	if (r == 0 && evidence)
		r = check_evidence(&b);
	if (r == 0 && evidence)
		r = story_add_packets(&b);
	if (r == 0 && evidence)
		r = story_add_looks(&b);
	return r < 0 ? r : add_events(&b);
}

void story_done(struct story *story)
{
	arena_done(&story->arena);
	*story = STORY_INIT;
}

bool story_is_whole(const struct story *story)
{
	if (!story->evidence || story->evidence->gap || story->evidence->left_out)
		return false;
	for (size_t i = 0; i < story->evidence->capture.n_namespaces; i++)
		if (story->evidence->capture.dropped[i])
			return false;
	return true;
}

const char *story_who(const struct story *story, const struct story_packet *packet)
{
	return packet->sender == STORY_NO_ACTOR ? story->plan->namespaces[packet->namespace].name
						: story->plan->actors[packet->sender].name;
}

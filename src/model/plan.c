// SPDX-License-Identifier: GPL-2.0-or-later
// Plans one cell: replaces $names, finds who is where, reads every word, and adds up how long it may take.
#include "model/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/suggest.h"
#include "base/text.h"
#include "model/planner.h"

#define PLAN_EVERY_US (200 * CLOCK_US_PER_MS) /* between attempts, where the file says nothing */

struct plan_scope {
	struct word_scope scope;
	const struct plan *plan;
};

static int find_namespace_by_name(const struct plan *plan, const char *name, size_t *ret)
{
	for (size_t i = 0; i < plan->n_namespaces; i++)
		if (!strcmp(plan->namespaces[i].name, name)) {
			*ret = i;
			return 0;
		}
	return -ENOENT;
}

static int scope_find_namespace(const struct word_scope *scope, const char *name, size_t *ret, struct error *e)
{
	const struct plan *plan = ((const struct plan_scope *)scope)->plan;
	if (find_namespace_by_name(plan, name, ret) >= 0)
		return 0;
	struct suggestion suggestion = SUGGESTION_FOR(name);
	for (size_t i = 0; i < plan->n_namespaces; i++)
		suggestion_consider(&suggestion, plan->namespaces[i].name);
	for (size_t i = 0; i < plan->n_actors; i++) {
		if (!strcmp(plan->actors[i].name, name)) {
			*ret = plan->actors[i].namespace;
			return 0;
		}
		suggestion_consider(&suggestion, plan->actors[i].name);
	}
	const char *phrase = suggestion_phrase(&suggestion);
	return error_set(e, ERROR_USAGE, EINVAL, "unknown host '%s'%s%s", name, phrase,
		*phrase ? "" : ": a host is *, a namespace, an actor, an IPv4 address or an [IPv6 address]");
}

static int plan_namespace(const struct planner *p, const struct namespace *from, struct plan_namespace *to)
{
	to->name = from->name;
	to->n_sysctls = from->n_sysctls;
	to->sysctls = arena_array(&p->plan->arena, from->n_sysctls, sizeof *to->sysctls);
	if (!to->sysctls)
		return error_no_memory(p->e);
	for (size_t i = 0; i < from->n_sysctls; i++) {
		const struct sysctl_setting *setting = &from->sysctls[i];
		to->sysctls[i] = (struct plan_sysctl){.name = setting->name, .at = setting->at};
		p->plan->ipv6 |= !strncmp(setting->name, "net.ipv6.", strlen("net.ipv6."));
		int rc = planner_expand(p, &setting->value, &to->sysctls[i].value);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int plan_unknown_namespace(const struct planner *p, const struct actor_spec *actor, const char *name)
{
	struct suggestion suggestion = SUGGESTION_FOR(name);
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (size_t i = 0; i < p->plan->n_namespaces; i++) {
		suggestion_consider(&suggestion, p->plan->namespaces[i].name);
		text_addf(&known, "%s%s", i ? " or " : "", p->plan->namespaces[i].name);
	}
	const char *phrase = suggestion_phrase(&suggestion);
	if (actor->in.text == actor->name)
		error_set(p->e, ERROR_USAGE, EINVAL, "actor '%s' is in no namespace: say which, as in %s: {in: %s}",
			actor->name, actor->name, p->plan->namespaces[0].name);
	else
		error_set(p->e, ERROR_USAGE, EINVAL, "unknown namespace '%s'%s%s", name, *phrase ? phrase : ": it is ",
			*phrase ? "" : text_get(&known));
	return planner_wrap(p, &actor->in);
}

static int plan_actor(const struct planner *p, const struct actor_spec *from, struct plan_actor *to)
{
	const char *name;
	to->name = from->name;
	int rc = planner_expand(p, &from->in, &name);
	if (rc < 0)
		return rc;
	return find_namespace_by_name(p->plan, name, &to->namespace) < 0 ? plan_unknown_namespace(p, from, name) : 0;
}

static int plan_sides(const struct planner *p)
{
	struct plan *plan = p->plan;
	const struct scenario *s = p->s;
	plan->namespaces = arena_array(&plan->arena, s->n_namespaces, sizeof *plan->namespaces);
	plan->actors = arena_array(&plan->arena, s->n_actors, sizeof *plan->actors);
	if (!plan->namespaces || !plan->actors)
		return error_no_memory(p->e);
	for (size_t i = 0; i < s->n_namespaces; i++) {
		int rc = plan_namespace(p, &s->namespaces[i], &plan->namespaces[i]);
		if (rc < 0)
			return rc;
		plan->n_namespaces++;
	}
	int rc = topology_plan(p);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < s->n_actors; i++) {
		rc = plan_actor(p, &s->actors[i], &plan->actors[i]);
		if (rc < 0)
			return rc;
		plan->n_actors++;
	}
	return 0;
}

/* How many actions the cell has, and how many sockets each actor makes at most. */
static size_t count_steps(const struct plan *plan, const struct step *steps, size_t n, size_t *n_sockets)
{
	size_t count = 0;
	for (const struct step *step = steps; step < steps + n; step++) {
		if (!step->verb) {
			if (conditions_hold(&step->when, plan->levels))
				count += count_steps(plan, step->body, step->n_body, n_sockets);
			continue;
		}
		if (!step_is_made(step, plan->levels))
			continue;
		for (size_t i = 0; i < step->n_words; i++)
			n_sockets[step->actor] += step->verb->words[i]->socket == SOCKET_MAKES;
		count++;
	}
	return count;
}

static int plan_reserve(struct planner *p)
{
	struct plan *plan = p->plan;
	struct arena *arena = &plan->arena;
	size_t *n_sockets = arena_array(arena, plan->n_actors, sizeof *n_sockets);
	p->recorded = arena_array(arena, p->s->n_responses, sizeof *p->recorded);
	if (!n_sockets || !p->recorded)
		return error_no_memory(p->e);
	size_t n_steps = count_steps(plan, p->s->steps, p->s->n_steps, n_sockets) +
			 count_steps(plan, p->s->check_steps, p->s->n_check_steps, n_sockets);
	plan->steps = arena_array(arena, n_steps, sizeof *plan->steps);
	return plan->steps ? planner_reserve(p, n_sockets) : error_no_memory(p->e);
}

/* A literal may be of the loopback; and whoever connects to other than the other namespace connects over it. */
static bool may_need_loopback(
	const struct plan *plan, size_t actor, const struct word_kind *kind, const struct address *address)
{
	switch (address->host) {
	case HOST_IPV4:
	case HOST_IPV6:
		return true;
	case HOST_NAMESPACE:
		return kind->is_destination && address->namespace == plan->actors[actor].namespace;
	case HOST_ANY:
	case HOST_KIND_COUNT:
		break;
	}
	return kind->is_destination;
}

static int plan_word(struct planner *p, const struct step *step, struct plan_step *to, size_t i)
{
	const struct word_kind *kind = step->verb->words[i];
	struct word *word = &to->words[i];
	int rc = planner_expand(p, &step->words[i], &word->text);
	if (rc < 0)
		return rc;
	struct plan_scope scope = {
		.scope = {.find_namespace = scope_find_namespace, .before = to->words, .n_before = i}, .plan = p->plan};
	rc = kind->parse ? kind->parse(&scope.scope, word, p->e) : 0;
	if (rc == -ENOMEM)
		return rc;
	if (rc < 0)
		return planner_wrap(p, &step->words[i]);
	if (word->address.host == HOST_NAMESPACE)
		topology_host(p->plan, p->plan->actors[step->actor].namespace, &word->address);
	p->plan->ipv6 |= word->ipv6;
	p->plan->bulky |= word->bulky;
	p->plan->loopback |= may_need_loopback(p->plan, step->actor, kind, &word->address);
	to->n_words++;
	return kind->socket == SOCKET_NONE ? 0 : planner_take_socket(p, step, &step->words[i], kind, word);
}

/* The step as it reads in this cell. */
static int plan_text(struct planner *p, const struct step *step, struct plan_step *to)
{
	to->text = step->text;
	if (!strchr(step->text, '$'))
		return 0;
	size_t len = strlen(step->verb->name);
	for (size_t i = 0; i < to->n_words; i++)
		len += 1 + strlen(to->words[i].text);
	char *text = arena_alloc(&p->plan->arena, len + 1);
	if (!text)
		return error_no_memory(p->e);
	char *end = stpcpy(text, step->verb->name);
	for (size_t i = 0; i < to->n_words; i++) {
		*end++ = ' ';
		end = stpcpy(end, to->words[i].text);
	}
	to->text = text;
	return 0;
}

/* A duration that a step may give; @ret_us stays as it is where it does not. */
static int plan_duration(struct planner *p, const struct template *t, const char *key, uint64_t *ret_us)
{
	const char *text;
	if (!t->text)
		return 0;
	int rc = planner_expand(p, t, &text);
	if (rc < 0)
		return rc;
	uint64_t us;
	rc = duration_parse(text, &us, p->e);
	if (rc >= 0 && !us)
		rc = error_set(p->e, ERROR_USAGE, EINVAL, "'%s:' must be longer than 0", key);
	if (rc == -ENOMEM)
		return rc;
	if (rc < 0)
		return planner_wrap(p, t);
	*ret_us = us;
	return 0;
}

static int plan_times(struct planner *p, const struct step *step, struct plan_step *to)
{
	uint64_t own_us = 0, waits_us = 0, sleeps_us = 0;
	int rc = plan_duration(p, &step->deadline, "deadline", &own_us);
	if (rc >= 0)
		rc = plan_duration(p, &step->repeat_for, "for", &to->repeat_for_us);
	if (rc >= 0 && to->repeat_for_us) {
		to->every_us = PLAN_EVERY_US;
		rc = plan_duration(p, &step->every, "every", &to->every_us);
	}
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < to->n_words; i++) {
		waits_us += to->words[i].duration_us;
		sleeps_us += step->verb->words[i] == &word_duration ? to->words[i].duration_us : 0;
	}
	uint64_t usual_us = waits_us + (step->verb->deadline_us ? step->verb->deadline_us : p->s->step_deadline_us);
	to->deadline_us = own_us ? own_us : usual_us;
	p->plan->deadline_us += waits_us + own_us + to->repeat_for_us;
	bool is_long = own_us > SCENARIO_STEP_DEADLINE_US;
	to->may_park = is_long;
	p->plan->parks_us += sleeps_us + to->repeat_for_us + (is_long ? own_us : 0);
	p->plan->waits_us += sleeps_us + to->repeat_for_us + (own_us > usual_us ? own_us : 0);
	return 0;
}

static int plan_step(struct planner *p, const struct step *step, struct plan_step *to)
{
	int rc = 0;
	to->step = step;
	to->actor = step->actor;
	for (size_t i = 0; rc >= 0 && i < step->n_words; i++)
		rc = plan_word(p, step, to, i);
	if (rc >= 0)
		rc = plan_text(p, step, to);
	if (rc >= 0)
		rc = plan_times(p, step, to);
	if (rc < 0)
		return rc;
	if (step->verb->ends_all_sockets)
		planner_end_sockets(p, step);
	return planner_record(p, step);
}

static int plan_steps(struct planner *p, const struct step *steps, size_t n)
{
	struct plan *plan = p->plan;
	for (const struct step *step = steps; step < steps + n; step++) {
		int rc = 0;
		if (step->verb && step_is_made(step, plan->levels))
			rc = plan_step(p, step, &plan->steps[plan->n_steps++]);
		else if (!step->verb && conditions_hold(&step->when, plan->levels))
			rc = plan_steps(p, step->body, step->n_body);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int plan_make(struct plan *plan, const struct scenario *s, uint64_t index, struct error *e)
{
	arena_reset(&plan->arena);
	*plan = (struct plan){
		.arena = plan->arena,
		.path = s->path,
		.cell = index,
		.deadline_us = s->cell_deadline_us,
		.ipv6 = s->ipv6,
		.bulky = s->bulky,
		.loopback = s->loopback || s->program, /* nobody knows what a program needs */
	};
	if (index >= s->matrix.n_indices)
		return error_set(e, ERROR_USAGE, EINVAL, "%s: no cell %" PRIu64 ": the last one is %" PRIu64, s->path,
			index, s->matrix.n_indices - 1);
	plan->levels = arena_array(&plan->arena, s->matrix.n_factors, sizeof *plan->levels);
	if (!plan->levels)
		return error_no_memory(e);
	if (!matrix_cell(&s->matrix, index, plan->levels))
		return error_set(e, ERROR_USAGE, EINVAL, "%s: cell %" PRIu64 " is one that 'exclude' takes away",
			s->path, index);
	struct planner p = {.plan = plan, .s = s, .e = e};
	int rc = plan_sides(&p);
	if (rc >= 0)
		rc = plan_reserve(&p);
	if (rc >= 0)
		rc = plan_steps(&p, s->steps, s->n_steps);
	return rc < 0 ? rc : plan_steps(&p, s->check_steps, s->n_check_steps);
}

void plan_done(struct plan *plan)
{
	arena_done(&plan->arena);
	*plan = PLAN_INIT;
}

void plan_levels_text(const struct scenario *s, const size_t *levels, struct text *t)
{
	for (size_t f = 0; f < s->matrix.n_factors; f++)
		text_addf(t, "%s%s=%s", f ? " " : "", s->matrix.factors[f].name,
			s->matrix.factors[f].levels[levels[f]].name);
}

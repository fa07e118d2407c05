// SPDX-License-Identifier: GPL-2.0-or-later
// Follows the sockets, the programs and the responses of a cell from step to step, as a run would leave them.
#include "model/planner.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"
#include "model/template.h"

/* Whether it depends on the cell that @step is there, or which sockets it means. */
static bool step_depends(const struct scenario *s, const struct step *step)
{
	if (step < s->steps || step >= s->steps + s->n_steps)
		return true; /* in a `when` block */
	for (size_t i = 0; i < step->n_words; i++)
		if (step->verb->words[i]->socket != SOCKET_NONE && strchr(step->words[i].text, '$'))
			return true;
	return false;
}

static void mark_conditions(const struct conditions *when, bool *marked)
{
	for (size_t i = 0; i < when->n; i++)
		marked[when->all[i].factor] = true;
}

/* Marks the factors on which it depends which steps there are, and which sockets they mean. */
static void mark_deciding(const struct scenario *s, const struct step *steps, size_t n, bool *marked)
{
	for (const struct step *step = steps; step < steps + n; step++) {
		mark_conditions(&step->when, marked);
		for (size_t i = 0; step->asked_by && i < step->asked_by->n_rules; i++)
			mark_conditions(&step->asked_by->rules[i].when, marked);
		if (!step->verb)
			mark_deciding(s, step->body, step->n_body, marked);
		for (size_t i = 0; i < step->n_words; i++) {
			struct template_part part;
			if (step->verb->words[i]->socket == SOCKET_NONE)
				continue;
			for (const char *rest = step->words[i].text; template_next(&rest, &part) > 0;) {
				const struct factor *f =
					part.is_name ? matrix_find_factor(&s->matrix, part.name) : NULL;
				if (f)
					marked[f - s->matrix.factors] = true;
			}
		}
	}
}

/* " (in cell 7: closer=client)", with the factors that decide which steps there are; nothing where no cell differs. */
static void add_cell(const struct planner *p, bool depends, struct text *to)
{
	const struct matrix *m = &p->s->matrix;
	bool marked[MATRIX_FACTORS_MAX] = {false};
	if (!depends || !m->n_factors)
		return;
	mark_deciding(p->s, p->s->steps, p->s->n_steps, marked);
	mark_deciding(p->s, p->s->check_steps, p->s->n_check_steps, marked);
	text_addf(to, " (in cell %" PRIu64, p->plan->cell);
	const char *before = ": ";
	for (size_t f = 0; f < m->n_factors; f++)
		if (marked[f]) {
			text_addf(to, "%s%s=%s", before, m->factors[f].name,
				m->factors[f].levels[p->plan->levels[f]].name);
			before = " ";
		}
	text_add(to, ")");
}

static int planner_error(const struct planner *p, struct mark at, struct text *what)
{
	return what->failed ? error_no_memory(p->e) : scenario_error(p->s, at, p->e, "%s", text_get(what));
}

int planner_wrap(const struct planner *p, const struct template *t)
{
	CLEANUP(text_done) struct text origin = TEXT_INIT;
	template_explain(p->s, p->plan->levels, t, &origin);
	return scenario_error(p->s, t->at, p->e, "%s%s", error_text(p->e), text_get(&origin));
}

int planner_expand(const struct planner *p, const struct template *t, const char **ret)
{
	*ret = template_expand(p->s, p->plan->levels, t, &p->plan->arena);
	return *ret ? 0 : error_no_memory(p->e);
}

int planner_reserve(struct planner *p, const size_t *n_sockets)
{
	struct plan *plan = p->plan;
	struct arena *arena = &plan->arena;
	p->sockets = arena_array(arena, plan->n_actors, sizeof *p->sockets);
	p->slots = arena_array(arena, plan->n_actors, sizeof *p->slots);
	if (!p->sockets || !p->slots)
		return error_no_memory(p->e);
	for (size_t i = 0; i < plan->n_actors; i++) {
		size_t size = 2;
		while (size <= 2 * n_sockets[i])
			size *= 2;
		plan->actors[i].sockets = arena_array(arena, n_sockets[i], sizeof *plan->actors[i].sockets);
		p->sockets[i] = arena_array(arena, n_sockets[i], sizeof *p->sockets[i]);
		p->slots[i].table = arena_array(arena, size, sizeof *p->slots[i].table);
		p->slots[i].mask = size - 1;
		if (!plan->actors[i].sockets || !p->sockets[i] || !p->slots[i].table)
			return error_no_memory(p->e);
	}
	return 0;
}

/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
static uint64_t hash_name(const char *name)
{
	uint64_t hash = 0xCBF29CE484222325;
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001B3;
	return hash;
}

/* The entry of the table for @name: of its slot, or the free one where it belongs. */
static size_t *find_entry(const struct planner *p, size_t actor, const char *name)
{
	const struct planner_slots *slots = &p->slots[actor];
	size_t at = (size_t)hash_name(name) & slots->mask;
	while (slots->table[at] && strcmp(p->plan->actors[actor].sockets[slots->table[at] - 1], name))
		at = (at + 1) & slots->mask;
	return &slots->table[at];
}

static const char *noun(bool is_program)
{
	return is_program ? "program" : "socket";
}

/* A step of @actor, in a block or not, that makes a socket, or starts a program, which is or may be called @name; NULL
 * for none. */
static const struct step *find_maker(
	const struct step *steps, size_t n, size_t actor, bool is_program, const char *name)
{
	for (const struct step *step = steps; step < steps + n; step++) {
		const struct step *inner = NULL;
		if (!step->verb)
			inner = find_maker(step->body, step->n_body, actor, is_program, name);
		if (inner)
			return inner;
		for (size_t i = 0; step->verb && step->actor == actor && i < step->n_words; i++) {
			const struct word_kind *kind = step->verb->words[i];
			const char *text = step->words[i].text;
			bool makes = kind->socket == SOCKET_MAKES && kind->is_program == is_program;
			if (makes && (strchr(text, '$') || !strcmp(text, name)))
				return step;
		}
	}
	return NULL;
}

static int never_made(
	struct planner *p, const struct step *step, const struct template *t, bool is_program, const char *name)
{
	const struct plan *plan = p->plan;
	const struct step *maker = find_maker(p->s->steps, p->s->n_steps, step->actor, is_program, name);
	struct suggestion suggestion = SUGGESTION_FOR(name);
	CLEANUP(text_done) struct text what = TEXT_INIT;
	text_addf(&what, "%s '%s' of %s %s yet", noun(is_program), name, plan->actors[step->actor].name,
		is_program ? "has not been started" : "does not exist");
	if (maker) {
		text_addf(&what, ": the step on line %u %s it", maker->at.line, is_program ? "starts" : "makes");
		add_cell(p, step_depends(p->s, step) || step_depends(p->s, maker), &what);
		return planner_error(p, t->at, &what);
	}
	for (size_t i = 0; i < plan->n_actors; i++)
		if (i != step->actor && *find_entry(p, i, name) &&
			p->sockets[i][*find_entry(p, i, name) - 1].is_program == is_program) {
			text_addf(&what, ": it is %s that has one of this name", plan->actors[i].name);
			return planner_error(p, t->at, &what);
		}
	for (size_t i = 0; i < plan->actors[step->actor].n_sockets; i++)
		if (p->sockets[step->actor][i].is_program == is_program)
			suggestion_consider(&suggestion, plan->actors[step->actor].sockets[i]);
	const char *phrase = suggestion_phrase(&suggestion);
	text_addf(&what, "%s", *phrase ? phrase : is_program ? ": no step starts it" : ": no step makes it");
	return planner_error(p, t->at, &what);
}

static int used_after_end(struct planner *p, const struct step *step, const struct template *t, const char *name,
	const struct planner_socket *socket)
{
	CLEANUP(text_done) struct text what = TEXT_INIT;
	text_addf(&what, "%s '%s' of %s is used after '%s' on line %u %s it", noun(socket->is_program), name,
		p->plan->actors[step->actor].name, socket->ended->verb->name, socket->ended->at.line,
		socket->is_program ? "ended" : "closed");
	add_cell(p, step_depends(p->s, step) || step_depends(p->s, socket->ended), &what);
	return planner_error(p, t->at, &what);
}

static int made_twice(struct planner *p, const struct step *step, const struct template *t, const char *name,
	const struct planner_socket *socket)
{
	CLEANUP(text_done) struct text what = TEXT_INIT;
	if (socket->made == step)
		text_addf(&what, "'%s' names two sockets of one step", name);
	else
		text_addf(&what, "%s '%s' of %s exists already: the step on line %u %s it, and none has %s it%s",
			noun(socket->is_program), name, p->plan->actors[step->actor].name, socket->made->at.line,
			socket->is_program ? "started" : "made", socket->is_program ? "ended" : "closed",
			socket->is_program ? " by 'restart': give this one a name of its own" : "");
	add_cell(p, step_depends(p->s, step) || step_depends(p->s, socket->made), &what);
	return planner_error(p, t->at, &what);
}

static int other_kind(struct planner *p, const struct step *step, const struct template *t, const char *name,
	const struct planner_socket *socket)
{
	CLEANUP(text_done) struct text what = TEXT_INIT;
	text_addf(&what, "'%s' of %s is a %s, which the step on line %u %s, and no %s", name,
		p->plan->actors[step->actor].name, noun(socket->is_program), socket->made->at.line,
		socket->is_program ? "started" : "made", noun(!socket->is_program));
	add_cell(p, step_depends(p->s, step) || step_depends(p->s, socket->made), &what);
	return planner_error(p, t->at, &what);
}

int planner_take_socket(struct planner *p, const struct step *step, const struct template *t,
	const struct word_kind *kind, struct word *word)
{
	struct plan_actor *actor = &p->plan->actors[step->actor];
	struct planner_socket *sockets = p->sockets[step->actor];
	size_t *entry = find_entry(p, step->actor, word->text);
	bool known = *entry;
	size_t slot = word->socket = known ? *entry - 1 : actor->n_sockets;
	bool is_other = known && sockets[slot].open && sockets[slot].is_program != kind->is_program;
	if (kind->socket == SOCKET_MAKES && !is_other) {
		if (known && sockets[slot].open)
			return made_twice(p, step, t, word->text, &sockets[slot]);
		if (!known) {
			actor->sockets[slot] = word->text;
			*entry = ++actor->n_sockets;
		}
		sockets[slot].open = true;
		sockets[slot].is_program = kind->is_program;
		sockets[slot].made = step;
		return 0;
	}
	if (is_other)
		return other_kind(p, step, t, word->text, &sockets[slot]);
	if (!known || sockets[slot].is_program != kind->is_program)
		return never_made(p, step, t, kind->is_program, word->text);
	if (!sockets[slot].open)
		return used_after_end(p, step, t, word->text, &sockets[slot]);
	if (kind->socket == SOCKET_ENDS) {
		sockets[slot].open = false;
		sockets[slot].ended = step;
	}
	return 0;
}

void planner_end_sockets(struct planner *p, const struct step *step)
{
	for (size_t slot = 0; slot < p->plan->actors[step->actor].n_sockets; slot++) {
		struct planner_socket *socket = &p->sockets[step->actor][slot];
		if (socket->open)
			*socket = (struct planner_socket){
				.made = socket->made, .ended = step, .is_program = socket->is_program};
	}
}

int planner_record(struct planner *p, const struct step *step)
{
	if (step->response == SCENARIO_NO_RESPONSE)
		return 0;
	const struct step *before = p->recorded[step->response];
	p->recorded[step->response] = step;
	if (!before)
		return 0;
	CLEANUP(text_done) struct text what = TEXT_INIT;
	text_addf(&what, "two responses of one name with different meanings: '%s' is recorded on line %u already",
		p->s->responses[step->response].name, before->at.line);
	add_cell(p, step_depends(p->s, step) || step_depends(p->s, before), &what);
	text_add(&what, "; give one of them another name");
	return planner_error(p, step->at, &what);
}

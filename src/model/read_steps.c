// SPDX-License-Identifier: GPL-2.0-or-later
// Reads `steps`: actions with their verb and words, and `when` blocks of them.
#include "model/read.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"

#define BLANKS " \t\n\r"

/* A step's own keys, and the action. */
struct step_keys {
	const struct yaml *as, *repeat_for, *every, *deadline;
	const struct yaml *action;  /* keyed by its actor */
	const struct yaml *strange; /* the first key that is neither */
};

static const char *const step_options[] = {"as", "for", "every", "deadline"};
#define N_STEP_OPTIONS (sizeof step_options / sizeof *step_options)

static int read_strange_key(struct reader *r, const struct yaml *entry, bool has_action)
{
	struct suggestion suggestion = SUGGESTION_FOR(entry->key);
	CLEANUP(text_done) struct text actors = TEXT_INIT;
	for (size_t i = 0; i < r->s->n_actors && !has_action; i++) {
		suggestion_consider(&suggestion, r->s->actors[i].name);
		text_addf(&actors, "%s%s", i ? ", " : "", r->s->actors[i].name);
	}
	for (size_t i = 0; i < N_STEP_OPTIONS; i++)
		suggestion_consider(&suggestion, step_options[i]);
	const char *phrase = suggestion_phrase(&suggestion);
	if (has_action)
		return scenario_error(r->s, entry->key_at, r->e, "unknown key '%s' of a step%s%s", entry->key, phrase,
			*phrase ? "" : ": the keys are as, for, every, deadline");
	if (*phrase)
		return scenario_error(r->s, entry->key_at, r->e, "unknown actor '%s'%s", entry->key, phrase);
	return scenario_error(
		r->s, entry->key_at, r->e, "unknown actor '%s': the actors are %s", entry->key, text_get(&actors));
}

static int read_step_keys(struct reader *r, const struct yaml *node, struct step_keys *keys)
{
	const struct yaml **options[] = {&keys->as, &keys->repeat_for, &keys->every, &keys->deadline};
	static_assert(sizeof options / sizeof *options == N_STEP_OPTIONS, "a place for each option");
	*keys = (struct step_keys){.as = NULL};
	YAML_EACH (entry, node) {
		size_t i = 0;
		while (i < N_STEP_OPTIONS && strcmp(step_options[i], entry->key))
			i++;
		if (i < N_STEP_OPTIONS) {
			*options[i] = entry;
		} else if (read_find_actor(r->s, entry->key) == SIZE_MAX) {
			keys->strange = keys->strange ? keys->strange : entry;
		} else if (keys->action) {
			return scenario_error(r->s, entry->key_at, r->e,
				"a step has one actor, this one has '%s' and '%s': write two steps", keys->action->key,
				entry->key);
		} else {
			keys->action = entry;
		}
	}
	if (keys->strange)
		return read_strange_key(r, keys->strange, keys->action);
	if (!keys->action)
		return scenario_error(r->s, node->at, r->e, "a step without an action: write ACTOR: VERB WORDS…");
	return 0;
}

static const struct verb_syntax *find_verb(const struct vocabulary *v, const char *name)
{
	size_t low = 0, high = v->n_verbs;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, v->verbs[middle]->name);
		if (!order)
			return v->verbs[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int read_verb(struct reader *r, const struct template *word, struct step *step)
{
	step->verb = find_verb(r->vocabulary, word->text);
	if (step->verb) {
		r->s->captures |= step->verb->needs_capture;
		if (step->verb->starts_program && !r->s->program)
			r->s->program = word;
		return 0;
	}
	if (strchr(word->text, '$'))
		return scenario_error(
			r->s, word->at, r->e, "'%s': a verb is written out, not taken from a $name", word->text);
	struct suggestion suggestion = SUGGESTION_FOR(word->text);
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (size_t i = 0; i < r->vocabulary->n_verbs; i++) {
		suggestion_consider(&suggestion, r->vocabulary->verbs[i]->name);
		text_addf(&known, "%s%s", i ? ", " : "", r->vocabulary->verbs[i]->name);
	}
	const char *phrase = suggestion_phrase(&suggestion);
	return scenario_error(r->s, word->at, r->e, "unknown verb '%s'%s%s", word->text,
		*phrase ? phrase : ": the verbs are ", *phrase ? "" : text_get(&known));
}

static int read_check_n_words(struct reader *r, const struct step *step, struct mark at)
{
	const struct verb_syntax *verb = step->verb;
	size_t most = 0;
	while (most < VERB_WORDS_MAX && verb->words[most])
		most++;
	if (step->n_words >= verb->n_required && step->n_words <= most)
		return 0;
	char range[48];
	if (!most)
		snprintf(range, sizeof range, "no words");
	else if (verb->n_required == most)
		snprintf(range, sizeof range, "%zu word%s", most, most == 1 ? "" : "s");
	else
		snprintf(range, sizeof range, "%u to %zu words", verb->n_required, most);
	return scenario_error(r->s, at, r->e, "too %s words: '%s' takes %s, not %zu: %s",
		step->n_words < verb->n_required ? "few" : "many", verb->name, range, step->n_words, verb->usage);
}

/* Splits "verb word word" at its blanks. @words has room for all of them and the verb. */
static int read_split(struct reader *r, const struct yaml *node, struct template *words, size_t *ret_n)
{
	size_t n = 0;
	const char *text = node->text;
	for (size_t from = strspn(text, BLANKS); text[from]; n++) {
		size_t len = strcspn(text + from, BLANKS);
		words[n].text = arena_strndup(&r->s->arena, text + from, len);
		if (!words[n].text)
			return error_no_memory(r->e);
		words[n].at = yaml_mark(node, from);
		from += len;
		from += strspn(text + from, BLANKS);
	}
	*ret_n = n;
	return 0;
}

/* What is left of the line belongs to a word whose kind takes the rest. */
static int read_join_rest(struct reader *r, struct step *step)
{
	size_t last = 0;
	while (last < VERB_WORDS_MAX && step->verb->words[last] && !step->verb->words[last]->takes_rest)
		last++;
	if (last == VERB_WORDS_MAX || !step->verb->words[last] || step->n_words <= last + 1)
		return 0;
	CLEANUP(text_done) struct text rest = TEXT_INIT;
	for (size_t i = last; i < step->n_words; i++)
		text_addf(&rest, "%s%s", i > last ? " " : "", step->words[i].text);
	step->words[last].text = arena_strdup(&r->s->arena, text_get(&rest));
	step->n_words = last + 1;
	return step->words[last].text && !rest.failed ? 0 : error_no_memory(r->e);
}

static int read_words(struct reader *r, const struct yaml *node, struct step *step)
{
	const char *text;
	struct template *words = NULL;
	size_t n = 0;
	int rc = read_text(r, node, "a step", &text);
	if (rc >= 0)
		rc = read_array(r, strlen(text) / 2 + 1, sizeof *words, &words);
	if (rc >= 0)
		rc = read_split(r, node, words, &n);
	if (rc < 0)
		return rc;
	if (!n)
		return scenario_error(r->s, node->at, r->e, "a step is empty: write VERB WORDS…");
	step->at = words[0].at;
	step->words = words + 1;
	step->n_words = n - 1;
	rc = read_verb(r, &words[0], step);
	if (rc >= 0)
		rc = read_join_rest(r, step);
	if (rc >= 0)
		rc = read_check_n_words(r, step, words[0].at);
	CLEANUP(text_done) struct text joined = TEXT_INIT;
	for (size_t i = 0; rc >= 0 && i <= step->n_words; i++) {
		text_addf(&joined, "%s%s", i ? " " : "", words[i].text);
		rc = i ? read_check_template(r, &words[i]) : rc;
	}
	if (rc < 0)
		return rc;
	step->text = arena_strdup(&r->s->arena, text_get(&joined));
	return step->text && !joined.failed ? 0 : error_no_memory(r->e);
}

static int read_response_name(struct reader *r, const struct yaml *node, const char **ret)
{
	int rc = read_line(r, node, "as", ret);
	if (rc >= 0)
		rc = read_name(r, node->at, *ret, "a response", name_is_variable, NAME_VARIABLE_RULE);
	if (rc < 0)
		return rc;
	const struct factor *factor = matrix_find_factor(&r->s->matrix, *ret);
	const struct factor *owner = factor ? factor : read_variable_owner(r->s, *ret);
	if (owner)
		return scenario_error(r->s, node->at, r->e, "a response cannot be called '%s', as the %s on line %u is",
			*ret, factor ? "factor" : "variable of the factor", owner->at.line);
	if (!strcmp(*ret, "when"))
		return scenario_error(
			r->s, node->at, r->e, "a response cannot be called 'when', which is a key of a rule");
	return 0;
}

static int read_response(struct reader *r, const struct yaml *node, struct step *step)
{
	struct scenario *s = r->s;
	bool is_timed = step->repeat_for.text || step->verb->is_timed;
	const char *name;
	int rc = read_response_name(r, node, &name);
	if (rc < 0)
		return rc;
	if (step->verb->never_measured)
		return scenario_error(
			s, node->key_at, r->e, "'%s' has no outcome to record: leave 'as:' out", step->verb->name);
	for (size_t i = 0; i < s->n_responses; i++) {
		struct response *response = &s->responses[i];
		if (strcmp(response->name, name))
			continue;
		if (response->first->actor != step->actor || response->first->verb != step->verb)
			return scenario_error(s, node->at, r->e,
				"two responses of one name with different meanings: '%s' is the outcome of '%s: %s' on "
				"line %u, and of "
				"'%s: %s' here; give one of them another name",
				name, s->actors[response->first->actor].name, response->first->verb->name,
				response->first->at.line, s->actors[step->actor].name, step->verb->name);
		response->timed |= is_timed;
		step->response = i;
		return 0;
	}
	step->response = s->n_responses++;
	s->responses[step->response] = (struct response){.name = name, .first = step, .timed = is_timed};
	return 0;
}

static int read_step_options(struct reader *r, const struct step_keys *keys, struct step *step)
{
	int rc = 0;
	step->response = SCENARIO_NO_RESPONSE;
	if (keys->repeat_for && !keys->as)
		return scenario_error(r->s, keys->repeat_for->key_at, r->e,
			"'for:' repeats a measured step until it is ok: it goes with 'as: NAME'");
	if (keys->every && !keys->repeat_for)
		return scenario_error(r->s, keys->every->key_at, r->e, "'every:' goes with 'for:', as in for: 70s");
	if (step->verb->only_measured && !keys->as)
		return scenario_error(r->s, step->at, r->e,
			"'%s' changes nothing, and records nothing without 'as: NAME'", step->verb->name);
	if (keys->repeat_for && (step->verb->only_measured || step->verb->never_ok))
		return scenario_error(r->s, keys->repeat_for->key_at, r->e,
			"'for:' repeats a step until it is ok, and '%s' observes: it never says ok", step->verb->name);
	for (size_t i = 0; keys->repeat_for && i < step->n_words; i++)
		if (step->verb->words[i]->socket == SOCKET_ENDS)
			return scenario_error(r->s, keys->repeat_for->key_at, r->e,
				"'for:' repeats a step until it is ok, and '%s' leaves nothing to repeat it with",
				step->verb->name);
	if (keys->repeat_for)
		rc = read_template(r, keys->repeat_for, "for", &step->repeat_for);
	if (rc >= 0 && keys->every)
		rc = read_template(r, keys->every, "every", &step->every);
	if (rc >= 0 && keys->deadline)
		rc = read_template(r, keys->deadline, "deadline", &step->deadline);
	if (rc >= 0 && keys->as)
		rc = read_response(r, keys->as, step);
	return rc;
}

static int read_block(struct reader *r, const struct yaml *node, struct step **ret, size_t *ret_n);

static int read_when(struct reader *r, const struct yaml *node, struct step *step)
{
	const struct yaml *when, *body;
	const struct read_field fields[] = {{"when", &when, true}, {"do", &body, true}};
	YAML_EACH (entry, node)
		if (read_find_actor(r->s, entry->key) != SIZE_MAX)
			return scenario_error(r->s, entry->key_at, r->e,
				"'when:' and an action in one step: put the action under 'do:', as a list");
	if (!yaml_find(node, "when"))
		return scenario_error(
			r->s, node->at, r->e, "'do:' without 'when:': say when, or put the steps one level up");
	int rc = read_fields(r, node, "a 'when' block", fields, 2);
	if (rc >= 0)
		rc = read_conditions(r, when, "'when'", &step->when);
	return rc < 0 ? rc : read_block(r, body, &step->body, &step->n_body);
}

static int read_step(struct reader *r, const struct yaml *node, struct step *step)
{
	struct step_keys keys;
	if (++r->n_steps > READ_STEPS_MAX)
		return scenario_error(r->s, node->at, r->e, "more than %d steps", READ_STEPS_MAX);
	int rc = read_kind(r, node, YAML_MAP, "a step");
	if (rc < 0)
		return rc;
	*step = (struct step){.at = node->at, .response = SCENARIO_NO_RESPONSE};
	if (yaml_find(node, "when") || yaml_find(node, "do"))
		return read_when(r, node, step);
	rc = read_step_keys(r, node, &keys);
	if (rc < 0)
		return rc;
	step->actor = read_find_actor(r->s, keys.action->key);
	rc = read_words(r, keys.action, step);
	return rc < 0 ? rc : read_step_options(r, &keys, step);
}

static int read_block(struct reader *r, const struct yaml *node, struct step **ret, size_t *ret_n)
{
	int rc = read_kind(r, node, YAML_LIST, "a block of steps");
	if (rc < 0)
		return rc;
	if (!node->n)
		return scenario_error(r->s, node->at, r->e, "no step stands here");
	if (node->n > READ_STEPS_MAX)
		return scenario_error(r->s, node->at, r->e, "more than %d steps", READ_STEPS_MAX);
	rc = read_array(r, node->n, sizeof **ret, ret);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_step(r, entry, &(*ret)[(*ret_n)++]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static size_t count_responses(const struct yaml *node)
{
	size_t n = 0;
	YAML_EACH (entry, node) {
		const struct yaml *body = entry->kind == YAML_MAP ? yaml_find(entry, "do") : NULL;
		if (body && body->kind == YAML_LIST)
			n += count_responses(body);
		else
			n++;
	}
	return n;
}

int read_steps(struct reader *r, const struct yaml *node, const struct yaml *check)
{
	size_t n_asked = check ? check->n : 0; /* at most */
	int rc = read_kind(r, node, YAML_LIST, "steps");
	if (rc >= 0)
		rc = read_array(r, count_responses(node) + n_asked, sizeof *r->s->responses, &r->s->responses);
	if (rc >= 0)
		rc = read_array(r, n_asked, sizeof *r->s->check_steps, &r->s->check_steps);
	return rc < 0 ? rc : read_block(r, node, &r->s->steps, &r->s->n_steps);
}

static int read_no_question(struct reader *r, const struct step *step)
{
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (size_t i = 0; i < r->vocabulary->n_verbs; i++)
		if (r->vocabulary->verbs[i]->only_measured)
			text_addf(&known, "%s%s", known.len ? ", " : "", r->vocabulary->verbs[i]->name);
	return scenario_error(r->s, step->at, r->e,
		"'%s' does something, and a check only asks: it may ask %s; or a step records a response, which the "
		"check "
		"names",
		step->verb->name, text_get(&known));
}

int read_asked_step(struct reader *r, const struct yaml *node, size_t *ret_response, struct step **ret_step)
{
	struct scenario *s = r->s;
	struct step step = {.actor = read_find_actor(s, node->key)};
	int rc = read_words(r, node, &step);
	if (rc < 0)
		return rc;
	if (!step.verb->only_measured)
		return read_no_question(r, &step);
	const char *name = arena_printf(&s->arena, "%s: %s", node->key, step.text);
	if (!name)
		return error_no_memory(r->e);
	*ret_step = NULL;
	for (*ret_response = 0; *ret_response < s->n_responses; ++*ret_response)
		if (!strcmp(s->responses[*ret_response].name, name))
			return 0;
	if (++r->n_steps > READ_STEPS_MAX)
		return scenario_error(s, step.at, r->e, "more than %d steps", READ_STEPS_MAX);
	step.response = s->n_responses++;
	*ret_step = &s->check_steps[s->n_check_steps++];
	**ret_step = step;
	s->responses[step.response] = (struct response){.name = name, .first = *ret_step, .timed = step.verb->is_timed};
	return 0;
}

static int read_deadline(struct reader *r, const struct yaml *node, uint64_t *ret_us)
{
	uint64_t us;
	int rc = node ? read_duration(r, node, "a deadline", &us) : 0;
	if (!node || rc < 0)
		return rc;
	if (!us)
		return scenario_error(r->s, node->at, r->e, "a deadline of 0 would always have passed");
	*ret_us = us;
	return 0;
}

int read_deadlines(struct reader *r, const struct yaml *node)
{
	const struct yaml *step, *cell;
	r->s->step_deadline_us = SCENARIO_STEP_DEADLINE_US;
	r->s->cell_deadline_us = SCENARIO_CELL_DEADLINE_US;
	if (!node)
		return 0;
	int rc = read_fields(
		r, node, "deadlines", (const struct read_field[]){{"step", &step, false}, {"cell", &cell, false}}, 2);
	if (rc >= 0)
		rc = read_deadline(r, step, &r->s->step_deadline_us);
	return rc < 0 ? rc : read_deadline(r, cell, &r->s->cell_deadline_us);
}

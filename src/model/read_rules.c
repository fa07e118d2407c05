// SPDX-License-Identifier: GPL-2.0-or-later
// Reads rules and what is made of them: `check`, `expect`, and the `predicts` of a claim.
#include "model/read.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "model/outcome.h"

int read_find_response(struct reader *r, struct mark at, const char *name, size_t *ret)
{
	struct suggestion suggestion = SUGGESTION_FOR(name);
	for (size_t i = 0; i < r->s->n_responses; i++) {
		if (!strcmp(r->s->responses[i].name, name)) {
			*ret = i;
			return 0;
		}
		suggestion_consider(&suggestion, r->s->responses[i].name);
	}
	const char *phrase = suggestion_phrase(&suggestion);
	return scenario_error(r->s, at, r->e, "unknown response '%s'%s%s", name, phrase,
		*phrase ? "" : ": no step records it with 'as:'");
}

/* A value that the response can never have would make each of its cells fail: a typo that looks like a finding. All steps
 * that record a response have the same verb. */
static int check_outcome(struct reader *r, struct mark at, const struct response *response, const char *value)
{
	const struct verb_syntax *verb = response->first->verb;
	CLEANUP(cleanup_error) struct error why = ERROR_INIT;
	int rc = verb->check_outcome   ? verb->check_outcome(value, &why)
		 : verb->only_measured ? outcome_check_any(value, &why)
				       : outcome_check_call(value, NULL, &why);
	return rc < 0 ? scenario_error(r->s, at, r->e, "'%s' %s", verb->name, error_text(&why)) : 0;
}

/* The values of a response that are right. */
static int read_outcomes(
	struct reader *r, const struct yaml *node, const struct response *response, struct rule *rule)
{
	int rc = read_values(r, node, "the value of a response", &rule->is, &rule->n_is);
	const struct yaml *value = node->kind == YAML_LIST ? node->first : node;
	for (size_t i = 0; rc >= 0 && i < rule->n_is; i++, value = value->next)
		rc = check_outcome(r, value->at, response, rule->is[i]);
	return rc;
}

/* A rule behind one that always matches says nothing. */
static int read_check_order(struct reader *r, const struct rule_list *list)
{
	for (size_t i = 0; i + 1 < list->n_rules; i++)
		if (!list->rules[i].when.n)
			return scenario_error(r->s, list->rules[i + 1].at, r->e,
				"this rule of '%s' never matches: the one on line %u has no 'when' and always does",
				r->s->responses[list->response].name, list->rules[i].at.line);
	return 0;
}

/* `took` and `left`: two words for the duration of a response, of which each reads well for one kind of it. */
static int read_range(struct reader *r, const struct yaml *node, const struct response *response, struct rule *ret)
{
	struct scenario *s = r->s;
	const struct verb_syntax *verb = response->first->verb;
	if (!response->timed && (verb->only_measured || !strcmp(node->key, "left")))
		return scenario_error(s, node->key_at, r->e,
			"'%s:' is a duration, and '%s' gives none to '%s': take '%s:' out", node->key, verb->name,
			response->name, node->key);
	if (!response->timed)
		return scenario_error(s, node->key_at, r->e,
			"'took:' is how long a repeated step took, and '%s' is not timed: put 'for:' to the step on "
			"line %u, or take 'took:' out",
			response->name, response->first->at.line);
	if (node->kind != YAML_LIST || node->n != 2)
		return scenario_error(s, node->at, r->e,
			"'%s:' is two durations, the least and the most, as in %s: [59s, 65s]", node->key, node->key);
	const struct yaml *least = node->first, *most = least->next;
	int rc = read_duration(r, least, "the least duration", &ret->took_least_us);
	if (rc >= 0)
		rc = read_duration(r, most, "the most", &ret->took_most_us);
	if (rc < 0)
		return rc;
	if (ret->took_least_us > ret->took_most_us)
		return scenario_error(s, least->at, r->e,
			"no duration is %s at least and %s at most: the least stands first, as in %s: [59s, 65s]",
			least->text, most->text, node->key);
	ret->has_took = true;
	return 0;
}

/* The values of a rule's keys; NULL for one that is not there. */
struct rule_nodes {
	const struct yaml *when, *is, *took, *left;
};

static int read_rule_parts(struct reader *r, const struct yaml *node, const struct rule_nodes *nodes,
	const struct response *response, struct rule *ret)
{
	const struct yaml *range = nodes->took ? nodes->took : nodes->left;
	int rc = 0;
	ret->at = node->at;
	if (!nodes->is && !range)
		rc = scenario_error(r->s, node->at, r->e,
			"a rule has no 'is:', which says what '%s' is, nor 'took:', how long a repeated step takes",
			response->name);
	if (nodes->took && nodes->left)
		rc = scenario_error(
			r->s, nodes->left->key_at, r->e, "'left:' and 'took:' say the same: keep one of them");
	if (rc >= 0)
		rc = read_conditions(r, nodes->when, "'when'", &ret->when);
	if (rc >= 0 && nodes->is)
		rc = read_outcomes(r, nodes->is, response, ret);
	return rc < 0 || !range ? rc : read_range(r, range, response, ret);
}

/* The list of a response, which is a new one when no entry before has spoken of it. */
static struct rule_list *find_check_list(struct scenario *s, size_t response, struct mark at)
{
	size_t i = 0;
	while (i < s->n_checks && s->checks[i].response != response)
		i++;
	if (i == s->n_checks)
		s->checks[s->n_checks++] = (struct rule_list){.response = response, .at = at};
	return &s->checks[i];
}

/* A rule at the end of a list, whose array grows by doubling. */
static int add_check_rule(struct reader *r, struct rule_list *list, struct rule **ret)
{
	bool is_full = !(list->n_rules & (list->n_rules - 1)); /* at 0, 1, 2, 4 … */
	struct rule *rules = list->rules;
	int rc = is_full ? read_array(r, 2 * list->n_rules + 1, sizeof *rules, &rules) : 0;
	if (rc < 0)
		return rc;
	if (is_full && list->n_rules)
		memcpy(rules, list->rules, list->n_rules * sizeof *rules);
	list->rules = rules;
	*ret = &rules[list->n_rules++];
	return 0;
}

/* {is: time-wait, left: [59s, 60s]}: what a response has to be, where more is said than its value. */
static int read_check_range(
	struct reader *r, const struct yaml *node, const struct response *response, struct rule *ret)
{
	struct rule_nodes nodes = {.when = NULL};
	const struct read_field fields[] = {
		{"is", &nodes.is, false}, {"took", &nodes.took, false}, {"left", &nodes.left, false}};
	int rc = read_fields(r, node, "what a check wants", fields, sizeof fields / sizeof *fields);
	return rc < 0 ? rc : read_rule_parts(r, node, &nodes, response, ret);
}

/* One response that one entry of `check` speaks of. */
static int read_check_rule(struct reader *r, const struct yaml *node, const struct conditions *when, struct mark at)
{
	size_t response;
	struct rule *rule;
	int rc = read_find_response(r, node->key_at, node->key, &response);
	if (rc < 0)
		return rc;
	struct rule_list *list = find_check_list(r->s, response, node->key_at);
	rc = add_check_rule(r, list, &rule);
	if (rc < 0)
		return rc;
	*rule = (struct rule){.at = at};
	rc = node->kind == YAML_MAP ? read_check_range(r, node, &r->s->responses[response], rule)
				    : read_outcomes(r, node, &r->s->responses[response], rule);
	rule->when = *when;
	rule->at = at;
	return rc < 0 ? rc : read_check_order(r, list);
}

static bool is_response(const struct scenario *s, const char *name)
{
	for (size_t i = 0; i < s->n_responses; i++)
		if (!strcmp(s->responses[i].name, name))
			return true;
	return false;
}

/* The action of an entry of `check` that asks itself; NULL where it names responses. A response may be called like an
 * actor: then it is meant. */
static const struct yaml *find_asked(const struct scenario *s, const struct yaml *node)
{
	YAML_EACH (entry, node)
		if (!is_response(s, entry->key) && read_find_actor(s, entry->key) != SIZE_MAX)
			return entry;
	return NULL;
}

/* An entry with a value that asks, and nobody who could be asked. */
static int read_no_actor(struct reader *r, const struct yaml *node)
{
	static const char *const keys[] = {"when", "is", "took", "left"};
	YAML_EACH (entry, node) {
		size_t i = 0;
		while (i < sizeof keys / sizeof *keys && strcmp(keys[i], entry->key))
			i++;
		if (i < sizeof keys / sizeof *keys)
			continue;
		struct suggestion suggestion = SUGGESTION_FOR(entry->key);
		for (size_t a = 0; a < r->s->n_actors; a++)
			suggestion_consider(&suggestion, r->s->actors[a].name);
		return scenario_error(
			r->s, entry->key_at, r->e, "unknown actor '%s'%s", entry->key, suggestion_phrase(&suggestion));
	}
	return scenario_error(r->s, node->at, r->e,
		"this entry of check asks nobody: write ACTOR: VERB WORDS…, is: VALUE, or RESPONSE: VALUE");
}

/* {when: …, ACTOR: VERB WORDS…, is: …} */
static int read_check_question(struct reader *r, const struct yaml *node, const struct yaml *asked)
{
	const struct yaml *action;
	struct rule_nodes nodes;
	const struct read_field fields[] = {{asked->key, &action, true}, {"when", &nodes.when, false},
		{"is", &nodes.is, false}, {"took", &nodes.took, false}, {"left", &nodes.left, false}};
	struct step *step;
	size_t response;
	struct rule *rule;
	int rc = read_fields(r, node, "an entry of check that asks", fields, sizeof fields / sizeof *fields);
	if (rc >= 0)
		rc = read_asked_step(r, action, &response, &step);
	if (rc < 0)
		return rc;
	struct rule_list *list = find_check_list(r->s, response, asked->key_at);
	if (step)
		step->asked_by = list;
	rc = add_check_rule(r, list, &rule);
	if (rc >= 0)
		rc = read_rule_parts(r, node, &nodes, &r->s->responses[response], rule);
	return rc < 0 ? rc : read_check_order(r, list);
}

static int read_check_entry(struct reader *r, const struct yaml *node)
{
	struct conditions when;
	int rc = read_kind(r, node, YAML_MAP, "an entry of check");
	if (rc < 0)
		return rc;
	const struct yaml *asked = find_asked(r->s, node);
	if (asked)
		return read_check_question(r, node, asked);
	const struct yaml *when_node = yaml_find(node, "when");
	rc = read_conditions(r, when_node, "'when'", &when);
	if (rc < 0)
		return rc;
	if (node->n == (when_node ? 1 : 0))
		return scenario_error(r->s, node->at, r->e,
			"this entry of check names no response: write RESPONSE: VALUE, as in left_behind: TIME-WAIT");
	if (yaml_find(node, "is") && !is_response(r->s, "is"))
		return read_no_actor(r, node);
	YAML_EACH (entry, node) {
		rc = entry == when_node ? 0 : read_check_rule(r, entry, &when, node->at);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int read_check(struct reader *r, const struct yaml *node)
{
	struct scenario *s = r->s;
	if (!node)
		return 0;
	int rc = read_kind(r, node, YAML_LIST, "check");
	if (rc < 0)
		return rc;
	if (node->n > READ_ENTRIES_MAX)
		return scenario_error(s, node->at, r->e, "check has more than %d entries", READ_ENTRIES_MAX);
	rc = read_array(r, s->n_responses + node->n, sizeof *s->checks, &s->checks);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_check_entry(r, entry);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_rule(struct reader *r, const struct yaml *node, const struct response *response, struct rule *ret)
{
	struct rule_nodes nodes;
	const struct read_field fields[] = {{"when", &nodes.when, false}, {"is", &nodes.is, false},
		{"took", &nodes.took, false}, {"left", &nodes.left, false}};
	int rc = read_fields(r, node, "a rule", fields, sizeof fields / sizeof *fields);
	return rc < 0 ? rc : read_rule_parts(r, node, &nodes, response, ret);
}

static int read_rule_list(struct reader *r, const struct yaml *node, struct rule_list *ret)
{
	*ret = (struct rule_list){.at = node->key_at};
	int rc = read_find_response(r, node->key_at, node->key, &ret->response);
	if (rc >= 0)
		rc = read_kind(r, node, YAML_LIST, "the rules of a response");
	if (rc >= 0 && !node->n)
		rc = scenario_error(r->s, node->at, r->e, "no rule stands here");
	if (rc >= 0)
		rc = read_array(r, node->n, sizeof *ret->rules, &ret->rules);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_rule(r, entry, &r->s->responses[ret->response], &ret->rules[ret->n_rules++]);
		if (rc < 0)
			return rc;
	}
	return read_check_order(r, ret);
}

int read_rule_lists(struct reader *r, const struct yaml *node, const char *what, struct rule_list **ret, size_t *ret_n)
{
	if (!node)
		return 0;
	int rc = read_kind(r, node, YAML_MAP, what);
	if (rc >= 0 && !node->n)
		rc = scenario_error(r->s, node->at, r->e, "%s is empty: leave it out", what);
	if (rc >= 0)
		rc = read_array(r, node->n, sizeof **ret, ret);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_rule_list(r, entry, &(*ret)[*ret_n]);
		if (rc < 0)
			return rc;
		(*ret_n)++;
	}
	return 0;
}

int read_expect(struct reader *r, const struct yaml *node)
{
	return read_rule_lists(r, node, "expect", &r->s->expects, &r->s->n_expects);
}

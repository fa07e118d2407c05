// SPDX-License-Identifier: GPL-2.0-or-later
// Reads rules and what is made of them: `check`, `expect`, and the `predicts` of a claim.
#include "model/read.h"

#include <string.h>

#include "base/suggest.h"

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

#define ERRNOS_MAX 4096 /* MAX_ERRNO, include/linux/err.h */

/* "EADRINUSE": what looks like the name of an errno has to be one. */
static int read_check_errno(struct reader *r, struct mark at, const char *value)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	if (*value != 'E' || strlen(value) < 4 || value[strspn(value, letters)])
		return 0;
	struct suggestion suggestion = SUGGESTION_FOR(value);
	for (int i = 1; i < ERRNOS_MAX; i++) {
		const char *name = strerrorname_np(i);
		if (name && !strcmp(name, value))
			return 0;
		if (name)
			suggestion_consider(&suggestion, name);
	}
	/* TCP's states are observed as well. */
	if (!strcmp(value, "ESTABLISHED"))
		return 0;
	return scenario_error(r->s, at, r->e, "no errno is called '%s'%s", value, suggestion_phrase(&suggestion));
}

/* The values of a response that are right. */
static int read_outcomes(struct reader *r, const struct yaml *node, struct rule *rule)
{
	int rc = read_values(r, node, "the value of a response", &rule->is, &rule->n_is);
	const struct yaml *value = node->kind == YAML_LIST ? node->first : node;
	for (size_t i = 0; rc >= 0 && i < rule->n_is; i++, value = value->next)
		rc = read_check_errno(r, value->at, rule->is[i]);
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

/* How many entries of `check` speak of a response. */
static size_t count_check_rules(const struct yaml *check, const char *response)
{
	size_t n = 0;
	YAML_EACH (entry, check)
		n += entry->kind == YAML_MAP && yaml_find(entry, response);
	return n;
}

/* The list of a response, which is a new one when no entry before has spoken of it. */
static int read_check_list(struct reader *r, const struct yaml *check, const struct yaml *node, struct rule_list **ret)
{
	struct scenario *s = r->s;
	size_t response, i = 0;
	int rc = read_find_response(r, node->key_at, node->key, &response);
	if (rc < 0)
		return rc;
	while (i < s->n_checks && s->checks[i].response != response)
		i++;
	*ret = &s->checks[i];
	if (i < s->n_checks)
		return 0;
	s->n_checks++;
	**ret = (struct rule_list){.response = response, .at = node->key_at};
	return read_array(r, count_check_rules(check, node->key), sizeof *(*ret)->rules, &(*ret)->rules);
}

/* One response that one entry of `check` speaks of. */
static int read_check_rule(struct reader *r, const struct yaml *check, const struct yaml *node,
	const struct conditions *when, struct mark at)
{
	struct rule_list *list;
	int rc = read_check_list(r, check, node, &list);
	if (rc < 0)
		return rc;
	struct rule *rule = &list->rules[list->n_rules++];
	*rule = (struct rule){.when = *when, .at = at};
	rc = read_outcomes(r, node, rule);
	return rc < 0 ? rc : read_check_order(r, list);
}

static int read_check_entry(struct reader *r, const struct yaml *check, const struct yaml *node)
{
	struct conditions when;
	int rc = read_kind(r, node, YAML_MAP, "an entry of check");
	if (rc < 0)
		return rc;
	const struct yaml *when_node = yaml_find(node, "when");
	rc = read_conditions(r, when_node, "'when'", &when);
	if (rc < 0)
		return rc;
	if (node->n == (when_node ? 1 : 0))
		return scenario_error(r->s, node->at, r->e,
			"this entry of check names no response: write RESPONSE: VALUE, as in left_behind: TIME-WAIT");
	YAML_EACH (entry, node) {
		rc = entry == when_node ? 0 : read_check_rule(r, check, entry, &when, node->at);
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
	rc = read_array(r, s->n_responses, sizeof *s->checks, &s->checks);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_check_entry(r, node, entry);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* [LEAST, MOST] */
static int read_took(struct reader *r, const struct yaml *node, const struct response *response, struct rule *ret)
{
	struct scenario *s = r->s;
	if (!response->timed)
		return scenario_error(s, node->key_at, r->e,
			"'took:' is how long a repeated step took, and '%s' is not timed: put 'for:' to the step on "
			"line %u, or take 'took:' out",
			response->name, response->first->at.line);
	if (node->kind != YAML_LIST || node->n != 2)
		return scenario_error(
			s, node->at, r->e, "'took:' is two durations, the least and the most, as in took: [59s, 65s]");
	const struct yaml *least = node->first, *most = least->next;
	int rc = read_duration(r, least, "the least duration", &ret->took_least_us);
	if (rc >= 0)
		rc = read_duration(r, most, "the most", &ret->took_most_us);
	if (rc < 0)
		return rc;
	if (ret->took_least_us > ret->took_most_us)
		return scenario_error(s, least->at, r->e,
			"no duration is %s at least and %s at most: the least stands first, as in took: [59s, 65s]",
			least->text, most->text);
	ret->has_took = true;
	return 0;
}

static int read_rule(struct reader *r, const struct yaml *node, const struct response *response, struct rule *ret)
{
	const struct yaml *when, *is, *took;
	const struct read_field fields[] = {{"when", &when, false}, {"is", &is, false}, {"took", &took, false}};
	ret->at = node->at;
	int rc = read_fields(r, node, "a rule", fields, sizeof fields / sizeof *fields);
	if (rc >= 0 && !is && !took)
		rc = scenario_error(r->s, node->at, r->e,
			"a rule has no 'is:', which says what '%s' is, nor 'took:', how long a repeated step takes",
			response->name);
	if (rc >= 0)
		rc = read_conditions(r, when, "'when'", &ret->when);
	if (rc >= 0 && is)
		rc = read_outcomes(r, is, ret);
	return rc < 0 || !took ? rc : read_took(r, took, response, ret);
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

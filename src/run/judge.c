// SPDX-License-Identifier: GPL-2.0-or-later
// The verdict of a cell whose steps have all been made.
#include "run/judge.h"

/* "TIME-WAIT", "ok or EADDRINUSE" */
static void add_values(struct text *t, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_is; i++)
		text_addf(t, "%s%s", !i ? "" : i + 1 < rule->n_is ? ", " : " or ", rule->is[i]);
}

/* Whether all of @lists hold; otherwise @reason says which one does not. */
static bool hold(const struct scenario *s, const struct rule_list *lists, size_t n_lists, const size_t *levels,
	const char *const *values, const char *what, struct text *reason)
{
	for (size_t i = 0; i < n_lists; i++) {
		const struct rule *rule = rule_list_match(&lists[i], levels);
		const char *name = s->responses[lists[i].response].name;
		const char *value = values[lists[i].response];
		if (!rule || (value && rule_allows(rule, value)))
			continue;
		if (value)
			text_addf(reason, "%s is %s, and %s wants ", name, value, what);
		else
			text_addf(reason, "%s was not recorded, and %s wants ", name, what);
		add_values(reason, rule);
		text_addf(reason, " (%s:%u)", s->path, rule->at.line);
		return false;
	}
	return true;
}

enum verdict judge_cell(const struct scenario *s, const size_t *levels, const char *const *values, struct text *reason)
{
	if (!hold(s, s->checks, s->n_checks, levels, values, "the check", reason))
		return VERDICT_INCONC;
	if (!hold(s, s->expects, s->n_expects, levels, values, "the expectation", reason))
		return VERDICT_FAIL;
	return VERDICT_PASS;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The verdict of a cell whose steps have all been made.
#include "run/judge.h"

/* "TIME-WAIT", "ok or EADDRINUSE" */
static void add_values(struct text *t, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_is; i++)
		text_addf(t, "%s%s", !i ? "" : i + 1 < rule->n_is ? ", " : " or ", rule->is[i]);
}

/* How long it took, with as many digits as it takes to see that the rule does not allow it. */
static void add_time(struct text *t, const struct rule *rule, uint64_t took_us)
{
	char took[DURATION_TEXT];
	uint64_t shown_us;
	duration_format(took_us, took);
	if (duration_parse(took, &shown_us, NULL) == 0 && shown_us >= rule->took_least_us &&
		shown_us <= rule->took_most_us)
		duration_format_exact(took_us, took);
	text_add(t, took);
}

static void add_range(struct text *t, const struct rule *rule)
{
	char least[DURATION_TEXT], most[DURATION_TEXT];
	text_addf(t, "%s to %s", duration_format_exact(rule->took_least_us, least),
		duration_format_exact(rule->took_most_us, most));
}

/* "bind is ok, and the check wants EADDRINUSE"; of value and time the one that is wrong. */
static void explain(struct text *t, const struct response *response, const struct rule *rule,
	const struct observed *observed, const char *what)
{
	const char *name = response->name;
	bool only_time = rule_allows_value(rule, observed) && observed->timed;
	if (!observed->text) {
		text_addf(t, "%s was not recorded, and %s wants ", name, what);
	} else if (!only_time) {
		text_addf(t, "%s is %s, and %s wants ", name, observed->text, what);
	} else {
		const char *is = response_duration_is(response);
		text_addf(t, "%s %s ", name, is ? "has" : "took");
		add_time(t, rule, observed->took_us);
		text_addf(t, "%s%s, and %s wants ", is ? " " : "", is ? is : "", what);
	}
	if (only_time || !rule->n_is)
		add_range(t, rule);
	else
		add_values(t, rule);
}

/* Whether all of @lists hold; otherwise @reason says which one does not. */
static bool hold(const struct scenario *s, const struct rule_list *lists, size_t n_lists, const size_t *levels,
	const struct observed *observed, const char *what, struct text *reason)
{
	for (size_t i = 0; i < n_lists; i++) {
		const struct rule *rule = rule_list_match(&lists[i], levels);
		size_t response = lists[i].response;
		if (!rule || rule_allows(rule, &observed[response]))
			continue;
		/* No step of the cell records it: there is nothing to be expected. A check wants to see its proof. */
		if (!observed[response].text && lists == s->expects)
			continue;
		explain(reason, &s->responses[response], rule, &observed[response], what);
		text_addf(reason, " (%s:%u)", s->path, rule->at.line);
		return false;
	}
	return true;
}

enum verdict judge_cell(
	const struct scenario *s, const size_t *levels, const struct observed *observed, struct text *reason)
{
	if (!hold(s, s->checks, s->n_checks, levels, observed, "the check", reason))
		return VERDICT_INCONC;
	if (!hold(s, s->expects, s->n_expects, levels, observed, "the expectation", reason))
		return VERDICT_FAIL;
	return VERDICT_PASS;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// What a lab says of its cell, in words.
#include "run/lab_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/result.h"

#define ACTIONS_COLUMNS_MAX 56 /* of what stands in front of the outcomes: a longer action moves its own alone */

void lab_text_action(const struct cell *cell, size_t i, struct text *t)
{
	const struct plan_step *planned = &cell->plan.steps[i];
	text_addf(t, "%zu %s: %s", i + 1, cell->plan.actors[planned->actor].name, planned->text);
}

static size_t count_digits(size_t n)
{
	size_t digits = 1;
	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

/* " 9 client: recv conn eof", so that all numbers end in one column. */
static void add_aligned(const struct cell *cell, size_t i, struct text *t)
{
	for (size_t digits = count_digits(i + 1); digits < count_digits(cell->plan.n_steps); digits++)
		text_add(t, " ");
	lab_text_action(cell, i, t);
}

/* The column in which outcomes stand. */
static size_t outcome_column(const struct cell *cell)
{
	size_t widest = 0;
	for (size_t i = 0; i < cell->plan.n_steps; i++) {
		CLEANUP(text_done) struct text action = TEXT_INIT;
		add_aligned(cell, i, &action);
		size_t columns = text_columns(text_get(&action));
		if (columns > widest && columns <= ACTIONS_COLUMNS_MAX)
			widest = columns;
	}
	return widest + 2;
}

static void add_line(const struct cell *cell, size_t i, const char *before, size_t column, struct text *t)
{
	const struct plan_step *planned = &cell->plan.steps[i];
	const char *outcome = cell_step_outcome(cell, i);
	size_t response = planned->step->response;
	size_t from = t->len;
	text_add(t, before);
	add_aligned(cell, i, t);
	text_pad(t, from, column + text_columns(before) - 2);
	text_addf(t, "  %s", outcome ? outcome : "");
	if (response != SCENARIO_NO_RESPONSE && planned->step->asked_by)
		text_add(t, "  checked");
	else if (response != SCENARIO_NO_RESPONSE)
		text_addf(t, "  as %s", cell->scenario->responses[response].name);
	while (t->len && t->data[t->len - 1] == ' ')
		text_truncate(t, t->len - 1);
	text_add(t, "\n");
}

void lab_text_step(const struct cell *cell, size_t i, struct text *t)
{
	add_line(cell, i, "", outcome_column(cell), t);
}

void lab_text_list(const struct cell *cell, struct text *t)
{
	size_t column = outcome_column(cell);
	for (size_t i = 0; i < cell->plan.n_steps; i++)
		add_line(cell, i, i == cell->n_records ? "▶ " : "  ", column, t);
}

/* Of each list of rules that speaks of this cell: whether it holds. */
static void add_rules(
	const struct cell *cell, const struct rule_list *lists, size_t n_lists, const char *what, struct text *t)
{
	const struct scenario *s = cell->scenario;
	for (size_t i = 0; i < n_lists; i++) {
		const struct rule *rule = rule_list_match(&lists[i], cell->plan.levels);
		const struct observed *observed = &cell->observed[lists[i].response];
		if (!rule || (!observed->text && lists == s->expects))
			continue;
		text_addf(t, "  %s %s: %s is %s\n", rule_allows(rule, observed) ? "✓" : "✗", what,
			s->responses[lists[i].response].name, observed->text ? observed->text : "not recorded");
	}
}

void lab_text_verdict(const struct cell *cell, struct text *t)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result result;
	const struct scenario *s = cell->scenario;
	if (!cell->line || result_from_line(cell->line, strlen(cell->line), &arena, &result, NULL) <= 0) {
		text_add(t, "the cell has no verdict: out of memory\n");
		return;
	}
	text_addf(t, "verdict: %s\n", verdict_names[result.verdict]);
	if (result.reason)
		text_addf(t, "  %s\n", result.reason);
	if (!cell->observed || cell->n_records < cell->plan.n_steps)
		return;
	add_rules(cell, s->checks, s->n_checks, "check", t);
	add_rules(cell, s->expects, s->n_expects, "expect", t);
}

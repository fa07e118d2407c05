// SPDX-License-Identifier: GPL-2.0-or-later
// Two runs of a cell held against each other, and what differs counted under the change that says the same.
#include <stdlib.h>
#include <string.h>

#include "analyze/comparison_parts.h"
#include "base/cleanup.h"
#include "base/grow.h"
#include "base/text.h"

/* Verdicts with which a cell gave no answer. */
#define NO_ANSWER (1U << VERDICT_INCONC | 1U << VERDICT_ERROR | 1U << VERDICT_SKIP)

static size_t find_response(const struct scenario *s, const char *name)
{
	for (size_t i = 0; i < s->n_responses; i++)
		if (!strcmp(s->responses[i].name, name))
			return i;
	return COMPARISON_NONE;
}

int comparison_match_responses(struct comparison *c, struct error *e)
{
	const struct scenario *s[2] = {comparison_table(c, 0)->scenario, comparison_table(c, 1)->scenario};
	c->responses = arena_array(&c->arena, s[0]->n_responses, sizeof *c->responses);
	c->n_changed_cells = arena_array(&c->arena, s[0]->n_responses, sizeof *c->n_changed_cells);
	for (int run = 0; run < 2; run++) {
		c->only_responses[run] = arena_array(&c->arena, s[run]->n_responses, sizeof *c->only_responses[run]);
		if (!c->responses || !c->n_changed_cells || !c->only_responses[run])
			return error_no_memory(e);
		for (size_t i = 0; i < s[run]->n_responses; i++) {
			const char *name = s[run]->responses[i].name;
			size_t other = find_response(s[!run], name);
			if (run == 0)
				c->responses[i] = other;
			if (other == COMPARISON_NONE)
				c->only_responses[run][c->n_only_responses[run]++] = name;
		}
	}
	c->n_responses = s[0]->n_responses - c->n_only_responses[0];
	return 0;
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool is_same_outcome(const struct outcome *a, const struct outcome *b)
{
	return a->kind == b->kind && is_same_text(a->text, b->text);
}

static bool is_same_change(const struct cell_change *a, const struct cell_change *b)
{
	return a->kind == b->kind && a->run == b->run && a->is_of_other == b->is_of_other &&
	       a->response == b->response && a->is_slower == b->is_slower && a->verdicts[0] == b->verdicts[0] &&
	       a->verdicts[1] == b->verdicts[1] && is_same_text(a->reason, b->reason) &&
	       is_same_outcome(&a->outcomes[0], &b->outcomes[0]) && is_same_outcome(&a->outcomes[1], &b->outcomes[1]);
}

static int add_change(struct comparison *c, const struct cell_change *like, struct error *e)
{
	struct cell_change *changes = grow_by_one(c->changes, c->n_changes, sizeof *changes);
	if (!changes)
		return error_no_memory(e);
	c->changes = changes;
	struct cell_change change = *like;
	for (int run = 0; run < 2; run++)
		if (like->outcomes[run].text) {
			change.outcomes[run].text = arena_strdup(&c->arena, like->outcomes[run].text);
			if (!change.outcomes[run].text)
				return error_no_memory(e);
		}
	changes[c->n_changes++] = change;
	return 0;
}

static void widen(struct cell_change *change, const struct cell_change *by)
{
	for (int run = 0; run < 2; run++) {
		if (by->took[run].least_us < change->took[run].least_us)
			change->took[run].least_us = by->took[run].least_us;
		if (by->took[run].most_us > change->took[run].most_us)
			change->took[run].most_us = by->took[run].most_us;
	}
}

/* One more cell of the change that says what @like does. Return: 0 or -errno. */
static int count(struct comparison *c, const struct cell_change *like, size_t row, struct error *e)
{
	size_t i = 0;
	while (i < c->n_changes && !is_same_change(&c->changes[i], like))
		i++;
	if (i == COMPARISON_CHANGES_MAX) {
		c->n_more++;
		return 0;
	}
	int r = i == c->n_changes ? add_change(c, like, e) : 0;
	if (r < 0)
		return r;
	struct cell_change *change = &c->changes[i];
	size_t *rows = grow_by_one(change->rows, change->n, sizeof *rows);
	if (!rows)
		return error_no_memory(e);
	change->rows = rows;
	rows[change->n++] = row;
	widen(change, like);
	return 0;
}

int comparison_count_lonely(struct comparison *c, size_t run, size_t row, bool is_of_other, struct error *e)
{
	const struct cell_change like = {.kind = ONLY_IN_ONE, .run = run, .is_of_other = is_of_other};
	return count(c, &like, row, e);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "EADDRINUSE, ok": the values of a cell whose replicates differ, by name; how often each came out is chance. */
static int add_shares(const struct table *t, const struct table_observation *o, struct text *text, struct error *e)
{
	const struct table_unstable *unstable = &t->unstable[o->n];
	CLEANUP(cleanup_free) const char **values = calloc(unstable->n_values + 1u, sizeof *values);
	if (!values)
		return error_no_memory(e);
	for (size_t i = 0; i < unstable->n_values; i++)
		values[i] = t->responses[unstable->response].values[unstable->shares[i].value].text;
	qsort(values, unstable->n_values, sizeof *values, compare_texts);
	for (size_t i = 0; i < unstable->n_values; i++)
		text_addf(text, "%s%s", i ? ", " : "", values[i]);
	return text->failed ? error_no_memory(e) : 0;
}

/* @text: for what has to be put together. */
static int observe(const struct table *t, const struct table_observation *o, size_t response, struct text *text,
	struct outcome *ret, struct error *e)
{
	switch (o->value) {
	case TABLE_MISSING:
		*ret = (struct outcome){OUTCOME_MISSING, ""};
		return 0;
	case TABLE_NOT_ASKED:
		*ret = (struct outcome){OUTCOME_NOT_RECORDED, ""};
		return 0;
	case TABLE_UNSTABLE:
		*ret = (struct outcome){OUTCOME_UNSTABLE, NULL};
		int r = add_shares(t, o, text, e);
		ret->text = text_get(text);
		return r;
	default:
		*ret = (struct outcome){OUTCOME_VALUE, t->responses[response].values[o->value].text};
		return 0;
	}
}

/* Whether one of the values is the one that stands for all those that are not told apart. */
static bool is_untold(const struct table *t, const struct table_observation *o, size_t response)
{
	const struct table_response *r = &t->responses[response];
	if (!r->has_more)
		return false;
	if (o->value != TABLE_UNSTABLE)
		return o->value == r->n_values - 1;
	const struct table_unstable *unstable = &t->unstable[o->n];
	for (size_t i = 0; i < unstable->n_values; i++)
		if (unstable->shares[i].value == r->n_values - 1)
			return true;
	return false;
}

/* What came of one pair of cells. */
struct findings {
	bool is_changed, is_untold;
};

static int compare_response(
	struct comparison *c, size_t row, size_t response, struct findings *findings, struct error *e)
{
	const size_t responses[2] = {response, c->responses[response]}, rows[2] = {row, c->rows[row]};
	const struct table_observation *o[2];
	CLEANUP(text_done) struct text a = TEXT_INIT, b = TEXT_INIT;
	struct text *texts[2] = {&a, &b};
	struct cell_change like = {.kind = CHANGED_RESPONSE, .response = response};
	for (size_t run = 0; run < 2; run++) {
		const struct table *t = comparison_table(c, run);
		o[run] = table_at(t, rows[run], responses[run]);
		if (o[run]->value == TABLE_MISSING && verdicts_at(c->runs[run].verdicts, rows[run]).which & NO_ANSWER)
			return 0;
		if (is_untold(t, o[run], responses[run])) {
			findings->is_untold = true;
			return 0;
		}
		int r = observe(t, o[run], responses[run], texts[run], &like.outcomes[run], e);
		if (r < 0)
			return r;
		like.took[run].least_us = o[run]->took_least_us;
		like.took[run].most_us = o[run]->took_most_us;
	}
	bool is_same = is_same_outcome(&like.outcomes[0], &like.outcomes[1]);
	if (is_same && !influence_durations_differ(o[0], o[1]))
		return 0;
	like.kind = is_same ? CHANGED_DURATION : CHANGED_RESPONSE;
	like.is_slower = is_same && o[1]->took_least_us > o[0]->took_most_us;
	findings->is_changed = true;
	c->n_changed_cells[response]++;
	return count(c, &like, row, e);
}

static int compare_verdicts(struct comparison *c, size_t row, struct findings *findings, struct error *e)
{
	struct cell_change like = {.kind = CHANGED_VERDICT};
	const size_t rows[2] = {row, c->rows[row]};
	for (size_t run = 0; run < 2; run++)
		like.verdicts[run] = verdicts_at(c->runs[run].verdicts, rows[run]).which;
	if (like.verdicts[0] == like.verdicts[1])
		return 0;
	const char *reason = verdicts_reason(c->runs[1].verdicts, rows[1]);
	like.reason = reason ? reason : verdicts_reason(c->runs[0].verdicts, rows[0]);
	findings->is_changed = true;
	return count(c, &like, row, e);
}

int comparison_count_pair(struct comparison *c, size_t row, struct error *e)
{
	struct findings findings = {false, false};
	int r = compare_verdicts(c, row, &findings, e);
	for (size_t i = 0; r >= 0 && i < comparison_table(c, 0)->n_responses; i++)
		if (c->responses[i] != COMPARISON_NONE)
			r = compare_response(c, row, i, &findings, e);
	c->n_compared++;
	c->n_changed += findings.is_changed;
	c->n_untold += findings.is_untold;
	return r;
}

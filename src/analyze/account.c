// SPDX-License-Identifier: GPL-2.0-or-later
// What can be said of one response.
#include "analyze/account.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* The observed points of a response, in the form in which law_find() takes them. */
struct points {
	uint32_t *n_levels;
	uint16_t *levels, *values;
	size_t n;
	uint16_t *to_law;   /* by the table's number of a value */
	uint16_t *to_table; /* by the law's */
	size_t n_values;
};

static void points_done(struct points *points)
{
	free(points->n_levels);
	free(points->levels);
	free(points->values);
	free(points->to_law);
	free(points->to_table);
}

static void add_point(struct points *points, const struct table *t, size_t row, uint16_t value)
{
	if (points->to_law[value] == TABLE_MISSING) {
		points->to_law[value] = (uint16_t)points->n_values;
		points->to_table[points->n_values++] = value;
	}
	memcpy(&points->levels[points->n * t->n_factors], table_levels(t, row), t->n_factors * sizeof *t->levels);
	points->values[points->n++] = points->to_law[value];
}

static int points_init(struct points *points, const struct table *t, size_t response, struct error *e)
{
	size_t n_values = t->responses[response].n_values;
	*points = (struct points){
		.n_levels = calloc(t->n_factors + 1, sizeof *points->n_levels),
		.levels = calloc(t->n_rows * t->n_factors + 1, sizeof *points->levels),
		.values = calloc(t->n_rows + 1, sizeof *points->values),
		.to_law = malloc((n_values + 1) * sizeof *points->to_law),
		.to_table = calloc(n_values + 1, sizeof *points->to_table),
	};
	if (!points->n_levels || !points->levels || !points->values || !points->to_law || !points->to_table)
		return error_no_memory(e);
	memset(points->to_law, 0xff, (n_values + 1) * sizeof *points->to_law); /* TABLE_MISSING */
	for (size_t f = 0; f < t->n_factors; f++)
		points->n_levels[f] = (uint32_t)t->scenario->matrix.factors[f].n_all_levels;
	for (size_t row = 0; row < t->n_rows; row++)
		if (table_is_stable(t, row, response))
			add_point(points, t, row, table_value(t, row, response));
	return 0;
}

/* By rule, one more for all cells together, and by factor and level: what some cell has that the rule speaks of. */
struct seen {
	size_t n_all_levels;
	bool *answered; /* a cell that was observed */
	bool *asked;    /* a cell that records the response */
};

static void mark(const struct table *t, const struct seen *seen, bool *marks, size_t rule, const size_t *levels)
{
	for (size_t f = 0; f < t->n_factors; f++)
		marks[rule * seen->n_all_levels + t->in_play_offsets[f] + levels[f]] = true;
}

static void count_cell(struct account *account, const struct table *t, size_t row, size_t rule, bool is_stable)
{
	struct support *support = &account->supports[rule];
	support->n_cells += is_stable;
	if (!is_stable && !support->n_missing++)
		support->missing = t->cells[row];
}

/* The first rule that speaks of a cell decides it. All that do have seen it: rules of one value may overlap. */
static int count_support(
	struct account *account, const struct table *t, size_t response, struct seen *seen, struct error *e)
{
	const struct law *law = &account->law;
	size_t n_rules = law->n_rules;
	for (size_t row = 0; row < t->n_rows; row++) {
		size_t levels[MATRIX_FACTORS_MAX], first = n_rules;
		bool is_stable = table_is_stable(t, row, response);
		if (table_value(t, row, response) == TABLE_NOT_ASKED)
			continue;
		table_copy_levels(t, row, levels);
		mark(t, seen, seen->asked, n_rules, levels);
		for (size_t i = 0; i < n_rules; i++) {
			if (!conditions_hold(&account->law.rules[i].when, levels))
				continue;
			first = i < first ? i : first;
			mark(t, seen, seen->asked, i, levels);
			if (is_stable)
				mark(t, seen, seen->answered, i, levels);
		}
		count_cell(account, t, row, first, is_stable);
		/* law_find() has held the law against its points; this holds it against the cells, once more. */
		if (is_stable &&
			table_value(t, row, response) != (first == n_rules ? law->otherwise : law->rules[first].value))
			return error_set(e, ERROR_HARNESS, EPROTO,
				"the law does not give cell %" PRIu64 " its value: this is a bug in netrepro",
				t->cells[row]);
	}
	return 0;
}

static bool rule_includes(const struct law_rule *rule, size_t factor, size_t level)
{
	for (size_t i = 0; i < rule->when.n; i++)
		if (rule->when.all[i].factor == factor)
			return rule->when.all[i].allowed[level];
	return true;
}

static int add_rest(struct support *support, struct rest rest, struct error *e)
{
	struct rest *rests = reallocarray(support->rests, support->n_rests + 1, sizeof *rests);
	if (!rests)
		return error_no_memory(e);
	support->rests = rests;
	rests[support->n_rests++] = rest;
	return 0;
}

static int find_rests(
	struct account *account, const struct table *t, size_t rule, const struct seen *seen, struct error *e)
{
	const bool *anywhere = &seen->asked[account->law.n_rules * seen->n_all_levels];
	int r = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		for (size_t l = 0; r == 0 && l < t->scenario->matrix.factors[f].n_all_levels; l++) {
			size_t i = t->in_play_offsets[f] + l, k = rule * seen->n_all_levels + i;
			if (anywhere[i] && rule_includes(&account->law.rules[rule], f, l) && !seen->answered[k])
				r = add_rest(&account->supports[rule], (struct rest){f, l, !seen->asked[k]}, e);
		}
	return r;
}

static int find_supports(struct account *account, const struct table *t, size_t response, struct error *e)
{
	size_t n_rules = account->law.n_rules;
	struct seen seen = {.n_all_levels = 0};
	for (size_t f = 0; f < t->n_factors; f++)
		seen.n_all_levels += t->scenario->matrix.factors[f].n_all_levels;
	CLEANUP(cleanup_free) bool *answered = calloc((n_rules + 1) * seen.n_all_levels + 1, sizeof *answered);
	CLEANUP(cleanup_free) bool *asked = calloc((n_rules + 1) * seen.n_all_levels + 1, sizeof *asked);
	account->supports = calloc(n_rules + 1, sizeof *account->supports);
	if (!answered || !asked || !account->supports)
		return error_no_memory(e);
	seen.answered = answered;
	seen.asked = asked;
	account->n_supports = n_rules + 1;
	int r = count_support(account, t, response, &seen, e);
	for (size_t i = 0; r == 0 && i < n_rules; i++)
		r = find_rests(account, t, i, &seen, e);
	return r;
}

int account_init(struct account *ret, const struct table *t, size_t response, struct error *e)
{
	*ret = (struct account){.influences = calloc(t->n_factors + 1, sizeof *ret->influences)};
	if (!ret->influences)
		return error_no_memory(e);
	influence_measure(t, response, ret->influences);
	if (t->responses[response].has_more) {
		ret->lawlessness = LAW_TOO_MANY_VALUES;
		return 0;
	}
	CLEANUP(points_done) struct points points;
	int r = points_init(&points, t, response, e);
	if (r < 0)
		return r;
	ret->n_cells = points.n;
	if (!points.n) {
		ret->lawlessness = LAW_NO_CELLS;
		return 0;
	}
	struct law_table table = {
		.n_factors = t->n_factors,
		.n_levels = points.n_levels,
		.n_points = points.n,
		.levels = points.levels,
		.values = points.values,
		.n_values = points.n_values,
	};
	r = law_find(&table, &ret->law, e);
	if (r < 0)
		return error_wrap(e, "response '%s'", t->responses[response].response->name);
	if (ret->law.n_rules > ACCOUNT_RULES_MAX) {
		ret->lawlessness = LAW_TOO_LONG;
		return 0;
	}
	for (size_t i = 0; i < ret->law.n_rules; i++)
		ret->law.rules[i].value = points.to_table[ret->law.rules[i].value];
	ret->law.otherwise = points.to_table[ret->law.otherwise];
	return find_supports(ret, t, response, e);
}

void account_done(struct account *account)
{
	for (size_t i = 0; i < account->n_supports; i++)
		free(account->supports[i].rests);
	free(account->supports);
	free(account->influences);
	law_done(&account->law);
	*account = (struct account){.influences = NULL};
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The results of a run, gathered by cell.
#include "analyze/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* The value that stands for all that are not told apart. */
#define OTHER_VALUES "(another value)"

/*
 * The key of a row is the sum of its levels, each times a number of its factor, so that a neighbour's key is one addition
 * away. The numbers are those of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014);
 * where two rows have one key, their levels tell them apart.
 */
static uint64_t factor_number(size_t factor)
{
	uint64_t z = (factor + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) | 1;
}

static uint64_t slot_of(const struct table *t, uint64_t key)
{
	return (key ^ (key >> 32)) & (t->n_slots - 1);
}

static int add_value(struct table_response *response, const char *text, struct error *e)
{
	if (response->n_values == TABLE_NOT_ASKED - 1)
		return error_set(e, ERROR_USAGE, E2BIG, "the rules of '%s' name more than %d values",
			response->response->name, TABLE_NOT_ASKED - 2);
	if (response->n_values == response->values_size) {
		size_t size = response->values_size ? 2 * response->values_size : 8;
		struct table_value *values = reallocarray(response->values, size, sizeof *values);
		if (!values)
			return error_no_memory(e);
		response->values = values;
		response->values_size = size;
	}
	char *copy = strdup(text);
	if (!copy)
		return error_no_memory(e);
	response->values[response->n_values++] = (struct table_value){.text = copy};
	return 0;
}

/* Return: the number of the value, or -errno. */
static int find_value(struct table_response *response, const char *text, struct error *e)
{
	for (size_t i = 0; i < response->n_values; i++)
		if (!strcmp(response->values[i].text, text))
			return (int)i;
	if (response->has_more)
		return (int)response->n_values - 1;
	response->has_more = response->n_values == response->n_fixed + TABLE_VALUES_MAX;
	int r = add_value(response, response->has_more ? OTHER_VALUES : text, e);
	return r < 0 ? r : (int)response->n_values - 1;
}

/* The values that rules name are told apart from all others in any case: what a rule says of them is judged. */
static int fix_values(struct table_response *response, const struct rule_list *list, struct error *e)
{
	for (size_t i = 0; i < list->n_rules; i++)
		for (size_t j = 0; j < list->rules[i].n_is; j++) {
			int r = find_value(response, list->rules[i].is[j], e);
			if (r < 0)
				return r;
			response->n_fixed = response->n_values;
		}
	return 0;
}

static int init_responses(struct table *t, struct error *e)
{
	const struct scenario *s = t->scenario;
	t->responses = calloc(s->n_responses + 1, sizeof *t->responses);
	if (!t->responses)
		return error_no_memory(e);
	t->n_responses = s->n_responses;
	for (size_t i = 0; i < s->n_responses; i++)
		t->responses[i].response = &s->responses[i];
	int r = 0;
	for (size_t i = 0; r == 0 && i < s->n_checks; i++) {
		t->responses[s->checks[i].response].is_checked = true;
		r = fix_values(&t->responses[s->checks[i].response], &s->checks[i], e);
	}
	for (size_t i = 0; i < s->n_claims; i++)
		for (size_t j = 0; r == 0 && j < s->claims[i].n_predicts; j++) {
			const struct rule_list *list = &s->claims[i].predicts[j];
			r = fix_values(&t->responses[list->response], list, e);
		}
	return r;
}

static int init_in_play(struct table *t, struct error *e)
{
	const struct matrix *m = &t->scenario->matrix;
	size_t n = 0;
	t->in_play_offsets = calloc(m->n_factors + 1, sizeof *t->in_play_offsets);
	if (!t->in_play_offsets)
		return error_no_memory(e);
	for (size_t f = 0; f < m->n_factors; f++) {
		t->in_play_offsets[f] = n;
		n += m->factors[f].n_all_levels;
	}
	t->in_play = calloc(n + 1, sizeof *t->in_play);
	return t->in_play ? 0 : error_no_memory(e);
}

static void index_row(struct table *t, size_t row)
{
	uint64_t slot = slot_of(t, t->keys[row]);
	while (t->slots[slot])
		slot = (slot + 1) & (t->n_slots - 1);
	t->slots[slot] = (uint32_t)row + 1;
}

/* The responses that the steps of a cell record are asked of it. */
static void ask(struct table *t, size_t row, const struct step *steps, size_t n_steps, const size_t *levels)
{
	for (size_t i = 0; i < n_steps; i++) {
		const struct step *step = &steps[i];
		if (!step->verb && conditions_hold(&step->when, levels))
			ask(t, row, step->body, step->n_body, levels);
		else if (step->verb && step->response != SCENARIO_NO_RESPONSE)
			t->observations[row * t->n_responses + step->response].value = TABLE_MISSING;
	}
}

static void init_row(struct table *t, size_t row, uint64_t cell)
{
	size_t levels[MATRIX_FACTORS_MAX];
	matrix_cell(&t->scenario->matrix, cell, levels);
	t->cells[row] = cell;
	for (size_t f = 0; f < t->n_factors; f++) {
		t->levels[row * t->n_factors + f] = (uint16_t)levels[f];
		t->in_play[t->in_play_offsets[f] + levels[f]] = true;
		t->keys[row] += levels[f] * factor_number(f);
	}
	for (size_t r = 0; r < t->n_responses; r++)
		t->observations[row * t->n_responses + r] = (struct table_observation){
			.value = TABLE_NOT_ASKED,
			.refused = TABLE_MISSING,
			.took_least_us = UINT64_MAX,
		};
	ask(t, row, t->scenario->steps, t->scenario->n_steps, levels);
	index_row(t, row);
}

int table_init(struct table *t, const struct scenario *s, const uint64_t *cells, size_t n_cells, uint32_t replicates,
	struct error *e)
{
	*t = (struct table){
		.scenario = s,
		.n_factors = s->matrix.n_factors,
		.n_rows = n_cells,
		.n_replicates = replicates,
		.n_slots = 2,
	};
	if (n_cells >= UINT32_MAX / 2)
		return error_set(e, ERROR_USAGE, E2BIG, "%zu cells are too many to be explained", n_cells);
	int r = init_responses(t, e);
	if (r == 0)
		r = init_in_play(t, e);
	if (r < 0)
		return r;
	while (t->n_slots < 2 * n_cells)
		t->n_slots *= 2;
	t->cells = calloc(n_cells + 1, sizeof *t->cells);
	t->keys = calloc(n_cells + 1, sizeof *t->keys);
	t->slots = calloc(t->n_slots, sizeof *t->slots);
	t->levels = calloc(n_cells * t->n_factors + 1, sizeof *t->levels);
	t->observations = calloc(n_cells * t->n_responses + 1, sizeof *t->observations);
	t->done = calloc((n_cells * (uint64_t)replicates) / 8 + 1, 1);
	if (!t->done || !t->cells || !t->keys || !t->slots || !t->levels || !t->observations)
		return error_no_memory(e);
	for (size_t row = 0; row < n_cells; row++)
		init_row(t, row, cells[row]);
	return 0;
}

static int compare_cells(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

size_t table_find(const struct table *t, uint64_t cell)
{
	const uint64_t *found =
		t->n_rows ? bsearch(&cell, t->cells, t->n_rows, sizeof *t->cells, compare_cells) : NULL;
	return found ? (size_t)(found - t->cells) : TABLE_NO_ROW;
}

static bool is_neighbour(const struct table *t, size_t row, size_t other, size_t factor, size_t level)
{
	const uint16_t *a = table_levels(t, row), *b = table_levels(t, other);
	size_t behind = factor + 1;
	return b[factor] == level && !memcmp(a, b, factor * sizeof *a) &&
	       !memcmp(a + behind, b + behind, (t->n_factors - behind) * sizeof *a);
}

size_t table_neighbour(const struct table *t, size_t row, size_t factor, size_t level)
{
	uint64_t key = t->keys[row] + (level - (uint64_t)table_levels(t, row)[factor]) * factor_number(factor);
	for (uint64_t slot = slot_of(t, key); t->slots[slot]; slot = (slot + 1) & (t->n_slots - 1)) {
		size_t other = t->slots[slot] - 1;
		if (t->keys[other] == key && is_neighbour(t, row, other, factor, level))
			return other;
	}
	return TABLE_NO_ROW;
}

size_t table_next_neighbour(const struct table *t, size_t row, size_t factor, size_t *level)
{
	size_t n_levels = t->scenario->matrix.factors[factor].n_all_levels, other = TABLE_NO_ROW;
	for (; other == TABLE_NO_ROW && *level < n_levels; ++*level)
		if (*level != table_levels(t, row)[factor] && table_is_in_play(t, factor, *level))
			other = table_neighbour(t, row, factor, *level);
	return other;
}

/* The entry of an observation that has just become unstable: so far all its runs had one value. */
static int begin_unstable(struct table *t, size_t row, size_t response, struct error *e)
{
	struct table_observation *o = &t->observations[row * t->n_responses + response];
	bool is_full = !(t->n_unstable & (t->n_unstable - 1)); /* at 0, 1, 2, 4, 8 … */
	if (is_full) {
		size_t size = t->n_unstable ? 2 * t->n_unstable : 1;
		struct table_unstable *unstable = reallocarray(t->unstable, size, sizeof *unstable);
		if (!unstable)
			return error_no_memory(e);
		t->unstable = unstable;
	}
	struct table_share *shares = malloc(sizeof *shares);
	if (!shares)
		return error_no_memory(e);
	*shares = (struct table_share){.value = o->value, .n = o->n};
	t->unstable[t->n_unstable] =
		(struct table_unstable){.row = row, .response = (uint16_t)response, .n_values = 1, .shares = shares};
	o->value = TABLE_UNSTABLE;
	o->n = (uint32_t)t->n_unstable++;
	return 0;
}

static int count_share(struct table_unstable *unstable, uint16_t value, struct error *e)
{
	for (size_t i = 0; i < unstable->n_values; i++)
		if (unstable->shares[i].value == value) {
			unstable->shares[i].n++;
			return 0;
		}
	struct table_share *shares = reallocarray(unstable->shares, unstable->n_values + 1u, sizeof *shares);
	if (!shares)
		return error_no_memory(e);
	unstable->shares = shares;
	shares[unstable->n_values++] = (struct table_share){.value = value, .n = 1};
	return 0;
}

static void count_time(struct table_response *response, struct table_observation *o, uint64_t took_us)
{
	if (took_us < o->took_least_us)
		o->took_least_us = took_us;
	if (took_us > o->took_most_us)
		o->took_most_us = took_us;
	if (!response->n_timed || took_us < response->took_least_us)
		response->took_least_us = took_us;
	if (took_us > response->took_most_us)
		response->took_most_us = took_us;
	response->n_timed++;
}

static int observe(struct table *t, size_t row, size_t response, uint16_t value, struct error *e)
{
	struct table_observation *o = &t->observations[row * t->n_responses + response];
	if (o->value == TABLE_MISSING) {
		o->value = value;
		o->n = 1;
		return 0;
	}
	if (o->value == value) {
		o->n++;
		return 0;
	}
	int r = o->value == TABLE_UNSTABLE ? 0 : begin_unstable(t, row, response, e);
	return r < 0 ? r : count_share(&t->unstable[o->n], value, e);
}

/*
 * Whether a run is inconc because the check refuses this value: judge_cell() says so in the reason. What the check of
 * another response or a step that failed has made inconc, is none of the response's doing.
 */
static bool is_refused(const struct result *result, const struct result_value *value)
{
	CLEANUP(text_done) struct text reason = TEXT_INIT;
	if (result->verdict != VERDICT_INCONC || !result->reason)
		return false;
	text_addf(&reason, "%s is %s, and the check wants ", value->response, value->text);
	return !reason.failed && !strncmp(result->reason, reason.data, reason.len);
}

/* Of several values that were refused the first by text is kept, whatever came first. */
static void note_refused(const struct table_response *account, struct table_observation *o, uint16_t number)
{
	if (o->refused == TABLE_MISSING ||
		strcmp(account->values[number].text, account->values[o->refused].text) < 0)
		o->refused = number;
}

static int add_observation(
	struct table *t, size_t row, size_t response, const struct result *result, size_t i, struct error *e)
{
	const struct result_value *value = &result->values[i];
	struct table_response *account = &t->responses[response];
	struct table_observation *o = &t->observations[row * t->n_responses + response];
	bool is_data = result->verdict == VERDICT_PASS || result->verdict == VERDICT_FAIL;
	if (o->value == TABLE_NOT_ASKED)
		return error_set(e, ERROR_USAGE, EINVAL, "no step of cell %" PRIu64 " records '%s'", result->cell,
			value->response);
	if (!is_data && !is_refused(result, value))
		return 0;
	int number = find_value(account, value->text, e);
	if (number < 0)
		return number;
	if (!is_data) {
		note_refused(account, o, (uint16_t)number);
		return 0;
	}
	account->values[number].count++;
	if (value->timed)
		count_time(account, o, value->took_us);
	return observe(t, row, response, (uint16_t)number, e);
}

/* Each run is there once. */
static int mark_done(struct table *t, size_t row, const struct result *result, struct error *e)
{
	if (result->replicate > t->n_replicates)
		return error_set(e, ERROR_USAGE, EINVAL,
			"cell %" PRIu64 " has a replicate %" PRIu32 ", and each cell was to be run %" PRIu32 " time%s",
			result->cell, result->replicate, t->n_replicates, t->n_replicates == 1 ? "" : "s");
	uint64_t bit = row * (uint64_t)t->n_replicates + result->replicate - 1;
	if (t->done[bit / 8] >> bit % 8 & 1)
		return error_set(e, ERROR_USAGE, EINVAL, "cell %" PRIu64 " (replicate %" PRIu32 ") stands there twice",
			result->cell, result->replicate);
	t->done[bit / 8] |= (uint8_t)(1u << bit % 8);
	return 0;
}

static int find_response(const struct table *t, const struct result *result, size_t i, size_t *ret, struct error *e)
{
	for (*ret = 0; *ret < t->n_responses; ++*ret)
		if (!strcmp(t->responses[*ret].response->name, result->values[i].response))
			return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "the scenario has no response '%s'", result->values[i].response);
}

int table_add(struct table *t, const struct result *result, struct error *e)
{
	size_t row = table_find(t, result->cell), response;
	if (row == TABLE_NO_ROW)
		return error_set(e, ERROR_USAGE, EINVAL, "cell %" PRIu64 " is none of this run", result->cell);
	int r = mark_done(t, row, result, e);
	for (size_t i = 0; r == 0 && i < result->n_values; i++) {
		r = find_response(t, result, i, &response, e);
		if (r == 0)
			r = add_observation(t, row, response, result, i, e);
	}
	return r;
}

struct ranked {
	size_t number;
	const struct table_value *value;
	bool is_last;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->is_last != y->is_last)
		return x->is_last ? 1 : -1;
	if (x->value->count != y->value->count)
		return x->value->count < y->value->count ? 1 : -1;
	return strcmp(x->value->text, y->value->text);
}

/* The most frequent first, then by text; those that never came out (rules name them) last. @ret_new: by old number. */
static int rank_values(struct table_response *response, uint16_t *ret_new, struct error *e)
{
	size_t n = response->n_values;
	CLEANUP(cleanup_free) struct ranked *ranked = calloc(n + 1, sizeof *ranked);
	struct table_value *values = calloc(n + 1, sizeof *values);
	if (!ranked || !values) {
		free(values);
		return error_no_memory(e);
	}
	for (size_t i = 0; i < n; i++)
		ranked[i] = (struct ranked){i, &response->values[i], response->has_more && i + 1 == n};
	qsort(ranked, n, sizeof *ranked, compare_ranked);
	for (size_t i = 0; i < n; i++) {
		ret_new[ranked[i].number] = (uint16_t)i;
		values[i] = *ranked[i].value;
	}
	free(response->values);
	response->values = values;
	response->values_size = n + 1;
	return 0;
}

static int compare_shares(const void *a, const void *b)
{
	const struct table_share *x = a, *y = b;
	return x->n != y->n ? (x->n < y->n ? 1 : -1) : (int)x->value - (int)y->value;
}

static int compare_unstable(const void *a, const void *b)
{
	const struct table_unstable *x = a, *y = b;
	return x->row != y->row ? (x->row < y->row ? -1 : 1) : (int)x->response - (int)y->response;
}

static int renumber_response(struct table *t, size_t response, struct error *e)
{
	struct table_response *account = &t->responses[response];
	CLEANUP(cleanup_free) uint16_t *new = calloc(account->n_values + 1, sizeof *new);
	int r = new ? rank_values(account, new, e) : error_no_memory(e);
	if (r < 0)
		return r;
	for (size_t row = 0; row < t->n_rows; row++) {
		struct table_observation *o = &t->observations[row * t->n_responses + response];
		if (o->value < TABLE_NOT_ASKED)
			o->value = new[o->value];
		if (o->refused < TABLE_NOT_ASKED)
			o->refused = new[o->refused];
		account->n_asked += o->value != TABLE_NOT_ASKED;
		account->n_missing += o->value == TABLE_MISSING;
		account->n_unstable += o->value == TABLE_UNSTABLE;
	}
	for (size_t i = 0; i < t->n_unstable; i++)
		for (size_t j = 0; t->unstable[i].response == response && j < t->unstable[i].n_values; j++)
			t->unstable[i].shares[j].value = new[t->unstable[i].shares[j].value];
	return 0;
}

int table_finish(struct table *t, struct error *e)
{
	for (size_t i = 0; i < t->n_responses; i++) {
		int r = renumber_response(t, i, e);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < t->n_unstable; i++)
		qsort(t->unstable[i].shares, t->unstable[i].n_values, sizeof *t->unstable[i].shares, compare_shares);
	if (t->n_unstable)
		qsort(t->unstable, t->n_unstable, sizeof *t->unstable, compare_unstable);
	for (size_t i = 0; i < t->n_unstable; i++)
		t->observations[t->unstable[i].row * t->n_responses + t->unstable[i].response].n = (uint32_t)i;
	return 0;
}

size_t table_held_level(const struct table *t, size_t factor)
{
	const struct factor *f = &t->scenario->matrix.factors[factor];
	size_t held = MATRIX_ANY_LEVEL, n = 0;
	for (size_t l = 0; l < f->n_all_levels; l++)
		if (table_is_in_play(t, factor, l)) {
			held = l;
			n++;
		}
	return n == 1 && f->n_all_levels > 1 ? held : MATRIX_ANY_LEVEL;
}

void table_copy_levels(const struct table *t, size_t row, size_t *ret_levels)
{
	for (size_t f = 0; f < t->n_factors; f++)
		ret_levels[f] = table_levels(t, row)[f];
}

static size_t count_beyond_first(const struct table *t, size_t row)
{
	size_t n = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		n += table_levels(t, row)[f] != 0;
	return n;
}

bool table_is_plainer(const struct table *t, size_t a, size_t b)
{
	size_t x = count_beyond_first(t, a), y = count_beyond_first(t, b);
	return x != y ? x < y : a < b;
}

void table_done(struct table *t)
{
	for (size_t i = 0; i < t->n_responses; i++) {
		for (size_t j = 0; j < t->responses[i].n_values; j++)
			free(t->responses[i].values[j].text);
		free(t->responses[i].values);
	}
	for (size_t i = 0; i < t->n_unstable; i++)
		free(t->unstable[i].shares);
	free(t->unstable);
	free(t->responses);
	free(t->cells);
	free(t->keys);
	free(t->slots);
	free(t->levels);
	free(t->observations);
	free(t->done);
	free(t->in_play);
	free(t->in_play_offsets);
	*t = (struct table){.scenario = NULL};
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The results of a run, gathered by cell.
#include "analyze/table_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The key of a row is the sum of its levels, each times a number of its factor, so that a neighbour's key is one
 * addition away. The numbers are those of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, 2014); where two rows have one key, their levels tell them apart.
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
		r = table_fix_values(&t->responses[s->checks[i].response], &s->checks[i], e);
	}
	for (size_t i = 0; i < s->n_claims; i++)
		for (size_t j = 0; r == 0 && j < s->claims[i].n_predicts; j++) {
			const struct rule_list *list = &s->claims[i].predicts[j];
			r = table_fix_values(&t->responses[list->response], list, e);
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
		else if (step->verb && step->response != SCENARIO_NO_RESPONSE && step_is_made(step, levels))
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
			.took_least_us = UINT64_MAX,
		};
	ask(t, row, t->scenario->steps, t->scenario->n_steps, levels);
	ask(t, row, t->scenario->check_steps, t->scenario->n_check_steps, levels);
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
	const uint64_t *found = t->n_rows ? bsearch(&cell, t->cells, t->n_rows, sizeof *t->cells, compare_cells) : NULL;
	return found ? (size_t)(found - t->cells) : TABLE_NO_ROW;
}

size_t table_find_levels(const struct table *t, const size_t *levels)
{
	uint64_t key = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		key += levels[f] * factor_number(f);
	for (uint64_t slot = slot_of(t, key); t->slots[slot]; slot = (slot + 1) & (t->n_slots - 1)) {
		size_t row = t->slots[slot] - 1, n_same = 0;
		while (n_same < t->n_factors && table_levels(t, row)[n_same] == levels[n_same])
			n_same++;
		if (n_same == t->n_factors)
			return row;
	}
	return TABLE_NO_ROW;
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

bool table_is_unstable(const struct table *t, size_t row)
{
	for (size_t i = 0; i < t->n_responses; i++)
		if (t->observations[row * t->n_responses + i].value == TABLE_UNSTABLE)
			return true;
	return false;
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
	free(t->refused);
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

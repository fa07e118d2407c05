// SPDX-License-Identifier: GPL-2.0-or-later
// The cheapest choice of columns that covers all rows.
//
// Theory of operation: points that are in the same candidates are one row. The grid is reduced (grid.c), and what
// remains falls into parts without a common row or column; the cheapest choice for each part is found by itself.
//
// Branch and bound: one of the columns of the row with the fewest of them has to be taken; each is tried, and those
// already tried are closed in what follows. Rows of which no two share a column need a column each: the cheapest ones
// of these together are a bound from below, and where it is no better than the best choice so far, the branch ends.
// The first choice to beat is a greedy one.
//
// It is done twice: for rules and conditions alone, as that is what has to be proven, and then, as far as effort is
// left, for the levels listed too.
#include "law/choose.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "law/grid.h"
#include "base/cleanup.h"

/* Rows by columns, in words of bits, up to which a grid is made (32 MB, twice); beyond, the choice is the greedy one.
 */
#define GRID_WORDS_MAX (UINT64_C(1) << 22)

/* Branches below one another. A grid that needs more is beyond any effort, unless it is nearly solved. */
#define DEPTH_MAX 200

/* Sets of the same size with a weight each, to be chosen from. */
struct sets {
	const uint64_t *first;
	size_t stride, n_words, n; /* in words from one to the next, of each, of all */
	const uint64_t *weights;
};

static const uint64_t *set_at(const struct sets *sets, size_t i)
{
	return sets->first + i * sets->stride;
}

/*
 * Take the set with most of what is left, again and again. What a set has of it only gets less, so that it is counted
 * anew only when it looks best.
 */
static int choose_greedily(const struct sets *sets, uint64_t *left, bool *chosen, struct error *e)
{
	CLEANUP(cleanup_free) size_t *gains = calloc(sets->n + 1, sizeof *gains);
	if (!gains)
		return error_no_memory(e);
	for (size_t i = 0; i < sets->n; i++)
		gains[i] = bits_count_both(set_at(sets, i), left, sets->n_words);
	for (;;) {
		size_t best = 0;
		for (size_t i = 1; i < sets->n; i++)
			if (gains[i] > gains[best] ||
				(gains[i] == gains[best] && sets->weights[i] < sets->weights[best]))
				best = i;
		if (!sets->n || !gains[best])
			return 0;
		size_t gain = bits_count_both(set_at(sets, best), left, sets->n_words);
		if (gain < gains[best]) {
			gains[best] = gain;
			continue;
		}
		chosen[best] = true;
		for (size_t w = 0; w < sets->n_words; w++)
			left[w] &= ~set_at(sets, best)[w];
	}
}

/* Give back the chosen sets that the others make idle, the dearest first. @n_times: by element, to work in. */
static void drop_idle(const struct sets *sets, bool *chosen, uint32_t *n_times)
{
	for (size_t i = 0; i < sets->n; i++)
		if (chosen[i])
			BITS_EACH (element, set_at(sets, i), sets->n_words)
				n_times[element]++;
	for (size_t i = sets->n; i-- > 0;) {
		bool idle = chosen[i];
		if (idle)
			BITS_EACH (element, set_at(sets, i), sets->n_words)
				idle &= n_times[element] > 1;
		if (!idle)
			continue;
		chosen[i] = false;
		BITS_EACH (element, set_at(sets, i), sets->n_words)
			n_times[element]--;
	}
}

static int choose_quickly(const struct sets *sets, bool *chosen, struct error *e)
{
	CLEANUP(cleanup_free) uint64_t *left = calloc(sets->n_words + 1, sizeof *left);
	CLEANUP(cleanup_free) uint32_t *n_times = calloc(sets->n_words * 64 + 1, sizeof *n_times);
	if (!left || !n_times)
		return error_no_memory(e);
	for (size_t i = 0; i < sets->n; i++)
		for (size_t w = 0; w < sets->n_words; w++)
			left[w] |= set_at(sets, i)[w];
	int r = choose_greedily(sets, left, chosen, e);
	if (r == 0)
		drop_idle(sets, chosen, n_times);
	return r;
}

/* A row, and how many open columns it has. */
struct row_size {
	size_t n;
	size_t row;
};

struct search {
	const struct grid *grid;
	struct effort effort;
	unsigned ignored_bits; /* of weights: what lies below does not count */
	bool complete;
	uint64_t at_least; /* what the grid costs */
	uint64_t *best;    /* columns */
	uint64_t best_weight;
	struct grid_state states[DEPTH_MAX];
	struct row_size *sizes; /* to work in */
	uint64_t *used;         /* columns; to work in */
};

static void cleanup_search(struct search **s)
{
	if (!*s)
		return;
	for (size_t i = 0; i < DEPTH_MAX; i++)
		grid_state_done(&(*s)->states[i]);
	free((*s)->best);
	free((*s)->sizes);
	free((*s)->used);
	free(*s);
}

static int compare_sizes(const void *a, const void *b)
{
	const struct row_size *x = a, *y = b;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* What the open rows cost at least. The row with the fewest open columns comes first in s->sizes. */
static uint64_t bound(struct search *s, const struct grid_state *state)
{
	const struct grid *g = s->grid;
	size_t n = 0;
	uint64_t sum = 0;
	BITS_EACH (row, state->rows, g->column_words)
		s->sizes[n++] = (struct row_size){bits_count_both(grid_row(g, row), state->columns, g->row_words), row};
	qsort(s->sizes, n, sizeof *s->sizes, compare_sizes);
	memset(s->used, 0, g->row_words * sizeof *s->used);
	for (size_t i = 0; i < n; i++) {
		const uint64_t *row = grid_row(g, s->sizes[i].row);
		if (bits_meet(row, s->used, g->row_words))
			continue;
		uint64_t least = UINT64_MAX;
		for (size_t w = 0; w < g->row_words; w++)
			for (uint64_t left = row[w] & state->columns[w]; left; left &= left - 1) {
				size_t column = w * 64 + (size_t)__builtin_ctzll(left);
				bits_add(s->used, column);
				if (g->weights[column] < least)
					least = g->weights[column];
			}
		sum += least;
	}
	return sum;
}

static bool is_better(const struct search *s, uint64_t weight)
{
	return weight >> s->ignored_bits < s->best_weight >> s->ignored_bits;
}

/* The open column of @row that has the most open rows; of these the cheapest. SIZE_MAX when there is none. */
static size_t most_useful(const struct grid *g, const struct grid_state *state, size_t row)
{
	size_t best = SIZE_MAX, best_gain = 0;
	for (size_t w = 0; w < g->row_words; w++)
		for (uint64_t left = grid_row(g, row)[w] & state->columns[w]; left; left &= left - 1) {
			size_t column = w * 64 + (size_t)__builtin_ctzll(left);
			size_t gain = bits_count_both(grid_column(g, column), state->rows, g->column_words);
			if (best == SIZE_MAX || gain > best_gain ||
				(gain == best_gain && g->weights[column] < g->weights[best])) {
				best = column;
				best_gain = gain;
			}
		}
	return best;
}

static void search_below(struct search *s, size_t depth)
{
	const struct grid *g = s->grid;
	struct grid_state *state = &s->states[depth];
	if (!effort_spend(&s->effort, 100 + g->n_rows * (8 + g->row_words) + g->n_columns)) {
		s->complete = false;
		return;
	}
	if (!grid_reduce(g, state, &s->effort))
		return;
	uint64_t at_least = state->weight + bound(s, state);
	if (depth == 0)
		s->at_least = at_least;
	if (!is_better(s, at_least))
		return;
	if (!bits_any(state->rows, g->column_words)) {
		memcpy(s->best, state->taken, g->row_words * sizeof *s->best);
		s->best_weight = state->weight;
		return;
	}
	if (depth + 1 == DEPTH_MAX) {
		s->complete = false;
		return;
	}
	size_t row = s->sizes[0].row;
	for (size_t column; (column = most_useful(g, state, row)) != SIZE_MAX;) {
		grid_state_copy(&s->states[depth + 1], state, g);
		grid_take(g, &s->states[depth + 1], column);
		search_below(s, depth + 1);
		bits_drop(state->columns, column);
		if (!s->effort.left) {
			s->complete = false;
			return;
		}
	}
}

static int search_init(struct search *s, const struct grid *g, struct error *e)
{
	s->grid = g;
	s->best = calloc(g->row_words + 1, sizeof *s->best);
	s->sizes = calloc(g->n_rows + 1, sizeof *s->sizes);
	s->used = calloc(g->row_words + 1, sizeof *s->used);
	int r = s->best && s->sizes && s->used ? 0 : error_no_memory(e);
	for (size_t i = 0; r == 0 && i < DEPTH_MAX; i++)
		r = grid_state_init(&s->states[i], g, e);
	return r;
}

/* From what is best so far: better, if there is better, as far as the effort goes. */
static void search_from_top(struct search *s, unsigned ignored_bits, struct effort *effort, uint64_t steps)
{
	const struct grid *g = s->grid;
	struct grid_state *top = &s->states[0];
	s->effort.left = steps;
	s->ignored_bits = ignored_bits;
	s->complete = true;
	bits_add_all(top->rows, g->n_rows);
	bits_add_all(top->columns, g->n_columns);
	memset(top->taken, 0, g->row_words * sizeof *top->taken);
	top->weight = 0;
	search_below(s, 0);
	effort_spend(effort, steps - s->effort.left);
}

/* @taken: by column of the grid. */
static int solve_part(const struct grid *g, struct effort *effort, bool *taken, uint64_t *at_least, struct error *e)
{
	struct sets columns = {g->columns, g->column_words, g->column_words, g->n_columns, g->weights};
	CLEANUP(cleanup_search) struct search *s = calloc(1, sizeof *s);
	if (!s)
		return error_no_memory(e);
	int r = search_init(s, g, e);
	r = r < 0 ? r : choose_quickly(&columns, taken, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < g->n_columns; i++)
		if (taken[i]) {
			bits_add(s->best, i);
			s->best_weight += g->weights[i];
		}
	search_from_top(s, WEIGHT_CONDITION_BIT, effort, effort->left / 2);
	*at_least += s->complete ? s->best_weight : s->at_least;
	if (s->complete)
		search_from_top(s, 0, effort, effort->left / 8);
	for (size_t i = 0; i < g->n_columns; i++)
		taken[i] = bits_has(s->best, i);
	return 0;
}

/* The open rows that hang together with the first one, and the open columns that they have. */
static void find_part(const struct grid *g, const struct grid_state *s, uint64_t *rows, uint64_t *columns)
{
	memset(rows, 0, g->column_words * sizeof *rows);
	memset(columns, 0, g->row_words * sizeof *columns);
	bits_add(rows, bits_next(s->rows, 0, g->column_words));
	for (bool grew = true; grew;) {
		grew = false;
		BITS_EACH (column, s->columns, g->row_words) {
			if (bits_has(columns, column) || !bits_meet(grid_column(g, column), rows, g->column_words))
				continue;
			bits_add(columns, column);
			for (size_t w = 0; w < g->column_words; w++)
				rows[w] |= grid_column(g, column)[w] & s->rows[w];
			grew = true;
		}
	}
}

/* Solve the part of the grid that the first open row is in, and close it. */
static int solve_first_part(
	const struct grid *g, struct grid_state *s, struct effort *effort, uint64_t *at_least, struct error *e)
{
	CLEANUP(cleanup_free) uint64_t *rows = calloc(g->column_words + 1, sizeof *rows);
	CLEANUP(cleanup_free) uint64_t *columns = calloc(g->row_words + 1, sizeof *columns);
	CLEANUP(cleanup_free) bool *taken = calloc(g->n_columns + 1, sizeof *taken);
	CLEANUP(grid_done) struct grid part = {.rows = NULL};
	if (!rows || !columns || !taken)
		return error_no_memory(e);
	find_part(g, s, rows, columns);
	int r = grid_part(g, rows, columns, &part, e);
	r = r < 0 ? r : solve_part(&part, effort, taken, at_least, e);
	for (size_t i = 0; r == 0 && i < part.n_columns; i++)
		if (taken[i])
			grid_take(g, s, part.names[i]);
	for (size_t w = 0; r == 0 && w < g->row_words; w++)
		s->columns[w] &= ~columns[w];
	return r;
}

static int solve(const struct grid *g, struct effort *effort, bool *ret_chosen, uint64_t *ret_at_least, struct error *e)
{
	CLEANUP(grid_state_done) struct grid_state s = {.rows = NULL};
	int r = grid_state_init(&s, g, e);
	if (r < 0)
		return r;
	struct effort reducing = {effort->left / 4};
	grid_reduce(g, &s, &reducing);
	effort->left = effort->left / 4 * 3 + reducing.left;
	*ret_at_least = s.weight;
	while (r == 0 && bits_any(s.rows, g->column_words))
		r = solve_first_part(g, &s, effort, ret_at_least, e);
	BITS_EACH (column, s.taken, g->row_words)
		ret_chosen[g->names[column]] = true;
	return r;
}

/* The candidates of one point. */
struct point_row {
	const uint64_t *columns;
	size_t n_words;
};

static int compare_rows(const void *a, const void *b)
{
	const struct point_row *x = a, *y = b;
	for (size_t w = 0; w < x->n_words; w++)
		if (x->columns[w] != y->columns[w])
			return x->columns[w] < y->columns[w] ? -1 : 1;
	return 0;
}

/* Of points with the same candidates, one; points without any are left out. @by_point: rows for all points. */
static int make_grid(
	const struct candidates *c, const uint64_t *weights, uint64_t *by_point, struct grid *ret, struct error *e)
{
	size_t n_words = bits_words(c->n), n_points = c->on_words * 64, n = 0;
	CLEANUP(cleanup_free) struct point_row *rows = calloc(n_points + 1, sizeof *rows);
	if (!rows)
		return error_no_memory(e);
	for (size_t i = 0; i < c->n; i++)
		BITS_EACH (point, candidate_on(c, i), c->on_words)
			bits_add(by_point + point * n_words, i);
	for (size_t i = 0; i < n_points; i++)
		if (bits_any(by_point + i * n_words, n_words))
			rows[n++] = (struct point_row){by_point + i * n_words, n_words};
	qsort(rows, n, sizeof *rows, compare_rows);
	size_t n_unique = 0;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || compare_rows(&rows[i], &rows[n_unique - 1]))
			rows[n_unique++] = rows[i];
	int r = grid_alloc(ret, n_unique, c->n, e);
	for (size_t i = 0; r == 0 && i < n_unique; i++) {
		memcpy(ret->rows + i * ret->row_words, rows[i].columns, n_words * sizeof *rows[i].columns);
		BITS_EACH (column, rows[i].columns, n_words)
			bits_add(ret->columns + column * ret->column_words, i);
	}
	for (size_t i = 0; r == 0 && i < c->n; i++) {
		ret->weights[i] = weights[i];
		ret->names[i] = (uint32_t)i;
	}
	return r;
}

int choose_cheapest(const struct candidates *candidates, const uint64_t *weights, struct effort *effort,
	bool *ret_chosen, uint64_t *ret_at_least, struct error *e)
{
	assert(candidates->n <= CHOOSE_COLUMNS_MAX);
	size_t n_words = candidates->on_words * 64 * bits_words(candidates->n);
	if (n_words > GRID_WORDS_MAX) {
		struct sets sets = {candidates->words + candidates->cube_words,
			candidates->cube_words + candidates->on_words, candidates->on_words, candidates->n, weights};
		*ret_at_least = 0;
		return choose_quickly(&sets, ret_chosen, e);
	}
	CLEANUP(cleanup_free) uint64_t *by_point = calloc(n_words + 1, sizeof *by_point);
	CLEANUP(grid_done) struct grid g = {.rows = NULL};
	if (!by_point)
		return error_no_memory(e);
	int r = make_grid(candidates, weights, by_point, &g, e);
	return r < 0 ? r : solve(&g, effort, ret_chosen, ret_at_least, e);
}

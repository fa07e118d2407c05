// SPDX-License-Identifier: GPL-2.0-or-later
// Rows and columns, and what makes some of them idle.
//
// Theory of operation: a row with one column left needs it. A row that has all columns of another one is covered with
// that one. A column whose rows are all in another one that costs no more is not needed. These three in turn, until
// nothing changes: Quine, "A way to simplify truth functions", 1955.
//
// Whether a row has all columns of row s is only asked of the rows in the first column of s, and of a column likewise.
#include "law/grid.h"

#include <stdlib.h>
#include <string.h>

int grid_alloc(struct grid *g, size_t n_rows, size_t n_columns, struct error *e)
{
	*g = (struct grid){
		.n_rows = n_rows,
		.n_columns = n_columns,
		.row_words = bits_words(n_columns),
		.column_words = bits_words(n_rows),
	};
	g->rows = calloc(n_rows * g->row_words + 1, sizeof *g->rows);
	g->columns = calloc(n_columns * g->column_words + 1, sizeof *g->columns);
	g->weights = calloc(n_columns + 1, sizeof *g->weights);
	g->names = calloc(n_columns + 1, sizeof *g->names);
	if (g->rows && g->columns && g->weights && g->names)
		return 0;
	grid_done(g);
	return error_no_memory(e);
}

int grid_part(const struct grid *g, const uint64_t *rows, const uint64_t *columns, struct grid *ret, struct error *e)
{
	int r = grid_alloc(ret, bits_count(rows, g->column_words), bits_count(columns, g->row_words), e);
	if (r < 0)
		return r;
	size_t c = 0;
	BITS_EACH (column, columns, g->row_words) {
		ret->weights[c] = g->weights[column];
		ret->names[c] = (uint32_t)column;
		size_t n = 0;
		BITS_EACH (row, rows, g->column_words) {
			if (bits_has(grid_column(g, column), row)) {
				bits_add(ret->columns + c * ret->column_words, n);
				bits_add(ret->rows + n * ret->row_words, c);
			}
			n++;
		}
		c++;
	}
	return 0;
}

void grid_done(struct grid *g)
{
	free(g->rows);
	free(g->columns);
	free(g->weights);
	free(g->names);
	*g = (struct grid){.rows = NULL};
}

int grid_state_init(struct grid_state *s, const struct grid *g, struct error *e)
{
	*s = (struct grid_state){
		.rows = calloc(g->column_words + 1, sizeof *s->rows),
		.columns = calloc(g->row_words + 1, sizeof *s->columns),
		.taken = calloc(g->row_words + 1, sizeof *s->taken),
	};
	if (!s->rows || !s->columns || !s->taken) {
		grid_state_done(s);
		return error_no_memory(e);
	}
	bits_add_all(s->rows, g->n_rows);
	bits_add_all(s->columns, g->n_columns);
	return 0;
}

void grid_state_copy(struct grid_state *to, const struct grid_state *from, const struct grid *g)
{
	memcpy(to->rows, from->rows, g->column_words * sizeof *to->rows);
	memcpy(to->columns, from->columns, g->row_words * sizeof *to->columns);
	memcpy(to->taken, from->taken, g->row_words * sizeof *to->taken);
	to->weight = from->weight;
}

void grid_state_done(struct grid_state *s)
{
	free(s->rows);
	free(s->columns);
	free(s->taken);
	*s = (struct grid_state){.rows = NULL};
}

void grid_take(const struct grid *g, struct grid_state *s, size_t column)
{
	bits_drop(s->columns, column);
	bits_add(s->taken, column);
	s->weight += g->weights[column];
	for (size_t w = 0; w < g->column_words; w++)
		s->rows[w] &= ~grid_column(g, column)[w];
}

/* Whether what @part has of @open is all in @whole. */
static bool within_open(const uint64_t *part, const uint64_t *whole, const uint64_t *open, size_t n_words)
{
	for (size_t w = 0; w < n_words; w++)
		if (part[w] & open[w] & ~whole[w])
			return false;
	return true;
}

/* The least that is in both sets; n_words * 64 when there is none. */
static size_t first_in_both(const uint64_t *a, const uint64_t *b, size_t n_words)
{
	for (size_t w = 0; w < n_words; w++)
		if (a[w] & b[w])
			return w * 64 + (size_t)__builtin_ctzll(a[w] & b[w]);
	return n_words * 64;
}

/* Return: false when an open row has no open column. */
static bool take_needed(const struct grid *g, struct grid_state *s, bool *changed)
{
	BITS_EACH (row, s->rows, g->column_words) {
		size_t n = bits_count_both(grid_row(g, row), s->columns, g->row_words);
		if (n == 0)
			return false;
		if (n > 1)
			continue;
		grid_take(g, s, first_in_both(grid_row(g, row), s->columns, g->row_words));
		*changed = true;
	}
	return true;
}

static void close_rows(const struct grid *g, struct grid_state *s, struct effort *effort, bool *changed)
{
	BITS_EACH (row, s->rows, g->column_words) {
		const uint64_t *columns = grid_row(g, row);
		size_t column = first_in_both(columns, s->columns, g->row_words);
		for (size_t w = 0; w < g->column_words; w++)
			for (uint64_t left = grid_column(g, column)[w] & s->rows[w]; left; left &= left - 1) {
				size_t other = w * 64 + (size_t)__builtin_ctzll(left);
				if (!effort_spend(effort, 1 + g->row_words / 4))
					return;
				if (other == row || !within_open(columns, grid_row(g, other), s->columns, g->row_words))
					continue;
				bits_drop(s->rows, other);
				*changed = true;
			}
	}
}

/* Whether some other open column does for @column. */
static bool is_idle(const struct grid *g, const struct grid_state *s, size_t column, struct effort *effort)
{
	const uint64_t *rows = grid_column(g, column);
	size_t row = first_in_both(rows, s->rows, g->column_words);
	if (row == g->column_words * 64)
		return true;
	for (size_t w = 0; w < g->row_words; w++)
		for (uint64_t left = grid_row(g, row)[w] & s->columns[w]; left; left &= left - 1) {
			size_t other = w * 64 + (size_t)__builtin_ctzll(left);
			if (!effort_spend(effort, 1 + g->column_words / 4))
				return false;
			if (other != column && g->weights[other] <= g->weights[column] &&
				within_open(rows, grid_column(g, other), s->rows, g->column_words) &&
				(g->weights[other] < g->weights[column] || other < column ||
					!within_open(grid_column(g, other), rows, s->rows, g->column_words)))
				return true;
		}
	return false;
}

bool grid_reduce(const struct grid *g, struct grid_state *s, struct effort *effort)
{
	/* Beside what is counted pair by pair, each row and each column is looked at as a whole. */
	uint64_t round = g->n_rows * g->row_words + g->n_columns * (g->row_words + g->column_words) / 4;
	for (bool changed = true; changed;) {
		changed = false;
		if (!take_needed(g, s, &changed))
			return false;
		close_rows(g, s, effort, &changed);
		BITS_EACH (column, s->columns, g->row_words) {
			if (!is_idle(g, s, column, effort))
				continue;
			bits_drop(s->columns, column);
			changed = true;
		}
		if (!effort_spend(effort, round))
			return true;
	}
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows to be covered and the columns that cover them, as sets of bits both ways. */
#ifndef LAW_GRID_H
#define LAW_GRID_H

#include "law/candidates.h"
#include "law/effort.h"

struct grid {
	size_t n_rows, n_columns;
	size_t row_words, column_words; /* of a row: a set of columns; of a column: a set of rows */
	uint64_t *rows, *columns;       /* owned */
	uint64_t *weights;              /* by column; owned */
	uint32_t *names;                /* by column, for the caller; owned */
};

/* What is still open, and what has been taken. */
struct grid_state {
	uint64_t *rows, *columns; /* open ones; owned */
	uint64_t *taken;          /* columns; owned */
	uint64_t weight;          /* of those taken */
};

static inline const uint64_t *grid_row(const struct grid *g, size_t i)
{
	return g->rows + i * g->row_words;
}

static inline const uint64_t *grid_column(const struct grid *g, size_t i)
{
	return g->columns + i * g->column_words;
}

/* grid_alloc() - an empty one. */
int grid_alloc(struct grid *g, size_t n_rows, size_t n_columns, struct error *e);

/* grid_part() - the rows and columns that are in these sets. */
int grid_part(const struct grid *g, const uint64_t *rows, const uint64_t *columns, struct grid *ret, struct error *e);

void grid_done(struct grid *g);

/* grid_state_init() - all open, nothing taken. */
int grid_state_init(struct grid_state *s, const struct grid *g, struct error *e);

void grid_state_copy(struct grid_state *to, const struct grid_state *from, const struct grid *g);

void grid_state_done(struct grid_state *s);

/* grid_take() - take a column: the rows in it are covered. */
void grid_take(const struct grid *g, struct grid_state *s, size_t column);

/**
 * grid_reduce() - take the columns that some row needs, close the rows and columns that others make idle
 *
 * The cheapest choice stays as cheap. Return: false when an open row has no open column. Where the effort ends it
 * stops early, which loses nothing.
 */
bool grid_reduce(const struct grid *g, struct grid_state *s, struct effort *effort);

#endif

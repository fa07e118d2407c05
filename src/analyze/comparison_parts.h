/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the comparison share, and nobody else needs. */
#ifndef ANALYZE_COMPARISON_PARTS_H
#define ANALYZE_COMPARISON_PARTS_H

#include "analyze/comparison.h"

static inline const struct table *comparison_table(const struct comparison *c, size_t run)
{
	return &c->runs[run].explanation->table;
}

static inline const struct matrix *comparison_matrix(const struct comparison *c, size_t run)
{
	return &comparison_table(c, run)->scenario->matrix;
}

/**
 * comparison_translate() - the levels that a cell of one run has, as the matrix of the other one numbers them
 * @ret_levels: MATRIX_FACTORS_MAX
 *
 * Return: false where the other one has not all of them.
 */
bool comparison_translate(const struct comparison *c, size_t run, size_t row, size_t *ret_levels);

/* comparison_match_responses() - by name; which ones only one of the runs has. */
int comparison_match_responses(struct comparison *c, struct error *e);

/* comparison_count_pair() - hold a cell of the first run, which has a match, against that. */
int comparison_count_pair(struct comparison *c, size_t row, struct error *e);

/**
 * comparison_count_lonely() - a cell of one run, of which the other one has no result
 * @is_of_other: it was to have one
 */
int comparison_count_lonely(struct comparison *c, size_t run, size_t row, bool is_of_other, struct error *e);

/* comparison_could_change() - whether a cell is one of those among which a change has its cells. */
bool comparison_could_change(const struct comparison *c, const struct cell_change *change, size_t row);

/* comparison_find_where() - the law that says exactly which cells a change is of, where that is short. */
int comparison_find_where(const struct comparison *c, struct cell_change *change, struct error *e);

/* comparison_find_laws() - which laws changed, and which claims; after the cells. */
int comparison_find_laws(struct comparison *c, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which factors matter to a response: what changes when a factor alone is changed, over all matched pairs.
 *
 * A matched pair is two cells that are equal in every other factor and have one value each (a cell without a conclusive
 * result, or whose replicates differ, is in no pair). Inert: there are pairs, and the response changed in none.
 */
#ifndef ANALYZE_INFLUENCE_H
#define ANALYZE_INFLUENCE_H

#include <assert.h>

#include "analyze/table.h"

/* Two rows of the table that differ in one factor alone, the one with the lower level first. */
struct pair {
	size_t rows[2]; /* TABLE_NO_ROW where there is no such pair */
};

struct influence {
	uint64_t n_pairs, n_changed;
	struct pair minimal; /* the plainest pair in which the response changed */
	struct pair same;    /* the plainest pair in which it did not */
	uint64_t depends_on; /* factors, a bit each: changing one of them alone changes whether this one matters */
};
static_assert(MATRIX_FACTORS_MAX <= 64, "a bit for each factor");

/* influence_is_inert() - whether it was tried, and nothing changed. */
static inline bool influence_is_inert(const struct influence *influence)
{
	return influence->n_pairs && !influence->n_changed;
}

/* influence_measure() - what each factor of a table does to one response. @ret: n_factors of them. */
void influence_measure(const struct table *t, size_t response, struct influence *ret);

#endif

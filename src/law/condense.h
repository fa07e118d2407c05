/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table made smaller, its smallest law staying as small: factors and levels without a say are taken out. */
#ifndef LAW_CONDENSE_H
#define LAW_CONDENSE_H

#include "law/cube.h"
#include "law/law.h"

#define LEVEL_UNSEEN UINT32_MAX

struct condensed {
	struct arena arena; /* owns all that hangs here */
	struct space space;
	size_t *factors;   /* by factor of the space: its number in the table */
	uint32_t **levels; /* by factor of the space, by level in the table: its bit in the space, or LEVEL_UNSEEN */
	size_t n_points;
	uint32_t *points; /* n_points rows of bit numbers, one a factor of the space; sorted as those of the table */
	uint16_t *values; /* by point */
};

/**
 * condense() - @table, without what its smallest law does not need
 * @table: sorted
 * @ret: filled on success; to be given back with condensed_done()
 *
 * A law of @ret is one of @table when each level is read as all levels that stand for it.
 */
int condense(const struct law_table *table, struct condensed *ret, struct error *e);

void condensed_done(struct condensed *c);

#endif

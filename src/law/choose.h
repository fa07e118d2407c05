/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cheapest choice of columns that covers all rows of a grid. */
#ifndef LAW_CHOOSE_H
#define LAW_CHOOSE_H

#include "law/candidates.h"
#include "law/effort.h"

/*
 * What a column costs: one rule, then its conditions, then the levels they list. For less than 2^14 columns with 2^6
 * conditions and 2^12 levels each, the sum of no part reaches the next.
 */
#define CHOOSE_COLUMNS_MAX 16000
#define CHOOSE_LEVELS_MAX 4095
#define WEIGHT_CONDITION_BIT 26
#define WEIGHT_RULE_BIT 46

/**
 * choose_cheapest() - which of @candidates to take, so that every point that one of them has is in one that is taken
 * @candidates: not more than CHOOSE_COLUMNS_MAX
 * @weights: by candidate
 * @ret_chosen: by candidate, all false
 * @ret_at_least: no choice costs less, levels left aside; as much as the choice that was made, when that is proven to
 *	be a cheapest one; 0 when nothing is known
 *
 * Errors: out of memory.
 */
int choose_cheapest(const struct candidates *candidates, const uint64_t *weights, struct effort *effort,
	bool *ret_chosen, uint64_t *ret_at_least, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rules hold where. */
#ifndef LAW_MATCH_H
#define LAW_MATCH_H

#include "law/law.h"

/* A rule, as its number; and how many of its conditions have been met (all, when it is given out). */
struct match {
	uint32_t rule;
	uint32_t n_met;
};

/**
 * match_each() - find the rules that hold at each point
 * @table: sorted
 * @each: told about points that follow one another and at which the same rules hold: the first of them, how many,
 *	and the rules, ascending; returns 0, or anything else to end it
 *
 * Every point is told about once. Return: 0, what @each returned, or -ENOMEM.
 */
int match_each(const struct law_table *table, const struct law_rule *rules, size_t n_rules,
	int (*each)(void *context, size_t first, size_t n_points, const struct match *matches, size_t n_matches),
	void *context, struct error *e);

#endif

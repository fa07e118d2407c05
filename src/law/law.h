/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A law: the smallest rule that gives a response from the factors.
 *
 * Its form is a sum of products over multi-valued factors: rules "when these factors have one of these levels, the
 * value is v", and one value for all that no rule speaks of (`otherwise`). Two rules with different values never hold
 * for one observed point, so the order of the rules does not matter, and a law can also be read as a decision list.
 *
 * Smallest: fewest rules, then fewest conditions (a factor that a rule names is one condition, however many of its
 * levels it lists), then `otherwise` is the commonest value. Of laws that are equal in this, one that lists few levels:
 * no rule lists a level at which it holds no observed point.
 */
#ifndef LAW_LAW_H
#define LAW_LAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/matrix.h"

/* What was observed: points of the factorial, each once, with the value there. Points that are not listed are open. */
struct law_table {
	size_t n_factors;
	const uint32_t *n_levels; /* by factor */
	size_t n_points;
	const uint16_t *levels; /* n_points rows of n_factors */
	const uint16_t *values; /* by point */
	size_t n_values;        /* every value is below it; at least one point has each */
	bool has_otherwise;     /* the law's `otherwise` has to be @otherwise, whatever that costs */
	size_t otherwise;
	uint64_t n_steps;       /* how long to search, 0 for LAW_STEPS: see law.c */
};

struct law_rule {
	struct conditions when; /* at least one; by factor ascending */
	size_t value;
};

struct law {
	struct arena arena;     /* owns all that hangs here */
	struct law_rule *rules; /* those of one value side by side, the commonest first; then by factors and levels */
	size_t n_rules;
	size_t n_conditions; /* of all rules together */
	size_t otherwise;
	bool exact; /* no smaller law of this form exists (rules, then conditions) */
};

/**
 * law_find() - the smallest law that gives every observed point its value
 * @ret: filled on success; to be given back with law_done()
 *
 * It was held against every point before it is returned. Errors: ERROR_HARNESS when memory is out, or where the law
 * that was found does not hold, which would be a bug.
 */
int law_find(const struct law_table *table, struct law *ret, struct error *e);

/* law_value() - what the law says of a point with these levels. */
size_t law_value(const struct law *law, const size_t *levels);

void law_done(struct law *law);

#endif

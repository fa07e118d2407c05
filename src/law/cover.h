/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fewest rules that hold all points with one value, and no point with another. */
#ifndef LAW_COVER_H
#define LAW_COVER_H

#include "law/cube.h"
#include "law/effort.h"
#include "base/arena.h"
#include "base/error.h"

/* Of a cover: first the rules count, then their conditions. */
struct cost {
	size_t rules, conditions;
};

struct cover {
	uint64_t **cubes;
	size_t n;
	struct cost cost;     /* n, and what they have together */
	struct cost at_least; /* of every cover of these points; as much as cost where this cover is a smallest one */
};

/* cost_compare() - Return: below, at or above 0. */
static inline int cost_compare(struct cost a, struct cost b)
{
	if (a.rules != b.rules)
		return a.rules < b.rules ? -1 : 1;
	return (a.conditions > b.conditions) - (a.conditions < b.conditions);
}

static inline bool cover_is_exact(const struct cover *c)
{
	return cost_compare(c->cost, c->at_least) == 0;
}

/**
 * cover_find() - a small cover, and the smallest where the effort allows
 * @sides: at least one point on
 * @effort: what is not needed is left
 * @arena: owns what hangs on @ret
 *
 * Errors: out of memory.
 */
int cover_find(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *ret, struct error *e);

#endif

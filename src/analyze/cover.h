/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fewest rules that hold all points with one value, and no point with another. */
#ifndef ANALYZE_COVER_H
#define ANALYZE_COVER_H

#include "analyze/cube.h"
#include "analyze/effort.h"
#include "base/arena.h"
#include "base/error.h"

struct cover {
	uint64_t **cubes; /* in the order of rules (cube_compare()) */
	size_t n;
	size_t n_conditions;
	bool exact; /* no other cover has fewer cubes, or as many with fewer conditions */
};

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

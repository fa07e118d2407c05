// SPDX-License-Identifier: GPL-2.0-or-later
// A good cover, quickly: the best choice among rules that were grown around one point after the other, in two orders.
#include "law/cover_grown.h"

#include <stdlib.h>

#include "law/choose.h"
#include "law/cover_choice.h"
#include "law/expand.h"
#include "base/cleanup.h"

/* Grow a rule around @seed, and mark the points that it holds. Return: 1, or 0 where the effort ended, or -ENOMEM. */
static int gather_one(const struct sides *sides, size_t seed, bool *covered, struct effort *effort,
	struct candidates *to, struct error *e)
{
	if (to->n == CHOOSE_COLUMNS_MAX || candidates_full(to))
		return 0;
	int r = candidates_add(to, e);
	if (r < 0)
		return r;
	uint64_t *cube = candidate_cube(to, to->n - 1), *on = candidate_on(to, to->n - 1);
	r = expand(sides, seed, covered, effort, cube, e);
	if (r <= 0) {
		to->n--;
		return r;
	}
	for (size_t i = 0; i < sides->n_on; i++)
		if (cube_holds(sides->space, cube, sides->on[i])) {
			bits_add(on, i);
			covered[i] = true;
		}
	return 1;
}

/* Rules grown around the points, from the first to the last or the other way, until all points have one. */
static int gather_around(
	const struct sides *sides, bool backwards, struct effort *effort, struct candidates *to, struct error *e)
{
	CLEANUP(cleanup_free) bool *covered = calloc(sides->n_on + 1, sizeof *covered);
	if (!covered)
		return error_no_memory(e);
	int r = 1;
	for (size_t i = 0; r > 0 && i < sides->n_on; i++) {
		size_t seed = backwards ? sides->n_on - 1 - i : i;
		if (!covered[seed])
			r = gather_one(sides, seed, covered, effort, to, e);
	}
	return r;
}

int cover_grown(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *ret, struct error *e)
{
	CLEANUP(candidates_done) struct candidates c;
	candidates_init(&c, sides);
	struct effort part = {effort->left / 8 * 7};
	effort->left -= part.left;
	int forth = gather_around(sides, false, &part, &c, e);
	int back = forth <= 0 ? forth : gather_around(sides, true, &part, &c, e);
	effort->left += part.left;
	int r = back < 0 ? back : cover_choose(sides, &c, false, effort, arena, ret, e);
	return r < 0 ? r : forth;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The fewest rules that hold all points that are on, and none that is off: by whichever way gets there.
#include "law/cover.h"

#include "law/cover_exact.h"
#include "law/cover_grown.h"
#include "law/cover_part.h"

/* Most of the effort is for a good cover: without one there is nothing to prove. */
#define EIGHTHS_EXACT 1
#define EIGHTHS_GROWN 6

static struct effort take_part(struct effort *effort, uint64_t part)
{
	effort->left -= part;
	return (struct effort){part};
}

int cover_find(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *ret, struct error *e)
{
	uint64_t eighth = effort->left / 8;
	struct effort part = take_part(effort, EIGHTHS_EXACT * eighth);
	struct cover first;
	int r = cover_exact(sides, &part, arena, &first, e);
	effort->left += part.left;
	*ret = first;
	if (r != 0)
		return r < 0 ? r : 0;
	part = take_part(effort, EIGHTHS_GROWN * eighth);
	r = cover_grown(sides, &part, arena, ret, e);
	effort->left += part.left;
	/* All primes may have been known, and the choice among them have been too hard. */
	if (r >= 0 && first.n && cost_compare(first.cost, ret->cost) <= 0)
		*ret = first;
	if (cost_compare(ret->at_least, first.at_least) < 0)
		ret->at_least = first.at_least;
	if (r > 0 && !cover_is_exact(ret))
		r = cover_prove(sides, effort, arena, ret, e);
	return r < 0 ? r : 0;
}

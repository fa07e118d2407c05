/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Effort: how much more work may be put into a search that could take for ever. A count of steps of about the same
 * length, and no time: with the same question the same search ends at the same place, on every machine.
 */
#ifndef LAW_EFFORT_H
#define LAW_EFFORT_H

#include <stdbool.h>
#include <stdint.h>

struct effort {
	uint64_t left;
};

/*
 * To look at a point: its row is fetched from memory, and a few of its levels are compared (most points differ from
 * what is looked for in one of the first).
 */
#define POINT_STEPS 6

/* effort_spend() - Return: false when there was not so much left; then nothing is left. */
static inline bool effort_spend(struct effort *effort, uint64_t steps)
{
	bool enough = effort->left >= steps;
	effort->left = enough ? effort->left - steps : 0;
	return enough;
}

#endif

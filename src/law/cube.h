/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cubes: for each factor a set of its levels, as one set of bits over all levels of all factors. A cube holds the
 * points whose level is in the set at every factor. At a factor where it has all levels it says nothing; at any other
 * it has a condition.
 *
 * A point is a row of bit numbers, one a factor.
 */
#ifndef LAW_CUBE_H
#define LAW_CUBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "law/bits.h"

struct space {
	size_t n_factors;
	uint32_t *first; /* by factor, its first bit; and behind the last factor the number of all bits */
	size_t n_words;  /* of a cube */
};

/* What a cover is asked for: it holds all points that are on, and none that is off. The rest of the space is open. */
struct sides {
	const struct space *space;
	const uint32_t **on, **off;
	size_t n_on, n_off;
};

static inline size_t space_bits(const struct space *s)
{
	return s->first[s->n_factors];
}

static inline bool cube_holds(const struct space *s, const uint64_t *cube, const uint32_t *point)
{
	for (size_t f = 0; f < s->n_factors; f++)
		if (!bits_has(cube, point[f]))
			return false;
	return true;
}

/* cube_levels() - how many levels of factor @f it has. */
size_t cube_levels(const struct space *s, const uint64_t *cube, size_t f);

/* cube_names() - whether it has a condition at factor @f. */
bool cube_names(const struct space *s, const uint64_t *cube, size_t f);

/* cube_conditions() - how many conditions it has; @ret_levels, when not NULL: how many levels they list together. */
size_t cube_conditions(const struct space *s, const uint64_t *cube, size_t *ret_levels);

#endif

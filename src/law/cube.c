// SPDX-License-Identifier: GPL-2.0-or-later
// Cubes: sets of levels, factor by factor.
#include "law/cube.h"

size_t cube_levels(const struct space *s, const uint64_t *cube, size_t f)
{
	size_t n = 0;
	for (size_t bit = s->first[f]; bit < s->first[f + 1];) {
		uint64_t word = cube[bit / 64] >> (bit % 64);
		size_t here = 64 - bit % 64;
		if (here > s->first[f + 1] - bit) {
			here = s->first[f + 1] - bit;
			word &= (UINT64_C(1) << here) - 1;
		}
		n += (size_t)__builtin_popcountll(word);
		bit += here;
	}
	return n;
}

bool cube_names(const struct space *s, const uint64_t *cube, size_t f)
{
	return cube_levels(s, cube, f) < s->first[f + 1] - s->first[f];
}

size_t cube_conditions(const struct space *s, const uint64_t *cube, size_t *ret_levels)
{
	size_t n = 0, n_levels = 0;
	for (size_t f = 0; f < s->n_factors; f++) {
		size_t here = cube_levels(s, cube, f);
		if (here == s->first[f + 1] - s->first[f])
			continue;
		n++;
		n_levels += here;
	}
	if (ret_levels)
		*ret_levels = n_levels;
	return n;
}

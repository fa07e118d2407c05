/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A permutation of 0 … n-1 drawn by a seed, in constant memory: element by element, without an array. */
#ifndef BASE_SHUFFLE_H
#define BASE_SHUFFLE_H

#include <stdint.h>

#define SHUFFLE_ROUNDS 6

struct shuffle {
	uint64_t n;
	unsigned half_bits;
	uint64_t keys[SHUFFLE_ROUNDS];
};

void shuffle_init(struct shuffle *s, uint64_t n, uint64_t seed);

/* shuffle_at() - the element at place @i, which is below n. */
uint64_t shuffle_at(const struct shuffle *s, uint64_t i);

#endif

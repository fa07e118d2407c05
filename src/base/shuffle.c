// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A permutation drawn by a seed, in constant memory.
 *
 * Theory of operation: a Feistel network permutes the numbers of 2k bits whatever its round function is. With k the
 * smallest for which 2^2k >= n, a value that falls outside 0 … n-1 is sent through again until it falls inside ("cycle
 * walking"): still a permutation, and fewer than four passes on average, as 2^2k < 4n.
 */
#include "base/shuffle.h"

/* splitmix64's output function (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t mix(uint64_t x)
{
	x += 0x9E3779B97F4A7C15;
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
	return x ^ (x >> 31);
}

void shuffle_init(struct shuffle *s, uint64_t n, uint64_t seed)
{
	s->n = n;
	s->half_bits = 1;
	while (s->half_bits < 31 && (1ULL << (2 * s->half_bits)) < n)
		s->half_bits++;
	for (int i = 0; i < SHUFFLE_ROUNDS; i++)
		s->keys[i] = seed = mix(seed);
}

uint64_t shuffle_at(const struct shuffle *s, uint64_t i)
{
	uint64_t mask = (1ULL << s->half_bits) - 1;
	do {
		uint64_t left = i >> s->half_bits, right = i & mask;
		for (int round = 0; round < SHUFFLE_ROUNDS; round++) {
			uint64_t next = left ^ (mix(right ^ s->keys[round]) & mask);
			left = right;
			right = next;
		}
		i = left << s->half_bits | right;
	} while (i >= s->n);
	return i;
}

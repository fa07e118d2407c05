/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of small numbers, a bit each, in 64-bit words. */
#ifndef LAW_BITS_H
#define LAW_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bits_words(size_t n_bits)
{
	return (n_bits + 63) / 64;
}

static inline bool bits_has(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

static inline void bits_add(uint64_t *bits, size_t i)
{
	bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline void bits_drop(uint64_t *bits, size_t i)
{
	bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

/* bits_add_all() - 0 … @n_bits-1; @bits holds nothing else. */
static inline void bits_add_all(uint64_t *bits, size_t n_bits)
{
	for (size_t i = 0; i < n_bits / 64; i++)
		bits[i] = UINT64_MAX;
	if (n_bits % 64)
		bits[n_bits / 64] = (UINT64_C(1) << (n_bits % 64)) - 1;
}

static inline bool bits_within(const uint64_t *part, const uint64_t *whole, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (part[i] & ~whole[i])
			return false;
	return true;
}

static inline bool bits_meet(const uint64_t *a, const uint64_t *b, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (a[i] & b[i])
			return true;
	return false;
}

static inline bool bits_any(const uint64_t *bits, size_t n_words)
{
	return bits_meet(bits, bits, n_words);
}

static inline size_t bits_count(const uint64_t *bits, size_t n_words)
{
	size_t n = 0;
	for (size_t i = 0; i < n_words; i++)
		n += (size_t)__builtin_popcountll(bits[i]);
	return n;
}

/* bits_count_both() - how many are in @a and in @b. */
static inline size_t bits_count_both(const uint64_t *a, const uint64_t *b, size_t n_words)
{
	size_t n = 0;
	for (size_t i = 0; i < n_words; i++)
		n += (size_t)__builtin_popcountll(a[i] & b[i]);
	return n;
}

/* bits_next() - the least in @bits that is not below @from; @n_words * 64 when there is none. */
static inline size_t bits_next(const uint64_t *bits, size_t from, size_t n_words)
{
	size_t i = from / 64;
	if (i >= n_words)
		return n_words * 64;
	uint64_t word = bits[i] & (UINT64_MAX << (from % 64));
	while (!word && ++i < n_words)
		word = bits[i];
	return word ? i * 64 + (size_t)__builtin_ctzll(word) : n_words * 64;
}

#define BITS_EACH(i, bits, n_words)                                                                                    \
	for (size_t i = bits_next(bits, 0, n_words); i < (n_words)*64; i = bits_next(bits, i + 1, n_words))

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All prime cubes: those that hold no point that is off, and would when they had one level more. */
#ifndef LAW_PRIME_H
#define LAW_PRIME_H

#include "law/candidates.h"
#include "law/effort.h"

/* So that a choice among them can still be proven the best (choose.h). */
#define PRIMES_MAX 16000

/**
 * prime_find() - all primes that hold a point that is on
 * @on_at: by bit of the space, the set of points that are on and have the level
 * @ret: empty; what it holds in the end is all of them, or of no use
 *
 * Return: 1, or 0 where the effort ended or there would be too many, or -ENOMEM.
 */
int prime_find(const struct sides *sides, const uint64_t *on_at, struct effort *effort, struct candidates *ret,
	struct error *e);

#endif

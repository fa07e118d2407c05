/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A smallest cover, by way of all primes. */
#ifndef LAW_COVER_EXACT_H
#define LAW_COVER_EXACT_H

#include "law/cover.h"

/**
 * cover_exact() - a smallest cover, where the effort allows
 *
 * Return: 1, and @ret is exact; or 0 where the effort ended or there are too many primes, and @ret is any
 * cover, or none (n is 0), and at_least; or -ENOMEM.
 */
int cover_exact(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *ret, struct error *e);

#endif

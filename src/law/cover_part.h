/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A smallest cover, by way of some of the points. */
#ifndef LAW_COVER_PART_H
#define LAW_COVER_PART_H

#include "law/cover.h"

/**
 * cover_prove() - try to prove that @cover is a smallest one, or to find one that is
 * @cover: of @sides; replaced when a smaller one was found
 *
 * Errors: out of memory.
 */
int cover_prove(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *cover, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The best choice among candidates, as a cover. */
#ifndef LAW_COVER_CHOICE_H
#define LAW_COVER_CHOICE_H

#include "law/candidates.h"
#include "law/cover.h"

/**
 * cover_choose() - the cheapest of @c that hold what any of them does; each other point becomes a cube of its own
 * @complete: all cubes that a smallest cover needs are among @c
 * @arena: owns what hangs on @ret
 *
 * Errors: out of memory.
 */
int cover_choose(const struct sides *sides, const struct candidates *c, bool complete, struct effort *effort,
	struct arena *arena, struct cover *ret, struct error *e);

#endif

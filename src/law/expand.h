/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One good rule that holds a given point: large, of few conditions, and found quickly. */
#ifndef LAW_EXPAND_H
#define LAW_EXPAND_H

#include "law/cube.h"
#include "law/effort.h"
#include "base/error.h"

/**
 * expand() - a cube that holds the point on[@seed] and none that is off, none of whose conditions can go
 * @covered: by point that is on: it has a rule already, and there is nothing to be gained by it; not @seed
 * @ret: of zeros
 *
 * Return: 1, or 0 where the effort ended, or -ENOMEM.
 */
int expand(const struct sides *sides, size_t seed, const bool *covered, struct effort *effort, uint64_t *ret,
	struct error *e);

#endif

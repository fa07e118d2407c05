/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A good cover, quickly. */
#ifndef LAW_COVER_GROWN_H
#define LAW_COVER_GROWN_H

#include "law/cover.h"

/**
 * cover_grown() - a cover
 *
 * Return: 1; or 0 where the effort ended: many of the cubes then hold one point each; or -ENOMEM.
 */
int cover_grown(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *ret, struct error *e);

#endif

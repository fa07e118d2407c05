/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The points of a table in the order of their levels, so that nothing depends on the order in which they came. */
#ifndef LAW_SORTED_H
#define LAW_SORTED_H

#include "law/law.h"

/**
 * sorted_table() - a copy with its points sorted by the levels of the first factor, then of the second …
 * @arena: owns the copy of the points
 *
 * A point that is listed twice is there once. Errors: ERROR_HARNESS when it has two values.
 */
int sorted_table(const struct law_table *table, struct arena *arena, struct law_table *ret, struct error *e);

#endif

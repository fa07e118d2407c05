/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From cubes of a condensed table to rules in the factors and levels of the table itself. */
#ifndef LAW_RULES_H
#define LAW_RULES_H

#include "law/condense.h"
#include "law/law.h"

struct rules {
	struct arena *arena; /* owns what is made; borrowed */
	const struct law_table *table;
	struct law_rule *all;
	size_t n, room;
	const bool **single; /* by factor, once it is needed: see rules.c */
	size_t n_bytes;      /* of lists of levels */
};

/* rules_init() - none so far, with room for @room. */
int rules_init(struct rules *r, const struct law_table *table, size_t room, struct arena *arena, struct error *e);

/**
 * rules_add_cube() - one that says "@value" of what is in the cube
 *
 * Return: 1, or 0 when the lists of levels would take too much memory (nothing is added then), or -ENOMEM.
 */
int rules_add_cube(
	struct rules *r, const struct condensed *condensed, const uint64_t *cube, size_t value, struct error *e);

/* rules_add_point() - one that says of point @i of the table what its value is. */
int rules_add_point(struct rules *r, size_t i, struct error *e);

/**
 * rules_narrow() - take out the levels under which a rule holds no point, and those that no point needs
 *
 * Not the latter where rules and points are too many: a rule may then list levels at which others hold all its points.
 * Errors: out of memory.
 */
int rules_narrow(struct rules *r, struct error *e);

/* rules_sort() - those of one value, which stand side by side: by their factors, then by their levels. */
void rules_sort(struct rules *r);

#endif

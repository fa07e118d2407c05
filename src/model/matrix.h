/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The matrix: factors, their levels, and which combinations (cells) there are.
 *
 * A cell is named by its index. 0 … n_product-1 is the full factorial, the last factor varying fastest; n_product and
 * up are the cells that `include` adds, in the order of the file. `exclude` takes cells away and moves no index: the
 * index of a cell depends on the scenario file alone, never on --set or the seed. Printed in decimal it is the cell's
 * ID.
 */
#ifndef MODEL_MATRIX_H
#define MODEL_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/mark.h"

#define MATRIX_FACTORS_MAX 64

struct binding {
	const char *name;  /* of the variable, without the $ */
	const char *value; /* as written */
};

struct level {
	const char *name;
	struct binding *bindings; /* what the level binds when chosen; all levels of a factor bind the same names */
	size_t n_bindings;
	struct mark at;
};

struct factor {
	const char *name;
	struct level *levels; /* first those of the matrix, then those that only `include` names */
	size_t n_levels;      /* that take part in the full factorial */
	size_t n_all_levels;
	struct mark at;
};

/* "this factor has one of these levels" */
struct condition {
	size_t factor;
	const bool *allowed; /* by level, n_all_levels of them */
};

/* All of them hold; none at all always holds. */
struct conditions {
	struct condition *all;
	size_t n;
	struct mark at;
};

/* One entry of `include`: one level for each factor that it names, crossed with all levels of those it does not. */
struct include {
	size_t *levels; /* by factor; MATRIX_ANY_LEVEL where the entry does not name it */
	uint64_t first; /* index of its first cell */
	uint64_t n;     /* how many cells it adds */
	struct mark at;
};
#define MATRIX_ANY_LEVEL SIZE_MAX

struct matrix {
	struct factor *factors;
	size_t n_factors;
	struct conditions *excludes;
	size_t n_excludes;
	struct include *includes;
	size_t n_includes;
	uint64_t n_product; /* of the full factorial, before `exclude`; saturates at UINT64_MAX */
	uint64_t n_indices; /* n_product and what `include` adds */
};

/* matrix_number() - set n_product, each include's first and n, and n_indices, from the rest. */
void matrix_number(struct matrix *m);

/**
 * matrix_cell() - the levels of one cell
 * @index: below n_indices
 * @ret_levels: n_factors numbers of levels
 *
 * Return: whether there is such a cell: false for one that `exclude` took away (its levels are written all the same).
 */
bool matrix_cell(const struct matrix *m, uint64_t index, size_t *ret_levels);

/* matrix_count() - how many cells there are for which @restriction (may be NULL) holds; looks at every one. */
uint64_t matrix_count(const struct matrix *m, const struct conditions *restriction);

/* matrix_find_factor() - by name; NULL when there is none. */
const struct factor *matrix_find_factor(const struct matrix *m, const char *name);

/* factor_find_level() - by name, also one that only `include` names; MATRIX_ANY_LEVEL when there is none. */
size_t factor_find_level(const struct factor *f, const char *name);

/* conditions_hold() - for a cell with these levels. */
bool conditions_hold(const struct conditions *c, const size_t *levels);

/**
 * matrix_variable() - what $@name is in a cell: the name of the level, or what the level binds
 *
 * Return: the value, owned by the matrix; NULL when no factor and no binding has that name.
 */
const char *matrix_variable(const struct matrix *m, const size_t *levels, const char *name);

#endif

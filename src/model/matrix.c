// SPDX-License-Identifier: GPL-2.0-or-later
// The matrix: from the index of a cell to its levels, and back to what they are called.
#include "model/matrix.h"

#include <string.h>

static uint64_t saturating_add(uint64_t a, uint64_t b)
{
	uint64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static uint64_t saturating_mul(uint64_t a, uint64_t b)
{
	uint64_t product;
	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* @fixed: by factor, the one level that it has or MATRIX_ANY_LEVEL; NULL when none is fixed. */
static uint64_t matrix_product(const struct matrix *m, const size_t *fixed)
{
	uint64_t n = 1;
	for (size_t f = 0; f < m->n_factors; f++)
		if (!fixed || fixed[f] == MATRIX_ANY_LEVEL)
			n = saturating_mul(n, m->factors[f].n_levels);
	return n;
}

void matrix_number(struct matrix *m)
{
	m->n_product = m->n_indices = matrix_product(m, NULL);
	for (size_t i = 0; i < m->n_includes; i++) {
		struct include *include = &m->includes[i];
		include->first = m->n_indices;
		include->n = matrix_product(m, include->levels);
		m->n_indices = saturating_add(m->n_indices, include->n);
	}
}

/* The last include that begins at or before @index, which is one of their cells. */
static const struct include *matrix_find_include(const struct matrix *m, uint64_t index)
{
	size_t low = 0, high = m->n_includes;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (m->includes[middle].first <= index)
			low = middle;
		else
			high = middle;
	}
	return &m->includes[low];
}

bool matrix_cell(const struct matrix *m, uint64_t index, size_t *ret_levels)
{
	const size_t *fixed = NULL;
	if (index >= m->n_product) {
		const struct include *include = matrix_find_include(m, index);
		fixed = include->levels;
		index -= include->first;
	}
	for (size_t f = m->n_factors; f-- > 0;) {
		if (fixed && fixed[f] != MATRIX_ANY_LEVEL) {
			ret_levels[f] = fixed[f];
			continue;
		}
		ret_levels[f] = (size_t)(index % m->factors[f].n_levels);
		index /= m->factors[f].n_levels;
	}
	if (fixed)
		return true;
	for (size_t i = 0; i < m->n_excludes; i++)
		if (conditions_hold(&m->excludes[i], ret_levels))
			return false;
	return true;
}

uint64_t matrix_count(const struct matrix *m, const struct conditions *restriction)
{
	size_t levels[MATRIX_FACTORS_MAX];
	uint64_t n = 0;
	for (uint64_t index = 0; index < m->n_indices; index++)
		n += matrix_cell(m, index, levels) && (!restriction || conditions_hold(restriction, levels));
	return n;
}

const struct factor *matrix_find_factor(const struct matrix *m, const char *name)
{
	for (size_t f = 0; f < m->n_factors; f++)
		if (!strcmp(m->factors[f].name, name))
			return &m->factors[f];
	return NULL;
}

size_t factor_find_level(const struct factor *f, const char *name)
{
	for (size_t i = 0; i < f->n_all_levels; i++)
		if (!strcmp(f->levels[i].name, name))
			return i;
	return MATRIX_ANY_LEVEL;
}

bool conditions_hold(const struct conditions *c, const size_t *levels)
{
	for (size_t i = 0; i < c->n; i++)
		if (!c->all[i].allowed[levels[c->all[i].factor]])
			return false;
	return true;
}

const char *matrix_variable(const struct matrix *m, const size_t *levels, const char *name)
{
	const struct factor *factor = matrix_find_factor(m, name);
	if (factor)
		return factor->levels[levels[factor - m->factors]].name;
	for (size_t f = 0; f < m->n_factors; f++) {
		const struct level *level = &m->factors[f].levels[levels[f]];
		for (size_t i = 0; i < level->n_bindings; i++)
			if (!strcmp(level->bindings[i].name, name))
				return level->bindings[i].value;
	}
	return NULL;
}

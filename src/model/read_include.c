// SPDX-License-Identifier: GPL-2.0-or-later
// Reads `include` and `exclude`, and sees that the matrix which they leave has cells, and not too many.
#include "model/read.h"

#include <inttypes.h>
#include <string.h>

/* The level that an entry of `include` names; one that a plain list lacks is added to the factor. */
static int read_include_level(struct reader *r, const struct yaml *entry, struct factor *factor, size_t *ret)
{
	if (entry->kind != YAML_TEXT)
		return scenario_error(r->s, entry->at, r->e,
			"an entry of include names one level of a factor: write an entry for each");
	size_t level = factor_find_level(factor, entry->text);
	if (level == MATRIX_ANY_LEVEL) {
		if (factor->levels[0].n_bindings)
			return read_unknown_level(r, entry->at, factor, entry->text);
		int rc = read_level_name(r, entry->at, entry->text);
		if (rc < 0)
			return rc;
		level = factor->n_all_levels++;
		factor->levels[level] = (struct level){.name = entry->text, .at = entry->at};
	}
	*ret = level;
	return 0;
}

static int read_include_entry(struct reader *r, const struct yaml *node, struct include *ret)
{
	struct matrix *m = &r->s->matrix;
	int rc = read_kind(r, node, YAML_MAP, "an entry of include");
	if (rc < 0)
		return rc;
	if (!node->n)
		return scenario_error(
			r->s, node->at, r->e, "an entry of include is empty: it names at least one factor");
	rc = read_array(r, m->n_factors, sizeof *ret->levels, &ret->levels);
	if (rc < 0)
		return rc;
	ret->at = node->at;
	for (size_t f = 0; f < m->n_factors; f++)
		ret->levels[f] = MATRIX_ANY_LEVEL;
	YAML_EACH (entry, node) {
		size_t factor;
		rc = read_factor(r, entry->key_at, entry->key, &factor);
		if (rc >= 0)
			rc = read_include_level(r, entry, &m->factors[factor], &ret->levels[factor]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_entries(struct reader *r, const struct yaml *node, const char *what)
{
	int rc = read_kind(r, node, YAML_LIST, what);
	if (rc < 0)
		return rc;
	if (!node->n)
		return scenario_error(r->s, node->at, r->e, "%s is an empty list: leave it out", what);
	if (node->n > READ_ENTRIES_MAX)
		return scenario_error(r->s, node->at, r->e, "%s has more than %d entries", what, READ_ENTRIES_MAX);
	if (!r->s->matrix.n_factors)
		return scenario_error(r->s, node->key_at, r->e, "%s without a matrix", what);
	return 0;
}

int read_include(struct reader *r, const struct yaml *node)
{
	struct matrix *m = &r->s->matrix;
	if (!node)
		return 0;
	int rc = read_entries(r, node, "include");
	if (rc >= 0)
		rc = read_array(r, node->n, sizeof *m->includes, &m->includes);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_include_entry(r, entry, &m->includes[m->n_includes]);
		if (rc < 0)
			return rc;
		m->n_includes++;
	}
	return 0;
}

int read_exclude(struct reader *r, const struct yaml *node)
{
	struct matrix *m = &r->s->matrix;
	if (!node)
		return 0;
	int rc = read_entries(r, node, "exclude");
	if (rc >= 0)
		rc = read_array(r, node->n, sizeof *m->excludes, &m->excludes);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_conditions(r, entry, "an entry of exclude", &m->excludes[m->n_excludes]);
		if (rc < 0)
			return rc;
		m->n_excludes++;
	}
	return 0;
}

/* How many cells of the product each entry of exclude holds for, and takes away that none before it has taken. */
struct exclude_use {
	uint64_t holds, takes;
};

static uint64_t count_product(const struct matrix *m, struct exclude_use *uses)
{
	size_t levels[MATRIX_FACTORS_MAX];
	uint64_t n = 0;
	for (uint64_t index = 0; index < m->n_product; index++) {
		if (matrix_cell(m, index, levels)) {
			n++;
			continue;
		}
		bool taken = false;
		for (size_t i = 0; i < m->n_excludes; i++)
			if (conditions_hold(&m->excludes[i], levels)) {
				uses[i].holds++;
				uses[i].takes += !taken;
				taken = true;
			}
	}
	return n;
}

static int read_check_excludes(struct reader *r, const struct exclude_use *uses)
{
	const struct matrix *m = &r->s->matrix;
	for (size_t i = 0; i < m->n_excludes; i++) {
		if (uses[i].takes)
			continue;
		struct mark at = m->excludes[i].at;
		if (uses[i].holds)
			return scenario_error(r->s, at, r->e,
				"this entry of exclude takes no cell away: earlier entries have taken all %" PRIu64
				" of its cells",
				uses[i].holds);
		return scenario_error(r->s, at, r->e,
			"this entry of exclude takes no cell away: no combination of the matrix has these levels");
	}
	return 0;
}

/* The earlier include, or none for the matrix itself, that has the cell already. */
static bool has_cell(const struct matrix *m, const size_t *levels, size_t n_includes, size_t *ret_include)
{
	bool regular = true, excluded = false;
	for (size_t f = 0; f < m->n_factors; f++)
		regular &= levels[f] < m->factors[f].n_levels;
	for (size_t i = 0; regular && i < m->n_excludes; i++)
		excluded |= conditions_hold(&m->excludes[i], levels);
	*ret_include = SIZE_MAX;
	if (regular && !excluded)
		return true;
	for (size_t i = 0; i < n_includes; i++) {
		bool same = true;
		for (size_t f = 0; same && f < m->n_factors; f++) {
			size_t level = m->includes[i].levels[f];
			same = level == MATRIX_ANY_LEVEL ? levels[f] < m->factors[f].n_levels : levels[f] == level;
		}
		if (same) {
			*ret_include = i;
			return true;
		}
	}
	return false;
}

static int read_check_includes(struct reader *r)
{
	const struct matrix *m = &r->s->matrix;
	size_t levels[MATRIX_FACTORS_MAX], earlier;
	for (size_t i = 0; i < m->n_includes; i++)
		for (uint64_t cell = 0; cell < m->includes[i].n; cell++) {
			matrix_cell(m, m->includes[i].first + cell, levels);
			if (!has_cell(m, levels, i, &earlier))
				continue;
			if (earlier == SIZE_MAX)
				return scenario_error(r->s, m->includes[i].at, r->e,
					"this entry of include adds a cell that the matrix has already");
			return scenario_error(r->s, m->includes[i].at, r->e,
				"this entry of include adds a cell that the one on line %u has added",
				m->includes[earlier].at.line);
		}
	return 0;
}

static int read_too_many(struct reader *r, const char *at_least, uint64_t n, const char *of_what)
{
	return scenario_error(r->s, r->matrix_at, r->e,
		"the matrix has %s%" PRIu64 " %s, and --max-cells allows %" PRIu64
		": take factors or levels out, exclude some, or raise --max-cells",
		at_least, n, of_what, r->max_cells);
}

int read_check_matrix(struct reader *r)
{
	struct matrix *m = &r->s->matrix;
	matrix_number(m);
	uint64_t looks;
	if (__builtin_mul_overflow(m->n_product, m->n_excludes + 1, &looks) || m->n_product > READ_PRODUCT_MAX ||
		looks > 4ULL * READ_PRODUCT_MAX) {
		if (m->n_product <= r->max_cells)
			return scenario_error(r->s, r->matrix_at, r->e,
				"the matrix has %" PRIu64 " combinations before exclude: too many to look at each",
				m->n_product);
		return read_too_many(r, m->n_product == UINT64_MAX ? "more than " : "", m->n_product,
			m->n_excludes ? "combinations before exclude" : "cells");
	}
	struct exclude_use *uses;
	int rc = read_array(r, m->n_excludes, sizeof *uses, &uses);
	if (rc < 0)
		return rc;
	uint64_t n_product = count_product(m, uses), n_included = m->n_indices - m->n_product;
	if (n_product + n_included < n_included || n_product + n_included > r->max_cells)
		return read_too_many(r, "", n_product + n_included, "cells");
	rc = read_check_excludes(r, uses);
	if (rc < 0)
		return rc;
	if (!n_product && !n_included)
		return scenario_error(
			r->s, m->excludes[0].at, r->e, "exclude takes every cell away: there is nothing to run");
	return read_check_includes(r);
}

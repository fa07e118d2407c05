// SPDX-License-Identifier: GPL-2.0-or-later
// Reads `matrix`: the factors, their levels, and what levels bind.
#include "model/read.h"

#include <ctype.h>
#include <string.h>

#include "base/suggest.h"

int read_level_name(struct reader *r, struct mark at, const char *name)
{
	const char *wrong = NULL;
	size_t len = strlen(name);
	if (!len)
		wrong = "is empty: write 0, none or off for instance";
	else if (len > READ_LEVEL_BYTES_MAX)
		wrong = "is longer than 64 bytes";
	else if (strchr(name, ','))
		wrong = "has a comma, which separates levels in --set";
	else if (strchr(name, '$'))
		wrong = "has a '$', but no $name is replaced in levels";
	else if (strpbrk(name, "\t\n\r"))
		wrong = "has a tab or a line end";
	else if (isspace((unsigned char)name[0]) || isspace((unsigned char)name[len - 1]))
		wrong = "begins or ends with a blank";
	return wrong ? scenario_error(r->s, at, r->e, "the level '%s' %s", name, wrong) : 0;
}

static int read_binding(struct reader *r, const struct yaml *node, struct binding *ret)
{
	int rc = read_name(r, node->key_at, node->key, "a variable", name_is_variable, NAME_VARIABLE_RULE);
	if (rc < 0)
		return rc;
	ret->name = node->key;
	rc = read_line(r, node, "the value of a variable", &ret->value);
	if (rc < 0)
		return rc;
	if (strchr(ret->value, '$'))
		return scenario_error(
			r->s, node->at, r->e, "'%s': no $name is replaced in what a level binds", ret->value);
	return 0;
}

/* "binds 'to'" or not, as the first level of the factor does. */
static int read_check_bindings(struct reader *r, const struct factor *factor, const struct level *level)
{
	const struct level *first = &factor->levels[0];
	for (size_t i = 0; i < level->n_bindings; i++) {
		struct suggestion suggestion = SUGGESTION_FOR(level->bindings[i].name);
		size_t j = 0;
		for (; j < first->n_bindings && strcmp(first->bindings[j].name, level->bindings[i].name); j++)
			suggestion_consider(&suggestion, first->bindings[j].name);
		if (j == first->n_bindings)
			return scenario_error(r->s, level->at, r->e,
				"level '%s' of '%s' binds '%s', which level '%s' does not%s", level->name, factor->name,
				level->bindings[i].name, first->name, suggestion_phrase(&suggestion));
	}
	if (level->n_bindings == first->n_bindings)
		return 0;
	for (size_t j = 0; j < first->n_bindings; j++) {
		size_t i = 0;
		while (i < level->n_bindings && strcmp(first->bindings[j].name, level->bindings[i].name))
			i++;
		if (i == level->n_bindings)
			return scenario_error(r->s, level->at, r->e,
				"level '%s' of '%s' does not bind '%s', which level '%s' binds: all levels bind the "
				"same",
				level->name, factor->name, first->bindings[j].name, first->name);
	}
	return 0;
}

static int read_bindings(struct reader *r, const struct yaml *node, struct level *level)
{
	if (yaml_is_empty(node))
		return 0;
	int rc = read_kind(r, node, YAML_MAP, "what a level binds");
	if (rc < 0)
		return rc;
	rc = read_array(r, node->n, sizeof *level->bindings, &level->bindings);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_binding(r, entry, &level->bindings[level->n_bindings++]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_levels(struct reader *r, const struct yaml *node, struct factor *factor)
{
	const struct yaml *duplicate, *first;
	int rc;
	YAML_EACH (entry, node) {
		bool binds = node->kind == YAML_MAP;
		struct level *level = &factor->levels[factor->n_levels];
		rc = binds ? 0 : read_kind(r, entry, YAML_TEXT, "a level");
		if (rc < 0)
			return rc;
		*level = (struct level){
			.name = binds ? entry->key : entry->text, .at = binds ? entry->key_at : entry->at};
		factor->n_all_levels = ++factor->n_levels;
		rc = read_level_name(r, level->at, level->name);
		if (rc >= 0 && binds)
			rc = read_bindings(r, entry, level);
		if (rc >= 0)
			rc = read_check_bindings(r, factor, level);
		if (rc < 0)
			return rc;
	}
	if (yaml_find_duplicate(node, &duplicate, &first) < 0)
		return error_no_memory(r->e);
	if (duplicate)
		return scenario_error(r->s, duplicate->at, r->e, "factor '%s' has the level '%s' twice", factor->name,
			duplicate->text);
	return 0;
}

static int read_matrix_factor(struct reader *r, const struct yaml *node, size_t n_more_levels, struct factor *ret)
{
	*ret = (struct factor){.name = node->key, .at = node->key_at};
	int rc = read_name(r, node->key_at, node->key, "a factor", name_is_variable, NAME_VARIABLE_RULE);
	if (rc < 0)
		return rc;
	if (yaml_is_empty(node))
		return scenario_error(r->s, node->at, r->e, "empty matrix: factor '%s' has no level", node->key);
	if (node->kind == YAML_TEXT)
		return scenario_error(r->s, node->at, r->e,
			"the levels of '%s' must be a list, as in [%s], or a map of levels that bind variables",
			node->key, strpbrk(node->text, "\n\r") ? "0, 1" : node->text);
	if (node->n > READ_LEVELS_MAX)
		return scenario_error(
			r->s, node->at, r->e, "factor '%s' has more than %d levels", node->key, READ_LEVELS_MAX);
	rc = read_array(r, node->n + n_more_levels, sizeof *ret->levels, &ret->levels);
	return rc < 0 ? rc : read_levels(r, node, ret);
}

/* A $name must mean one thing. */
static int read_check_names(struct reader *r)
{
	const struct matrix *m = &r->s->matrix;
	for (size_t f = 0; f < m->n_factors; f++) {
		const struct level *level = &m->factors[f].levels[0];
		for (size_t i = 0; i < level->n_bindings; i++) {
			const char *name = level->bindings[i].name;
			const struct factor *same = matrix_find_factor(m, name),
					    *owner = read_variable_owner(r->s, name);
			if (same)
				return scenario_error(r->s, level->at, r->e,
					"the variable '%s' has the name of the factor on line %u", name, same->at.line);
			if (owner != &m->factors[f])
				return scenario_error(r->s, level->at, r->e,
					"the variable '%s' is bound by the levels of '%s' as well", name, owner->name);
		}
	}
	return 0;
}

int read_matrix(struct reader *r, const struct yaml *node, const struct yaml *include)
{
	struct matrix *m = &r->s->matrix;
	if (!node) {
		matrix_number(m);
		return 0;
	}
	r->matrix_at = node->key_at;
	if (yaml_is_empty(node))
		return scenario_error(r->s, node->at, r->e,
			"empty matrix: it has no factor; leave 'matrix:' out for a scenario of one cell");
	int rc = read_kind(r, node, YAML_MAP, "the matrix");
	if (rc < 0)
		return rc;
	if (node->n > MATRIX_FACTORS_MAX)
		return scenario_error(r->s, node->at, r->e, "more than %d factors", MATRIX_FACTORS_MAX);
	rc = read_array(r, node->n, sizeof *m->factors, &m->factors);
	if (rc < 0)
		return rc;
	size_t n_more_levels = include && include->n <= READ_ENTRIES_MAX ? include->n : 0;
	YAML_EACH (factor, node) {
		rc = read_matrix_factor(r, factor, n_more_levels, &m->factors[m->n_factors]);
		if (rc < 0)
			return rc;
		m->n_factors++;
	}
	return read_check_names(r);
}

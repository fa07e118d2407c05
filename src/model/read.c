// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of the scenario reader share: maps with known keys, texts, names, templates, conditions.
#include "model/read.h"

#include <assert.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"
#include "model/template.h"

static const char *const kind_names[] = {
	[YAML_TEXT] = "a text",
	[YAML_LIST] = "a list",
	[YAML_MAP] = "a map (key: value)",
};
static_assert(sizeof kind_names / sizeof *kind_names == YAML_KIND_COUNT, "a name for each kind");

int read_kind(struct reader *r, const struct yaml *node, enum yaml_kind kind, const char *what)
{
	if (node->kind == kind)
		return 0;
	if (node->kind == YAML_TEXT && !*node->text)
		return scenario_error(r->s, node->at, r->e, "%s is empty: it must be %s", what, kind_names[kind]);
	return scenario_error(
		r->s, node->at, r->e, "%s must be %s, not %s", what, kind_names[kind], kind_names[node->kind]);
}

int read_array(struct reader *r, size_t n, size_t size, void *ret)
{
	void *array = arena_array(&r->s->arena, n, size);
	if (!array)
		return error_no_memory(r->e);
	memcpy(ret, &array, sizeof array);
	return 0;
}

static int read_unknown_key(
	struct reader *r, const struct yaml *entry, const char *what, const struct read_field *fields, size_t n_fields)
{
	struct suggestion suggestion = SUGGESTION_FOR(entry->key);
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (size_t i = 0; i < n_fields; i++) {
		suggestion_consider(&suggestion, fields[i].name);
		text_addf(&known, "%s%s", i ? ", " : "", fields[i].name);
	}
	const char *phrase = suggestion_phrase(&suggestion);
	if (*phrase)
		return scenario_error(r->s, entry->key_at, r->e, "unknown key '%s' of %s%s", entry->key, what, phrase);
	return scenario_error(r->s, entry->key_at, r->e, "unknown key '%s' of %s: the keys are %s", entry->key, what,
		text_get(&known));
}

int read_fields(
	struct reader *r, const struct yaml *node, const char *what, const struct read_field *fields, size_t n_fields)
{
	int rc = read_kind(r, node, YAML_MAP, what);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		size_t i = 0;
		while (i < n_fields && strcmp(fields[i].name, entry->key))
			i++;
		if (i == n_fields)
			return read_unknown_key(r, entry, what, fields, n_fields);
	}
	for (size_t i = 0; i < n_fields; i++) {
		*fields[i].ret = yaml_find(node, fields[i].name);
		if (fields[i].required && !*fields[i].ret)
			return scenario_error(r->s, node->at, r->e, "%s has no '%s:'", what, fields[i].name);
	}
	return 0;
}

int read_text(struct reader *r, const struct yaml *node, const char *what, const char **ret)
{
	int rc = read_kind(r, node, YAML_TEXT, what);
	if (rc < 0)
		return rc;
	if (!*node->text)
		return scenario_error(r->s, node->at, r->e, "%s is empty", what);
	*ret = node->text;
	return 0;
}

int read_line(struct reader *r, const struct yaml *node, const char *what, const char **ret)
{
	const char *text = NULL;
	int rc = read_text(r, node, what, &text);
	if (rc < 0)
		return rc;
	if (strpbrk(text, "\n\r"))
		return scenario_error(r->s, node->at, r->e, "%s has more than one line", what);
	*ret = text;
	return 0;
}

int read_duration(struct reader *r, const struct yaml *node, const char *what, uint64_t *ret_us)
{
	const char *text;
	int rc = read_line(r, node, what, &text);
	if (rc < 0)
		return rc;
	rc = duration_parse(text, ret_us, r->e);
	return rc < 0 ? scenario_error(r->s, node->at, r->e, "%s", error_text(r->e)) : 0;
}

int read_name(struct reader *r, struct mark at, const char *name, const char *what, bool (*is_name)(const char *),
	const char *rule)
{
	if (is_name(name))
		return 0;
	return scenario_error(r->s, at, r->e, "'%s' is no name of %s: %s", name, what, rule);
}

const struct factor *read_variable_owner(const struct scenario *s, const char *name)
{
	for (size_t f = 0; f < s->matrix.n_factors; f++) {
		const struct factor *factor = &s->matrix.factors[f];
		for (size_t i = 0; factor->n_levels && i < factor->levels[0].n_bindings; i++)
			if (!strcmp(factor->levels[0].bindings[i].name, name))
				return factor;
	}
	return NULL;
}

static int read_unknown_variable(struct reader *r, struct mark at, const char *name)
{
	struct suggestion suggestion = SUGGESTION_FOR(name);
	for (size_t f = 0; f < r->s->matrix.n_factors; f++) {
		const struct factor *factor = &r->s->matrix.factors[f];
		suggestion_consider(&suggestion, factor->name);
		for (size_t i = 0; i < factor->levels[0].n_bindings; i++)
			suggestion_consider(&suggestion, factor->levels[0].bindings[i].name);
	}
	if (suggestion.best)
		return scenario_error(
			r->s, at, r->e, "unknown variable '$%s' (did you mean '$%s'?)", name, suggestion.best);
	return scenario_error(
		r->s, at, r->e, "unknown variable '$%s': no factor has that name, and no level binds it", name);
}

int read_check_template(struct reader *r, const struct template *t)
{
	struct template_part part;
	const char *rest = t->text;
	int more;
	while ((more = template_next(&rest, &part)) > 0)
		if (part.is_name && !matrix_find_factor(&r->s->matrix, part.name) &&
			!read_variable_owner(r->s, part.name))
			return read_unknown_variable(r, t->at, part.name);
	if (more < 0)
		return scenario_error(r->s, t->at, r->e,
			"'%s': behind a '$' stands a name, as in $name or ${name}; a '$' itself is written $$",
			t->text);
	return 0;
}

int read_template(struct reader *r, const struct yaml *node, const char *what, struct template *ret)
{
	int rc = read_line(r, node, what, &ret->text);
	if (rc < 0)
		return rc;
	ret->at = node->at;
	return read_check_template(r, ret);
}

int read_check_distinct(struct reader *r, const struct yaml *node)
{
	const struct yaml *duplicate, *first;
	if (yaml_find_duplicate(node, &duplicate, &first) < 0)
		return error_no_memory(r->e);
	if (duplicate)
		return scenario_error(r->s, duplicate->at, r->e, "'%s' stands twice in one list", duplicate->text);
	return 0;
}

int read_values(struct reader *r, const struct yaml *node, const char *what, const char ***ret, size_t *ret_n)
{
	size_t n = node->kind == YAML_LIST ? node->n : 1;
	if (node->kind == YAML_MAP)
		return scenario_error(r->s, node->at, r->e, "%s must be a text or a list of texts, not a map", what);
	if (!n)
		return scenario_error(r->s, node->at, r->e, "%s is an empty list", what);
	int rc = read_array(r, n, sizeof **ret, ret);
	if (rc < 0)
		return rc;
	*ret_n = n;
	if (node->kind == YAML_TEXT)
		return read_line(r, node, what, &(*ret)[0]);
	size_t i = 0;
	YAML_EACH (value, node) {
		rc = read_line(r, value, what, &(*ret)[i++]);
		if (rc < 0)
			return rc;
	}
	return read_check_distinct(r, node);
}

int read_factor(struct reader *r, struct mark at, const char *name, size_t *ret)
{
	const struct matrix *m = &r->s->matrix;
	const struct factor *factor = matrix_find_factor(m, name);
	if (factor) {
		*ret = (size_t)(factor - m->factors);
		return 0;
	}
	if (!m->n_factors)
		return scenario_error(r->s, at, r->e, "unknown factor '%s': this scenario has no matrix", name);
	const struct factor *owner = read_variable_owner(r->s, name);
	if (owner)
		return scenario_error(r->s, at, r->e,
			"'%s' is no factor but a variable that the levels of '%s' bind: name a level of '%s'", name,
			owner->name, owner->name);
	struct suggestion suggestion = SUGGESTION_FOR(name);
	for (size_t f = 0; f < m->n_factors; f++)
		suggestion_consider(&suggestion, m->factors[f].name);
	return scenario_error(r->s, at, r->e, "unknown factor '%s'%s", name, suggestion_phrase(&suggestion));
}

int read_unknown_level(struct reader *r, struct mark at, const struct factor *factor, const char *level)
{
	struct suggestion suggestion = SUGGESTION_FOR(level);
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (size_t i = 0; i < factor->n_all_levels; i++) {
		suggestion_consider(&suggestion, factor->levels[i].name);
		if (i < 10)
			text_addf(&known, "%s%s", i ? ", " : "", factor->levels[i].name);
	}
	const char *phrase = suggestion_phrase(&suggestion);
	if (*phrase)
		return scenario_error(r->s, at, r->e, "factor '%s' has no level '%s'%s", factor->name, level, phrase);
	return scenario_error(r->s, at, r->e, "factor '%s' has no level '%s': its levels are %s%s", factor->name, level,
		text_get(&known), factor->n_all_levels > 10 ? ", …" : "");
}

static int read_condition(struct reader *r, const struct yaml *entry, struct condition *ret)
{
	if (++r->n_conditions > READ_CONDITIONS_MAX)
		return scenario_error(
			r->s, entry->key_at, r->e, "more than %d conditions in one scenario", READ_CONDITIONS_MAX);
	int rc = read_factor(r, entry->key_at, entry->key, &ret->factor);
	if (rc < 0)
		return rc;
	const struct factor *factor = &r->s->matrix.factors[ret->factor];
	const char **names;
	size_t n;
	rc = read_values(r, entry, "the level of a factor", &names, &n);
	if (rc < 0)
		return rc;
	bool *allowed = NULL;
	rc = read_array(r, factor->n_all_levels, sizeof *allowed, &allowed);
	if (rc < 0)
		return rc;
	const struct yaml *value = entry->kind == YAML_LIST ? entry->first : entry;
	for (size_t i = 0; i < n; i++, value = value->next) {
		size_t level = factor_find_level(factor, names[i]);
		if (level == MATRIX_ANY_LEVEL)
			return read_unknown_level(r, value->at, factor, names[i]);
		allowed[level] = true;
	}
	ret->allowed = allowed;
	return 0;
}

int read_conditions(struct reader *r, const struct yaml *node, const char *what, struct conditions *ret)
{
	*ret = (struct conditions){.n = 0};
	if (!node)
		return 0;
	int rc = read_kind(r, node, YAML_MAP, what);
	if (rc < 0)
		return rc;
	if (!node->n)
		return scenario_error(
			r->s, node->at, r->e, "%s is empty: it names at least one factor and its level", what);
	rc = read_array(r, node->n, sizeof *ret->all, &ret->all);
	if (rc < 0)
		return rc;
	ret->at = node->at;
	YAML_EACH (entry, node) {
		rc = read_condition(r, entry, &ret->all[ret->n++]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// A scenario in memory: its end, errors at a place of its file, and --set.
#include "model/scenario.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"

void scenario_free(struct scenario *s)
{
	if (!s)
		return;
	arena_done(&s->arena);
	free(s);
}

bool step_is_made(const struct step *step, const size_t *levels)
{
	return !step->asked_by || rule_list_match(step->asked_by, levels);
}

bool scenario_is_question(const struct scenario *s, size_t response)
{
	for (size_t i = 0; i < s->n_check_steps; i++)
		if (s->check_steps[i].response == response)
			return true;
	return false;
}

int scenario_error(const struct scenario *s, struct mark at, struct error *e, const char *format, ...)
{
	CLEANUP(cleanup_free) char *what = NULL;
	va_list args;
	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	if (!what)
		return error_no_memory(e);
	if (!at.line)
		return error_set(e, ERROR_USAGE, EINVAL, "%s: %s", s->path, what);
	return error_set(e, ERROR_USAGE, EINVAL, "%s:%u:%u: %s", s->path, at.line, at.column, what);
}

#define KNOWN_MAX 10 /* names that a message lists */

static void add_known(struct text *known, size_t i, size_t n, const char *name)
{
	if (i < KNOWN_MAX)
		text_addf(known, "%s%s%s", i ? ", " : "", name, i + 1 == KNOWN_MAX && n > KNOWN_MAX ? ", …" : "");
}

static int restrict_factor(const struct scenario *s, const char *set, size_t len, size_t *ret, struct error *e)
{
	const struct matrix *m = &s->matrix;
	char name[128];
	snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), set);
	struct suggestion suggestion = SUGGESTION_FOR(name);
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (size_t f = 0; f < m->n_factors; f++) {
		if (!strcmp(m->factors[f].name, name)) {
			*ret = f;
			return 0;
		}
		suggestion_consider(&suggestion, m->factors[f].name);
		add_known(&known, f, m->n_factors, m->factors[f].name);
	}
	return error_set(e, ERROR_USAGE, EINVAL, "unknown factor '%s'%s; %s%s", name,
		suggestion_phrase(&suggestion), m->n_factors ? "there are " : "this scenario has no matrix",
		text_get(&known));
}

static int restrict_level(const struct factor *factor, const char *name, bool *allowed, struct error *e)
{
	struct suggestion suggestion = SUGGESTION_FOR(name);
	size_t level = factor_find_level(factor, name);
	if (level != MATRIX_ANY_LEVEL) {
		allowed[level] = true;
		return 0;
	}
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (size_t i = 0; i < factor->n_all_levels; i++) {
		suggestion_consider(&suggestion, factor->levels[i].name);
		add_known(&known, i, factor->n_all_levels, factor->levels[i].name);
	}
	return error_set(e, ERROR_USAGE, EINVAL, "factor '%s' has no level '%s'%s; its levels are %s%s",
		factor->name, name, suggestion_phrase(&suggestion), text_get(&known),
		strchr(name, '=') ? " (another factor needs a --set of its own)" : "");
}

static int add_condition(
	const struct scenario *s, const char *set, struct arena *arena, struct conditions *restriction, struct error *e)
{
	const char *equals = strchr(set, '=');
	if (!equals || equals == set || !equals[1])
		return error_set(e, ERROR_USAGE, EINVAL, "'%s' is not FACTOR=LEVEL or FACTOR=LEVEL,LEVEL", set);
	size_t f;
	int rc = restrict_factor(s, set, (size_t)(equals - set), &f, e);
	if (rc < 0)
		return rc;
	const struct factor *factor = &s->matrix.factors[f];
	for (size_t i = 0; i < restriction->n; i++)
		if (restriction->all[i].factor == f)
			return error_set(e, ERROR_USAGE, EINVAL,
				"'%s' is set twice: name all its levels at once, as in %s=%s,…", factor->name,
				factor->name, equals + 1);
	struct condition *all = arena_array(arena, restriction->n + 1, sizeof *all);
	bool *allowed = arena_array(arena, factor->n_all_levels, sizeof *allowed);
	char *names = arena_strdup(arena, equals + 1);
	if (!all || !allowed || !names)
		return error_no_memory(e);
	for (char *rest = names, *name; (name = strsep(&rest, ","));) {
		rc = restrict_level(factor, name, allowed, e);
		if (rc < 0)
			return rc;
	}
	if (restriction->n)
		memcpy(all, restriction->all, restriction->n * sizeof *all);
	all[restriction->n] = (struct condition){.factor = f, .allowed = allowed};
	restriction->all = all;
	restriction->n++;
	return 0;
}

int scenario_restrict(
	const struct scenario *s, const char *set, struct arena *arena, struct conditions *restriction, struct error *e)
{
	int r = add_condition(s, set, arena, restriction, e);
	if (r < 0)
		error_wrap(e, "--set");
	return r;
}

int scenario_choose(
	const struct scenario *s, const char *levels, struct arena *arena, struct conditions *restriction, struct error *e)
{
	CLEANUP(cleanup_free) char *words = strdup(levels), *set = calloc(strlen(levels) + 1, 1);
	int r = words && set ? 0 : error_no_memory(e);
	char *rest = words, *word = r == 0 ? strsep(&rest, ",") : NULL;
	while (r == 0 && word) {
		/* A word without '=' is another level of the factor before it. */
		char *end = stpcpy(set, word);
		while ((word = strsep(&rest, ",")) && !strchr(word, '=')) {
			*end++ = ',';
			end = stpcpy(end, word);
		}
		r = add_condition(s, set, arena, restriction, e);
	}
	return r;
}

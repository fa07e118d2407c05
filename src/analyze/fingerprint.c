// SPDX-License-Identifier: GPL-2.0-or-later
// Where two runs were not the same before their first cell.
#include "analyze/fingerprint.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/grow.h"
#include "base/text.h"

struct comparing {
	struct fingerprint *to;
	const struct fingerprint_run *runs;
	bool failed;
};

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* @name, @a and @b live as long as the runs, or in the arena. */
static void compare(struct comparing *c, enum fingerprint_kind kind, const char *name, const char *a, const char *b)
{
	if (is_same(a, b))
		return;
	struct fingerprint_difference *all = grow_by_one(c->to->all, c->to->n, sizeof *all);
	if (!all || !name) {
		c->to->all = all ? all : c->to->all;
		c->failed = true;
		return;
	}
	c->to->all = all;
	all[c->to->n++] = (struct fingerprint_difference){kind, name, {a, b}};
}

static const char *keep(struct comparing *c, struct text *t)
{
	char *kept = t->failed ? NULL : arena_strdup(&c->to->arena, text_get(t));
	c->failed |= !kept;
	text_done(t);
	return kept;
}

/* "closer=server path=veth" */
static const char *sets_of(struct comparing *c, const struct run_record *record)
{
	struct text t = TEXT_INIT;
	for (size_t i = 0; i < record->n_sets; i++)
		text_addf(&t, "%s%s", i ? " " : "", record->sets[i]);
	return record->n_sets ? keep(c, &t) : NULL;
}

static const char *number_of(struct comparing *c, uint64_t number)
{
	struct text t = TEXT_INIT;
	text_addf(&t, "%" PRIu64, number);
	return keep(c, &t);
}

/* "5s" */
static const char *max_wait_of(struct comparing *c, const struct run_record *record)
{
	char duration[DURATION_TEXT];
	struct text t = TEXT_INIT;
	if (record->max_wait_us == RUN_ANY_WAIT)
		return NULL;
	text_add(&t, duration_format_exact(record->max_wait_us, duration));
	return keep(c, &t);
}

static void compare_runs(struct comparing *c)
{
	const struct run_record *a = c->runs[0].record, *b = c->runs[1].record;
	compare(c, FINGERPRINT_RUN, "tool", a->tool, b->tool);
	compare(c, FINGERPRINT_RUN, "kernel release", a->release, b->release);
	compare(c, FINGERPRINT_RUN, "kernel version", a->version, b->version);
	compare(c, FINGERPRINT_RUN, "machine", a->machine, b->machine);
	compare(c, FINGERPRINT_RUN, "privilege", a->privilege, b->privilege);
	compare(c, FINGERPRINT_RUN, "--set", sets_of(c, a), sets_of(c, b));
	compare(c, FINGERPRINT_RUN, "--cell", a->only_cell == RUN_ALL_CELLS ? NULL : number_of(c, a->only_cell),
		b->only_cell == RUN_ALL_CELLS ? NULL : number_of(c, b->only_cell));
	compare(c, FINGERPRINT_RUN, "--max-wait", max_wait_of(c, a), max_wait_of(c, b));
	compare(c, FINGERPRINT_RUN, "--replicates", number_of(c, a->replicates), number_of(c, b->replicates));
}

/* "veth, loopback"; NULL for no factor */
static const char *levels_of(struct comparing *c, const struct factor *factor)
{
	struct text t = TEXT_INIT;
	for (size_t i = 0; factor && i < factor->n_all_levels; i++)
		text_addf(&t, "%s%s", i ? ", " : "", factor->levels[i].name);
	return factor ? keep(c, &t) : NULL;
}

/* "client_in=client, to=server"; "nothing" where it binds nothing */
static const char *bindings_of(struct comparing *c, const struct level *level)
{
	struct text t = TEXT_INIT;
	for (size_t i = 0; i < level->n_bindings; i++)
		text_addf(&t, "%s%s=%s", i ? ", " : "", level->bindings[i].name, level->bindings[i].value);
	return level->n_bindings ? keep(c, &t) : "binds nothing";
}

static void compare_factor(struct comparing *c, const struct factor *a, const struct factor *b)
{
	compare(c, FINGERPRINT_PART, arena_printf(&c->to->arena, "factor %s", a ? a->name : b->name), levels_of(c, a),
		levels_of(c, b));
	for (size_t i = 0; a && b && i < a->n_all_levels; i++) {
		size_t level = factor_find_level(b, a->levels[i].name);
		if (level != MATRIX_ANY_LEVEL)
			compare(c, FINGERPRINT_PART,
				arena_printf(&c->to->arena, "level %s of %s", a->levels[i].name, a->name),
				bindings_of(c, &a->levels[i]), bindings_of(c, &b->levels[level]));
	}
}

static bool has_response(const struct scenario *s, const char *name)
{
	for (size_t i = 0; i < s->n_responses; i++)
		if (!strcmp(s->responses[i].name, name))
			return true;
	return false;
}

/* The responses that @of records: whether the other one does, too. */
static void compare_responses(
	struct comparing *c, const struct scenario *of, const struct scenario *other, bool swapped)
{
	for (size_t i = 0; i < of->n_responses; i++) {
		const char *name = of->responses[i].name;
		if (!has_response(other, name))
			compare(c, FINGERPRINT_PART, arena_printf(&c->to->arena, "response %s", name),
				swapped ? NULL : "recorded", swapped ? "recorded" : NULL);
	}
}

static void compare_scenarios(struct comparing *c)
{
	const struct scenario *a = c->runs[0].scenario, *b = c->runs[1].scenario;
	compare(c, FINGERPRINT_SCENARIO, "name", a->name, b->name);
	compare(c, FINGERPRINT_SCENARIO, "SHA-256", a->sha256, b->sha256);
	for (size_t i = 0; i < a->matrix.n_factors; i++)
		compare_factor(c, &a->matrix.factors[i], matrix_find_factor(&b->matrix, a->matrix.factors[i].name));
	for (size_t i = 0; i < b->matrix.n_factors; i++)
		if (!matrix_find_factor(&a->matrix, b->matrix.factors[i].name))
			compare_factor(c, NULL, &b->matrix.factors[i]);
	compare_responses(c, a, b, false);
	compare_responses(c, b, a, true);
}

/* Both lists are by name: that of the two which comes first, and whether it is in each. */
static void compare_environments(struct comparing *c)
{
	const struct run_record *a = c->runs[0].record, *b = c->runs[1].record;
	size_t i = 0, j = 0;
	while (i < a->n_environment || j < b->n_environment) {
		const struct run_sysctl *x = i < a->n_environment ? &a->environment[i] : NULL;
		const struct run_sysctl *y = j < b->n_environment ? &b->environment[j] : NULL;
		int order = !x ? 1 : !y ? -1 : strcmp(x->name, y->name);
		compare(c, FINGERPRINT_ENVIRONMENT, x && order <= 0 ? x->name : y->name,
			x && order <= 0 ? x->value : NULL, y && order >= 0 ? y->value : NULL);
		i += order <= 0;
		j += order >= 0;
	}
}

int fingerprint_compare(struct fingerprint *ret, const struct fingerprint_run runs[static 2], struct error *e)
{
	*ret = (struct fingerprint){.arena = ARENA_INIT};
	struct comparing c = {ret, runs, false};
	compare_runs(&c);
	compare_scenarios(&c);
	compare_environments(&c);
	return c.failed ? error_no_memory(e) : 0;
}

void fingerprint_done(struct fingerprint *fingerprint)
{
	arena_done(&fingerprint->arena);
	free(fingerprint->all);
	*fingerprint = (struct fingerprint){.arena = ARENA_INIT};
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The story of one cell of a run: which cell is meant, its results, its evidence.
#include "cli/cell_story.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/grow.h"
#include "base/suggest.h"
#include "model/result_copy.h"

#define ANY MATRIX_ANY_LEVEL

static const struct factor *find_factor(const struct cell_story *c, const char *name, const char *text, struct error *e)
{
	const struct matrix *m = &c->scenario->matrix;
	const struct factor *factor = matrix_find_factor(m, name);
	struct suggestion near = SUGGESTION_FOR(name);
	for (size_t f = 0; f < m->n_factors; f++)
		suggestion_consider(&near, m->factors[f].name);
	if (!factor)
		error_set(e, ERROR_USAGE, ENOENT, "%s: no cell '%s': %s has no factor '%s'%s", c->record.path, text,
			c->scenario->name, name, suggestion_phrase(&near));
	return factor;
}

static int want_level(struct cell_story *c, char *pair, const char *text, size_t *wanted, struct error *e)
{
	char *equals = strchr(pair, '=');
	if (!equals)
		return error_set(e, ERROR_USAGE, EINVAL,
			"%s: '%s' is no cell, and no file or folder: a cell is an ID, or levels such as "
			"closer=server,path=veth",
			c->record.path, text);
	*equals = '\0';
	const struct factor *factor = find_factor(c, pair, text, e);
	if (!factor)
		return -ENOENT;
	size_t level = factor_find_level(factor, equals + 1);
	struct suggestion near = SUGGESTION_FOR(equals + 1);
	for (size_t l = 0; l < factor->n_all_levels; l++)
		suggestion_consider(&near, factor->levels[l].name);
	if (level == ANY)
		return error_set(e, ERROR_USAGE, ENOENT, "%s: no cell '%s': the factor '%s' has no level '%s'%s",
			c->record.path, text, factor->name, equals + 1, suggestion_phrase(&near));
	wanted[factor - c->scenario->matrix.factors] = level;
	return 0;
}

/* The levels that are named, separated by commas. */
static int want_named(struct cell_story *c, size_t *wanted, struct error *e)
{
	char *text = arena_strdup(&c->arena, c->cell);
	if (!text)
		return error_no_memory(e);
	int r = 0;
	for (char *pair; r == 0 && (pair = strsep(&text, ","));)
		r = want_level(c, pair, c->cell, wanted, e);
	return r;
}

/* The levels that are not named are those of the other cell, where they have a name here. */
static int want_alike(struct cell_story *c, size_t *wanted, struct error *e)
{
	const struct matrix *m = &c->scenario->matrix, *other = &c->like->scenario->matrix;
	for (size_t f = 0; f < m->n_factors; f++) {
		const struct factor *factor = matrix_find_factor(other, m->factors[f].name);
		if (!factor || wanted[f] != ANY)
			continue;
		const char *level = factor->levels[c->like->levels[factor - other->factors]].name;
		wanted[f] = factor_find_level(&m->factors[f], level);
		if (wanted[f] == ANY)
			return error_set(e, ERROR_USAGE, ENOENT,
				"%s: it has not the cell that is meant: its factor '%s' has no level '%s'",
				c->record.path, factor->name, level);
	}
	return 0;
}

static bool is_wanted(const struct cell_story *c, const size_t *wanted, const struct conditions *restriction)
{
	for (size_t f = 0; f < c->scenario->matrix.n_factors; f++)
		if (wanted[f] != ANY && wanted[f] != c->levels[f])
			return false;
	return conditions_hold(restriction, c->levels);
}

/* By its levels: the first cell that the run was to run. @ret: unchanged where there is none. */
static int find_by_levels(struct cell_story *c, const struct conditions *restriction, uint64_t *ret, struct error *e)
{
	const struct matrix *m = &c->scenario->matrix;
	size_t wanted[MATRIX_FACTORS_MAX];
	for (size_t f = 0; f < MATRIX_FACTORS_MAX; f++)
		wanted[f] = ANY;
	int r = c->cell ? want_named(c, wanted, e) : 0;
	if (r == 0 && c->like)
		r = want_alike(c, wanted, e);
	if (r < 0)
		return r;
	for (uint64_t i = 0; i < m->n_indices; i++)
		if ((c->record.only_cell == RUN_ALL_CELLS || c->record.only_cell == i) &&
			matrix_cell(m, i, c->levels) && is_wanted(c, wanted, restriction)) {
			*ret = i;
			return 0;
		}
	return error_set(e, ERROR_USAGE, ENOENT, "%s: no cell of this run has the levels %s%s", c->record.path,
		c->cell ? c->cell : "of the first one",
		c->cell && c->like ? " and the others as in the first cell" : "");
}

static int find_cell(struct cell_story *c, const struct conditions *restriction, uint64_t *ret, struct error *e)
{
	const struct matrix *m = &c->scenario->matrix;
	if (!c->cell || !*c->cell || strspn(c->cell, "0123456789") != strlen(c->cell))
		return find_by_levels(c, restriction, ret, e);
	errno = 0;
	*ret = strtoull(c->cell, NULL, 10);
	if (!errno && *ret < m->n_indices && matrix_cell(m, *ret, c->levels))
		return 0;
	return error_set(e, ERROR_USAGE, ENOENT, "%s: %s has no cell %s", c->record.path, c->scenario->name, c->cell);
}

static int begin(void *context, const struct run_record *record, struct error *e)
{
	struct cell_story *c = context;
	struct conditions restriction = {.n = 0};
	uint64_t cell = 0;
	int r = scenario_read_text(record->scenario_path, record->scenario_text, strlen(record->scenario_text),
		verb_vocabulary(), UINT32_MAX, &c->scenario, e);
	if (r < 0)
		return error_wrap(e, "%s: the scenario in it is none to this netrepro (it was written by %s)",
			record->path, record->tool);
	for (size_t i = 0; i < record->n_sets; i++) {
		r = scenario_restrict(c->scenario, record->sets[i], &c->arena, &restriction, e);
		if (r < 0)
			return error_wrap(e, "%s", record->path);
	}
	r = find_cell(c, &restriction, &cell, e);
	return r < 0 ? r : plan_make(&c->plan, c->scenario, cell, e);
}

static bool wants_steps(void *context, const struct result *result)
{
	const struct cell_story *c = context;
	return result->cell == c->plan.cell;
}

static int visit(void *context, const struct result *result, struct error *e)
{
	struct cell_story *c = context;
	if (result->cell != c->plan.cell)
		return 0;
	struct result *results = grow_by_one(c->results, c->n_results, sizeof *results);
	if (!results)
		return error_no_memory(e);
	c->results = results;
	return result_copy(result, &c->arena, &results[c->n_results++], e);
}

static int compare_results(const void *a, const void *b)
{
	const struct result *x = a, *y = b;
	return x->replicate < y->replicate ? -1 : x->replicate > y->replicate;
}

static const char *find_value(const struct result *result, const char *response)
{
	for (size_t i = 0; i < result->n_values; i++)
		if (!strcmp(result->values[i].response, response))
			return result->values[i].text;
	return NULL;
}

static bool is_alike(const struct result *a, const struct result *b)
{
	bool is = a->verdict == b->verdict && a->n_values == b->n_values;
	for (size_t i = 0; is && i < a->n_values; i++) {
		const char *other = find_value(b, a->values[i].response);
		is = other && !strcmp(a->values[i].text, other);
	}
	return is;
}

static int choose_result(struct cell_story *c, struct error *e)
{
	if (!c->n_results)
		return error_set(e, ERROR_USAGE, ENOENT, "%s: it holds no result of cell %" PRIu64, c->record.path,
			c->plan.cell);
	qsort(c->results, c->n_results, sizeof *c->results, compare_results);
	c->result = &c->results[0];
	for (size_t i = c->n_results; c->like && i-- > 0;)
		if (!is_alike(&c->results[i], c->like->result))
			c->result = &c->results[i];
	return 0;
}

static int read_evidence(struct cell_story *c, struct error *e)
{
	CLEANUP(evidence_file_close) struct evidence_file file = EVIDENCE_FILE_INIT;
	int r = evidence_file_open_beside(&file, c->record.path, e);
	if (r == 0)
		r = evidence_file_find(&file, c->plan.cell, c->result->replicate, &c->arena, &c->evidence, e);
	c->has_evidence = r > 0;
	return r < 0 ? r : 0;
}

int cell_story_read(
	struct cell_story *ret, const char *path, const char *cell, const struct cell_story *like, struct error *e)
{
	const struct results_reader reader = {
		.context = ret, .begin = begin, .visit = visit, .wants_steps = wants_steps};
	bool is_finished;
	ret->cell = cell;
	ret->like = like;
	int r = results_read(path, &reader, &ret->record, &is_finished, e);
	if (r == 0)
		r = choose_result(ret, e);
	if (r == 0)
		r = read_evidence(ret, e);
	if (r == 0)
		r = story_make(&ret->story, ret->scenario, &ret->plan, ret->result,
			ret->has_evidence ? &ret->evidence : NULL, e);
	return r;
}

void cell_story_done(struct cell_story *c)
{
	story_done(&c->story);
	plan_done(&c->plan);
	scenario_free(c->scenario);
	free(c->results);
	run_record_done(&c->record);
	arena_done(&c->arena);
}

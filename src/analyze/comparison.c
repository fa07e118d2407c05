// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two runs held against each other, cell by cell.
 *
 * Theory of operation. The levels of the first matrix are translated into those of the second by name, once, and each
 * row of the first table finds its match by them. A pair of cells is held against each other in each response and in
 * the verdict; what differs is counted under the change that says the same. When all are counted, the conditions of
 * each change are read off its rows, and how many cells meet them.
 */
#include "analyze/comparison_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static bool was_run(const struct comparison *c, size_t run, size_t row)
{
	return verdicts_at(c->runs[run].verdicts, row).which != 0;
}

static size_t n_levels_of(const struct matrix *m)
{
	size_t n = 0;
	for (size_t f = 0; f < m->n_factors; f++)
		n += m->factors[f].n_all_levels;
	return n;
}

static void mark(const struct table *t, size_t row, bool *marks)
{
	for (size_t f = 0; f < t->n_factors; f++)
		marks[t->in_play_offsets[f] + table_levels(t, row)[f]] = true;
}

/* Which levels the cells have that were run. */
static int note_levels(struct comparison *c, struct error *e)
{
	for (size_t run = 0; run < 2; run++) {
		const struct table *t = comparison_table(c, run);
		c->in_play[run] =
			arena_array(&c->arena, n_levels_of(comparison_matrix(c, run)), sizeof *c->in_play[run]);
		if (!c->in_play[run])
			return error_no_memory(e);
		for (size_t row = 0; row < t->n_rows; row++)
			if (was_run(c, run, row))
				mark(t, row, c->in_play[run]);
	}
	return 0;
}

/* The one level of a factor that all cells of a run have; MATRIX_ANY_LEVEL where they have several. */
static size_t find_held(const struct comparison *c, size_t run, size_t factor)
{
	size_t held = MATRIX_ANY_LEVEL;
	for (size_t l = 0; l < comparison_matrix(c, run)->factors[factor].n_all_levels; l++) {
		if (!c->in_play[run][comparison_table(c, run)->in_play_offsets[factor] + l])
			continue;
		if (held != MATRIX_ANY_LEVEL)
			return MATRIX_ANY_LEVEL;
		held = l;
	}
	return held;
}

static int map_factor(struct comparison *c, size_t run, size_t f, struct error *e)
{
	struct comparison_map *map = &c->maps[run];
	const struct matrix *other = comparison_matrix(c, !run);
	const struct factor *a = &comparison_matrix(c, run)->factors[f], *b = matrix_find_factor(other, a->name);
	map->factors[f] = b ? (size_t)(b - other->factors) : COMPARISON_NONE;
	map->levels[f] = arena_array(&c->arena, a->n_all_levels, sizeof *map->levels[f]);
	if (!map->levels[f])
		return error_no_memory(e);
	for (size_t l = 0; l < a->n_all_levels; l++)
		map->levels[f][l] = b ? factor_find_level(b, a->levels[l].name) : COMPARISON_NONE;
	if (b)
		return 0;
	c->maps[!run].held[f] = find_held(c, run, f);
	c->has_match &= c->maps[!run].held[f] != MATRIX_ANY_LEVEL;
	return 0;
}
static_assert(COMPARISON_NONE == MATRIX_ANY_LEVEL, "a level that is not found is none");

static int map_factors(struct comparison *c, struct error *e)
{
	int r = 0;
	c->has_match = true;
	for (size_t run = 0; run < 2; run++) {
		size_t n = comparison_matrix(c, run)->n_factors;
		c->maps[run].factors = arena_array(&c->arena, n, sizeof *c->maps[run].factors);
		c->maps[run].levels = arena_array(&c->arena, n, sizeof *c->maps[run].levels);
		if (!c->maps[run].factors || !c->maps[run].levels)
			return error_no_memory(e);
		for (size_t f = 0; r == 0 && f < n; f++)
			r = map_factor(c, run, f, e);
	}
	return r;
}

bool comparison_translate(const struct comparison *c, size_t run, size_t row, size_t *ret_levels)
{
	const struct comparison_map *map = &c->maps[run];
	const struct table *t = comparison_table(c, run);
	if (!c->has_match)
		return false;
	memcpy(ret_levels, map->held, sizeof map->held);
	for (size_t f = 0; f < t->n_factors; f++) {
		size_t level = map->levels[f][table_levels(t, row)[f]];
		if (map->factors[f] == COMPARISON_NONE)
			continue;
		if (level == COMPARISON_NONE)
			return false;
		ret_levels[map->factors[f]] = level;
	}
	return true;
}

/* The row of the second run with the levels that @row of the first one has; TABLE_NO_ROW for none. */
static size_t find_match(const struct comparison *c, size_t row)
{
	size_t levels[MATRIX_FACTORS_MAX];
	return comparison_translate(c, 0, row, levels) ? table_find_levels(comparison_table(c, 1), levels)
						       : TABLE_NO_ROW;
}

/* Where the cells that could have made a change are: all that are compared, or all that their run has. */
static const bool *universe_of(const struct comparison *c, const struct cell_change *change)
{
	return change->kind == ONLY_IN_ONE ? c->in_play[change->run] : c->in_play_compared;
}

/* A condition on @factor where the cells of @change do not have all of its levels that they could have. */
static int add_condition(struct comparison *c, struct cell_change *change, size_t f, const bool *has, struct error *e)
{
	const struct table *t = comparison_table(c, change->run);
	const bool *could = universe_of(c, change);
	size_t n = comparison_matrix(c, change->run)->factors[f].n_all_levels, from = t->in_play_offsets[f];
	if (!memcmp(has + from, could + from, n * sizeof *has))
		return 0;
	bool *allowed = arena_array(&c->arena, n, sizeof *allowed);
	if (!allowed)
		return error_no_memory(e);
	memcpy(allowed, has + from, n * sizeof *has);
	change->where.all[change->where.n++] = (struct condition){.factor = f, .allowed = allowed};
	return 0;
}

bool comparison_could_change(const struct comparison *c, const struct cell_change *change, size_t row)
{
	return change->kind == ONLY_IN_ONE ? was_run(c, change->run, row) : c->rows[row] != TABLE_NO_ROW;
}

/* What can be said of a change once all of its cells are known. */
static int conclude(struct comparison *c, struct cell_change *change, struct error *e)
{
	const struct table *t = comparison_table(c, change->run);
	CLEANUP(cleanup_free) bool *has = calloc(n_levels_of(comparison_matrix(c, change->run)) + 1, sizeof *has);
	change->where.all = arena_array(&c->arena, t->n_factors, sizeof *change->where.all);
	if (!has || !change->where.all)
		return error_no_memory(e);
	change->plainest = change->rows[0];
	for (size_t i = 0; i < change->n; i++) {
		mark(t, change->rows[i], has);
		if (table_is_plainer(t, change->rows[i], change->plainest))
			change->plainest = change->rows[i];
	}
	int r = 0;
	for (size_t f = 0; r == 0 && f < t->n_factors; f++)
		r = add_condition(c, change, f, has, e);
	for (size_t row = 0; r == 0 && row < t->n_rows; row++) {
		size_t levels[MATRIX_FACTORS_MAX];
		table_copy_levels(t, row, levels);
		change->n_where += comparison_could_change(c, change, row) && conditions_hold(&change->where, levels);
	}
	return r;
}

static int compare_changes(const void *a, const void *b)
{
	const struct cell_change *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	if (x->response != y->response)
		return x->response < y->response ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	if (x->rows[0] != y->rows[0])
		return x->rows[0] < y->rows[0] ? -1 : 1;
	return (int)x->is_slower - (int)y->is_slower;
}

static int match_rows(struct comparison *c, struct error *e)
{
	const struct table *a = comparison_table(c, 0), *b = comparison_table(c, 1);
	CLEANUP(cleanup_free) bool *is_planned = calloc(b->n_rows + 1, sizeof *is_planned);
	CLEANUP(cleanup_free) bool *is_matched = calloc(b->n_rows + 1, sizeof *is_matched);
	c->rows = arena_array(&c->arena, a->n_rows, sizeof *c->rows);
	c->in_play_compared = arena_array(&c->arena, n_levels_of(comparison_matrix(c, 0)), sizeof *c->in_play_compared);
	if (!is_planned || !is_matched || !c->rows || !c->in_play_compared)
		return error_no_memory(e);
	int r = 0;
	for (size_t row = 0; r >= 0 && row < a->n_rows; row++) {
		size_t match = find_match(c, row);
		bool is_run = was_run(c, 0, row), is_match_run = match != TABLE_NO_ROW && was_run(c, 1, match);
		c->rows[row] = is_run && is_match_run ? match : TABLE_NO_ROW;
		if (match != TABLE_NO_ROW) {
			is_planned[match] = true;
			is_matched[match] |= is_run && is_match_run;
		}
		if (c->rows[row] != TABLE_NO_ROW)
			mark(a, row, c->in_play_compared);
		else if (is_run)
			r = comparison_count_lonely(c, 0, row, match != TABLE_NO_ROW, e);
	}
	for (size_t row = 0; r >= 0 && row < b->n_rows; row++)
		if (was_run(c, 1, row) && !is_matched[row])
			r = comparison_count_lonely(c, 1, row, is_planned[row], e);
	return r;
}

int comparison_init(struct comparison *ret, const struct comparison_run runs[static 2], struct error *e)
{
	*ret = (struct comparison){.arena = ARENA_INIT, .runs = {runs[0], runs[1]}};
	struct fingerprint_run of[2];
	for (int run = 0; run < 2; run++)
		of[run] = (struct fingerprint_run){runs[run].record, runs[run].explanation->table.scenario};
	int r = fingerprint_compare(&ret->fingerprint, of, e);
	if (r == 0)
		r = note_levels(ret, e);
	if (r == 0)
		r = map_factors(ret, e);
	if (r == 0)
		r = comparison_match_responses(ret, e);
	if (r == 0)
		r = match_rows(ret, e);
	for (size_t row = 0; r >= 0 && row < comparison_table(ret, 0)->n_rows; row++)
		if (ret->rows[row] != TABLE_NO_ROW)
			r = comparison_count_pair(ret, row, e);
	for (size_t i = 0; r >= 0 && i < ret->n_changes; i++)
		r = conclude(ret, &ret->changes[i], e);
	if (ret->n_changes)
		qsort(ret->changes, ret->n_changes, sizeof *ret->changes, compare_changes);
	size_t n_laws = 0;
	for (size_t i = 0; r >= 0 && i < ret->n_changes && n_laws < COMPARISON_LAWS_MAX; i++)
		if (ret->changes[i].n < ret->changes[i].n_where) {
			r = comparison_find_where(ret, &ret->changes[i], e);
			n_laws++;
		}
	return r < 0 ? r : comparison_find_laws(ret, e);
}

bool comparison_is_partial(const struct comparison *c)
{
	return c->n_changes && c->changes[c->n_changes - 1].kind == ONLY_IN_ONE;
}

bool comparison_differs(const struct comparison *c)
{
	return c->n_changes || c->n_more || c->n_untold || c->n_laws || c->n_claim_changes || c->n_only_responses[0] ||
	       c->n_only_responses[1];
}

void comparison_done(struct comparison *c)
{
	for (size_t i = 0; i < c->n_changes; i++) {
		free(c->changes[i].rows);
		law_done(&c->changes[i].exactly);
	}
	free(c->changes);
	free(c->laws);
	free(c->claims);
	fingerprint_done(&c->fingerprint);
	arena_done(&c->arena);
	*c = (struct comparison){.arena = ARENA_INIT};
}

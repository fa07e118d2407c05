// SPDX-License-Identifier: GPL-2.0-or-later
// Which run of which cell a user means.
#include "cli/chosen_cell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/grow.h"
#include "model/plan.h"

#define MAX_CELLS UINT32_MAX /* however many the run was allowed, they were run */
#define COLUMNS 100
#define GROUPS_MAX 16 /* of cells that are listed */

/* A run that fits. */
struct match {
	uint64_t cell;
	uint32_t replicate;
	enum verdict verdict;
	const char **values; /* by response; NULL where it was not recorded */
};

/* A cell, and how it came out: its runs in the order of what came out, each of that once. */
struct candidate {
	uint64_t cell;
	size_t *levels;
	const struct match *const *outcomes;
	size_t n_outcomes;
};

struct choosing {
	struct chosen_cell *chosen;
	const char *wanted;
	const struct chosen_cell *like;
	const char *described; /* what is wanted by levels, in words; in the arena of @chosen */
	uint32_t replicate;
	bool is_id;
	uint64_t id;
	struct conditions conditions;
	struct match *matches; /* owned */
	size_t n_matches;
	struct candidate *candidates; /* in the arena of @chosen */
	size_t n_candidates;
};

static void choosing_done(struct choosing *c)
{
	free(c->matches);
}

static size_t n_responses(const struct choosing *c)
{
	return c->chosen->scenario->n_responses;
}

bool chosen_cell_is_named(const char *text)
{
	return strchr(text, '=') || (*text && text[strspn(text, "0123456789")] == '\0');
}

static bool is_named(const struct conditions *conditions, size_t factor)
{
	for (size_t i = 0; i < conditions->n; i++)
		if (conditions->all[i].factor == factor)
			return true;
	return false;
}

/* The levels that are not named are those of the other cell, where it has the factor. */
static int want_alike(struct choosing *c, struct error *e)
{
	const struct matrix *m = &c->chosen->scenario->matrix, *other = &c->like->scenario->matrix;
	struct arena *arena = &c->chosen->arena;
	struct condition *all = arena_array(arena, m->n_factors, sizeof *all);
	size_t levels[MATRIX_FACTORS_MAX], n = c->conditions.n;
	matrix_cell(other, c->like->cell, levels);
	if (!all)
		return error_no_memory(e);
	if (n)
		memcpy(all, c->conditions.all, n * sizeof *all);
	for (size_t f = 0; f < m->n_factors; f++) {
		const struct factor *factor = matrix_find_factor(other, m->factors[f].name);
		if (!factor || is_named(&c->conditions, f))
			continue;
		const char *name = factor->levels[levels[factor - other->factors]].name;
		size_t level = factor_find_level(&m->factors[f], name);
		bool *allowed = arena_array(arena, m->factors[f].n_all_levels, sizeof *allowed);
		if (!allowed)
			return error_no_memory(e);
		if (level == MATRIX_ANY_LEVEL)
			return error_set(e, ERROR_USAGE, ENOENT,
				"its factor '%s' has no level '%s', which cell %" PRIu64 " of the other run has",
				factor->name, name, c->like->cell);
		allowed[level] = true;
		all[n++] = (struct condition){.factor = f, .allowed = allowed};
	}
	c->conditions = (struct conditions){.all = all, .n = n};
	return 0;
}

static const char *describe(struct choosing *c)
{
	struct arena *arena = &c->chosen->arena;
	if (!c->like)
		return c->wanted;
	return c->wanted ? arena_printf(arena, "%s and the rest as in cell %" PRIu64, c->wanted, c->like->cell)
			 : arena_printf(arena, "the levels of cell %" PRIu64, c->like->cell);
}

static int want_levels(struct choosing *c, struct error *e)
{
	struct chosen_cell *chosen = c->chosen;
	c->described = describe(c);
	int r = c->described ? 0 : error_no_memory(e);
	if (r == 0 && c->wanted)
		r = scenario_choose(chosen->scenario, c->wanted, &chosen->arena, &c->conditions, e);
	return r < 0 || !c->like ? r : want_alike(c, e);
}

static int want_id(struct choosing *c, struct error *e)
{
	const struct scenario *s = c->chosen->scenario;
	size_t levels[MATRIX_FACTORS_MAX];
	if (!result_id_parse(c->wanted, &c->id) || c->id >= s->matrix.n_indices)
		return error_set(e, ERROR_USAGE, ENOENT, "%s has no cell '%s': the last one is %" PRIu64, s->name,
			c->wanted, s->matrix.n_indices - 1);
	if (!matrix_cell(&s->matrix, c->id, levels))
		return error_set(e, ERROR_USAGE, ENOENT, "cell %" PRIu64 " of %s is one that 'exclude' takes away",
			c->id, s->name);
	return 0;
}

/* What is wanted is read as soon as the scenario is there. */
static int begin(void *context, const struct run_record *record, struct error *e)
{
	struct choosing *c = context;
	struct chosen_cell *chosen = c->chosen;
	int r = scenario_read_text(record->scenario_path, record->scenario_text, strlen(record->scenario_text),
		verb_vocabulary(), MAX_CELLS, &chosen->scenario, e);
	if (r < 0)
		return error_wrap(e, "%s: the scenario in it is none to this netrepro (it was written by %s)",
			record->path, record->tool);
	if (c->wanted && !chosen_cell_is_named(c->wanted))
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' is no cell: that is an ID, or levels, such as closer=server,path=veth", c->wanted);
	c->is_id = c->wanted && !strchr(c->wanted, '=');
	r = c->is_id ? want_id(c, e) : want_levels(c, e);
	return r < 0 ? error_wrap(e, "%s", record->path) : 0;
}

static bool fits(const struct choosing *c, const struct result *result)
{
	size_t levels[MATRIX_FACTORS_MAX];
	if (c->replicate && result->replicate != c->replicate)
		return false;
	if (c->is_id)
		return result->cell == c->id;
	const struct matrix *m = &c->chosen->scenario->matrix;
	return result->cell < m->n_indices && matrix_cell(m, result->cell, levels) &&
	       conditions_hold(&c->conditions, levels);
}

static int visit(void *context, const struct result *result, struct error *e)
{
	struct choosing *c = context;
	const struct scenario *s = c->chosen->scenario;
	struct arena *arena = &c->chosen->arena;
	if (!fits(c, result))
		return 0;
	struct match *matches = grow_by_one(c->matches, c->n_matches, sizeof *matches);
	const char **values = arena_array(arena, s->n_responses, sizeof *values);
	if (matches)
		c->matches = matches;
	if (!matches || !values)
		return error_no_memory(e);
	for (size_t i = 0; i < result->n_values; i++)
		for (size_t k = 0; k < s->n_responses; k++) {
			if (strcmp(result->values[i].response, s->responses[k].name) != 0 ||
				scenario_is_question(s, k))
				continue;
			values[k] = arena_strdup(arena, result->values[i].text);
			if (!values[k])
				return error_no_memory(e);
		}
	c->matches[c->n_matches++] = (struct match){result->cell, result->replicate, result->verdict, values};
	return 0;
}

static int compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int compare_outcomes(const struct choosing *c, const struct match *a, const struct match *b)
{
	int r = (a->verdict > b->verdict) - (a->verdict < b->verdict);
	for (size_t i = 0; r == 0 && i < n_responses(c); i++)
		r = compare_texts(a->values[i], b->values[i]);
	return r;
}

static int compare_matches(const void *a, const void *b, void *context)
{
	const struct match *x = a, *y = b;
	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	int r = compare_outcomes(context, x, y);
	return r ? r : (x->replicate > y->replicate) - (x->replicate < y->replicate);
}

static int compare_candidates(const struct choosing *c, const struct candidate *a, const struct candidate *b)
{
	int r = (a->n_outcomes > b->n_outcomes) - (a->n_outcomes < b->n_outcomes);
	for (size_t i = 0; r == 0 && i < a->n_outcomes; i++)
		r = compare_outcomes(c, a->outcomes[i], b->outcomes[i]);
	return r;
}

/* From the runs to the cells. */
static int gather(struct choosing *c, struct error *e)
{
	struct arena *arena = &c->chosen->arena;
	const struct matrix *m = &c->chosen->scenario->matrix;
	const struct match **outcomes = arena_array(arena, c->n_matches, sizeof *outcomes);
	c->candidates = arena_array(arena, c->n_matches, sizeof *c->candidates);
	if (!outcomes || !c->candidates)
		return error_no_memory(e);
	if (c->n_matches)
		qsort_r(c->matches, c->n_matches, sizeof *c->matches, compare_matches, c);
	for (size_t i = 0; i < c->n_matches; i++) {
		const struct match *match = &c->matches[i];
		struct candidate *of = c->n_candidates ? &c->candidates[c->n_candidates - 1] : NULL;
		if (!of || of->cell != match->cell) {
			of = &c->candidates[c->n_candidates++];
			*of = (struct candidate){
				match->cell, arena_array(arena, m->n_factors, sizeof *of->levels), outcomes, 0};
			if (!of->levels)
				return error_no_memory(e);
			matrix_cell(m, match->cell, of->levels);
		}
		if (of->n_outcomes && !compare_outcomes(c, of->outcomes[of->n_outcomes - 1], match))
			continue;
		*outcomes++ = match;
		of->n_outcomes++;
	}
	return 0;
}

static bool are_alike(const struct choosing *c)
{
	for (size_t i = 1; i < c->n_candidates; i++)
		if (compare_candidates(c, &c->candidates[0], &c->candidates[i]))
			return false;
	return true;
}

/* What a response of this name was; NULL where it was not recorded. */
static const char *value_of(const struct scenario *s, const char *const *values, const char *response)
{
	for (size_t i = 0; i < s->n_responses; i++)
		if (!strcmp(s->responses[i].name, response))
			return values[i];
	return NULL;
}

/* Whether some response of @s is not the same in both. */
static bool has_other_value(const struct scenario *s, const char *const *values, const struct scenario *other,
	const char *const *other_values)
{
	for (size_t i = 0; i < s->n_responses; i++)
		if (compare_texts(values[i], value_of(other, other_values, s->responses[i].name)))
			return true;
	return false;
}

static bool came_out_otherwise(const struct choosing *c, const struct match *match)
{
	const struct scenario *s = c->chosen->scenario;
	const struct chosen_cell *like = c->like;
	return like &&
	       (match->verdict != like->verdict || has_other_value(s, match->values, like->scenario, like->values) ||
		       has_other_value(like->scenario, like->values, s, match->values));
}

/* First of all one that came out otherwise than the other cell, then one whose evidence was kept; the first of these.
 */
static void choose(const struct choosing *c)
{
	struct chosen_cell *chosen = c->chosen;
	const struct match *best = NULL;
	int best_rank = 0;
	for (size_t i = 0; i < c->n_matches; i++) {
		const struct match *match = &c->matches[i];
		int rank = 2 * came_out_otherwise(c, match) +
			   evidence_file_has(&chosen->evidence, match->cell, match->replicate);
		bool is_before = best && (match->cell < best->cell ||
						 (match->cell == best->cell && match->replicate < best->replicate));
		if (best && (rank < best_rank || (rank == best_rank && !is_before)))
			continue;
		best = match;
		best_rank = rank;
	}
	chosen->cell = best->cell;
	chosen->replicate = best->replicate;
	chosen->verdict = best->verdict;
	chosen->values = best->values;
	chosen->n_alike = c->n_candidates;
}

/* Whether a response is not the same in all that fit. */
static bool differs(const struct choosing *c, size_t response)
{
	for (size_t i = 1; i < c->n_matches; i++)
		if (compare_texts(c->matches[0].values[response], c->matches[i].values[response]))
			return true;
	return false;
}

/* "pass, rebind: ok": of the responses those that differ. */
static void add_outcome(const struct choosing *c, const struct match *match, struct text *t)
{
	text_add(t, verdict_names[match->verdict]);
	for (size_t i = 0; i < n_responses(c); i++)
		if (match->values[i] && differs(c, i))
			text_addf(t, ", %s: %s", c->chosen->scenario->responses[i].name, match->values[i]);
}

static int remark_on_replicates(const struct choosing *c, struct error *e)
{
	const struct match *shown = NULL;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	for (size_t i = 0; i < c->n_matches; i++)
		if (c->matches[i].cell == c->chosen->cell && c->matches[i].replicate == c->chosen->replicate)
			shown = &c->matches[i];
	for (size_t i = 0; shown && i < c->n_matches; i++) {
		const struct match *match = &c->matches[i];
		if (match->cell != shown->cell || !compare_outcomes(c, match, shown))
			continue;
		text_addf(&t, "%sreplicate %" PRIu32 ": ", t.len ? "; " : "replicates differ: ", match->replicate);
		add_outcome(c, match, &t);
	}
	c->chosen->remark = t.len ? arena_strdup(&c->chosen->arena, text_get(&t)) : NULL;
	return t.failed || (t.len && !c->chosen->remark) ? error_no_memory(e) : 0;
}

/* Cells in an order in which those that are alike in some factors stand together. */
struct order {
	const struct choosing *c;
	const bool *counts; /* by factor: whether it is looked at */
	bool by_outcome;
};

static int compare_levels(const struct order *order, const struct candidate *a, const struct candidate *b)
{
	for (size_t f = 0; f < order->c->chosen->scenario->matrix.n_factors; f++)
		if (order->counts[f] && a->levels[f] != b->levels[f])
			return a->levels[f] < b->levels[f] ? -1 : 1;
	return 0;
}

static int compare_in_order(const void *a, const void *b, void *context)
{
	const struct candidate *x = a, *y = b;
	const struct order *order = context;
	int r = compare_levels(order, x, y);
	if (r == 0 && order->by_outcome)
		r = compare_candidates(order->c, x, y);
	return r ? r : (x->cell > y->cell) - (x->cell < y->cell);
}

static void sort(struct choosing *c, struct order *order)
{
	qsort_r(c->candidates, c->n_candidates, sizeof *c->candidates, compare_in_order, order);
}

static bool varies(const struct choosing *c, size_t factor)
{
	for (size_t i = 1; i < c->n_candidates; i++)
		if (c->candidates[i].levels[factor] != c->candidates[0].levels[factor])
			return true;
	return false;
}

/* Whether two cells that differ in this factor alone are not alike. */
static bool matters(struct choosing *c, size_t factor)
{
	bool counts[MATRIX_FACTORS_MAX];
	struct order order = {.c = c, .counts = counts};
	for (size_t f = 0; f < MATRIX_FACTORS_MAX; f++)
		counts[f] = f != factor;
	sort(c, &order);
	for (size_t i = 1; i < c->n_candidates; i++)
		if (!compare_levels(&order, &c->candidates[i - 1], &c->candidates[i]) &&
			compare_candidates(c, &c->candidates[i - 1], &c->candidates[i]))
			return true;
	return false;
}

/* The factors that decide among the cells that fit; where no two of these differ in one alone, all that vary. */
static void find_decisive(struct choosing *c, bool *ret)
{
	size_t n = c->chosen->scenario->matrix.n_factors;
	bool some = false;
	for (size_t f = 0; f < n; f++)
		some |= ret[f] = varies(c, f) && matters(c, f);
	for (size_t f = 0; !some && f < n; f++)
		ret[f] = varies(c, f);
}

static void add_group(
	const struct choosing *c, const struct candidate *first, size_t n, const bool *decisive, struct text *list)
{
	const struct matrix *m = &c->chosen->scenario->matrix;
	CLEANUP(text_done) struct text what = TEXT_INIT;
	text_add(list, "\n");
	size_t from = list->len;
	text_add(list, " ");
	for (size_t f = 0; f < m->n_factors; f++)
		if (decisive[f])
			text_addf(list, " %s=%s", m->factors[f].name, m->factors[f].levels[first->levels[f]].name);
	text_addf(&what, "  cell %" PRIu64, first->cell);
	if (n > 1)
		text_addf(&what, " and %zu more", n - 1);
	text_add(&what, ": ");
	for (size_t i = 0; i < first->n_outcomes; i++) {
		text_add(&what, i ? "; or " : "");
		add_outcome(c, first->outcomes[i], &what);
	}
	text_add(list, " ");
	text_wrap(list, from, text_get(&what), 6, COLUMNS);
}

/* What there is to be chosen from. */
static int list_candidates(struct choosing *c, struct error *e)
{
	const struct matrix *m = &c->chosen->scenario->matrix;
	bool decisive[MATRIX_FACTORS_MAX] = {false};
	CLEANUP(text_done) struct text list = TEXT_INIT, names = TEXT_INIT;
	find_decisive(c, decisive);
	for (size_t f = 0; f < m->n_factors; f++)
		if (decisive[f])
			text_addf(&names, "%s%s", names.len ? ", " : "", m->factors[f].name);
	struct order order = {.c = c, .counts = decisive, .by_outcome = true};
	sort(c, &order);
	size_t n_groups = 0, n;
	for (size_t i = 0; i < c->n_candidates; i += n) {
		const struct candidate *first = &c->candidates[i];
		for (n = 1; i + n < c->n_candidates && !compare_levels(&order, first, first + n) &&
			    !compare_candidates(c, first, first + n);)
			n++;
		if (n_groups++ < GROUPS_MAX)
			add_group(c, first, n, decisive, &list);
	}
	if (n_groups > GROUPS_MAX)
		text_addf(&list, "\n  … and %zu more such groups", n_groups - GROUPS_MAX);
	return error_set(e, ERROR_USAGE, EINVAL,
		"%s: %zu cells fit %s, and did not come out alike; what decides is %s. Name its levels as well, or an "
		"ID:%s",
		c->chosen->record.path, c->n_candidates, c->described, text_get(&names), text_get(&list));
}

static int refuse_none(const struct choosing *c, struct error *e)
{
	const char *path = c->chosen->record.path;
	char replicate[32] = "";
	if (c->replicate)
		snprintf(replicate, sizeof replicate, "replicate %" PRIu32 " of ", c->replicate);
	if (c->is_id)
		return error_set(e, ERROR_USAGE, ENOENT, "%s holds no result of %scell %s", path, replicate, c->wanted);
	return error_set(
		e, ERROR_USAGE, ENOENT, "%s holds no result of %sa cell with %s", path, replicate, c->described);
}

int chosen_cell_find(const char *path, const char *wanted, uint32_t replicate, const struct chosen_cell *like,
	struct chosen_cell *ret, struct error *e)
{
	CLEANUP(choosing_done)
	struct choosing c = {.chosen = ret, .wanted = wanted, .like = like, .replicate = replicate};
	const struct results_reader reader = {.context = &c, .begin = begin, .visit = visit};
	bool is_finished;
	int r = results_read(path, &reader, &ret->record, &is_finished, e);
	if (r == 0)
		r = evidence_file_open_beside(&ret->evidence, ret->record.path, e);
	if (r == 0 && !c.n_matches)
		r = refuse_none(&c, e);
	if (r == 0)
		r = gather(&c, e);
	if (r == 0 && !are_alike(&c))
		r = list_candidates(&c, e);
	if (r < 0)
		return r;
	choose(&c);
	return remark_on_replicates(&c, e);
}

void chosen_cell_done(struct chosen_cell *chosen)
{
	evidence_file_close(&chosen->evidence);
	scenario_free(chosen->scenario);
	arena_done(&chosen->arena);
	run_record_done(&chosen->record);
}

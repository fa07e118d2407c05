// SPDX-License-Identifier: GPL-2.0-or-later
// From cubes of a condensed table to rules in the factors and levels of the table itself.
//
// A condition is as large as its factor has levels. Those that list one level share their memory: of an array with
// one `true` in the middle, each level takes the window in which the `true` is at its own place.
#include "law/rules.h"

#include <stdlib.h>
#include <string.h>

#include "law/match.h"

/* Rules times points, up to which lists of levels are made as short as can be: a tenth of a second at most. */
#define SHORTEN_STEPS_MAX (UINT64_C(1) << 24)

/* For lists of more than one level. A law that needs more is of a rule for each of thousands of points, and as many
 * levels: no one reads it. */
#define RULES_BYTES_MAX (UINT64_C(64) << 20)

int rules_init(struct rules *r, const struct law_table *table, size_t room, struct arena *arena, struct error *e)
{
	*r = (struct rules){.arena = arena, .table = table, .room = room};
	r->all = arena_array(arena, room, sizeof *r->all);
	r->single = arena_array(arena, table->n_factors, sizeof *r->single);
	return r->all && r->single ? 0 : error_no_memory(e);
}

/* "just this level"; NULL when memory is out. */
static const bool *single_level(struct rules *r, size_t f, size_t level)
{
	size_t n = r->table->n_levels[f];
	if (!r->single[f]) {
		bool *window = arena_array(r->arena, 2 * n - 1, sizeof *window);
		if (!window)
			return NULL;
		window[n - 1] = true;
		r->single[f] = window;
	}
	return r->single[f] + (n - 1 - level);
}

/* How many levels of factor @k of the space, as the table counts them, a cube lists; @ret_last: the last of them. */
static size_t count_levels(
	const struct rules *r, const struct condensed *c, const uint64_t *cube, size_t k, size_t *ret_last)
{
	size_t n = 0;
	for (size_t l = 0; l < r->table->n_levels[c->factors[k]]; l++)
		if (c->levels[k][l] != LEVEL_UNSEEN && bits_has(cube, c->levels[k][l])) {
			*ret_last = l;
			n++;
		}
	return n;
}

static const bool *list_levels(struct rules *r, const struct condensed *c, const uint64_t *cube, size_t k)
{
	size_t f = c->factors[k], last = 0;
	if (count_levels(r, c, cube, k, &last) == 1)
		return single_level(r, f, last);
	bool *allowed = arena_array(r->arena, r->table->n_levels[f], sizeof *allowed);
	for (size_t l = 0; allowed && l < r->table->n_levels[f]; l++)
		allowed[l] = c->levels[k][l] != LEVEL_UNSEEN && bits_has(cube, c->levels[k][l]);
	r->n_bytes += r->table->n_levels[f];
	return allowed;
}

int rules_add_cube(
	struct rules *r, const struct condensed *condensed, const uint64_t *cube, size_t value, struct error *e)
{
	const struct space *s = &condensed->space;
	struct law_rule *rule = &r->all[r->n];
	size_t n = cube_conditions(s, cube, NULL);
	rule->value = value;
	rule->when.all = arena_array(r->arena, n, sizeof *rule->when.all);
	if (!rule->when.all)
		return error_no_memory(e);
	for (size_t k = 0; k < s->n_factors; k++) {
		if (!cube_names(s, cube, k))
			continue;
		const bool *allowed = list_levels(r, condensed, cube, k);
		if (!allowed)
			return error_no_memory(e);
		rule->when.all[rule->when.n++] = (struct condition){condensed->factors[k], allowed};
	}
	if (r->n_bytes > RULES_BYTES_MAX)
		return 0;
	r->n++;
	return 1;
}

int rules_add_point(struct rules *r, size_t i, struct error *e)
{
	const struct law_table *t = r->table;
	struct law_rule *rule = &r->all[r->n];
	rule->value = t->values[i];
	rule->when.all = arena_array(r->arena, t->n_factors, sizeof *rule->when.all);
	if (!rule->when.all)
		return error_no_memory(e);
	for (size_t f = 0; f < t->n_factors; f++) {
		const bool *allowed = single_level(r, f, t->levels[i * t->n_factors + f]);
		if (!allowed)
			return error_no_memory(e);
		rule->when.all[rule->when.n++] = (struct condition){f, allowed};
	}
	r->n++;
	return 0;
}

/* By rule and condition: the levels at which the rule holds a point; NULL for lists of one level. */
struct narrowing {
	const struct rules *rules;
	bool ***seen;
};

static int note_levels(void *context, size_t first, size_t n_points, const struct match *matches, size_t n_matches)
{
	const struct narrowing *n = context;
	const struct law_table *t = n->rules->table;
	for (size_t m = 0; m < n_matches; m++) {
		const struct conditions *when = &n->rules->all[matches[m].rule].when;
		for (size_t k = 0; k < when->n; k++) {
			bool *seen = n->seen[matches[m].rule][k];
			const uint16_t *level = t->levels + first * t->n_factors + when->all[k].factor;
			for (size_t i = 0; seen && i < n_points; i++)
				seen[level[i * t->n_factors]] = true;
		}
	}
	return 0;
}

static size_t count_true(const bool *all, size_t n)
{
	size_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += all[i];
	return sum;
}

/* Where to note levels: @ret of zeros, by rule. */
static int make_notes(struct rules *r, bool ***ret, struct error *e)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct conditions *when = &r->all[i].when;
		ret[i] = arena_array(r->arena, when->n, sizeof *ret[i]);
		if (!ret[i])
			return error_no_memory(e);
		for (size_t k = 0; k < when->n; k++) {
			size_t n = r->table->n_levels[when->all[k].factor];
			if (count_true(when->all[k].allowed, n) == 1)
				continue;
			ret[i][k] = arena_array(r->arena, n, sizeof *ret[i][k]);
			if (!ret[i][k])
				return error_no_memory(e);
		}
	}
	return 0;
}

static bool holds_at(const struct rules *r, size_t rule, size_t point)
{
	const struct conditions *when = &r->all[rule].when;
	const uint16_t *levels = r->table->levels + point * r->table->n_factors;
	for (size_t k = 0; k < when->n; k++)
		if (!when->all[k].allowed[levels[when->all[k].factor]])
			return false;
	return true;
}

static void count_holding(const struct rules *r, size_t rule, uint32_t *n_holding, bool more)
{
	for (size_t i = 0; i < r->table->n_points; i++)
		if (holds_at(r, rule, i))
			n_holding[i] += more ? 1 : UINT32_MAX;
}

/* From a rule's lists, take the levels under which it holds only points that other rules hold as well. */
static void shorten(struct rules *r, size_t rule, bool **lists, uint32_t *n_holding)
{
	const struct law_table *t = r->table;
	const struct conditions *when = &r->all[rule].when;
	bool any = false;
	for (size_t i = 0; i < t->n_points; i++) {
		if (n_holding[i] != 1 || !holds_at(r, rule, i))
			continue;
		for (size_t k = 0; k < when->n; k++)
			if (lists[k])
				lists[k][t->levels[i * t->n_factors + when->all[k].factor]] = true;
		any = true;
	}
	if (!any)
		return;
	count_holding(r, rule, n_holding, false);
	for (size_t k = 0; k < when->n; k++)
		if (lists[k])
			when->all[k].allowed = lists[k];
	count_holding(r, rule, n_holding, true);
}

static int shorten_all(struct rules *r, struct error *e)
{
	bool ***lists = arena_array(r->arena, r->n, sizeof *lists);
	uint32_t *n_holding = arena_array(r->arena, r->table->n_points, sizeof *n_holding);
	int result = lists && n_holding ? make_notes(r, lists, e) : error_no_memory(e);
	for (size_t i = 0; result == 0 && i < r->n; i++)
		count_holding(r, i, n_holding, true);
	for (size_t i = 0; result == 0 && i < r->n; i++)
		shorten(r, i, lists[i], n_holding);
	return result;
}

/* By the first condition in which they differ: the lower factor first, or else the lower level. */
static int compare_rules(const void *a, const void *b, void *table)
{
	const struct law_table *t = table;
	const struct conditions *x = &((const struct law_rule *)a)->when, *y = &((const struct law_rule *)b)->when;
	for (size_t k = 0; k < x->n && k < y->n; k++) {
		size_t f = x->all[k].factor;
		if (f != y->all[k].factor)
			return f < y->all[k].factor ? -1 : 1;
		const bool *mine = x->all[k].allowed, *other = y->all[k].allowed;
		for (size_t l = 0; mine != other && l < t->n_levels[f]; l++)
			if (mine[l] != other[l])
				return mine[l] ? -1 : 1;
	}
	return (x->n > y->n) - (x->n < y->n);
}

void rules_sort(struct rules *r)
{
	for (size_t first = 0, next; first < r->n; first = next) {
		for (next = first + 1; next < r->n && r->all[next].value == r->all[first].value;)
			next++;
		qsort_r(r->all + first, next - first, sizeof *r->all, compare_rules, (void *)r->table);
	}
}

int rules_narrow(struct rules *r, struct error *e)
{
	struct narrowing n = {.rules = r, .seen = arena_array(r->arena, r->n, sizeof *n.seen)};
	if (!n.seen)
		return error_no_memory(e);
	int result = make_notes(r, n.seen, e);
	result = result < 0 ? result : match_each(r->table, r->all, r->n, note_levels, &n, e);
	for (size_t i = 0; result == 0 && i < r->n; i++)
		for (size_t k = 0; k < r->all[i].when.n; k++)
			if (n.seen[i][k])
				r->all[i].when.all[k].allowed = n.seen[i][k];
	if (result == 0 && r->n * (uint64_t)r->table->n_points <= SHORTEN_STEPS_MAX)
		result = shorten_all(r, e);
	return result;
}

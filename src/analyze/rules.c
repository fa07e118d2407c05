// SPDX-License-Identifier: GPL-2.0-or-later
// From cubes of a condensed table to rules in the factors and levels of the table itself.
//
// A condition is as large as its factor has levels. Those that list one level share their memory: of an array with
// one `true` in the middle, each level takes the window in which the `true` is at its own place.
#include "analyze/rules.h"

#include <string.h>

#include "analyze/match.h"

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
	return result;
}

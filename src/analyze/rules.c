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

/*
 * Narrowing: a list keeps the levels that are needed for the points, and no other, so that a rule claims no more than it
 * must and rules of one value overlap as little as they can. First the levels of all points that a single rule holds are
 * noted, then those of each point that no rule holds with what is noted so far.
 */
struct narrowing {
	const struct rules *rules;
	bool ***seen; /* by rule, condition and level: that it is needed; NULL for lists of one level, which stay */
	bool is_second_pass;
};

static void note_point(const struct narrowing *n, size_t rule, const uint16_t *levels)
{
	const struct conditions *when = &n->rules->all[rule].when;
	for (size_t k = 0; k < when->n; k++)
		if (n->seen[rule][k])
			n->seen[rule][k][levels[when->all[k].factor]] = true;
}

/* Whether a rule that holds the point also does with the levels noted so far. */
static bool is_held(const struct narrowing *n, size_t rule, const uint16_t *levels)
{
	const struct conditions *when = &n->rules->all[rule].when;
	for (size_t k = 0; k < when->n; k++)
		if (n->seen[rule][k] && !n->seen[rule][k][levels[when->all[k].factor]])
			return false;
	return true;
}

static int note_levels(void *context, size_t first, size_t n_points, const struct match *matches, size_t n_matches)
{
	const struct narrowing *n = context;
	const struct law_table *t = n->rules->table;
	if (!n_matches || n->is_second_pass != (n_matches > 1))
		return 0;
	for (size_t i = first; i < first + n_points; i++) {
		const uint16_t *levels = t->levels + i * t->n_factors;
		size_t m = 0;
		while (m < n_matches && !is_held(n, matches[m].rule, levels))
			m++;
		if (m == n_matches)
			note_point(n, matches[0].rule, levels);
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
	for (int pass = 0; result == 0 && pass < 2; pass++) {
		n.is_second_pass = pass;
		result = match_each(r->table, r->all, r->n, note_levels, &n, e);
	}
	for (size_t i = 0; result == 0 && i < r->n; i++)
		for (size_t k = 0; k < r->all[i].when.n; k++)
			if (n.seen[i][k])
				r->all[i].when.all[k].allowed = n.seen[i][k];
	return result;
}

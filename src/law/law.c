// SPDX-License-Identifier: GPL-2.0-or-later
// The smallest rule that gives a response from the factors.
//
// Theory of operation: what a rule says does not depend on the other rules, so the law falls into parts. With w for
// `otherwise`, it is made of a cover for each value but w: cubes that hold all points with the value and none with
// another. Each value's smallest cover is therefore found once, and w is the value whose cover costs the most.
//
// First the table is made smaller (condense.c), which keeps the smallest law as small as it is: factors on which
// nothing depends leave, levels that act alike become one. In a full factorial a law of a few factors is then looked
// for among the combinations of these few alone. In the end the levels are those of the table again (rules.c), each
// list of levels loses those that no observed point needs, and the law is held against every point.
//
// A smallest cover is a hard problem (Umans, "The minimum equivalent DNF problem and shortest implicants", 1998: even
// harder than NP), and results come from strangers. All searches count their steps, and stop at a fixed number of
// them: the law still holds then, but a smaller one may exist, and `exact` is false.
//
// How far that goes, on one core of an AMD EPYC: with values drawn at random, for which there is no law worth reading,
// the smallest is still found for 2^8 points of two-level factors (45 rules, 10 ms) and for 3^4 of three-level ones, in
// most cases for 2^9 and 3^5, and never for 2^10 and 3^6. A full factorial of 93,312 points in 10 factors takes 0.02 s
// with a law of 2 rules and 0.1 s with one of 36 rules that names all 10; with a hundredth or a third of the points
// missing here and there, the first is still proven (0.2 s), the second is found but not always proven (1 s). The same
// points with random values spend all steps: 1 s and 40 MB; 100,000 points of 64 factors 3 s and 130 MB.
#include "law/law.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "law/condense.h"
#include "law/cover.h"
#include "law/match.h"
#include "law/rules.h"
#include "law/sorted.h"
#include "base/cleanup.h"

/* Steps for all covers together, about a nanosecond each on the same machine. */
#define LAW_STEPS UINT64_C(1500000000)

/*
 * A cube for each point (the worst there can be) may take so many words, 128 MB. With 100,000 points that is for 10,000
 * levels, of all factors together, that are not alike.
 */
#define CUBE_WORDS_MAX (UINT64_C(1) << 24)

/* A value, and how many points have it. */
struct frequency {
	size_t value;
	size_t n;
};

struct finding {
	struct arena arena;
	struct law_table table; /* sorted */
	struct condensed condensed;
	struct frequency *frequencies; /* the commonest first */
	const uint32_t **points;       /* of the condensed table, by their values; twice over */
	size_t *first;                 /* by value, its first one in points; and one more */
	struct cover *covers;          /* by value; NULL when there would be too many levels */
	struct law *law;
};

static void cleanup_finding(struct finding *f)
{
	condensed_done(&f->condensed);
	arena_done(&f->arena);
}

static int compare_frequencies(const void *a, const void *b)
{
	const struct frequency *x = a, *y = b;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

static int count_values(struct finding *f, struct error *e)
{
	const struct law_table *t = &f->table;
	f->frequencies = arena_array(&f->arena, t->n_values, sizeof *f->frequencies);
	if (!f->frequencies)
		return error_no_memory(e);
	for (size_t v = 0; v < t->n_values; v++)
		f->frequencies[v].value = v;
	for (size_t i = 0; i < t->n_points; i++) {
		assert(t->values[i] < t->n_values);
		f->frequencies[t->values[i]].n++;
	}
	qsort(f->frequencies, t->n_values, sizeof *f->frequencies, compare_frequencies);
	return 0;
}

/*
 * The points of the condensed table by their values, twice over: what has value v, and what has another, are then
 * both in one piece.
 */
static int sort_by_value(struct finding *f, struct error *e)
{
	const struct condensed *c = &f->condensed;
	f->points = arena_array(&f->arena, 2 * c->n_points, sizeof *f->points);
	f->first = arena_array(&f->arena, f->table.n_values + 1, sizeof *f->first);
	size_t *next = arena_array(&f->arena, f->table.n_values + 1, sizeof *next);
	if (!f->points || !f->first || !next)
		return error_no_memory(e);
	for (size_t i = 0; i < c->n_points; i++)
		f->first[c->values[i] + 1]++;
	for (size_t v = 0; v < f->table.n_values; v++)
		next[v + 1] = f->first[v + 1] += f->first[v];
	for (size_t i = 0; i < c->n_points; i++) {
		size_t at = next[c->values[i]]++;
		f->points[at] = f->points[at + c->n_points] = c->points + i * c->space.n_factors;
	}
	return 0;
}

/* Rare values first: what they leave of their share of the effort goes to the others. */
static int find_covers(struct finding *f, struct error *e)
{
	const struct condensed *c = &f->condensed;
	f->covers = arena_array(&f->arena, f->table.n_values, sizeof *f->covers);
	int r = f->covers ? sort_by_value(f, e) : error_no_memory(e);
	uint64_t left = f->table.n_steps ? f->table.n_steps : LAW_STEPS;
	for (size_t i = f->table.n_values; r == 0 && i-- > 0;) {
		size_t v = f->frequencies[i].value, n_on = f->first[v + 1] - f->first[v];
		struct sides sides = {
			.space = &c->space,
			.on = f->points + f->first[v],
			.n_on = n_on,
			.off = f->points + f->first[v + 1],
			.n_off = c->n_points - n_on,
		};
		struct effort share = {left / (i + 1)};
		left -= share.left;
		r = cover_find(&sides, &share, &f->arena, &f->covers[v], e);
		left += share.left;
	}
	return r;
}

/* The value whose cover costs most; of these the commonest. */
static size_t choose_otherwise(const struct finding *f)
{
	if (f->table.has_otherwise)
		return f->table.otherwise;
	size_t best = f->frequencies[0].value;
	for (size_t i = 1; i < f->table.n_values; i++) {
		const struct cover *cover = &f->covers[f->frequencies[i].value], *most = &f->covers[best];
		if (cost_compare(cover->cost, most->cost) > 0)
			best = f->frequencies[i].value;
	}
	return best;
}

/* The covers in use are smallest ones, and no other value for `otherwise` would have saved more. */
static bool is_exact(const struct finding *f)
{
	const struct cover *left_out = &f->covers[f->law->otherwise];
	for (size_t v = 0; v < f->table.n_values; v++)
		if (v != f->law->otherwise &&
			(!cover_is_exact(&f->covers[v]) ||
				(!f->table.has_otherwise && cost_compare(left_out->at_least, f->covers[v].cost) < 0)))
			return false;
	return true;
}

/* Return: 1, or 0 when they would take too much memory, or -ENOMEM. */
static int rules_of_covers(struct finding *f, struct rules *ret, struct error *e)
{
	f->law->otherwise = choose_otherwise(f);
	f->law->exact = is_exact(f);
	size_t n = 0;
	for (size_t v = 0; v < f->table.n_values; v++)
		n += f->covers[v].n;
	int r = rules_init(ret, &f->table, n, &f->law->arena, e);
	r = r < 0 ? r : 1;
	for (size_t i = 0; i < f->table.n_values; i++) {
		size_t v = f->frequencies[i].value;
		for (size_t k = 0; r > 0 && v != f->law->otherwise && k < f->covers[v].n; k++)
			r = rules_add_cube(ret, &f->condensed, f->covers[v].cubes[k], v, e);
	}
	return r > 0 ? 1 : r;
}

/* One for each point that has not the value that is otherwise. */
static int rules_of_points(struct finding *f, struct rules *ret, struct error *e)
{
	const struct law_table *t = &f->table;
	arena_done(&f->law->arena);
	f->law->otherwise = t->has_otherwise ? t->otherwise : f->frequencies[0].value;
	f->law->exact = false;
	uint32_t *order = arena_array(&f->arena, t->n_points, sizeof *order);
	size_t *next = arena_array(&f->arena, t->n_values, sizeof *next);
	if (!order || !next)
		return error_no_memory(e);
	for (size_t i = 0, n = 0; i < t->n_values; n += f->frequencies[i++].n)
		next[f->frequencies[i].value] = n;
	for (size_t i = 0; i < t->n_points; i++)
		order[next[t->values[i]]++] = (uint32_t)i;
	int r = rules_init(ret, t, t->n_points, &f->law->arena, e);
	for (size_t i = 0; r == 0 && i < t->n_points; i++)
		if (t->values[order[i]] != f->law->otherwise)
			r = rules_add_point(ret, order[i], e);
	return r;
}

/* That the rules that hold at these points have the points' value; where none holds, that `otherwise` is it. */
static int check_points(void *context, size_t first, size_t n_points, const struct match *matches, size_t n_matches)
{
	const struct finding *f = context;
	size_t value = n_matches ? f->law->rules[matches[0].rule].value : f->law->otherwise;
	for (size_t m = 1; m < n_matches; m++)
		if (f->law->rules[matches[m].rule].value != value)
			return 1;
	for (size_t i = first; i < first + n_points; i++)
		if (f->table.values[i] != value)
			return 1;
	return 0;
}

/* All rules are held against all points. */
static int check(struct finding *f, const struct rules *rules, struct error *e)
{
	f->law->rules = rules->all;
	f->law->n_rules = rules->n;
	int r = match_each(&f->table, rules->all, rules->n, check_points, f, e);
	if (r > 0)
		return error_set(e, ERROR_HARNESS, EPROTO,
			"the law that was found does not hold for what was observed: this is a bug in netrepro");
	return r;
}

static int build(struct finding *f, struct error *e)
{
	struct rules rules;
	struct law *law = f->law;
	int r = f->covers ? rules_of_covers(f, &rules, e) : 0;
	if (r > 0) {
		/* The levels at which a rule is not needed leave. */
		r = rules_narrow(&rules, e);
		if (r == 0)
			rules_sort(&rules);
	} else if (r == 0) {
		r = rules_of_points(f, &rules, e);
	}
	r = r < 0 ? r : check(f, &rules, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < rules.n; i++)
		law->n_conditions += rules.all[i].when.n;
	return 0;
}

int law_find(const struct law_table *table, struct law *ret, struct error *e)
{
	struct law law = {.exact = true};
	CLEANUP(cleanup_finding) struct finding f = {.law = &law};
	int r = sorted_table(table, &f.arena, &f.table, e);
	r = r < 0 ? r : count_values(&f, e);
	if (r == 0 && table->n_values > 1) {
		r = condense(&f.table, &f.condensed, e);
		if (r == 0 && f.condensed.n_points * f.condensed.space.n_words <= CUBE_WORDS_MAX)
			r = find_covers(&f, e);
		r = r < 0 ? r : build(&f, e);
	}
	if (r < 0)
		law_done(&law);
	else
		*ret = law;
	return r;
}

size_t law_value(const struct law *law, const size_t *levels)
{
	for (size_t i = 0; i < law->n_rules; i++)
		if (conditions_hold(&law->rules[i].when, levels))
			return law->rules[i].value;
	return law->otherwise;
}

void law_done(struct law *law)
{
	arena_done(&law->arena);
	*law = (struct law){.rules = NULL};
}

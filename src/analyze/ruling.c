// SPDX-License-Identifier: GPL-2.0-or-later
// A claim held against what came out.
#include "analyze/ruling.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

struct judging {
	const struct claim *claim;
	const struct table *t;
	const struct influence *const *influences; /* by response */
	uint8_t *standings;                        /* enum standing, by row */
	struct ruling *ruling;
};

static const struct rule *rule_at(const struct judging *j, size_t list, size_t row)
{
	size_t levels[MATRIX_FACTORS_MAX];
	table_copy_levels(j->t, row, levels);
	return rule_list_match(&j->claim->predicts[list], levels);
}

static bool is_allowed(const struct judging *j, const struct rule *rule, size_t response, uint16_t value,
	const struct table_observation *o)
{
	struct observed observed = {.text = j->t->responses[response].values[value].text};
	if (o->took_least_us == UINT64_MAX)
		return rule_allows(rule, &observed);
	/* Both ends of what was measured have to be allowed: then all between them is. */
	observed.timed = true;
	observed.took_us = o->took_least_us;
	if (!rule_allows(rule, &observed))
		return false;
	observed.took_us = o->took_most_us;
	return rule_allows(rule, &observed);
}

/* What one of the claim's predictions is to a cell. */
static enum standing stand(const struct judging *j, size_t list, size_t row)
{
	const struct rule *rule = rule_at(j, list, row);
	if (!rule)
		return STANDING_SILENT;
	size_t response = j->claim->predicts[list].response;
	const struct table_observation *o = table_at(j->t, row, response);
	bool is_right = true;
	if (o->value == TABLE_NOT_ASKED)
		return STANDING_SILENT;
	if (o->value == TABLE_UNSTABLE) {
		/* One replicate that it does not allow is enough. */
		const struct table_unstable *unstable = &j->t->unstable[o->n];
		for (size_t i = 0; i < unstable->n_values; i++)
			is_right &= is_allowed(j, rule, response, unstable->shares[i].value, o);
	} else if (o->value != TABLE_MISSING) {
		is_right = is_allowed(j, rule, response, o->value, o);
	} else if (o->refused != TABLE_MISSING && !rule->has_took) {
		is_right = is_allowed(j, rule, response, o->refused, o);
	} else {
		return STANDING_UNKNOWN;
	}
	return is_right ? STANDING_AGREE : STANDING_DISAGREE;
}

/* All predictions together: one that is wrong is enough to disagree, one that is not known to know nothing. */
static enum standing stand_all(const struct judging *j, size_t row)
{
	enum standing all = STANDING_SILENT;
	for (size_t list = 0; list < j->claim->n_predicts; list++) {
		enum standing one = stand(j, list, row);
		if (one == STANDING_DISAGREE)
			return one;
		if (one == STANDING_UNKNOWN || all == STANDING_SILENT)
			all = one == STANDING_SILENT ? all : one;
	}
	return all;
}

static void count_standings(struct judging *j)
{
	struct ruling *ruling = j->ruling;
	uint64_t *const counts[] = {
		[STANDING_SILENT] = &ruling->n_silent,
		[STANDING_UNKNOWN] = &ruling->n_unknown,
		[STANDING_AGREE] = &ruling->n_agree,
		[STANDING_DISAGREE] = &ruling->n_disagree,
	};
	for (size_t row = 0; row < j->t->n_rows; row++) {
		enum standing standing = stand_all(j, row);
		j->standings[row] = (uint8_t)standing;
		++*counts[standing];
	}
}

static bool is_conclusive(const struct judging *j, size_t row)
{
	return j->standings[row] == STANDING_AGREE || j->standings[row] == STANDING_DISAGREE;
}

static bool allows_all(const struct rule *rule, const struct rule *other)
{
	for (size_t i = 0; i < other->n_is; i++)
		if (!rule_allows_value(rule, &(struct observed){.text = other->is[i]}))
			return false;
	return true;
}

static bool predicts_the_same(const struct rule *a, const struct rule *b)
{
	if (a->has_took != b->has_took || !a->n_is != !b->n_is)
		return false;
	if (a->has_took && (a->took_least_us != b->took_least_us || a->took_most_us != b->took_most_us))
		return false;
	return allows_all(a, b) && allows_all(b, a);
}

/* Whether some prediction speaks of both cells, and says another thing of each. */
static bool prediction_changes(const struct judging *j, size_t row, size_t other)
{
	for (size_t list = 0; list < j->claim->n_predicts; list++) {
		const struct rule *a = rule_at(j, list, row), *b = rule_at(j, list, other);
		if (a && b && a != b && !predicts_the_same(a, b))
			return true;
	}
	return false;
}

/* Whether two conclusive cells are a pair that isolates the claim. */
static bool isolates(const struct judging *j, size_t row, size_t other)
{
	return is_conclusive(j, row) && is_conclusive(j, other) && prediction_changes(j, row, other);
}

/* The matched pairs across which the prediction changes. One that agrees is enough to know. */
static void count_isolating_pairs(struct judging *j)
{
	for (size_t row = 0; row < j->t->n_rows; row++)
		for (size_t f = 0; is_conclusive(j, row) && f < j->t->n_factors; f++) {
			size_t level = table_levels(j->t, row)[f] + 1u, other;
			while ((other = table_next_neighbour(j->t, row, f, &level)) != TABLE_NO_ROW) {
				if (!isolates(j, row, other))
					continue;
				j->ruling->n_pairs++;
				if (j->standings[row] == STANDING_AGREE && j->standings[other] == STANDING_AGREE) {
					j->ruling->n_pairs_agree = 1;
					return;
				}
			}
		}
}

static const struct influence *influence_of(const struct judging *j, size_t response, size_t factor)
{
	return &j->influences[response][factor];
}

static int add_misjudged(struct judging *j, struct misjudged misjudged, struct error *e)
{
	struct ruling *ruling = j->ruling;
	struct misjudged *all = reallocarray(ruling->misjudged, ruling->n_misjudged + 1, sizeof *all);
	if (!all)
		return error_no_memory(e);
	ruling->misjudged = all;
	all[ruling->n_misjudged++] = misjudged;
	return 0;
}

/* The plainest pair along a factor that does nothing, one of whose cells the claim speaks of. */
static struct pair find_pair_spoken_of(const struct judging *j, size_t response, size_t factor)
{
	struct pair best = influence_of(j, response, factor)->same;
	bool has_spoken = false;
	for (size_t row = 0; row < j->t->n_rows; row++) {
		size_t level = 0, other;
		if (!is_conclusive(j, row) || !table_is_stable(j->t, row, response))
			continue;
		while ((other = table_next_neighbour(j->t, row, factor, &level)) != TABLE_NO_ROW) {
			size_t first = other < row ? other : row;
			if (!table_is_stable(j->t, other, response) ||
				(has_spoken && !table_is_plainer(j->t, first, best.rows[0])))
				continue;
			best = (struct pair){{first, other < row ? row : other}};
			has_spoken = true;
		}
	}
	return best;
}

/* "This factor matters": in one of the claim's responses at least. Return: 1 so, 0 not tried, or -errno. */
static int judge_decisive(struct judging *j, size_t factor, struct error *e)
{
	bool was_tried = false;
	for (size_t i = 0; i < j->claim->n_responses; i++) {
		const struct influence *influence = influence_of(j, j->claim->responses[i], factor);
		if (influence->n_changed)
			return 1;
		was_tried |= influence->n_pairs != 0;
	}
	if (!was_tried)
		return 0;
	size_t response = j->claim->responses[0];
	struct misjudged misjudged = {factor, response, true, find_pair_spoken_of(j, response, factor)};
	return add_misjudged(j, misjudged, e);
}

/* "This factor does not matter": in none of the claim's responses. */
static int judge_inert(struct judging *j, size_t factor, struct error *e)
{
	bool was_tried = false;
	int r = 0;
	for (size_t i = 0; r == 0 && i < j->claim->n_responses; i++) {
		size_t response = j->claim->responses[i];
		const struct influence *influence = influence_of(j, response, factor);
		was_tried |= influence->n_pairs != 0;
		if (influence->n_changed)
			r = add_misjudged(j, (struct misjudged){factor, response, false, influence->minimal}, e);
	}
	return r < 0 ? r : was_tried;
}

/* What it says of factors. Return: how much of it was tried and is so, or -errno. */
static int judge_factors(struct judging *j, struct error *e)
{
	int n_tried = 0;
	for (size_t i = 0; i < j->claim->n_decisive + j->claim->n_inert; i++) {
		int r = i < j->claim->n_decisive
				? judge_decisive(j, j->claim->decisive[i], e)
				: judge_inert(j, j->claim->inert[i - j->claim->n_decisive], e);
		if (r < 0)
			return r;
		n_tried += r;
	}
	return n_tried;
}

static enum claim_verdict decide(const struct ruling *ruling, int n_factors_tried)
{
	bool has_agreed = ruling->n_agree != 0;
	if (ruling->n_misjudged)
		return CLAIM_REFUTED;
	if (!ruling->n_disagree)
		return has_agreed || (!ruling->claim->n_predicts && n_factors_tried) ? CLAIM_SUPPORTED : CLAIM_UNTESTED;
	if (!has_agreed || (ruling->n_pairs && !ruling->n_pairs_agree))
		return CLAIM_REFUTED;
	return CLAIM_CONDITIONAL;
}

/* How well a cell beside a counterexample shows what is wrong; the least is the best. */
enum twin_rank {
	TWIN_ACROSS,     /* of a claim that holds in part: across its condition, so that it is right there */
	TWIN_AS_CLAIMED, /* along a factor that the claim calls decisive */
	TWIN_AGREES,     /* there the claim is right */
	TWIN_PREDICTED,  /* along a factor that the claim's rule names: it says something else there, or nothing */
	TWIN_NONE,
};

struct example {
	size_t row, twin, factor;
	enum twin_rank rank;
};

static bool is_said_decisive(const struct claim *claim, size_t factor)
{
	for (size_t i = 0; i < claim->n_decisive; i++)
		if (claim->decisive[i] == factor)
			return true;
	return false;
}

static bool rule_names(const struct rule *rule, size_t factor)
{
	for (size_t i = 0; i < rule->when.n; i++)
		if (rule->when.all[i].factor == factor)
			return true;
	return false;
}

/* The first prediction that a cell contradicts. */
static size_t contradicted_list(const struct judging *j, size_t row)
{
	size_t list = 0;
	while (list + 1 < j->claim->n_predicts && stand(j, list, row) != STANDING_DISAGREE)
		list++;
	return list;
}

static enum twin_rank rank_twin(const struct judging *j, size_t row, size_t twin, size_t factor)
{
	bool is_conditional = j->ruling->verdict == CLAIM_CONDITIONAL;
	size_t list = contradicted_list(j, row);
	const struct rule *here = rule_at(j, list, row), *there = rule_at(j, list, twin);
	bool is_known = table_is_stable(j->t, twin, j->claim->predicts[list].response);
	bool agrees = j->standings[twin] == STANDING_AGREE;
	if (agrees && is_conditional)
		return TWIN_ACROSS;
	if (is_known && is_said_decisive(j->claim, factor))
		return TWIN_AS_CLAIMED;
	if (agrees)
		return TWIN_AGREES;
	if (is_known && here && rule_names(here, factor) && (!there || !predicts_the_same(here, there)))
		return TWIN_PREDICTED;
	return TWIN_NONE;
}

static bool is_better_example(const struct table *t, const struct example *a, const struct example *b)
{
	if (b->row == TABLE_NO_ROW || a->rank != b->rank)
		return b->row == TABLE_NO_ROW || a->rank < b->rank;
	if (a->row != b->row)
		return table_is_plainer(t, a->row, b->row);
	return a->rank != TWIN_NONE && table_is_plainer(t, a->twin, b->twin);
}

static void consider_twins(const struct judging *j, size_t row, struct example *best)
{
	struct example alone = {row, TABLE_NO_ROW, 0, TWIN_NONE};
	if (is_better_example(j->t, &alone, best))
		*best = alone;
	for (size_t f = 0; f < j->t->n_factors; f++) {
		size_t level = 0, twin;
		while ((twin = table_next_neighbour(j->t, row, f, &level)) != TABLE_NO_ROW) {
			struct example example = {row, twin, f, rank_twin(j, row, twin, f)};
			if (example.rank != TWIN_NONE && is_better_example(j->t, &example, best))
				*best = example;
		}
	}
}

static void find_counterexample(struct judging *j)
{
	struct ruling *ruling = j->ruling;
	struct example best = {TABLE_NO_ROW, TABLE_NO_ROW, 0, TWIN_NONE};
	for (size_t row = 0; row < j->t->n_rows; row++)
		if (j->standings[row] == STANDING_DISAGREE)
			consider_twins(j, row, &best);
	if (best.row == TABLE_NO_ROW)
		return;
	ruling->counterexample = best.row;
	ruling->rule_list = contradicted_list(j, best.row);
	ruling->twin = best.twin;
	ruling->twin_factor = best.factor;
	if (best.twin != TABLE_NO_ROW)
		ruling->twin_standing = (enum standing)j->standings[best.twin];
}

/* Where the claim holds: a law over the cells that it speaks of. Value 1 for those of which it is @standing. */
static int find_condition(const struct judging *j, enum standing standing, struct law *ret, struct error *e)
{
	const struct table *t = j->t;
	const struct matrix *m = &t->scenario->matrix;
	size_t n = (size_t)(j->ruling->n_agree + j->ruling->n_disagree);
	CLEANUP(cleanup_free) uint32_t *n_levels = calloc(t->n_factors + 1, sizeof *n_levels);
	CLEANUP(cleanup_free) uint16_t *levels = calloc(n * t->n_factors + 1, sizeof *levels);
	CLEANUP(cleanup_free) uint16_t *values = calloc(n + 1, sizeof *values);
	if (!n_levels || !levels || !values)
		return error_no_memory(e);
	for (size_t f = 0; f < t->n_factors; f++)
		n_levels[f] = (uint32_t)m->factors[f].n_all_levels;
	struct law_table table = {
		.n_factors = t->n_factors,
		.n_levels = n_levels,
		.levels = levels,
		.values = values,
		.n_values = 2,
		.has_otherwise = true, /* where it is not @standing */
	};
	for (size_t row = 0; row < t->n_rows; row++) {
		if (!is_conclusive(j, row))
			continue;
		memcpy(&levels[table.n_points * t->n_factors], table_levels(t, row), t->n_factors * sizeof *levels);
		values[table.n_points++] = j->standings[row] == standing;
	}
	return law_find(&table, ret, e);
}

int ruling_init(struct ruling *ret, const struct claim *claim, const struct table *t,
	const struct influence *const *influences, struct error *e)
{
	*ret = (struct ruling){.claim = claim, .counterexample = TABLE_NO_ROW, .twin = TABLE_NO_ROW};
	CLEANUP(cleanup_free) uint8_t *standings = calloc(t->n_rows + 1, sizeof *standings);
	if (!standings)
		return error_no_memory(e);
	struct judging j = {claim, t, influences, standings, ret};
	count_standings(&j);
	count_isolating_pairs(&j);
	int n_factors_tried = judge_factors(&j, e);
	if (n_factors_tried < 0)
		return n_factors_tried;
	ret->verdict = decide(ret, n_factors_tried);
	if (ret->n_disagree)
		find_counterexample(&j);
	if (ret->verdict != CLAIM_CONDITIONAL)
		return 0;
	int r = find_condition(&j, STANDING_AGREE, &ret->holds, e);
	return r < 0 ? r : find_condition(&j, STANDING_DISAGREE, &ret->fails, e);
}

void ruling_done(struct ruling *ruling)
{
	law_done(&ruling->holds);
	law_done(&ruling->fails);
	free(ruling->misjudged);
	*ruling = (struct ruling){.claim = NULL};
}

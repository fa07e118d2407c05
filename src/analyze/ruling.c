// SPDX-License-Identifier: GPL-2.0-or-later
// A claim held against what came out.
#include "analyze/ruling.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

struct judging {
	const struct claim *claim;
	const struct table *t;
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

/* Whether all that came out in a cell is allowed; a replicate that is not is enough. */
static bool is_right(const struct judging *j, const struct rule *rule, size_t response, const struct table_observation *o)
{
	if (o->value != TABLE_UNSTABLE)
		return is_allowed(j, rule, response, o->value, o);
	const struct table_unstable *unstable = &j->t->unstable[o->n];
	for (size_t i = 0; i < unstable->n_values; i++)
		if (!is_allowed(j, rule, response, unstable->shares[i].value, o))
			return false;
	return true;
}

/* What one of the claim's predictions is to a cell. */
static enum standing stand(const struct judging *j, size_t list, size_t row)
{
	const struct rule *rule = rule_at(j, list, row);
	size_t response = j->claim->predicts[list].response;
	const struct table_observation *o = table_at(j->t, row, response);
	if (!rule || o->value == TABLE_NOT_ASKED)
		return STANDING_SILENT;
	if (o->value != TABLE_MISSING && !is_right(j, rule, response, o))
		return STANDING_DISAGREE;
	if (o->refused != TABLE_MISSING && !rule->has_took && !is_allowed(j, rule, response, o->refused, o))
		return STANDING_DISAGREE;
	return o->value == TABLE_MISSING ? STANDING_UNKNOWN : STANDING_AGREE;
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

/* Whether replicates differ in a response of which the claim says something in this cell. */
static bool is_unstable(const struct judging *j, size_t row)
{
	for (size_t list = 0; list < j->claim->n_predicts; list++)
		if (rule_at(j, list, row) &&
			table_value(j->t, row, j->claim->predicts[list].response) == TABLE_UNSTABLE)
			return true;
	return false;
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
		ruling->n_unstable += standing != STANDING_SILENT && is_unstable(j, row);
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

/* Whether a prediction is held against both cells. */
static bool speaks_of_both(const struct judging *j, size_t list, size_t row, size_t other)
{
	enum standing a = stand(j, list, row), b = stand(j, list, other);
	return (a == STANDING_AGREE || a == STANDING_DISAGREE) && (b == STANDING_AGREE || b == STANDING_DISAGREE);
}

/* Whether some prediction speaks of both cells, and says another thing of each. */
static bool prediction_changes(const struct judging *j, size_t row, size_t other)
{
	for (size_t list = 0; list < j->claim->n_predicts; list++) {
		const struct rule *a = rule_at(j, list, row), *b = rule_at(j, list, other);
		if (a && b && a != b && !predicts_the_same(a, b) && speaks_of_both(j, list, row, other))
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

/* Whether a pair bears on what the claim says of factors. */
static bool is_about(const struct judging *j, const struct pair *pair)
{
	return !j->claim->n_predicts || j->standings[pair->rows[0]] != STANDING_SILENT ||
	       j->standings[pair->rows[1]] != STANDING_SILENT;
}

static void count_pair(const struct judging *j, const struct pair *pair, struct statement *s)
{
	const struct table *t = j->t;
	if (table_value(t, pair->rows[1], s->response) == TABLE_NOT_ASKED || !is_about(j, pair))
		return;
	s->n_possible++;
	if (!table_is_stable(t, pair->rows[0], s->response) || !table_is_stable(t, pair->rows[1], s->response))
		return;
	bool changes = influence_change(t, s->response, pair) != CHANGE_NONE;
	bool is_first_change = changes && !s->n_changed;
	s->n_pairs++;
	s->n_changed += changes;
	if (is_first_change || (changes == (s->n_changed != 0) && influence_is_plainer(t, pair, &s->pair)))
		s->pair = *pair;
}

static void count_pairs(const struct judging *j, struct statement *s)
{
	if (j->t->responses[s->response].has_more)
		return;
	for (size_t row = 0; row < j->t->n_rows; row++) {
		size_t level = table_levels(j->t, row)[s->factor] + 1u, other;
		if (table_value(j->t, row, s->response) == TABLE_NOT_ASKED)
			continue;
		while ((other = table_next_neighbour(j->t, row, s->factor, &level)) != TABLE_NO_ROW)
			count_pair(j, &(struct pair){{row, other}}, s);
	}
}

static enum truth truth_of(const struct statement *s)
{
	if (s->n_changed)
		return s->says_decisive ? TRUTH_TRUE : TRUTH_FALSE;
	if (!s->n_pairs)
		return TRUTH_UNTRIED;
	if (!s->says_decisive)
		return TRUTH_TRUE;
	return s->n_pairs == s->n_possible ? TRUTH_FALSE : TRUTH_UNTRIED;
}

/*
 * What it says of one factor, of all its responses together: that it matters is so if it does for one of them, that it
 * does not if it does for none.
 */
static void judge_factor(struct judging *j, size_t factor, bool says_decisive)
{
	struct ruling *ruling = j->ruling;
	const struct claim *claim = j->claim;
	bool all_tried = true, is_true = false, is_false = false;
	struct statement *first = &ruling->statements[ruling->n_statements];
	for (size_t i = 0; i < claim->n_responses; i++) {
		struct statement *s = &ruling->statements[ruling->n_statements++];
		*s = (struct statement){
			.factor = factor,
			.response = claim->responses[i],
			.says_decisive = says_decisive,
			.pair = {{TABLE_NO_ROW, TABLE_NO_ROW}},
		};
		count_pairs(j, s);
		s->truth = truth_of(s);
		is_true |= s->truth == TRUTH_TRUE;
		is_false |= s->truth == TRUTH_FALSE;
		/* Of a response for which there is no pair at all nothing can be said, and need not be. */
		all_tried &= s->truth != TRUTH_UNTRIED || !s->n_possible;
	}
	if (says_decisive ? !is_true && is_false && all_tried : is_false) {
		ruling->n_false++;
		return;
	}
	ruling->n_untried += !is_true;
	/* What is not false of the factor is not false of a response. */
	for (struct statement *s = first; s < &ruling->statements[ruling->n_statements]; s++)
		if (s->truth == TRUTH_FALSE)
			s->truth = TRUTH_UNTRIED;
}

static int judge_factors(struct judging *j, struct error *e)
{
	const struct claim *claim = j->claim;
	size_t n = (claim->n_decisive + claim->n_inert) * claim->n_responses;
	j->ruling->statements = calloc(n + 1, sizeof *j->ruling->statements);
	if (!j->ruling->statements)
		return error_no_memory(e);
	for (size_t i = 0; i < claim->n_decisive; i++)
		judge_factor(j, claim->decisive[i], true);
	for (size_t i = 0; i < claim->n_inert; i++)
		judge_factor(j, claim->inert[i], false);
	return 0;
}

static enum claim_verdict decide(const struct ruling *ruling)
{
	bool has_agreed = ruling->n_agree != 0;
	if (ruling->n_false)
		return CLAIM_REFUTED;
	if (ruling->n_disagree && (!has_agreed || (ruling->n_pairs && !ruling->n_pairs_agree)))
		return CLAIM_REFUTED;
	if (ruling->n_disagree)
		return CLAIM_CONDITIONAL;
	if (ruling->n_untried || (ruling->claim->n_predicts && !has_agreed))
		return CLAIM_UNTESTED;
	return CLAIM_SUPPORTED;
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
	bool agrees = j->standings[twin] == STANDING_AGREE && stand(j, list, twin) == STANDING_AGREE;
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
		ruling->twin_standing = stand(j, ruling->rule_list, best.twin);
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

int ruling_init(struct ruling *ret, const struct claim *claim, const struct table *t, struct error *e)
{
	*ret = (struct ruling){.claim = claim, .counterexample = TABLE_NO_ROW, .twin = TABLE_NO_ROW};
	CLEANUP(cleanup_free) uint8_t *standings = calloc(t->n_rows + 1, sizeof *standings);
	if (!standings)
		return error_no_memory(e);
	struct judging j = {claim, t, standings, ret};
	count_standings(&j);
	count_isolating_pairs(&j);
	int r = judge_factors(&j, e);
	if (r < 0)
		return r;
	ret->verdict = decide(ret);
	if (ret->n_disagree)
		find_counterexample(&j);
	if (ret->verdict != CLAIM_CONDITIONAL)
		return 0;
	r = find_condition(&j, STANDING_AGREE, &ret->holds, e);
	return r < 0 ? r : find_condition(&j, STANDING_DISAGREE, &ret->fails, e);
}

void ruling_done(struct ruling *ruling)
{
	law_done(&ruling->holds);
	law_done(&ruling->fails);
	free(ruling->statements);
	*ruling = (struct ruling){.claim = NULL};
}

bool ruling_bears_on_run(const struct ruling *ruling)
{
	bool bears = ruling->n_agree || ruling->n_disagree || ruling->n_unknown;
	for (size_t i = 0; i < ruling->n_statements; i++)
		bears |= ruling->statements[i].n_possible != 0;
	return bears;
}

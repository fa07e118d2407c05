// SPDX-License-Identifier: GPL-2.0-or-later
// The cell that shows best what is wrong with a claim, and its twin.
#include "analyze/judging.h"

/* How well a cell beside a counterexample shows what is wrong; the least is the best. */
enum twin_rank {
	TWIN_ACROSS,     /* of a claim that holds in part: across its condition, so that it is right there */
	TWIN_AS_CLAIMED, /* along a factor that the claim calls decisive */
	TWIN_AGREES,     /* there the claim is right */
	TWIN_PREDICTED,  /* where it calls none decisive: along one that its rule names, and it says another thing there
			  */
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
	while (list + 1 < j->claim->n_predicts && judging_stand(j, list, row) != STANDING_DISAGREE)
		list++;
	return list;
}

static enum twin_rank rank_twin(const struct judging *j, size_t row, size_t twin, size_t factor)
{
	bool is_conditional = j->ruling->verdict == CLAIM_CONDITIONAL;
	size_t list = contradicted_list(j, row);
	const struct rule *here = judging_rule(j, list, row), *there = judging_rule(j, list, twin);
	bool is_known = table_is_stable(j->t, twin, j->claim->predicts[list].response);
	bool agrees = j->standings[twin] == STANDING_AGREE && judging_stand(j, list, twin) == STANDING_AGREE;
	if (agrees && is_conditional)
		return TWIN_ACROSS;
	if (is_known && is_said_decisive(j->claim, factor))
		return TWIN_AS_CLAIMED;
	if (agrees)
		return TWIN_AGREES;
	if (is_known && !j->claim->n_decisive && here && rule_names(here, factor) &&
		(!there || !judging_predicts_the_same(here, there)))
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

void judging_find_counterexample(struct judging *j)
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
		ruling->twin_standing = judging_stand(j, ruling->rule_list, best.twin);
}

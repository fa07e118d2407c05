// SPDX-License-Identifier: GPL-2.0-or-later
// The cell that shows best that a claim is as it was judged, and its twin.
#include "analyze/deciding.h"

#include <stdlib.h>

#include "analyze/judging.h"
#include "base/cleanup.h"

/* How well a cell beside one that agrees shows that the claim is right; the least is the best. */
enum proof_rank {
	PROOF_ACROSS,     /* the claim says another thing there, is right there too, and another thing came out */
	PROOF_AS_CLAIMED, /* along a factor that the claim calls decisive, and another thing came out */
	PROOF_BESIDE,     /* the claim does not speak of it, and another thing came out */
	PROOF_NONE,
};

struct proof {
	struct deciding cells;
	enum proof_rank rank;
};

static bool came_out_differently(const struct table *t, size_t row, size_t twin, size_t response)
{
	return table_is_stable(t, row, response) && table_is_stable(t, twin, response) &&
	       table_value(t, row, response) != table_value(t, twin, response);
}

static bool is_called_decisive(const struct claim *claim, size_t factor, size_t response)
{
	bool names_response = false;
	for (size_t i = 0; i < claim->n_responses; i++)
		names_response |= claim->responses[i] == response;
	for (size_t i = 0; i < claim->n_decisive; i++)
		if (claim->decisive[i] == factor)
			return names_response;
	return false;
}

static enum proof_rank rank_proof(const struct judging *j, size_t list, size_t row, size_t twin, size_t factor)
{
	size_t response = j->claim->predicts[list].response;
	if (!came_out_differently(j->t, row, twin, response))
		return PROOF_NONE;
	const struct rule *here = judging_rule(j, list, row), *there = judging_rule(j, list, twin);
	enum standing standing = judging_stand(j, list, twin);
	if (standing == STANDING_AGREE && j->standings[twin] == STANDING_AGREE &&
		!judging_predicts_the_same(here, there))
		return PROOF_ACROSS;
	if (is_called_decisive(j->claim, factor, response))
		return PROOF_AS_CLAIMED;
	return standing == STANDING_SILENT ? PROOF_BESIDE : PROOF_NONE;
}

static bool is_better(const struct table *t, const struct proof *a, const struct proof *b)
{
	if (b->cells.row == TABLE_NO_ROW || a->rank != b->rank)
		return b->cells.row == TABLE_NO_ROW || a->rank < b->rank;
	if (a->cells.row != b->cells.row)
		return table_is_plainer(t, a->cells.row, b->cells.row);
	return a->rank != PROOF_NONE && a->cells.response == b->cells.response &&
	       table_is_plainer(t, a->cells.twin, b->cells.twin);
}

static void consider(const struct judging *j, size_t list, size_t row, struct proof *best)
{
	struct proof alone = {
		.cells = {.row = row,
			.response = j->claim->predicts[list].response,
			.rule = judging_rule(j, list, row),
			.standing = STANDING_AGREE,
			.twin = TABLE_NO_ROW},
		.rank = PROOF_NONE,
	};
	if (is_better(j->t, &alone, best))
		*best = alone;
	for (size_t f = 0; f < j->t->n_factors; f++) {
		size_t level = 0, twin;
		while ((twin = table_next_neighbour(j->t, row, f, &level)) != TABLE_NO_ROW) {
			struct proof proof = alone;
			proof.rank = rank_proof(j, list, row, twin, f);
			proof.cells.twin = twin;
			proof.cells.twin_factor = f;
			proof.cells.twin_standing = judging_stand(j, list, twin);
			if (proof.rank != PROOF_NONE && is_better(j->t, &proof, best))
				*best = proof;
		}
	}
}

/* The plainest cell that agrees, with the best twin. */
static int find_proof(const struct claim *claim, const struct table *t, struct deciding *ret, struct error *e)
{
	CLEANUP(cleanup_free) uint8_t *standings = calloc(t->n_rows + 1, sizeof *standings);
	if (!standings)
		return error_no_memory(e);
	struct ruling counted = {.claim = claim};
	struct judging j = {claim, t, standings, &counted};
	struct proof best = {.cells = {.row = TABLE_NO_ROW, .twin = TABLE_NO_ROW}, .rank = PROOF_NONE};
	judging_count_standings(&j);
	for (size_t row = 0; row < t->n_rows; row++)
		for (size_t list = 0; standings[row] == STANDING_AGREE && list < claim->n_predicts; list++)
			if (judging_stand(&j, list, row) == STANDING_AGREE)
				consider(&j, list, row, &best);
	*ret = best.cells;
	return 0;
}

/* The first of what it says of factors that has this truth, and a pair. */
static bool find_statement(const struct ruling *ruling, enum truth truth, struct deciding *ret)
{
	for (size_t i = 0; i < ruling->n_statements; i++) {
		const struct statement *statement = &ruling->statements[i];
		if (statement->truth != truth || statement->pair.rows[0] == TABLE_NO_ROW)
			continue;
		*ret = (struct deciding){
			.row = statement->pair.rows[0],
			.response = statement->response,
			.standing = truth == TRUTH_TRUE ? STANDING_AGREE : STANDING_DISAGREE,
			.twin = statement->pair.rows[1],
			.twin_factor = statement->factor,
		};
		return true;
	}
	return false;
}

int deciding_find(const struct ruling *ruling, const struct table *t, struct deciding *ret, struct error *e)
{
	*ret = (struct deciding){.row = TABLE_NO_ROW, .twin = TABLE_NO_ROW};
	if (ruling->counterexample != TABLE_NO_ROW) {
		const struct rule_list *list = &ruling->claim->predicts[ruling->rule_list];
		size_t levels[MATRIX_FACTORS_MAX];
		table_copy_levels(t, ruling->counterexample, levels);
		*ret = (struct deciding){
			.row = ruling->counterexample,
			.response = list->response,
			.rule = rule_list_match(list, levels),
			.standing = STANDING_DISAGREE,
			.twin = ruling->twin,
			.twin_factor = ruling->twin_factor,
			.twin_standing = ruling->twin_standing,
		};
		return 0;
	}
	if (ruling->n_false) {
		find_statement(ruling, TRUTH_FALSE, ret);
		return 0;
	}
	if (ruling->verdict != CLAIM_SUPPORTED)
		return 0;
	if (ruling->claim->n_predicts)
		return find_proof(ruling->claim, t, ret, e);
	find_statement(ruling, TRUTH_TRUE, ret);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// A claim held against what came out.
#include "analyze/ruling.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/judging.h"
#include "analyze/row_law.h"
#include "base/cleanup.h"

/* One pair: whether it isolates the claim, and whether both of its cells agree. */
static void count_isolating_pair(struct judging *j, size_t row, size_t other)
{
	struct ruling *ruling = j->ruling;
	bool agrees = j->standings[row] == STANDING_AGREE && j->standings[other] == STANDING_AGREE;
	switch (judging_isolation(j, row, other)) {
	case ISOLATES_NOT:
		break;
	case ISOLATES_UNKNOWN:
		ruling->n_pairs_unknown++;
		break;
	case ISOLATES:
		ruling->n_pairs++;
		ruling->n_pairs_agree += agrees;
		break;
	}
}

/* The matched pairs across which the prediction changes. One that agrees is enough to know. */
static void count_isolating_pairs(struct judging *j)
{
	for (size_t row = 0; row < j->t->n_rows; row++)
		for (size_t f = 0; j->standings[row] != STANDING_SILENT && f < j->t->n_factors; f++) {
			size_t level = table_levels(j->t, row)[f] + 1u, other;
			while (!j->ruling->n_pairs_agree &&
				(other = table_next_neighbour(j->t, row, f, &level)) != TABLE_NO_ROW)
				if (j->standings[other] != STANDING_SILENT)
					count_isolating_pair(j, row, other);
		}
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

struct question {
	const struct judging *j;
	enum standing standing;
};

static enum row_answer has_standing(void *context, size_t row)
{
	const struct question *q = context;
	if (!judging_is_conclusive(q->j, row))
		return ROW_NOT_ASKED;
	return q->j->standings[row] == q->standing ? ROW_YES : ROW_NO;
}

/* Where the claim holds: a law over the cells that it speaks of, for those of which it is @standing. */
static int find_condition(const struct judging *j, enum standing standing, struct law *ret, struct error *e)
{
	struct question question = {j, standing};
	return row_law_find(j->t, has_standing, &question, 0, ret, e);
}

int ruling_init(struct ruling *ret, const struct claim *claim, const struct table *t, struct error *e)
{
	*ret = (struct ruling){.claim = claim, .counterexample = TABLE_NO_ROW, .twin = TABLE_NO_ROW};
	CLEANUP(cleanup_free) uint8_t *standings = calloc(t->n_rows + 1, sizeof *standings);
	if (!standings)
		return error_no_memory(e);
	struct judging j = {claim, t, standings, ret};
	judging_count_standings(&j);
	count_isolating_pairs(&j);
	int r = judging_weigh_factors(&j, e);
	if (r < 0)
		return r;
	ret->verdict = decide(ret);
	if (ret->n_disagree)
		judging_find_counterexample(&j);
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

/* Whether pairs that would show what the claim says of factors gave no answer. */
static bool has_open_statement(const struct ruling *ruling)
{
	for (size_t i = 0; i < ruling->n_statements; i++)
		if (ruling->statements[i].n_pairs < ruling->statements[i].n_possible)
			return true;
	return false;
}

/* Whether the predictions could be refuted yet, by the cells that gave no answer. */
static bool may_be_refuted(const struct ruling *ruling)
{
	if (has_open_statement(ruling))
		return true;
	if (!ruling->n_unknown || ruling->n_pairs_agree)
		return false;
	return ruling->n_pairs || ruling->n_pairs_unknown || !ruling->n_agree;
}

bool ruling_may_be(const struct ruling *ruling, enum claim_verdict verdict)
{
	if (verdict == ruling->verdict)
		return true;
	if (!ruling->n_unknown && !has_open_statement(ruling))
		return false;
	switch (verdict) {
	case CLAIM_SUPPORTED:
		return !ruling->n_disagree && !ruling->n_false && !ruling->n_impossible;
	case CLAIM_CONDITIONAL:
		return ruling->claim->n_predicts && !ruling->n_false;
	case CLAIM_REFUTED:
		return may_be_refuted(ruling);
	case CLAIM_UNTESTED:
	case CLAIM_VERDICT_COUNT:
		break;
	}
	return false;
}

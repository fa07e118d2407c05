// SPDX-License-Identifier: GPL-2.0-or-later
// What a claim says of factors.
#include <stdlib.h>

#include "analyze/judging.h"

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
	bool all_tried = true, is_true = false, is_false = false, is_untold = false, is_possible = false;
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
		is_untold |= s->n_possible && !s->n_pairs;
		is_possible |= s->n_possible != 0;
	}
	if (says_decisive ? !is_true && is_false && all_tried : is_false) {
		ruling->n_false++;
		return;
	}
	/* That it does not matter is to be seen of each response. */
	ruling->n_untried += !is_true || (!says_decisive && is_untold);
	ruling->n_impossible += !is_possible;
	/* What is not false of the factor is not false of a response. */
	for (struct statement *s = first; s < &ruling->statements[ruling->n_statements]; s++)
		if (s->truth == TRUTH_FALSE)
			s->truth = TRUTH_UNTRIED;
}

int judging_weigh_factors(struct judging *j, struct error *e)
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

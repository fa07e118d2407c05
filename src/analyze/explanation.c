// SPDX-License-Identifier: GPL-2.0-or-later
// All that a run says, put together.
#include "analyze/explanation.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "model/results.h"

/* Which levels the cells of the matrix have. */
static int note_levels(struct explanation *explanation, struct error *e)
{
	const struct table *t = &explanation->table;
	const struct matrix *m = &t->scenario->matrix;
	size_t levels[MATRIX_FACTORS_MAX], n = 0;
	for (size_t f = 0; f < m->n_factors; f++)
		n += m->factors[f].n_all_levels;
	explanation->in_matrix = calloc(n + 1, sizeof *explanation->in_matrix);
	if (!explanation->in_matrix)
		return error_no_memory(e);
	for (uint64_t i = 0; i < m->n_indices; i++)
		if (matrix_cell(m, i, levels))
			for (size_t f = 0; f < m->n_factors; f++)
				explanation->in_matrix[t->in_play_offsets[f] + levels[f]] = true;
	return 0;
}

bool explanation_is_held(const struct explanation *explanation, size_t factor)
{
	const struct table *t = &explanation->table;
	for (size_t l = 0; l < t->scenario->matrix.factors[factor].n_all_levels; l++)
		if (explanation->in_matrix[t->in_play_offsets[factor] + l] != table_is_in_play(t, factor, l))
			return true;
	return false;
}

int explanation_begin(struct explanation *ret, const struct scenario *s, const struct conditions *restriction,
	uint64_t only_cell, uint32_t replicates, struct error *e)
{
	size_t levels[MATRIX_FACTORS_MAX], n = 0;
	CLEANUP(cleanup_free) uint64_t *cells = NULL;
	*ret = (struct explanation){.tally = TALLY_INIT};
	for (uint64_t i = 0; i < s->matrix.n_indices; i++) {
		if (!matrix_cell(&s->matrix, i, levels))
			continue;
		ret->n_cells++;
		if ((only_cell != RUN_ALL_CELLS && only_cell != i) ||
			(restriction && !conditions_hold(restriction, levels)))
			continue;
		uint64_t *grown = grow_by_one(cells, n, sizeof *cells);
		if (!grown)
			return error_no_memory(e);
		cells = grown;
		cells[n++] = i;
	}
	ret->is_whole = n == ret->n_cells;
	int r = table_init(&ret->table, s, cells, n, replicates, e);
	return r < 0 ? r : note_levels(ret, e);
}

int explanation_add(struct explanation *explanation, const struct result *result, struct error *e)
{
	int r = table_add(&explanation->table, result, e);
	return r < 0 ? r : tally_add(&explanation->tally, result, e);
}

static int account_for_all(struct explanation *explanation, struct error *e)
{
	size_t n = explanation->table.n_responses;
	explanation->accounts = calloc(n + 1, sizeof *explanation->accounts);
	if (!explanation->accounts)
		return error_no_memory(e);
	int r = 0;
	while (r == 0 && explanation->n_accounts < n) {
		size_t i = explanation->n_accounts++;
		r = account_init(&explanation->accounts[i], &explanation->table, i, e);
	}
	return r;
}

static int rule_on_all(struct explanation *explanation, struct error *e)
{
	const struct scenario *s = explanation->table.scenario;
	explanation->rulings = calloc(s->n_claims + 1, sizeof *explanation->rulings);
	if (!explanation->rulings)
		return error_no_memory(e);
	int r = 0;
	while (r == 0 && explanation->n_rulings < s->n_claims) {
		const struct claim *claim = &s->claims[explanation->n_rulings];
		r = ruling_init(&explanation->rulings[explanation->n_rulings++], claim, &explanation->table, e);
		if (r < 0)
			error_wrap(e, "claim '%s'", claim->id);
	}
	return r;
}

int explanation_finish(struct explanation *explanation, uint64_t n_runs, struct error *e)
{
	explanation->is_whole &= tally_total(&explanation->tally) == n_runs;
	tally_sort(&explanation->tally);
	int r = table_finish(&explanation->table, e);
	if (r == 0)
		r = account_for_all(explanation, e);
	if (r == 0)
		r = rule_on_all(explanation, e);
	return r < 0 ? r
		     : examples_init(&explanation->examples, &explanation->table, explanation->accounts,
			       explanation->n_accounts, explanation->rulings, explanation->n_rulings, e);
}

bool explanation_differs(const struct explanation *explanation, const struct ruling *ruling)
{
	const struct claim *claim = ruling->claim;
	return explanation->is_whole && claim->has_verdict && !ruling_may_be(ruling, claim->verdict);
}

size_t explanation_n_differing(const struct explanation *explanation)
{
	size_t n = 0;
	for (size_t i = 0; i < explanation->n_rulings; i++)
		n += explanation_differs(explanation, &explanation->rulings[i]);
	return n;
}

void explanation_done(struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->n_accounts; i++)
		account_done(&explanation->accounts[i]);
	for (size_t i = 0; i < explanation->n_rulings; i++)
		ruling_done(&explanation->rulings[i]);
	examples_done(&explanation->examples);
	free(explanation->accounts);
	free(explanation->in_matrix);
	free(explanation->rulings);
	table_done(&explanation->table);
	tally_done(&explanation->tally);
	*explanation = (struct explanation){.accounts = NULL};
}

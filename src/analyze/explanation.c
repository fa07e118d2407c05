// SPDX-License-Identifier: GPL-2.0-or-later
// All that a run says, put together.
#include "analyze/explanation.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "model/results.h"

static bool is_of_run(const struct matrix *m, const struct conditions *restriction, uint64_t only_cell, uint64_t index,
	size_t *levels)
{
	if (only_cell != RUN_ALL_CELLS && only_cell != index)
		return false;
	return matrix_cell(m, index, levels) && (!restriction || conditions_hold(restriction, levels));
}

int explanation_begin(struct explanation *ret, const struct scenario *s, const struct conditions *restriction,
	uint64_t only_cell, uint32_t replicates, struct error *e)
{
	const struct matrix *m = &s->matrix;
	size_t levels[MATRIX_FACTORS_MAX], n = 0, n_all = 0;
	*ret = (struct explanation){.tally = TALLY_INIT};
	for (uint64_t i = 0; i < m->n_indices; i++) {
		n_all += matrix_cell(m, i, levels);
		n += is_of_run(m, restriction, only_cell, i, levels);
	}
	CLEANUP(cleanup_free) uint64_t *cells = calloc(n + 1, sizeof *cells);
	if (!cells)
		return error_no_memory(e);
	n = 0;
	for (uint64_t i = 0; i < m->n_indices; i++)
		if (is_of_run(m, restriction, only_cell, i, levels))
			cells[n++] = i;
	ret->is_whole = n == n_all;
	ret->n_cells = n_all;
	return table_init(&ret->table, s, cells, n, replicates, e);
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
	return r < 0 ? r : rule_on_all(explanation, e);
}

/* Whether the cells that gave no answer could have made it so. */
static bool is_still_possible(enum claim_verdict verdict, const struct ruling *ruling)
{
	switch (verdict) {
	case CLAIM_SUPPORTED:
		return !ruling->n_disagree && !ruling->n_false;
	case CLAIM_REFUTED:
	case CLAIM_CONDITIONAL:
		return true;
	case CLAIM_UNTESTED:
	case CLAIM_VERDICT_COUNT:
		break;
	}
	return false;
}

bool explanation_differs(const struct explanation *explanation, const struct ruling *ruling)
{
	const struct claim *claim = ruling->claim;
	if (!explanation->is_whole || !claim->has_verdict || claim->verdict == ruling->verdict)
		return false;
	return !(ruling->n_unknown || ruling->n_untried) || !is_still_possible(claim->verdict, ruling);
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
	free(explanation->accounts);
	free(explanation->rulings);
	table_done(&explanation->table);
	tally_done(&explanation->tally);
	*explanation = (struct explanation){.accounts = NULL};
}

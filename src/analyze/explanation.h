/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that a run says: an account of each response, and a ruling on each claim. */
#ifndef ANALYZE_EXPLANATION_H
#define ANALYZE_EXPLANATION_H

#include "analyze/account.h"
#include "analyze/examples.h"
#include "analyze/ruling.h"
#include "analyze/tally.h"

struct explanation {
	struct table table;
	struct tally tally;
	struct account *accounts; /* owned; by response, as in the scenario */
	size_t n_accounts;
	struct ruling *rulings; /* owned; as in the scenario */
	size_t n_rulings;
	struct examples examples;
	uint64_t n_cells; /* of the scenario; those of the run are the rows of the table */
	bool *in_matrix;  /* owned; which levels its cells have, as in_play of the table has those of the run */
	bool is_whole;    /* all of them were to be run, and none is missing: verdicts are comparable */
};

/**
 * explanation_begin() - the cells of a run, nothing observed yet
 * @s: borrowed
 * @restriction: --set; may be NULL
 * @only_cell: --cell, or RUN_ALL_CELLS
 * @replicates: of each cell
 * @ret: to be given back with explanation_done(), also after a failure
 */
int explanation_begin(struct explanation *ret, const struct scenario *s, const struct conditions *restriction,
	uint64_t only_cell, uint32_t replicates, struct error *e);

/* explanation_add() - one result, in any order. Errors: ERROR_USAGE for a cell that is none of the run. */
int explanation_add(struct explanation *explanation, const struct result *result, struct error *e);

/**
 * explanation_finish() - after the last result
 * @n_runs: that there were to be
 */
int explanation_finish(struct explanation *explanation, uint64_t n_runs, struct error *e);

/* explanation_differs() - whether a ruling is another one than the scenario states, and may be held against it. */
bool explanation_differs(const struct explanation *explanation, const struct ruling *ruling);

/* explanation_n_differing() - how many are. */
size_t explanation_n_differing(const struct explanation *explanation);

/* explanation_is_held() - whether the run has fewer levels of a factor than the matrix: --set or --cell chose some. */
bool explanation_is_held(const struct explanation *explanation, size_t factor);

void explanation_done(struct explanation *explanation);

#endif

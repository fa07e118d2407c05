/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which verdict each cell of a run got, and why: what the table, which holds what came out, has no place for. */
#ifndef ANALYZE_VERDICTS_H
#define ANALYZE_VERDICTS_H

#include "analyze/table.h"

#define VERDICTS_REASONS_MAX 256 /* distinct reasons that are told apart; all others are one */

/* Of one cell. */
struct verdicts_of_cell {
	uint8_t which;      /* a bit for each verdict that its replicates got; 0: it was not run */
	uint16_t reason;    /* number of one in `reasons`, plus 1: of the first replicate that is no pass; 0 for none */
	uint32_t replicate; /* that one */
};

struct verdicts {
	struct verdicts_of_cell *cells; /* owned; by row of the table */
	char **reasons;                 /* owned, each */
	size_t n_reasons;
};
#define VERDICTS_INIT ((struct verdicts){.cells = NULL})

/**
 * verdicts_add() - one result, in any order
 * @v: VERDICTS_INIT before the first
 * @t: of the same run, which has the cell
 */
int verdicts_add(struct verdicts *v, const struct table *t, const struct result *result, struct error *e);

/* verdicts_at() - of the cell in a row. */
struct verdicts_of_cell verdicts_at(const struct verdicts *v, size_t row);

/* verdicts_reason() - why a cell is no pass; NULL where it is one. */
const char *verdicts_reason(const struct verdicts *v, size_t row);

void verdicts_done(struct verdicts *v);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
// Exactly which cells changed, as a law: among all cells that could have, its value is 1 for those that did.
#include "analyze/comparison_parts.h"
#include "analyze/row_law.h"

/* How long to search, a twentieth of a second: there are some changes, and a law that is short is found early. */
#define WHERE_STEPS UINT64_C(50000000)

struct question {
	const struct comparison *c;
	const struct cell_change *change;
	size_t n; /* of the rows that changed, which have come by */
};

static enum row_answer has_changed(void *context, size_t row)
{
	struct question *q = context;
	if (!comparison_could_change(q->c, q->change, row))
		return ROW_NOT_ASKED;
	if (q->n == q->change->n || q->change->rows[q->n] != row)
		return ROW_NO;
	q->n++;
	return ROW_YES;
}

int comparison_find_where(const struct comparison *c, struct cell_change *change, struct error *e)
{
	struct question question = {.c = c, .change = change};
	int r = row_law_find(
		comparison_table(c, change->run), has_changed, &question, WHERE_STEPS, &change->exactly, e);
	if (r == 0 && change->exactly.n_rules > COMPARISON_RULES_MAX)
		law_done(&change->exactly);
	return r;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pairs of cells that an explanation shows: what stands behind them is what its readers want to see. */
#ifndef ANALYZE_EXAMPLES_H
#define ANALYZE_EXAMPLES_H

#include "analyze/account.h"
#include "analyze/ruling.h"

struct example {
	struct pair pair;
	char *parting; /* the first event at which the two cells part, in a sentence; owned; NULL while it is not known
			*/
};

struct examples {
	struct example *all; /* owned; each pair once */
	size_t n;
};

/**
 * examples_init() - of the responses: the minimal pair of each factor; of the claims: counterexample and twin, and the
 * pairs that show what they say of factors
 * @ret: to be given back with examples_done(), also after a failure
 */
int examples_init(struct examples *ret, const struct table *t, const struct account *accounts, size_t n_accounts,
	const struct ruling *rulings, size_t n_rulings, struct error *e);
void examples_done(struct examples *examples);

/* examples_find() - the one with these two rows, in either order; NULL for none. */
struct example *examples_find(const struct examples *examples, const struct pair *pair);

/* examples_have() - whether a row is one of a pair. */
bool examples_have(const struct examples *examples, size_t row);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be said of one response: which factors matter, the law, and what the law rests on. */
#ifndef ANALYZE_ACCOUNT_H
#define ANALYZE_ACCOUNT_H

#include "analyze/influence.h"
#include "law/law.h"

/* A level that a rule includes, and that no observed cell of the rule has: the rule rests on cells that are missing. */
struct rest {
	size_t factor, level;
	bool was_left_out; /* they are not in the matrix, or do not record the response; otherwise they gave no answer
			    */
};

/* What stands behind one rule of a law. */
struct support {
	/* Of the cells that it decides, being the first that holds: all rules together decide every cell. */
	uint64_t n_cells;   /* observed */
	uint64_t n_missing; /* that have no one conclusive value */
	uint64_t missing;   /* the first of them, by index in the matrix */
	struct rest *rests; /* owned; only of levels that some other cell which records the response has */
	size_t n_rests;
};

enum lawlessness {
	LAW_FOUND,
	LAW_NO_CELLS,        /* nothing conclusive was recorded */
	LAW_TOO_MANY_VALUES, /* more than TABLE_VALUES_MAX */
	LAW_TOO_LONG,        /* none with up to ACCOUNT_RULES_MAX rules was found */
};

/* A law with more rules is none for people, and its support would cost rules times cells. */
#define ACCOUNT_RULES_MAX 1000

struct account {
	struct influence *influences; /* owned; by factor */
	enum lawlessness lawlessness;
	struct law law;           /* where LAW_FOUND; its values are those of the table */
	struct support *supports; /* owned; by rule, and one more for what is `otherwise` */
	size_t n_supports;
	uint64_t n_cells; /* on which the law rests, and which it gives */
};

/* account_init() - from a finished table. @ret: to be given back with account_done(), also after a failure. */
int account_init(struct account *ret, const struct table *t, size_t response, struct error *e);
void account_done(struct account *account);

#endif

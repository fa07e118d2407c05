/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A claim held against what came out.
 *
 *	supported    every cell that it speaks of agrees, and what it says of factors is true
 *	refuted      what it says of factors is false; or none of the cells that isolate it agrees
 *	conditional  it is true in some of the cells that it speaks of: the condition is a law
 *	untested     there is no conclusive cell that it speaks of
 *
 * The cells that isolate a claim are the matched pairs across which its prediction changes: two cells that differ in one
 * factor and in what it predicts. A pair agrees where both of its cells do. Where its prediction never changes across a
 * pair, all cells that it speaks of isolate it.
 */
#ifndef ANALYZE_RULING_H
#define ANALYZE_RULING_H

#include "analyze/influence.h"
#include "law/law.h"
#include "model/claim.h"

/* What a claim is to one cell. */
enum standing {
	STANDING_SILENT,  /* it does not speak of the cell */
	STANDING_UNKNOWN, /* it does, and nothing conclusive came out */
	STANDING_AGREE,
	STANDING_DISAGREE,
};

/* Something that a claim says of a factor, and that is not so. */
struct misjudged {
	size_t factor, response;
	bool said_decisive; /* and it is inert; otherwise said inert, and it is decisive */
	struct pair pair;   /* the plainest that shows it, of those that the claim speaks of where there is one */
};

struct ruling {
	const struct claim *claim; /* borrowed from the scenario */
	enum claim_verdict verdict;
	uint64_t n_agree, n_disagree, n_silent, n_unknown; /* cells; all together are the cells of the run */
	uint64_t n_pairs, n_pairs_agree;                   /* that isolate it; n_pairs_agree stops at 1 */
	struct misjudged *misjudged;                       /* owned */
	size_t n_misjudged;

	/* conditional: where it holds, and where it does not; of a cell the value is 1 where the rules name it */
	struct law holds, fails;

	/* Not supported, and some cell disagrees: the plainest that does … */
	size_t counterexample; /* a row; TABLE_NO_ROW for none */
	size_t rule_list;      /* … which of the claim's predictions it contradicts */
	/* … and a cell beside it that differs in one factor: where the claim holds, or where it says that this matters. */
	size_t twin; /* a row; TABLE_NO_ROW for none */
	size_t twin_factor;
	enum standing twin_standing;
};

/**
 * ruling_init() - judge a claim
 * @t: finished
 * @influences: n_factors for each response, as influence_measure() gives them
 * @ret: to be given back with ruling_done(), also after a failure
 */
int ruling_init(struct ruling *ret, const struct claim *claim, const struct table *t,
	const struct influence *const *influences, struct error *e);
void ruling_done(struct ruling *ruling);

#endif

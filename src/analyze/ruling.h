/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A claim held against what came out.
 *
 *	supported    every cell that it speaks of agrees, and what it says of factors is true
 *	refuted      what it says of factors is false; or none of the cells that isolate it agrees
 *	conditional  it is true in some of the cells that it speaks of: the condition is a law
 *	untested     there is no conclusive cell that it speaks of, or no pair for a factor that it speaks of
 *
 * A cell with replicates that differ disagrees where one of them does. What a check refuses of a run is no data, and
 * cannot support anything; but a claim about that very response is held against it, or it could never be refuted.
 *
 * The cells that isolate a claim are the matched pairs across which its prediction changes: two cells that differ in
 * one factor and in what it predicts. A pair agrees where both of its cells do. Where its prediction never changes
 * across a pair, all cells that it speaks of isolate it.
 *
 * What a claim says of factors is judged by the matched pairs (influence.h) of which it speaks of one cell at least;
 * where it predicts nothing, by all. "It does not matter" is false where it changes something in one of them, and is
 * true where there are some and it does not. "It matters" is the opposite, and is false only if no pair is missing.
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
	STANDING_COUNT
};

enum truth {
	TRUTH_UNTRIED, /* no pair, or too few to say that it is false */
	TRUTH_TRUE,
	TRUTH_FALSE,
};

/* What a claim says of a factor, for one response. */
struct statement {
	size_t factor, response;
	bool says_decisive; /* otherwise inert */
	enum truth truth;
	uint64_t n_possible, n_pairs,
		n_changed; /* pairs, as in struct influence; of these: value or duration changed */
	struct pair
		pair; /* the plainest that shows it: one that changed where there is one, otherwise one that did not */
};

struct ruling {
	const struct claim *claim; /* borrowed from the scenario */
	enum claim_verdict verdict;
	uint64_t n_agree, n_disagree, n_silent, n_unknown; /* cells; all together are the cells of the run */
	uint64_t n_unstable;                               /* cells that it speaks of and whose replicates differ */
	uint64_t n_pairs, n_pairs_agree; /* that isolate it; the counting stops with the first that agrees */
	uint64_t n_pairs_unknown;        /* that would, if both of their cells had given an answer */
	struct statement *statements;    /* owned */
	size_t n_statements;
	size_t n_false, n_untried; /* factors of which it says something false, or something that was not tried */
	size_t n_impossible;       /* of the latter: that no two cells could show */

	/* conditional: where it holds, and where it does not; of a cell the value is 1 where the rules name it */
	struct law holds, fails;

	/*
	 * Not supported, and some cell disagrees: the plainest of those that have the best twin; and which of the
	 * claim's predictions it contradicts.
	 */
	size_t counterexample; /* a row; TABLE_NO_ROW for none */
	size_t rule_list;
	/* The twin differs in one factor: a cell where the claim holds, or where it says that the factor matters. */
	size_t twin; /* a row; TABLE_NO_ROW for none */
	size_t twin_factor;
	enum standing twin_standing; /* of that prediction */
};

/**
 * ruling_init() - judge a claim
 * @t: finished
 * @ret: to be given back with ruling_done(), also after a failure
 */
int ruling_init(struct ruling *ret, const struct claim *claim, const struct table *t, struct error *e);
void ruling_done(struct ruling *ruling);

/* ruling_may_be() - whether this is its verdict, or could be if the cells that gave no answer had given one. */
bool ruling_may_be(const struct ruling *ruling, enum claim_verdict verdict);

/* ruling_bears_on_run() - whether some cell or pair of cells of the run is one that the claim is about. */
bool ruling_bears_on_run(const struct ruling *ruling);

#endif

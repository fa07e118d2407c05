/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cell that decides a claim: of one that is wrong somewhere its counterexample, of one that is supported a cell in
 * which it is right, and of both the twin that isolates what the claim is about.
 */
#ifndef ANALYZE_DECIDING_H
#define ANALYZE_DECIDING_H

#include "analyze/ruling.h"

struct deciding {
	size_t row;              /* TABLE_NO_ROW: no cell shows it */
	size_t response;         /* in both cells */
	const struct rule *rule; /* what the claim predicts of it; NULL where it speaks of factors alone */
	enum standing standing;  /* agree or disagree */
	size_t twin;             /* differs in one factor; TABLE_NO_ROW for none */
	size_t twin_factor;
	enum standing twin_standing; /* silent where the claim says nothing of it */
};

/**
 * deciding_find() - the cell that decides a claim
 * @t: by which it was judged
 *
 * Of cells in which a claim is right that is the plainest that has a twin across which the prediction changes, and with
 * it what came out; otherwise one that shows that a factor matters as claimed; otherwise one next to a cell of which
 * the claim does not speak, and in which another thing came out; otherwise the plainest.
 */
int deciding_find(const struct ruling *ruling, const struct table *t, struct deciding *ret, struct error *e);

#endif

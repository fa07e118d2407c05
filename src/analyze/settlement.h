/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of claims that are listed apart from the scenarios (model/claim_list.h).
 *
 * A listed claim has parts: the claims of scenarios whose ID is its own, or its own with a lower-case letter behind
 * that is no listed ID itself. Those of one ID and letter in several scenarios are a part each. Its verdict follows
 * from theirs:
 *
 *	conditional  one of them is, or one is supported and another is refuted: which, is the condition
 *	untested     it has none; or one of them is untested, and its verdict could yet change that of the whole
 *	supported    all of them are
 *	refuted      all of them are
 */
#ifndef ANALYZE_SETTLEMENT_H
#define ANALYZE_SETTLEMENT_H

#include "analyze/explanation.h"
#include "model/claim_list.h"
#include "model/results.h"

/* A scenario with claims, and what a run has said of them. */
struct claim_source {
	const struct scenario *scenario;       /* all borrowed */
	const struct explanation *explanation; /* of results of this very text of it; NULL: there are none */
	const struct run_record *record;       /* of these results; NULL likewise */
	bool is_finished;                      /* the run came to its end */
};

/* Where a verdict is from. */
enum settled_by {
	SETTLED_BY_RUN,
	SETTLED_BY_SCENARIO, /* it is the one that the scenario states; no results were asked */
	SETTLED_BY_NOTHING,  /* untested: results were asked, and there are none of this scenario; or it states none */
};

struct settled_part {
	const struct claim_source *source; /* borrowed */
	const struct claim *claim;         /* of the source's scenario */
	const struct ruling *ruling;       /* by a run; NULL otherwise */
	enum settled_by by;
	enum claim_verdict verdict;
	bool differs; /* from the one that the scenario states, and may be held against it */
};

struct settlement {
	const char *id;                    /* borrowed */
	const struct listed_claim *listed; /* NULL: in no list */
	const struct article *article;     /* likewise */
	enum claim_verdict verdict;
	struct settled_part *parts; /* owned; by ID, then in the order of the scenarios */
	size_t n_parts;
	size_t decider; /* the part that stands for all: the first that is not supported; 0 where all are */
};

struct settlements {
	struct settlement *all; /* owned; the listed ones in their order, then the others in that of the scenarios */
	size_t n, n_listed;
	uint64_t n_verdicts[CLAIM_VERDICT_COUNT]; /* of the listed ones; where there is no list of all */
	size_t n_differing;                       /* parts */
};

/**
 * settlements_init() - put lists and scenarios together
 * @lists, @sources: must outlive it; no ID may stand in two lists
 * @by_runs: verdicts are those of runs; otherwise those that the scenarios state
 * @ret: to be given back with settlements_done(), also after a failure
 *
 * Errors: ERROR_USAGE where an ID stands in two lists.
 */
int settlements_init(struct settlements *ret, const struct claim_list *const *lists, size_t n_lists,
	const struct claim_source *sources, size_t n_sources, bool by_runs, struct error *e);
void settlements_done(struct settlements *settlements);

/* settlement_is_mixed() - whether its verdict is conditional as its parts have several: they are the condition. */
bool settlement_is_mixed(const struct settlement *settlement);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two runs held against each other: in which cells a response or the verdict is another one, which laws and which
 * claims are.
 *
 * Cells are matched by the names of their levels, as the IDs of two matrices need not agree. A factor that only one of
 * the scenarios has, and whose cells in that run all have one level of it, is passed over; where they have several, no
 * cell has a match. A cell of a run counts where there is a result of it.
 *
 * What a response was in a cell is what the table says (table.h): one value; where its replicates differ, the set of
 * values that came out, however often each did. A cell that gave no answer has none: its verdict says that, and it is
 * not counted as a changed response besides. Durations differ by the rule of influence.h.
 *
 * Cells that changed in the same way are one change: its conditions are the levels that they have, as far as not all
 * cells that could have changed have them. Where more cells meet the conditions than changed, n is below n_where, and a
 * law is looked for that says exactly which of them did.
 */
#ifndef ANALYZE_COMPARISON_H
#define ANALYZE_COMPARISON_H

#include "analyze/explanation.h"
#include "analyze/fingerprint.h"
#include "analyze/verdicts.h"

/* Distinct changes that are told apart; the cells of all others are counted together. */
#define COMPARISON_CHANGES_MAX 256

/* A law of more rules does not say in a sentence where something changed; and of how many changes one is looked for. */
#define COMPARISON_RULES_MAX 4
#define COMPARISON_LAWS_MAX 20

struct comparison_run {
	const struct run_record *record;
	const struct explanation *explanation; /* finished */
	const struct verdicts *verdicts;
	bool is_finished;
};

enum outcome_kind {
	OUTCOME_VALUE,
	OUTCOME_UNSTABLE,     /* replicates differ */
	OUTCOME_MISSING,      /* nothing conclusive came out */
	OUTCOME_NOT_RECORDED, /* no step of this cell records it */
};

/* What a response was in a cell. */
struct outcome {
	enum outcome_kind kind;
	const char *text; /* "ok"; where it is unstable, "EADDRINUSE, ok", by name; otherwise "" */
};

enum change_kind {
	CHANGED_RESPONSE,
	CHANGED_DURATION, /* of a response that has the same value */
	CHANGED_VERDICT,
	ONLY_IN_ONE, /* cells without a match */
};

struct cell_change {
	enum change_kind kind;
	size_t run;       /* ONLY_IN_ONE: which run has them */
	bool is_of_other; /* … and whether the other run was to have them, too, and has no result of them */
	size_t response;  /* of CHANGED_RESPONSE and CHANGED_DURATION: by number, in the first run */
	struct outcome outcomes[2];
	struct {
		uint64_t least_us, most_us;
	} took[2];           /* of CHANGED_DURATION: all cells together */
	bool is_slower;      /* likewise: the second run */
	uint8_t verdicts[2]; /* of CHANGED_VERDICT: as in struct verdicts_of_cell */
	const char *reason;  /* likewise: of the second run, or of the first where the second is a pass; may be NULL */

	size_t *rows; /* owned; ascending, of the first run; of ONLY_IN_ONE, of that run */
	size_t n;
	size_t plainest;         /* one of them */
	struct conditions where; /* by the matrix of that run */
	uint64_t n_where;        /* cells that could have changed and meet them */
	struct law exactly; /* its rules name these cells and no other one that could have changed; none: not known */
};

/*
 * A response that both runs have, and whose law is not the same: of some cell of one of them, whether it has a result
 * or not, they say something else. A law that is told the other way round is the same.
 */
struct law_change {
	size_t responses[2]; /* by number, in each run */
	uint64_t n_changed;  /* cells in which the response changed; 0: the laws differ by other cells alone */
};

/* A claim whose verdict is another one, or holds elsewhere. */
struct claim_change {
	size_t rulings[2]; /* by number, in each run; COMPARISON_NONE where it has none */
};
#define COMPARISON_NONE SIZE_MAX

struct comparison {
	struct arena arena; /* owns the texts and conditions */
	struct comparison_run runs[2];
	struct fingerprint fingerprint;

	uint64_t n_compared; /* cells */
	uint64_t n_changed;  /* of these: with another response, duration or verdict */
	uint64_t n_untold;   /* … of which it cannot be told, as a response has more values than are told apart */
	struct cell_change *changes; /* owned; by kind, by response, then by how many cells changed */
	size_t n_changes;
	uint64_t n_more; /* cells that changed in yet other ways, each counted once for each */

	size_t n_responses, n_claims; /* that both have */
	struct law_change *laws;      /* owned; as in the first scenario */
	size_t n_laws;
	const char **only_responses[2]; /* names of those that only this run has */
	size_t n_only_responses[2];
	struct claim_change *claims; /* owned; as in the first scenario, then those that only the second has */
	size_t n_claim_changes;

	/* private */
	bool has_match; /* cells can be matched at all */
	struct comparison_map {
		size_t *factors; /* in the arena; by factor of this run: that of the other, or COMPARISON_NONE */
		size_t **levels; /* likewise; by factor and level of this run */
		size_t held[MATRIX_FACTORS_MAX]; /* by factor of the other: its one level, where this run lacks the
						    factor */
	} maps[2];
	size_t *responses;         /* by response of the first: that of the second, or COMPARISON_NONE */
	uint64_t *n_changed_cells; /* likewise: in how many cells it changed */
	size_t *rows;     /* by row of the first run: that of the second, where both have a result; or TABLE_NO_ROW */
	bool *in_play[2]; /* by level as in the table: of the cells of each run that have a result … */
	bool *in_play_compared; /* … of the first run's that are compared */
};

/**
 * comparison_init() - hold two runs against each other
 * @runs: their explanations, verdicts and records are borrowed
 * @ret: to be given back with comparison_done(), also after a failure
 */
int comparison_init(struct comparison *ret, const struct comparison_run runs[static 2], struct error *e);

/* comparison_differs() - whether anything of the results does: the fingerprint alone is no difference. */
bool comparison_differs(const struct comparison *comparison);

/* comparison_is_partial() - whether some cells are in one of the runs alone: then laws are of other cells. */
bool comparison_is_partial(const struct comparison *comparison);

void comparison_done(struct comparison *comparison);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody predicts, to be held against what comes out. */
#ifndef MODEL_CLAIM_H
#define MODEL_CLAIM_H

#include "model/rule.h"

/* What is known of a claim. */
enum claim_verdict {
	CLAIM_SUPPORTED,   /* it holds in all cells of which it speaks */
	CLAIM_REFUTED,     /* it does not */
	CLAIM_CONDITIONAL, /* it holds in some of them, and it is known in which */
	CLAIM_UNTESTED,    /* no cell of which it speaks has said anything */
	CLAIM_VERDICT_COUNT
};

extern const char *const claim_verdict_names[CLAIM_VERDICT_COUNT];

struct claim {
	const char *id, *says;
	struct rule_list *predicts;
	size_t n_predicts;
	size_t *decisive, *inert; /* factors that it says (do not) matter … */
	size_t n_decisive, n_inert;
	size_t *responses; /* … to these responses; where it does not name them, those that it predicts */
	size_t n_responses;
	bool has_verdict; /* it is stated in the scenario what is known of it */
	enum claim_verdict verdict;
	struct mark at;
};

#endif

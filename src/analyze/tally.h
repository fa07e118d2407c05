/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting results as they come: verdicts, and what went wrong, by reason. */
#ifndef ANALYZE_TALLY_H
#define ANALYZE_TALLY_H

#include "model/result.h"

#define TALLY_REASONS_MAX 256 /* distinct reasons that are counted one by one; the rest together */

/* Runs that ended with the same verdict for the same reason. */
struct tally_reason {
	enum verdict verdict;
	char *text; /* owned */
	uint64_t count;
	uint64_t cell; /* one of them: the one with the least ID */
	uint32_t replicate;
};

struct tally {
	uint64_t verdicts[VERDICT_COUNT];
	struct tally_reason *reasons; /* owned; of all verdicts but pass */
	size_t n_reasons;
	uint64_t n_more_reasons;
};

#define TALLY_INIT ((struct tally){.reasons = NULL})

/* tally_add() - count one result. */
int tally_add(struct tally *t, const struct result *result, struct error *e);

/* tally_sort() - reasons by verdict, count and text: the same for the same results in any order, up to
 * TALLY_REASONS_MAX of them. */
void tally_sort(struct tally *t);

uint64_t tally_total(const struct tally *t);
void tally_done(struct tally *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting results as they come: verdicts, the values of each response, and what went wrong, by reason. */
#ifndef ANALYZE_TALLY_H
#define ANALYZE_TALLY_H

#include "model/result.h"

#define TALLY_VALUES_MAX 256  /* distinct values of a response that are counted one by one; the rest together */
#define TALLY_REASONS_MAX 256 /* likewise distinct reasons */

struct tally_value {
	char *text; /* owned */
	uint64_t count;
};

struct tally_response {
	const char *name;           /* borrowed from the scenario */
	struct tally_value *values; /* owned; sorted by tally_sort(), most frequent first */
	size_t n_values;
	uint64_t n_more;  /* counts beyond TALLY_VALUES_MAX values */
	uint64_t n_timed; /* how many of them were timed */
	uint64_t took_least_us, took_most_us;
};

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
	struct tally_response *responses; /* owned; as in the scenario */
	size_t n_responses;
	struct tally_reason *reasons; /* owned; of all verdicts but pass */
	size_t n_reasons;
	uint64_t n_more_reasons;
};

int tally_init(struct tally *t, const struct scenario *s, struct error *e);

/* tally_add() - count one result. Values count only where the cell's condition was proven (pass and fail). */
int tally_add(struct tally *t, const struct result *result, struct error *e);

/* tally_sort() - values and reasons by count, then by text: the same for the same results in any order. */
void tally_sort(struct tally *t);

uint64_t tally_total(const struct tally *t);
void tally_done(struct tally *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which factors matter to a response: what changes when a factor alone is changed, over all matched pairs.
 *
 * A matched pair is two cells of the run that are equal in every other factor and record the response. It counts where
 * each of them has one value: not where one gave no conclusive result, or where its replicates differ. A response that
 * has more values than are told apart has no pairs.
 *
 * A step that is repeated until it is ok has a duration as well. Two durations differ where one is more than twice the
 * other, and by more than a second: a step is repeated every 200 ms where nothing else is said, and the kernel's timers
 * are coarse a minute ahead (TIME-WAIT of 60 s takes up to 64.4).
 *
 * Inert: there are pairs, and neither value nor duration changed in any.
 */
#ifndef ANALYZE_INFLUENCE_H
#define ANALYZE_INFLUENCE_H

#include <assert.h>

#include "analyze/table.h"

/* Two rows of the table that differ in one factor alone, the one with the lower level first. */
struct pair {
	size_t rows[2]; /* TABLE_NO_ROW where there is no such pair */
};

struct influence {
	bool varies;         /* the cells that record the response do not all have the same level */
	uint64_t n_possible; /* matched pairs */
	uint64_t n_pairs;    /* of these: that count */
	uint64_t n_changed;  /* of these: in which the value changed */
	uint64_t n_slower;   /* … in which it did not, but the duration did */
	struct pair minimal; /* the plainest pair in which the value changed */
	struct pair slower;  /* the plainest pair in which only the duration did */
	uint64_t depends_on; /* factors, a bit each: changing one of them alone changes whether this one matters */
};
static_assert(MATRIX_FACTORS_MAX <= 64, "a bit for each factor");

/* influence_is_inert() - whether it was tried, and nothing changed. */
static inline bool influence_is_inert(const struct influence *influence)
{
	return influence->n_pairs && !influence->n_changed && !influence->n_slower;
}

enum change {
	CHANGE_NONE,
	CHANGE_VALUE,
	CHANGE_DURATION,
};

/* influence_durations_differ() - whether of two observations that were timed one took much longer than the other. */
bool influence_durations_differ(const struct table_observation *a, const struct table_observation *b);

/* influence_change() - what changes between two cells with one value each. */
enum change influence_change(const struct table *t, size_t response, const struct pair *pair);

/* influence_is_plainer() - whether pair @a is a plainer example than @b, which may be none. */
bool influence_is_plainer(const struct table *t, const struct pair *a, const struct pair *b);

/* influence_measure() - what each factor of a table does to one response. @ret: n_factors of them. */
void influence_measure(const struct table *t, size_t response, struct influence *ret);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A claim being judged: what the files of a ruling share, and nobody else needs. */
#ifndef ANALYZE_JUDGING_H
#define ANALYZE_JUDGING_H

#include "analyze/ruling.h"

struct judging {
	const struct claim *claim;
	const struct table *t;
	uint8_t *standings; /* enum standing, by row; see judging_count_standings() */
	struct ruling *ruling;
};

/* judging_rule() - the rule of one of the claim's predictions that speaks of a cell; NULL for none. */
const struct rule *judging_rule(const struct judging *j, size_t list, size_t row);

/* judging_predicts_the_same() - whether two rules allow the same. */
bool judging_predicts_the_same(const struct rule *a, const struct rule *b);

/* judging_stand() - what one of the claim's predictions is to a cell. */
enum standing judging_stand(const struct judging *j, size_t list, size_t row);

/* judging_count_standings() - what the claim as a whole is to each cell, and to how many. */
void judging_count_standings(struct judging *j);

/* judging_is_conclusive() - whether the claim speaks of a cell that gave an answer. */
bool judging_is_conclusive(const struct judging *j, size_t row);

enum isolation {
	ISOLATES_NOT,
	ISOLATES_UNKNOWN, /* it would, but one of the cells gave no answer */
	ISOLATES,
};

/* judging_isolation() - whether a prediction is held against both cells, and says another thing of each. */
enum isolation judging_isolation(const struct judging *j, size_t row, size_t other);

/* judging_weigh_factors() - hold what the claim says of factors against the matched pairs. */
int judging_weigh_factors(struct judging *j, struct error *e);

/* judging_find_counterexample() - the cell that is to be shown, and its twin; once the verdict is known. */
void judging_find_counterexample(struct judging *j);

#endif

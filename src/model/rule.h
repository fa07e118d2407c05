/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decision lists: "when these levels, the response is one of these values, and took so long", first match wins. */
#ifndef MODEL_RULE_H
#define MODEL_RULE_H

#include <stdint.h>

#include "model/matrix.h"

struct rule {
	struct conditions when;
	const char **is; /* the values that are right; none where it says only how long the response takes */
	size_t n_is;
	bool has_took; /* it says how long a repeated step takes, from the least to the most, both included */
	uint64_t took_least_us, took_most_us;
	struct mark at;
};

/* What came out for one response in a run of a cell. */
struct observed {
	const char *text; /* NULL: the cell did not record it */
	bool timed;       /* @took_us is there */
	uint64_t took_us;
};

/* What is said of one response. */
struct rule_list {
	size_t response; /* index into the scenario's responses */
	struct rule *rules;
	size_t n_rules;
	struct mark at;
};

/* rule_list_match() - the first rule that speaks of a cell with these levels; NULL for none. */
const struct rule *rule_list_match(const struct rule_list *list, const size_t *levels);

/* rule_allows_value() - whether the value is one of the right ones; what was not recorded is none. */
bool rule_allows_value(const struct rule *rule, const struct observed *observed);

/* rule_allows() - the same of the value and of the time that it took. */
bool rule_allows(const struct rule *rule, const struct observed *observed);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decision lists: "when these levels, the response is one of these values", first match wins. */
#ifndef MODEL_RULE_H
#define MODEL_RULE_H

#include "model/matrix.h"

struct rule {
	struct conditions when;
	const char **is; /* the values that are right; at least one */
	size_t n_is;
	struct mark at;
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

/* rule_allows() - whether @value is one of the right ones. */
bool rule_allows(const struct rule *rule, const char *value);

#endif

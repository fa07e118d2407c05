// SPDX-License-Identifier: GPL-2.0-or-later
// Decision lists: first match wins.
#include "model/rule.h"

#include <string.h>

const struct rule *rule_list_match(const struct rule_list *list, const size_t *levels)
{
	for (size_t i = 0; i < list->n_rules; i++)
		if (conditions_hold(&list->rules[i].when, levels))
			return &list->rules[i];
	return NULL;
}

bool rule_allows_value(const struct rule *rule, const struct observed *observed)
{
	if (!observed->text)
		return false;
	for (size_t i = 0; i < rule->n_is; i++)
		if (!strcmp(rule->is[i], observed->text))
			return true;
	return !rule->n_is;
}

static bool rule_allows_time(const struct rule *rule, const struct observed *observed)
{
	return !rule->has_took ||
	       (observed->timed && observed->took_us >= rule->took_least_us && observed->took_us <= rule->took_most_us);
}

bool rule_allows(const struct rule *rule, const struct observed *observed)
{
	return rule_allows_value(rule, observed) && rule_allows_time(rule, observed);
}

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

bool rule_allows(const struct rule *rule, const char *value)
{
	for (size_t i = 0; i < rule->n_is; i++)
		if (!strcmp(rule->is[i], value))
			return true;
	return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of a response, as numbers: what the files of the table share, and nobody else needs. */
#ifndef ANALYZE_TABLE_VALUES_H
#define ANALYZE_TABLE_VALUES_H

#include "analyze/table.h"

/* table_number_value() - the number of a value, a new one where it is new. Return: it, or -errno. */
int table_number_value(struct table_response *response, const char *text, struct error *e);

/* table_fix_values() - tell the values that rules name apart in any case: what a rule says of them is judged. */
int table_fix_values(struct table_response *response, const struct rule_list *list, struct error *e);

#endif

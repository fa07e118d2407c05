// SPDX-License-Identifier: GPL-2.0-or-later
// The values of a response, as numbers, and the order that they are given in the end.
#include "analyze/table_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"

/* The value that stands for all that are not told apart. */
#define OTHER_VALUES "(another value)"

static int add_value(struct table_response *response, const char *text, struct error *e)
{
	if (response->n_values == TABLE_NOT_ASKED - 1)
		return error_set(e, ERROR_USAGE, E2BIG, "the rules of '%s' name more than %d values",
			response->response->name, TABLE_NOT_ASKED - 2);
	struct table_value *values = grow_by_one(response->values, response->n_values, sizeof *values);
	if (!values)
		return error_no_memory(e);
	response->values = values;
	char *copy = strdup(text);
	if (!copy)
		return error_no_memory(e);
	response->values[response->n_values++] = (struct table_value){.text = copy};
	return 0;
}

int table_number_value(struct table_response *response, const char *text, struct error *e)
{
	for (size_t i = 0; i < response->n_values; i++)
		if (!strcmp(response->values[i].text, text))
			return (int)i;
	if (response->has_more)
		return (int)response->n_values - 1;
	response->has_more = response->n_values == response->n_fixed + TABLE_VALUES_MAX;
	int r = add_value(response, response->has_more ? OTHER_VALUES : text, e);
	return r < 0 ? r : (int)response->n_values - 1;
}

int table_fix_values(struct table_response *response, const struct rule_list *list, struct error *e)
{
	for (size_t i = 0; i < list->n_rules; i++)
		for (size_t j = 0; j < list->rules[i].n_is; j++) {
			int r = table_number_value(response, list->rules[i].is[j], e);
			if (r < 0)
				return r;
			response->n_fixed = response->n_values;
		}
	return 0;
}

struct ranked {
	size_t number;
	const struct table_value *value;
	bool is_last;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->is_last != y->is_last)
		return x->is_last ? 1 : -1;
	if (x->value->count != y->value->count)
		return x->value->count < y->value->count ? 1 : -1;
	return strcmp(x->value->text, y->value->text);
}

/* The most frequent first, then by text; those that never came out (rules name them) last. @ret_new: by old number. */
static int rank_values(struct table_response *response, uint16_t *ret_new, struct error *e)
{
	size_t n = response->n_values;
	CLEANUP(cleanup_free) struct ranked *ranked = calloc(n + 1, sizeof *ranked);
	struct table_value *values = calloc(n + 1, sizeof *values);
	if (!ranked || !values) {
		free(values);
		return error_no_memory(e);
	}
	for (size_t i = 0; i < n; i++)
		ranked[i] = (struct ranked){i, &response->values[i], response->has_more && i + 1 == n};
	qsort(ranked, n, sizeof *ranked, compare_ranked);
	for (size_t i = 0; i < n; i++) {
		ret_new[ranked[i].number] = (uint16_t)i;
		values[i] = *ranked[i].value;
	}
	free(response->values);
	response->values = values;
	return 0;
}

static int compare_shares(const void *a, const void *b)
{
	const struct table_share *x = a, *y = b;
	return x->n != y->n ? (x->n < y->n ? 1 : -1) : (int)x->value - (int)y->value;
}

static int compare_unstable(const void *a, const void *b)
{
	const struct table_unstable *x = a, *y = b;
	return x->row != y->row ? (x->row < y->row ? -1 : 1) : (int)x->response - (int)y->response;
}

static int renumber_response(struct table *t, size_t response, struct error *e)
{
	struct table_response *account = &t->responses[response];
	CLEANUP(cleanup_free) uint16_t *new = calloc(account->n_values + 1, sizeof *new);
	int r = new ? rank_values(account, new, e) : error_no_memory(e);
	if (r < 0)
		return r;
	for (size_t row = 0; row < t->n_rows; row++) {
		struct table_observation *o = &t->observations[row * t->n_responses + response];
		if (o->value < TABLE_NOT_ASKED)
			o->value = new[o->value];
		for (uint32_t i = o->refused; i; i = t->refused[i - 1].next)
			t->refused[i - 1].value = new[t->refused[i - 1].value];
		account->n_asked += o->value != TABLE_NOT_ASKED;
		account->n_missing += o->value == TABLE_MISSING;
		account->n_unstable += o->value == TABLE_UNSTABLE;
	}
	for (size_t i = 0; i < t->n_unstable; i++)
		for (size_t j = 0; t->unstable[i].response == response && j < t->unstable[i].n_values; j++)
			t->unstable[i].shares[j].value = new[t->unstable[i].shares[j].value];
	return 0;
}

int table_finish(struct table *t, struct error *e)
{
	for (size_t i = 0; i < t->n_responses; i++) {
		int r = renumber_response(t, i, e);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < t->n_unstable; i++)
		qsort(t->unstable[i].shares, t->unstable[i].n_values, sizeof *t->unstable[i].shares, compare_shares);
	if (t->n_unstable)
		qsort(t->unstable, t->n_unstable, sizeof *t->unstable, compare_unstable);
	for (size_t i = 0; i < t->n_unstable; i++)
		t->observations[t->unstable[i].row * t->n_responses + t->unstable[i].response].n = (uint32_t)i;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Counting results as they come.
#include "analyze/tally.h"

#include <stdlib.h>
#include <string.h>

int tally_init(struct tally *t, const struct scenario *s, struct error *e)
{
	*t = (struct tally){.responses = calloc(s->n_responses + 1, sizeof *t->responses)};
	if (!t->responses)
		return error_no_memory(e);
	for (; t->n_responses < s->n_responses; t->n_responses++)
		t->responses[t->n_responses].name = s->responses[t->n_responses].name;
	return 0;
}

/* @array of @n elements with room for one more: it grows at 0, 8, 16, 32 … */
static void *grown(void *array, size_t n, size_t size)
{
	if (n == 0)
		return calloc(8, size);
	bool is_full = n >= 8 && !(n & (n - 1));
	return is_full ? reallocarray(array, n * 2, size) : array;
}

static int count_value(struct tally_response *response, const char *text, struct error *e)
{
	for (size_t i = 0; i < response->n_values; i++)
		if (!strcmp(response->values[i].text, text)) {
			response->values[i].count++;
			return 0;
		}
	if (response->n_values == TALLY_VALUES_MAX) {
		response->n_more++;
		return 0;
	}
	struct tally_value *values = grown(response->values, response->n_values, sizeof *values);
	char *copy = strdup(text);
	if (values)
		response->values = values;
	if (!values || !copy) {
		free(copy);
		return error_no_memory(e);
	}
	response->values[response->n_values++] = (struct tally_value){.text = copy, .count = 1};
	return 0;
}

static void count_time(struct tally_response *response, const struct result_value *value)
{
	if (!value->timed)
		return;
	if (!response->n_timed || value->took_us < response->took_least_us)
		response->took_least_us = value->took_us;
	if (value->took_us > response->took_most_us)
		response->took_most_us = value->took_us;
	response->n_timed++;
}

static int count_reason(struct tally *t, const struct result *result, struct error *e)
{
	const char *text = result->reason ? result->reason : "";
	for (size_t i = 0; i < t->n_reasons; i++) {
		struct tally_reason *reason = &t->reasons[i];
		if (reason->verdict != result->verdict || strcmp(reason->text, text))
			continue;
		reason->count++;
		if (result->cell < reason->cell) {
			reason->cell = result->cell;
			reason->replicate = result->replicate;
		}
		return 0;
	}
	if (t->n_reasons == TALLY_REASONS_MAX) {
		t->n_more_reasons++;
		return 0;
	}
	struct tally_reason *reasons = grown(t->reasons, t->n_reasons, sizeof *reasons);
	char *copy = strdup(text);
	if (reasons)
		t->reasons = reasons;
	if (!reasons || !copy) {
		free(copy);
		return error_no_memory(e);
	}
	t->reasons[t->n_reasons++] = (struct tally_reason){
		.verdict = result->verdict,
		.text = copy,
		.count = 1,
		.cell = result->cell,
		.replicate = result->replicate,
	};
	return 0;
}

int tally_add(struct tally *t, const struct result *result, struct error *e)
{
	t->verdicts[result->verdict]++;
	int r = result->verdict == VERDICT_PASS ? 0 : count_reason(t, result, e);
	if (result->verdict != VERDICT_PASS && result->verdict != VERDICT_FAIL)
		return r;
	for (size_t i = 0; r == 0 && i < result->n_values; i++)
		for (size_t j = 0; j < t->n_responses; j++)
			if (!strcmp(t->responses[j].name, result->values[i].response)) {
				count_time(&t->responses[j], &result->values[i]);
				r = count_value(&t->responses[j], result->values[i].text, e);
				break;
			}
	return r;
}

static int compare_values(const void *a, const void *b)
{
	const struct tally_value *x = a, *y = b;
	return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

static int compare_reasons(const void *a, const void *b)
{
	const struct tally_reason *x = a, *y = b;
	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? -1 : 1;
	return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

void tally_sort(struct tally *t)
{
	for (size_t i = 0; i < t->n_responses; i++)
		if (t->responses[i].n_values)
			qsort(t->responses[i].values, t->responses[i].n_values, sizeof *t->responses[i].values,
				compare_values);
	if (t->n_reasons)
		qsort(t->reasons, t->n_reasons, sizeof *t->reasons, compare_reasons);
}

uint64_t tally_total(const struct tally *t)
{
	uint64_t total = 0;
	for (int i = 0; i < VERDICT_COUNT; i++)
		total += t->verdicts[i];
	return total;
}

void tally_done(struct tally *t)
{
	for (size_t i = 0; i < t->n_responses; i++) {
		for (size_t j = 0; j < t->responses[i].n_values; j++)
			free(t->responses[i].values[j].text);
		free(t->responses[i].values);
	}
	for (size_t i = 0; i < t->n_reasons; i++)
		free(t->reasons[i].text);
	free(t->responses);
	free(t->reasons);
	*t = (struct tally){.responses = NULL};
}

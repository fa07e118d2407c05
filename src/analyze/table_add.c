// SPDX-License-Identifier: GPL-2.0-or-later
// A result counted in the table.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/table_values.h"
#include "base/cleanup.h"
#include "base/grow.h"
#include "base/text.h"

/* The entry of an observation that has just become unstable: so far all its runs had one value. */
static int begin_unstable(struct table *t, size_t row, size_t response, struct error *e)
{
	struct table_observation *o = &t->observations[row * t->n_responses + response];
	struct table_unstable *unstable = grow_by_one(t->unstable, t->n_unstable, sizeof *unstable);
	if (!unstable)
		return error_no_memory(e);
	t->unstable = unstable;
	struct table_share *shares = malloc(sizeof *shares);
	if (!shares)
		return error_no_memory(e);
	*shares = (struct table_share){.value = o->value, .n = o->n};
	t->unstable[t->n_unstable] =
		(struct table_unstable){.row = row, .response = (uint16_t)response, .n_values = 1, .shares = shares};
	o->value = TABLE_UNSTABLE;
	o->n = (uint32_t)t->n_unstable++;
	return 0;
}

static int count_share(struct table_unstable *unstable, uint16_t value, struct error *e)
{
	for (size_t i = 0; i < unstable->n_values; i++)
		if (unstable->shares[i].value == value) {
			unstable->shares[i].n++;
			return 0;
		}
	struct table_share *shares = reallocarray(unstable->shares, unstable->n_values + 1u, sizeof *shares);
	if (!shares)
		return error_no_memory(e);
	unstable->shares = shares;
	shares[unstable->n_values++] = (struct table_share){.value = value, .n = 1};
	return 0;
}

static void count_time(struct table_response *response, struct table_observation *o, uint64_t took_us)
{
	if (took_us < o->took_least_us)
		o->took_least_us = took_us;
	if (took_us > o->took_most_us)
		o->took_most_us = took_us;
	if (!response->n_timed || took_us < response->took_least_us)
		response->took_least_us = took_us;
	if (took_us > response->took_most_us)
		response->took_most_us = took_us;
	response->n_timed++;
}

static int observe(struct table *t, size_t row, size_t response, uint16_t value, struct error *e)
{
	struct table_observation *o = &t->observations[row * t->n_responses + response];
	if (o->value == TABLE_MISSING) {
		o->value = value;
		o->n = 1;
		return 0;
	}
	if (o->value == value) {
		o->n++;
		return 0;
	}
	int r = o->value == TABLE_UNSTABLE ? 0 : begin_unstable(t, row, response, e);
	return r < 0 ? r : count_share(&t->unstable[o->n], value, e);
}

/*
 * Whether a run is inconc because the check refuses this value: judge_cell() says so in the reason. What the check of
 * another response or a step that failed has made inconc, is none of the response's doing.
 */
static bool is_refused(const struct result *result, const struct result_value *value)
{
	CLEANUP(text_done) struct text reason = TEXT_INIT;
	if (result->verdict != VERDICT_INCONC || !result->reason)
		return false;
	text_addf(&reason, "%s is %s, and the check wants ", value->response, value->text);
	return !reason.failed && !strncmp(result->reason, reason.data, reason.len);
}

/* Each value that was refused is kept, once. */
static int note_refused(struct table *t, struct table_observation *o, uint16_t number, struct error *e)
{
	for (uint32_t i = o->refused; i; i = t->refused[i - 1].next)
		if (t->refused[i - 1].value == number)
			return 0;
	struct table_refused *refused = grow_by_one(t->refused, t->n_refused, sizeof *refused);
	if (!refused)
		return error_no_memory(e);
	t->refused = refused;
	t->refused[t->n_refused++] = (struct table_refused){.value = number, .next = o->refused};
	o->refused = (uint32_t)t->n_refused;
	return 0;
}

static int add_observation(
	struct table *t, size_t row, size_t response, const struct result *result, size_t i, struct error *e)
{
	const struct result_value *value = &result->values[i];
	struct table_response *account = &t->responses[response];
	struct table_observation *o = &t->observations[row * t->n_responses + response];
	bool is_data = result->verdict == VERDICT_PASS || result->verdict == VERDICT_FAIL;
	if (o->value == TABLE_NOT_ASKED)
		return error_set(e, ERROR_USAGE, EINVAL, "no step of cell %" PRIu64 " records '%s'", result->cell,
			value->response);
	if (!is_data && !is_refused(result, value))
		return 0;
	size_t n_before = account->n_values;
	int number = table_number_value(account, value->text, e);
	if (number < 0)
		return number;
	if (!is_data) {
		/* What is no data takes no room of what is. */
		account->n_fixed += account->n_values - n_before;
		return note_refused(t, o, (uint16_t)number, e);
	}
	account->values[number].count++;
	if (value->timed)
		count_time(account, o, value->took_us);
	return observe(t, row, response, (uint16_t)number, e);
}

/* Each run is there once. */
static int mark_done(struct table *t, size_t row, const struct result *result, struct error *e)
{
	if (result->replicate > t->n_replicates)
		return error_set(e, ERROR_USAGE, EINVAL,
			"cell %" PRIu64 " has a replicate %" PRIu32 ", and each cell was to be run %" PRIu32 " time%s",
			result->cell, result->replicate, t->n_replicates, t->n_replicates == 1 ? "" : "s");
	uint64_t bit = row * (uint64_t)t->n_replicates + result->replicate - 1;
	if (t->done[bit / 8] >> bit % 8 & 1)
		return error_set(e, ERROR_USAGE, EINVAL, "cell %" PRIu64 " (replicate %" PRIu32 ") stands there twice",
			result->cell, result->replicate);
	t->done[bit / 8] |= (uint8_t)(1u << bit % 8);
	return 0;
}

static int find_response(const struct table *t, const struct result *result, size_t i, size_t *ret, struct error *e)
{
	for (*ret = 0; *ret < t->n_responses; ++*ret)
		if (!strcmp(t->responses[*ret].response->name, result->values[i].response))
			return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "the scenario has no response '%s'", result->values[i].response);
}

int table_add(struct table *t, const struct result *result, struct error *e)
{
	size_t row = table_find(t, result->cell), response;
	if (row == TABLE_NO_ROW)
		return error_set(e, ERROR_USAGE, EINVAL, "cell %" PRIu64 " is none of this run", result->cell);
	int r = mark_done(t, row, result, e);
	for (size_t i = 0; r == 0 && i < result->n_values; i++) {
		r = find_response(t, result, i, &response, e);
		if (r == 0)
			r = add_observation(t, row, response, result, i, e);
	}
	return r;
}

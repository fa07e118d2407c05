// SPDX-License-Identifier: GPL-2.0-or-later
// What a run says at its end, as JSON for programs.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "report/summary.h"

/* A report that lacks a part for want of memory is no report: @good says whether all is there. */

static json_t *response_to_json(const struct tally_response *response, bool *good)
{
	json_t *values = json_object();
	for (size_t i = 0; i < response->n_values; i++)
		*good &=
			json_put(values, response->values[i].text, json_integer((json_int_t)response->values[i].count));
	json_t *object = json_pack("{s:s, s:o}", "name", response->name, "values", values);
	if (response->n_more)
		*good &= json_put(object, "more", json_integer((json_int_t)response->n_more));
	if (response->n_timed)
		*good &= json_put(object, "duration_us",
			json_pack("{s:I, s:I}", "least", (json_int_t)response->took_least_us, "most",
				(json_int_t)response->took_most_us));
	return object;
}

static json_t *levels_of(const struct scenario *s, uint64_t cell)
{
	CLEANUP(cleanup_free) size_t *levels = calloc(s->matrix.n_factors + 1, sizeof *levels);
	if (!levels)
		return NULL;
	matrix_cell(&s->matrix, cell, levels);
	return result_levels_to_json(&s->matrix, levels);
}

static json_t *reason_to_json(const struct summary *summary, const struct tally_reason *reason)
{
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, reason->cell);
	CLEANUP(text_done) struct text command = TEXT_INIT;
	summary_command(summary, reason->cell, &command);
	return json_pack("{s:s, s:s, s:I, s:{s:s, s:i, s:o, s:s}}", "verdict", verdict_names[reason->verdict], "reason",
		reason->text, "count", (json_int_t)reason->count, "example", "id", id, "replicate",
		(int)reason->replicate, "levels", levels_of(summary->scenario, reason->cell), "command",
		text_get(&command));
}

int summary_json(const struct summary *summary, struct text *t)
{
	const struct tally *tally = summary->tally;
	json_t *verdicts = json_object(), *responses = json_array(), *problems = json_array();
	bool good = true;
	for (int i = 0; i < VERDICT_COUNT; i++)
		good &= json_put(verdicts, verdict_names[i], json_integer((json_int_t)tally->verdicts[i]));
	for (size_t i = 0; i < tally->n_responses; i++)
		good &= json_append(responses, response_to_json(&tally->responses[i], &good));
	for (size_t i = 0; i < tally->n_reasons; i++)
		good &= json_append(problems, reason_to_json(summary, &tally->reasons[i]));
	char seed[24];
	snprintf(seed, sizeof seed, "%" PRIu64, summary->seed);
	CLEANUP(cleanup_json)
	json_t *json = json_pack("{s:s, s:s, s:s?, s:s, s:s, s:s, s:I, s:I, s:b, s:I, s:o, s:o, s:o, s:s?}", "scenario",
		summary->scenario->name, "path", summary->scenario->path, "question", summary->scenario->question,
		"kernel", summary->kernel, "privilege", summary->privilege, "seed", seed, "runs",
		(json_int_t)summary->n_runs, "done", (json_int_t)tally_total(tally), "interrupted",
		summary->interrupted, "elapsed_us", (json_int_t)summary->elapsed_us, "verdicts", verdicts, "responses",
		responses, "problems", problems, "results", summary->results_path);
	json_write(json, JSON_COMPACT | JSON_PRESERVE_ORDER, t);
	text_add(t, "\n");
	t->failed |= !good;
	return t->failed ? -ENOMEM : 0;
}

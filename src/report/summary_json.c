// SPDX-License-Identifier: GPL-2.0-or-later
// What a run says at its end, as JSON for programs.
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "report/summary.h"

static json_t *response_to_json(const struct tally_response *response)
{
	json_t *values = json_object();
	for (size_t i = 0; i < response->n_values; i++)
		json_object_set_new(values, response->values[i].text, json_integer((json_int_t)response->values[i].count));
	json_t *object = json_pack("{s:s, s:o}", "name", response->name, "values", values);
	if (response->n_more)
		json_object_set_new(object, "more", json_integer((json_int_t)response->n_more));
	if (response->n_timed)
		json_object_set_new(object, "duration_us",
			json_pack("{s:I, s:I}", "least", (json_int_t)response->took_least_us, "most",
				(json_int_t)response->took_most_us));
	return object;
}

static json_t *levels_to_json(const struct scenario *s, uint64_t cell)
{
	CLEANUP(cleanup_free) size_t *levels = calloc(s->matrix.n_factors + 1, sizeof *levels);
	json_t *object = json_object();
	if (!levels)
		return object;
	matrix_cell(&s->matrix, cell, levels);
	for (size_t i = 0; i < s->matrix.n_factors; i++)
		json_object_set_new(object, s->matrix.factors[i].name,
			json_string(s->matrix.factors[i].levels[levels[i]].name));
	return object;
}

static json_t *reason_to_json(const struct summary *summary, const struct tally_reason *reason)
{
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, reason->cell);
	CLEANUP(text_done) struct text command = TEXT_INIT;
	summary_command(summary, reason->cell, &command);
	return json_pack("{s:s, s:s, s:I, s:{s:s, s:i, s:o, s:s}}", "verdict", verdict_names[reason->verdict], "reason",
		reason->text, "count", (json_int_t)reason->count, "example", "id", id, "replicate",
		(int)reason->replicate, "levels", levels_to_json(summary->scenario, reason->cell), "command",
		text_get(&command));
}

int summary_json(const struct summary *summary, struct text *t)
{
	const struct tally *tally = summary->tally;
	json_t *verdicts = json_object(), *responses = json_array(), *problems = json_array();
	for (int i = 0; i < VERDICT_COUNT; i++)
		json_object_set_new(verdicts, verdict_names[i], json_integer((json_int_t)tally->verdicts[i]));
	for (size_t i = 0; i < tally->n_responses; i++)
		json_array_append_new(responses, response_to_json(&tally->responses[i]));
	for (size_t i = 0; i < tally->n_reasons; i++)
		json_array_append_new(problems, reason_to_json(summary, &tally->reasons[i]));
	char seed[24];
	snprintf(seed, sizeof seed, "%" PRIu64, summary->seed);
	json_t *json = json_pack("{s:s, s:s, s:s?, s:s, s:s, s:s, s:I, s:I, s:b, s:I, s:o, s:o, s:o, s:s?}", "scenario",
		summary->scenario->name, "path", summary->scenario->path, "question", summary->scenario->question,
		"kernel", summary->kernel, "privilege", summary->privilege, "seed", seed, "runs",
		(json_int_t)summary->n_runs, "done", (json_int_t)tally_total(tally), "interrupted", summary->interrupted,
		"elapsed_us", (json_int_t)summary->elapsed_us, "verdicts", verdicts, "responses", responses, "problems",
		problems, "results", summary->results_path);
	char *text = json ? json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	json_decref(json);
	if (!text)
		return -ENOMEM;
	text_addf(t, "%s\n", text);
	free(text);
	return t->failed ? -ENOMEM : 0;
}

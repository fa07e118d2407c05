// SPDX-License-Identifier: GPL-2.0-or-later
// What a run says at its end, as JSON for programs.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "report/phrase.h"
#include "report/summary.h"

/* A report that lacks a part for want of memory is no report: @good says whether all is there. */

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
	phrase_command(summary->view.program, summary->view.explanation->table.scenario, reason->cell, &command);
	return json_pack("{s:s, s:s, s:I, s:{s:s, s:i, s:o, s:s}}", "verdict", verdict_names[reason->verdict], "reason",
		reason->text, "count", (json_int_t)reason->count, "example", "id", id, "replicate",
		(int)reason->replicate, "levels", levels_of(summary->view.explanation->table.scenario, reason->cell),
		"command", text_get(&command));
}

int summary_json(const struct summary *summary, const struct style *style, bool brief, struct text *t)
{
	(void)style;
	(void)brief;
	const struct scenario *s = summary->view.explanation->table.scenario;
	const struct tally *tally = &summary->view.explanation->tally;
	json_t *verdicts = json_object(), *problems = json_array();
	bool good = true;
	for (int i = 0; i < VERDICT_COUNT; i++)
		good &= json_put(verdicts, verdict_names[i], json_integer((json_int_t)tally->verdicts[i]));
	for (size_t i = 0; i < tally->n_reasons; i++)
		good &= json_append(problems, reason_to_json(summary, &tally->reasons[i]));
	CLEANUP(cleanup_json)
	json_t *json = json_pack("{s:s, s:s, s:s?, s:s, s:s, s:s, s:I, s:I, s:b, s:I, s:o, s:o, s:s?}", "scenario",
		s->name, "path", s->path, "question", s->question, "kernel", summary->kernel, "privilege",
		summary->privilege, "seed", summary->seed, "runs", (json_int_t)summary->n_runs, "done",
		(json_int_t)tally_total(tally), "interrupted", summary->interrupted, "elapsed_us",
		(json_int_t)summary->elapsed_us, "verdicts", verdicts, "problems", problems, "results",
		summary->results_path);
	good &= explain_json(&summary->view, json);
	json_write(json, JSON_COMPACT | JSON_PRESERVE_ORDER, t);
	text_add(t, "\n");
	t->failed |= !good;
	return t->failed ? -ENOMEM : 0;
}

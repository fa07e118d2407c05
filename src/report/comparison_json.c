// SPDX-License-Identifier: GPL-2.0-or-later
// Two runs held against each other, as JSON for programs. The man page describes its members; what is there stays
// there.
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "report/comparison.h"
#include "report/conditions_json.h"

struct writer {
	const struct comparison_view *view;
	const struct comparison *comparison;
	struct json_writer json;
};

static const char *const run_keys[2] = {"a", "b"};

static const struct explanation *explanation_of(const struct writer *w, size_t run)
{
	return w->comparison->runs[run].explanation;
}

static json_t *id_of(const struct writer *w, size_t run, size_t row)
{
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, explanation_of(w, run)->table.cells[row]);
	return json_string(id);
}

static json_t *levels_of(const struct writer *w, size_t run, size_t row)
{
	size_t levels[MATRIX_FACTORS_MAX];
	const struct table *t = &explanation_of(w, run)->table;
	table_copy_levels(t, row, levels);
	return result_levels_to_json(&t->scenario->matrix, levels);
}

static json_t *when_to_json(struct writer *w, size_t run, const struct conditions *when)
{
	return conditions_to_json(&w->json, &explanation_of(w, run)->table.scenario->matrix, when);
}

static json_t *run_to_json(struct writer *w, size_t run)
{
	const struct comparison_run *r = &w->comparison->runs[run];
	json_t *object = json_object();
	json_writer_put(&w->json, object, "results", json_string(r->record->path));
	json_writer_put(&w->json, object, "scenario", json_string(r->record->scenario_name));
	json_writer_put(&w->json, object, "tool", json_string(r->record->tool));
	json_writer_put(&w->json, object, "kernel", json_string(r->record->release));
	json_writer_put(&w->json, object, "started", json_string(r->record->started));
	json_writer_put(&w->json, object, "runs", json_from_uint(r->record->n_runs));
	json_writer_put(&w->json, object, "done", json_from_uint(tally_total(&r->explanation->tally)));
	json_writer_put(&w->json, object, "interrupted", json_boolean(!r->is_finished));
	return object;
}

static json_t *difference_to_json(struct writer *w, const struct fingerprint_difference *d)
{
	static const char *const kinds[] = {
		[FINGERPRINT_RUN] = "run",
		[FINGERPRINT_SCENARIO] = "scenario",
		[FINGERPRINT_PART] = "scenario part",
		[FINGERPRINT_ENVIRONMENT] = "sysctl",
	};
	static_assert(sizeof kinds / sizeof *kinds == FINGERPRINT_KIND_COUNT, "a name for each kind");
	json_t *object = json_object();
	json_writer_put(&w->json, object, "kind", json_string(kinds[d->kind]));
	json_writer_put(&w->json, object, "name", json_string(d->name));
	for (int run = 0; run < 2; run++)
		json_writer_put(&w->json, object, run_keys[run], json_string_or_null(d->is[run]));
	return object;
}

static json_t *outcome_to_json(struct writer *w, const struct cell_change *change, int run)
{
	static const char *const kinds[] = {
		[OUTCOME_VALUE] = "value",
		[OUTCOME_UNSTABLE] = "unstable",
		[OUTCOME_MISSING] = "nothing conclusive",
		[OUTCOME_NOT_RECORDED] = "not recorded",
	};
	const struct outcome *outcome = &change->outcomes[run];
	json_t *object = json_object();
	json_writer_put(&w->json, object, "is", json_string(kinds[outcome->kind]));
	json_writer_put(&w->json, object, "value", *outcome->text ? json_string(outcome->text) : json_null());
	if (change->kind == CHANGED_DURATION)
		json_writer_put(&w->json, object, "duration_us",
			json_pack("{s:I, s:I}", "least", (json_int_t)change->took[run].least_us, "most",
				(json_int_t)change->took[run].most_us));
	return object;
}

static json_t *verdicts_to_json(struct writer *w, uint8_t which)
{
	json_t *array = json_array();
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (which >> i & 1)
			json_writer_append(&w->json, array, json_string(verdict_names[i]));
	return array;
}

static json_t *command_of(const struct writer *w, size_t row)
{
	CLEANUP(text_done) struct text command = TEXT_INIT;
	comparison_command(w->view, row, &command);
	return command.failed ? NULL : json_string(text_get(&command));
}

/* Which cells a change is of. */
static void put_cells(struct writer *w, const struct cell_change *change, json_t *object)
{
	json_t *cells = json_array(), *example = json_object(), *exactly = json_array();
	for (size_t i = 0; i < change->exactly.n_rules; i++)
		json_writer_append(&w->json, exactly, when_to_json(w, change->run, &change->exactly.rules[i].when));
	if (change->n == change->n_where)
		json_writer_append(&w->json, exactly, when_to_json(w, change->run, &change->where));
	for (size_t i = 0; i < change->n; i++)
		json_writer_append(&w->json, cells, id_of(w, change->run, change->rows[i]));
	json_writer_put(&w->json, example, "id", id_of(w, change->run, change->plainest));
	json_writer_put(&w->json, example, "levels", levels_of(w, change->run, change->plainest));
	if (change->kind != ONLY_IN_ONE)
		json_writer_put(&w->json, example, "command", command_of(w, change->plainest));
	json_writer_put(&w->json, object, "count", json_from_uint(change->n));
	json_writer_put(&w->json, object, "where", when_to_json(w, change->run, &change->where));
	json_writer_put(&w->json, object, "cells_where", json_from_uint(change->n_where));
	json_writer_put(&w->json, object, "exactly_where", exactly);
	json_writer_put(&w->json, object, "cells", cells);
	json_writer_put(&w->json, object, "example", example);
}

static json_t *change_to_json(struct writer *w, const struct cell_change *change)
{
	static const char *const kinds[] = {
		[CHANGED_RESPONSE] = "response",
		[CHANGED_DURATION] = "duration",
		[CHANGED_VERDICT] = "verdict",
		[ONLY_IN_ONE] = "only in one",
	};
	json_t *object = json_object();
	json_writer_put(&w->json, object, "kind", json_string(kinds[change->kind]));
	switch (change->kind) {
	case CHANGED_RESPONSE:
	case CHANGED_DURATION:
		json_writer_put(&w->json, object, "response",
			json_string(explanation_of(w, 0)->table.responses[change->response].response->name));
		for (int run = 0; run < 2; run++)
			json_writer_put(&w->json, object, run_keys[run], outcome_to_json(w, change, run));
		break;
	case CHANGED_VERDICT:
		for (int run = 0; run < 2; run++)
			json_writer_put(&w->json, object, run_keys[run], verdicts_to_json(w, change->verdicts[run]));
		json_writer_put(&w->json, object, "reason", json_string_or_null(change->reason));
		break;
	case ONLY_IN_ONE:
		json_writer_put(&w->json, object, "run", json_string(run_keys[change->run]));
		json_writer_put(&w->json, object, "missing_in_other", json_boolean(change->is_of_other));
		break;
	}
	put_cells(w, change, object);
	return object;
}

/* Its rules, the last of which has no condition; null where there is no law. */
static json_t *law_to_json(struct writer *w, size_t run, size_t response)
{
	const struct account *account = &explanation_of(w, run)->accounts[response];
	const struct table_value *values = explanation_of(w, run)->table.responses[response].values;
	const struct conditions always = {.n = 0};
	if (account->lawlessness != LAW_FOUND)
		return json_null();
	json_t *rules = json_array();
	for (size_t i = 0; i <= account->law.n_rules; i++) {
		bool is_last = i == account->law.n_rules;
		size_t value = is_last ? account->law.otherwise : account->law.rules[i].value;
		json_t *rule = json_object();
		json_writer_put(
			&w->json, rule, "when", when_to_json(w, run, is_last ? &always : &account->law.rules[i].when));
		json_writer_put(&w->json, rule, "is", json_string(values[value].text));
		json_writer_append(&w->json, rules, rule);
	}
	return rules;
}

static json_t *law_change_to_json(struct writer *w, const struct law_change *change)
{
	json_t *object = json_object();
	json_writer_put(&w->json, object, "response",
		json_string(explanation_of(w, 0)->table.responses[change->responses[0]].response->name));
	json_writer_put(&w->json, object, "changed_cells", json_from_uint(change->n_changed));
	for (size_t run = 0; run < 2; run++)
		json_writer_put(&w->json, object, run_keys[run], law_to_json(w, run, change->responses[run]));
	return object;
}

static json_t *ruling_to_json(struct writer *w, size_t run, size_t ruling)
{
	if (ruling == COMPARISON_NONE)
		return json_null();
	const struct ruling *r = &explanation_of(w, run)->rulings[ruling];
	json_t *object = json_object(), *holds = json_array();
	for (size_t i = 0; i < r->holds.n_rules; i++)
		json_writer_append(&w->json, holds, when_to_json(w, run, &r->holds.rules[i].when));
	json_writer_put(&w->json, object, "verdict", json_string(claim_verdict_names[r->verdict]));
	json_writer_put(&w->json, object, "holds_when", holds);
	return object;
}

static json_t *claim_change_to_json(struct writer *w, const struct claim_change *change)
{
	size_t run = change->rulings[1] == COMPARISON_NONE ? 0 : 1;
	const struct claim *claim = explanation_of(w, run)->rulings[change->rulings[run]].claim;
	json_t *object = json_object();
	json_writer_put(&w->json, object, "id", json_string(claim->id));
	json_writer_put(&w->json, object, "says", json_string(claim->says));
	for (run = 0; run < 2; run++)
		json_writer_put(&w->json, object, run_keys[run], ruling_to_json(w, run, change->rulings[run]));
	return object;
}

static json_t *only_responses_to_json(struct writer *w)
{
	json_t *object = json_object();
	for (int run = 0; run < 2; run++) {
		json_t *array = json_array();
		for (size_t i = 0; i < w->comparison->n_only_responses[run]; i++)
			json_writer_append(&w->json, array, json_string(w->comparison->only_responses[run][i]));
		json_writer_put(&w->json, object, run_keys[run], array);
	}
	return object;
}

void comparison_json(const struct comparison_view *view, struct text *t)
{
	const struct comparison *c = view->comparison;
	struct writer w = {view, c, {true}};
	CLEANUP(cleanup_json) json_t *object = json_object();
	json_t *fingerprint = json_array(), *changes = json_array(), *laws = json_array(), *claims = json_array();
	for (size_t i = 0; i < c->fingerprint.n; i++)
		json_writer_append(&w.json, fingerprint, difference_to_json(&w, &c->fingerprint.all[i]));
	for (size_t i = 0; i < c->n_changes; i++)
		json_writer_append(&w.json, changes, change_to_json(&w, &c->changes[i]));
	for (size_t i = 0; i < c->n_laws; i++)
		json_writer_append(&w.json, laws, law_change_to_json(&w, &c->laws[i]));
	for (size_t i = 0; i < c->n_claim_changes; i++)
		json_writer_append(&w.json, claims, claim_change_to_json(&w, &c->claims[i]));
	json_writer_put(&w.json, object, "same", json_boolean(!comparison_differs(c)));
	for (size_t run = 0; run < 2; run++)
		json_writer_put(&w.json, object, run_keys[run], run_to_json(&w, run));
	json_writer_put(&w.json, object, "fingerprint", fingerprint);
	json_writer_put(&w.json, object, "cells",
		json_pack("{s:I, s:I, s:I}", "compared", (json_int_t)c->n_compared, "changed", (json_int_t)c->n_changed,
			"untold", (json_int_t)c->n_untold));
	json_writer_put(&w.json, object, "changes", changes);
	json_writer_put(&w.json, object, "more_changes", json_from_uint(c->n_more));
	json_writer_put(&w.json, object, "only_responses", only_responses_to_json(&w));
	json_writer_put(&w.json, object, "laws", laws);
	json_writer_put(&w.json, object, "claims", claims);
	json_write(object, JSON_COMPACT | JSON_PRESERVE_ORDER, t);
	text_add(t, "\n");
	t->failed |= !w.json.good;
}

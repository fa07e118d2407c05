// SPDX-License-Identifier: GPL-2.0-or-later
// An explanation as JSON for programs. The man page describes its members; what is there stays there.
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "report/explain.h"
#include "report/phrase.h"
#include "report/conditions_json.h"

struct writer {
	const struct explain_view *view;
	const struct explanation *explanation;
	const struct table *table;
	const struct matrix *matrix;
	struct json_writer json;
};

/* Made of what phrase.h makes, which takes a text. */
static json_t *string_of(struct text *t)
{
	json_t *string = t->failed ? NULL : json_string(text_get(t));
	text_done(t);
	return string;
}

static json_t *id_of(uint64_t cell)
{
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, cell);
	return json_string(id);
}

static json_t *levels_of(const struct writer *w, size_t row)
{
	size_t levels[MATRIX_FACTORS_MAX];
	table_copy_levels(w->table, row, levels);
	return result_levels_to_json(w->matrix, levels);
}

static json_t *factor_names(struct writer *w, uint64_t factors)
{
	json_t *array = json_array();
	for (size_t f = 0; f < w->table->n_factors; f++)
		if (factors >> f & 1)
			json_writer_append(&w->json, array, json_string(w->matrix->factors[f].name));
	return array;
}

static json_t *influences_to_json(struct writer *w, const struct account *account)
{
	json_t *array = json_array();
	for (size_t f = 0; f < w->table->n_factors; f++) {
		const struct influence *influence = &account->influences[f];
		json_t *object = json_object();
		json_writer_put(&w->json, object, "name", json_string(w->matrix->factors[f].name));
		json_writer_put(&w->json, object, "pairs", json_from_uint(influence->n_pairs));
		json_writer_put(&w->json, object, "changed", json_from_uint(influence->n_changed));
		json_writer_put(&w->json, object, "inert", json_boolean(influence_is_inert(influence)));
		json_writer_put(&w->json, object, "possible", json_from_uint(influence->n_possible));
		json_writer_put(&w->json, object, "slower", json_from_uint(influence->n_slower));
		json_writer_put(&w->json, object, "depends_on", factor_names(w, influence->depends_on));
		json_writer_append(&w->json, array, object);
	}
	return array;
}

/* {"path": ["loopback"]} */
static json_t *rests_to_json(struct writer *w, const struct support *support, bool was_left_out)
{
	json_t *object = json_object();
	for (size_t i = 0; i < support->n_rests; i++) {
		const struct rest *rest = &support->rests[i];
		const struct factor *factor = &w->matrix->factors[rest->factor];
		if (rest->was_left_out != was_left_out)
			continue;
		if (!json_object_get(object, factor->name))
			json_writer_put(&w->json, object, factor->name, json_array());
		json_writer_append(
			&w->json, json_object_get(object, factor->name), json_string(factor->levels[rest->level].name));
	}
	return object;
}

static json_t *law_rule_to_json(struct writer *w, const struct account *account, size_t i)
{
	const struct law *law = &account->law;
	const struct conditions always = {.n = 0};
	bool is_last = i == law->n_rules;
	size_t value = is_last ? law->otherwise : law->rules[i].value;
	const struct support *support = &account->supports[i];
	const struct table_response *response = &w->table->responses[account - w->explanation->accounts];
	json_t *object = json_object();
	json_writer_put(&w->json, object, "when", conditions_to_json(&w->json, w->matrix, is_last ? &always : &law->rules[i].when));
	json_writer_put(&w->json, object, "is", json_string(response->values[value].text));
	json_writer_put(&w->json, object, "cells", json_from_uint(support->n_cells));
	json_writer_put(&w->json, object, "missing", json_from_uint(support->n_missing));
	json_writer_put(&w->json, object, "rests_on", rests_to_json(w, support, false));
	json_writer_put(&w->json, object, "rests_on_left_out", rests_to_json(w, support, true));
	return object;
}

static json_t *lawlessness_to_json(const struct account *account)
{
	static const char *const reasons[] = {
		[LAW_FOUND] = NULL,
		[LAW_NO_CELLS] = "no cell gave one answer",
		[LAW_TOO_MANY_VALUES] = "too many values",
		[LAW_TOO_LONG] = "too long",
	};
	const char *reason = reasons[account->lawlessness];
	return reason ? json_string(reason) : json_null();
}

static json_t *law_to_json(struct writer *w, const struct account *account)
{
	if (account->lawlessness != LAW_FOUND)
		return json_null();
	json_t *object = json_object(), *rules = json_array();
	for (size_t i = 0; i <= account->law.n_rules; i++)
		json_writer_append(&w->json, rules, law_rule_to_json(w, account, i));
	json_writer_put(&w->json, object, "exact", json_boolean(account->law.exact));
	json_writer_put(&w->json, object, "cells", json_from_uint(account->n_cells));
	json_writer_put(&w->json, object, "rules", rules);
	return object;
}

static json_t *unstable_to_json(struct writer *w, size_t response)
{
	const struct table_value *values = w->table->responses[response].values;
	json_t *array = json_array();
	for (size_t i = 0; i < w->table->n_unstable; i++) {
		const struct table_unstable *unstable = &w->table->unstable[i];
		if (unstable->response != response)
			continue;
		json_t *object = json_object(), *shares = json_object();
		for (size_t j = 0; j < unstable->n_values; j++)
			json_writer_put(&w->json, shares, values[unstable->shares[j].value].text,
				json_from_uint(unstable->shares[j].n));
		json_writer_put(&w->json, object, "id", id_of(w->table->cells[unstable->row]));
		json_writer_put(&w->json, object, "levels", levels_of(w, unstable->row));
		json_writer_put(&w->json, object, "values", shares);
		json_writer_append(&w->json, array, object);
	}
	return array;
}

/* A cell, and what the response was there. */
static json_t *cell_to_json(struct writer *w, size_t row, size_t response)
{
	if (row == TABLE_NO_ROW)
		return json_null();
	struct text observed = TEXT_INIT, command = TEXT_INIT;
	phrase_observed(w->table, row, response, &observed);
	phrase_command(w->view->program, w->table->scenario, w->table->cells[row], &command);
	json_t *object = json_object();
	json_writer_put(&w->json, object, "id", id_of(w->table->cells[row]));
	json_writer_put(&w->json, object, "levels", levels_of(w, row));
	json_writer_put(&w->json, object, "response", json_string(w->table->responses[response].response->name));
	json_writer_put(&w->json, object, "observed", string_of(&observed));
	json_writer_put(&w->json, object, "command", string_of(&command));
	return object;
}

static json_t *pair_to_json(struct writer *w, const struct pair *pair, size_t response)
{
	json_t *array = json_array();
	for (int i = 0; i < 2 && pair->rows[i] != TABLE_NO_ROW; i++)
		json_writer_append(&w->json, array, cell_to_json(w, pair->rows[i], response));
	return array;
}

static json_t *minimal_pairs_to_json(struct writer *w, const struct account *account)
{
	json_t *array = json_array();
	for (size_t f = 0; f < w->table->n_factors; f++) {
		if (!account->influences[f].n_changed)
			continue;
		json_t *object = json_object();
		json_writer_put(&w->json, object, "factor", json_string(w->matrix->factors[f].name));
		json_writer_put(&w->json, object, "cells",
			pair_to_json(w, &account->influences[f].minimal, (size_t)(account - w->explanation->accounts)));
		const char *parting = phrase_parting(w->explanation, &account->influences[f].minimal);
		if (parting)
			json_writer_put(&w->json, object, "parting", json_string(parting));
		json_writer_append(&w->json, array, object);
	}
	return array;
}

static json_t *response_to_json(struct writer *w, size_t response)
{
	const struct table_response *r = &w->table->responses[response];
	const struct account *account = &w->explanation->accounts[response];
	const char *mechanism = phrase_mechanism(w->table->scenario, response);
	json_t *object = json_object(), *values = json_object();
	for (size_t i = 0; i < r->n_values; i++)
		if (r->values[i].count)
			json_writer_put(&w->json, values, r->values[i].text, json_from_uint(r->values[i].count));
	json_writer_put(&w->json, object, "name", json_string(r->response->name));
	json_writer_put(&w->json, object, "values", values);
	json_writer_put(&w->json, object, "cells", json_from_uint(r->n_asked));
	json_writer_put(&w->json, object, "missing", json_from_uint(r->n_missing));
	if (r->n_timed)
		json_writer_put(&w->json, object, "duration_us",
			json_pack("{s:I, s:I}", "least", (json_int_t)r->took_least_us, "most",
				(json_int_t)r->took_most_us));
	json_writer_put(&w->json, object, "factors", influences_to_json(w, account));
	json_writer_put(&w->json, object, "law", law_to_json(w, account));
	json_writer_put(&w->json, object, "lawless", lawlessness_to_json(account));
	if (mechanism)
		json_writer_put(&w->json, object, "mechanism", json_string(mechanism));
	json_writer_put(&w->json, object, "unstable", unstable_to_json(w, response));
	json_writer_put(&w->json, object, "minimal_pairs", minimal_pairs_to_json(w, account));
	return object;
}

/* Where a law has its value 1: a list of conditions, of which one has to hold. */
static json_t *condition_to_json(struct writer *w, const struct law *law)
{
	json_t *array = json_array();
	for (size_t i = 0; i < law->n_rules; i++)
		json_writer_append(&w->json, array, conditions_to_json(&w->json, w->matrix, &law->rules[i].when));
	return array;
}

static json_t *statement_to_json(struct writer *w, const struct statement *statement)
{
	static const char *const truths[] = {
		[TRUTH_UNTRIED] = "untried",
		[TRUTH_TRUE] = "true",
		[TRUTH_FALSE] = "false",
	};
	json_t *object = json_object();
	json_writer_put(&w->json, object, "factor", json_string(w->matrix->factors[statement->factor].name));
	json_writer_put(&w->json, object, "says", json_string(statement->says_decisive ? "decisive" : "inert"));
	json_writer_put(
		&w->json, object, "response", json_string(w->table->responses[statement->response].response->name));
	json_writer_put(&w->json, object, "is", json_string(truths[statement->truth]));
	json_writer_put(&w->json, object, "possible", json_from_uint(statement->n_possible));
	json_writer_put(&w->json, object, "pairs", json_from_uint(statement->n_pairs));
	json_writer_put(&w->json, object, "changed", json_from_uint(statement->n_changed));
	json_writer_put(&w->json, object, "cells", pair_to_json(w, &statement->pair, statement->response));
	return object;
}

static json_t *counterexample_to_json(struct writer *w, const struct ruling *ruling)
{
	if (ruling->counterexample == TABLE_NO_ROW)
		return json_null();
	const struct rule_list *list = &ruling->claim->predicts[ruling->rule_list];
	size_t levels[MATRIX_FACTORS_MAX];
	table_copy_levels(w->table, ruling->counterexample, levels);
	struct text predicted = TEXT_INIT;
	phrase_predicted(w->table->responses[list->response].response, rule_list_match(list, levels), &predicted);
	json_t *object = cell_to_json(w, ruling->counterexample, list->response);
	json_writer_put(&w->json, object, "predicted", string_of(&predicted));
	json_writer_put(&w->json, object, "twin", cell_to_json(w, ruling->twin, list->response));
	if (ruling->twin != TABLE_NO_ROW)
		json_writer_put(
			&w->json, object, "twin_factor", json_string(w->matrix->factors[ruling->twin_factor].name));
	return object;
}

static json_t *ruling_to_json(struct writer *w, const struct ruling *ruling)
{
	const struct claim *claim = ruling->claim;
	json_t *object = json_object(), *statements = json_array();
	for (size_t i = 0; i < ruling->n_statements; i++)
		json_writer_append(&w->json, statements, statement_to_json(w, &ruling->statements[i]));
	json_writer_put(&w->json, object, "id", json_string(claim->id));
	json_writer_put(&w->json, object, "says", json_string(claim->says));
	json_writer_put(&w->json, object, "verdict", json_string(claim_verdict_names[ruling->verdict]));
	json_writer_put(&w->json, object, "expected",
		claim->has_verdict ? json_string(claim_verdict_names[claim->verdict]) : json_null());
	json_writer_put(&w->json, object, "differs", json_boolean(explanation_differs(w->explanation, ruling)));
	json_writer_put(&w->json, object, "holds_when", condition_to_json(w, &ruling->holds));
	json_writer_put(&w->json, object, "fails_when", condition_to_json(w, &ruling->fails));
	json_writer_put(&w->json, object, "counterexample", counterexample_to_json(w, ruling));
	json_writer_put(&w->json, object, "factors", statements);
	json_writer_put(&w->json, object, "cells",
		json_pack("{s:I, s:I, s:I, s:I, s:I}", "agree", (json_int_t)ruling->n_agree, "disagree",
			(json_int_t)ruling->n_disagree, "silent", (json_int_t)ruling->n_silent, "unknown",
			(json_int_t)ruling->n_unknown, "unstable", (json_int_t)ruling->n_unstable));
	return object;
}

/* {"closer": ["server"]}: the factors of which the run has not all levels, with those that it has */
static json_t *held_to_json(struct writer *w)
{
	json_t *object = json_object();
	for (size_t f = 0; f < w->table->n_factors; f++) {
		const struct factor *factor = &w->matrix->factors[f];
		if (!explanation_is_held(w->explanation, f))
			continue;
		json_t *levels = json_array();
		for (size_t l = 0; l < factor->n_all_levels; l++)
			if (table_is_in_play(w->table, f, l))
				json_writer_append(&w->json, levels, json_string(factor->levels[l].name));
		json_writer_put(&w->json, object, factor->name, levels);
	}
	return object;
}

bool explain_json(const struct explain_view *view, json_t *object)
{
	const struct explanation *explanation = view->explanation;
	struct writer w = {view, explanation, &explanation->table, &explanation->table.scenario->matrix, {true}};
	json_t *responses = json_array(), *claims = json_array();
	for (size_t i = 0; i < w.table->n_responses; i++)
		if (phrase_is_selected(view, i))
			json_writer_append(&w.json, responses, response_to_json(&w, i));
	for (size_t i = 0; i < explanation->n_rulings; i++)
		if (!view->responses || phrase_is_selected_claim(view, i))
			json_writer_append(&w.json, claims, ruling_to_json(&w, &explanation->rulings[i]));
	json_writer_put(&w.json, object, "whole", json_boolean(explanation->is_whole));
	json_writer_put(&w.json, object, "cells",
		json_pack("{s:I, s:I}", "of_run", (json_int_t)w.table->n_rows, "of_scenario",
			(json_int_t)explanation->n_cells));
	json_writer_put(&w.json, object, "held", held_to_json(&w));
	json_writer_put(&w.json, object, "responses", responses);
	json_writer_put(&w.json, object, "claims", claims);
	return w.json.good;
}

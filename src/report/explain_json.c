// SPDX-License-Identifier: GPL-2.0-or-later
// An explanation as JSON for programs. The man page describes its members; what is there stays there.
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "report/explain.h"
#include "report/phrase.h"

/* An object that lacks a member for want of memory is no object: @good says whether all is there. */
struct writer {
	const struct explain_view *view;
	const struct explanation *explanation;
	const struct table *table;
	const struct matrix *matrix;
	bool good;
};

static void put(struct writer *w, json_t *object, const char *key, json_t *value)
{
	w->good &= json_put(object, key, value);
}

static void append(struct writer *w, json_t *array, json_t *value)
{
	w->good &= json_append(array, value);
}

static json_t *integer(uint64_t n)
{
	return json_integer((json_int_t)n);
}

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

/* {"closer": ["server"], "tw_reuse": ["0", "1"]} */
static json_t *when_to_json(struct writer *w, const struct conditions *when)
{
	json_t *object = json_object();
	for (size_t i = 0; i < when->n; i++) {
		const struct factor *factor = &w->matrix->factors[when->all[i].factor];
		json_t *levels = json_array();
		for (size_t l = 0; l < factor->n_all_levels; l++)
			if (when->all[i].allowed[l])
				append(w, levels, json_string(factor->levels[l].name));
		put(w, object, factor->name, levels);
	}
	return object;
}

static json_t *factor_names(struct writer *w, uint64_t factors)
{
	json_t *array = json_array();
	for (size_t f = 0; f < w->table->n_factors; f++)
		if (factors >> f & 1)
			append(w, array, json_string(w->matrix->factors[f].name));
	return array;
}

static json_t *influences_to_json(struct writer *w, const struct account *account)
{
	json_t *array = json_array();
	for (size_t f = 0; f < w->table->n_factors; f++) {
		const struct influence *influence = &account->influences[f];
		json_t *object = json_object();
		put(w, object, "name", json_string(w->matrix->factors[f].name));
		put(w, object, "pairs", integer(influence->n_pairs));
		put(w, object, "changed", integer(influence->n_changed));
		put(w, object, "inert", json_boolean(influence_is_inert(influence)));
		put(w, object, "possible", integer(influence->n_possible));
		put(w, object, "slower", integer(influence->n_slower));
		put(w, object, "depends_on", factor_names(w, influence->depends_on));
		append(w, array, object);
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
			put(w, object, factor->name, json_array());
		append(w, json_object_get(object, factor->name), json_string(factor->levels[rest->level].name));
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
	put(w, object, "when", when_to_json(w, is_last ? &always : &law->rules[i].when));
	put(w, object, "is", json_string(response->values[value].text));
	put(w, object, "cells", integer(support->n_cells));
	put(w, object, "missing", integer(support->n_missing));
	put(w, object, "rests_on", rests_to_json(w, support, false));
	put(w, object, "rests_on_left_out", rests_to_json(w, support, true));
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
		append(w, rules, law_rule_to_json(w, account, i));
	put(w, object, "exact", json_boolean(account->law.exact));
	put(w, object, "cells", integer(account->n_cells));
	put(w, object, "rules", rules);
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
			put(w, shares, values[unstable->shares[j].value].text, integer(unstable->shares[j].n));
		put(w, object, "id", id_of(w->table->cells[unstable->row]));
		put(w, object, "levels", levels_of(w, unstable->row));
		put(w, object, "values", shares);
		append(w, array, object);
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
	put(w, object, "id", id_of(w->table->cells[row]));
	put(w, object, "levels", levels_of(w, row));
	put(w, object, "response", json_string(w->table->responses[response].response->name));
	put(w, object, "observed", string_of(&observed));
	put(w, object, "command", string_of(&command));
	return object;
}

static json_t *pair_to_json(struct writer *w, const struct pair *pair, size_t response)
{
	json_t *array = json_array();
	for (int i = 0; i < 2 && pair->rows[i] != TABLE_NO_ROW; i++)
		append(w, array, cell_to_json(w, pair->rows[i], response));
	return array;
}

static json_t *minimal_pairs_to_json(struct writer *w, const struct account *account)
{
	json_t *array = json_array();
	for (size_t f = 0; f < w->table->n_factors; f++) {
		if (!account->influences[f].n_changed)
			continue;
		json_t *object = json_object();
		put(w, object, "factor", json_string(w->matrix->factors[f].name));
		put(w, object, "cells",
			pair_to_json(w, &account->influences[f].minimal, (size_t)(account - w->explanation->accounts)));
		const char *parting = phrase_parting(w->explanation, &account->influences[f].minimal);
		if (parting)
			put(w, object, "parting", json_string(parting));
		append(w, array, object);
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
			put(w, values, r->values[i].text, integer(r->values[i].count));
	put(w, object, "name", json_string(r->response->name));
	put(w, object, "values", values);
	put(w, object, "cells", integer(r->n_asked));
	put(w, object, "missing", integer(r->n_missing));
	if (r->n_timed)
		put(w, object, "duration_us",
			json_pack("{s:I, s:I}", "least", (json_int_t)r->took_least_us, "most",
				(json_int_t)r->took_most_us));
	put(w, object, "factors", influences_to_json(w, account));
	put(w, object, "law", law_to_json(w, account));
	put(w, object, "lawless", lawlessness_to_json(account));
	if (mechanism)
		put(w, object, "mechanism", json_string(mechanism));
	put(w, object, "unstable", unstable_to_json(w, response));
	put(w, object, "minimal_pairs", minimal_pairs_to_json(w, account));
	return object;
}

/* Where a law has its value 1: a list of conditions, of which one has to hold. */
static json_t *condition_to_json(struct writer *w, const struct law *law)
{
	json_t *array = json_array();
	for (size_t i = 0; i < law->n_rules; i++)
		append(w, array, when_to_json(w, &law->rules[i].when));
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
	put(w, object, "factor", json_string(w->matrix->factors[statement->factor].name));
	put(w, object, "says", json_string(statement->says_decisive ? "decisive" : "inert"));
	put(w, object, "response", json_string(w->table->responses[statement->response].response->name));
	put(w, object, "is", json_string(truths[statement->truth]));
	put(w, object, "possible", integer(statement->n_possible));
	put(w, object, "pairs", integer(statement->n_pairs));
	put(w, object, "changed", integer(statement->n_changed));
	put(w, object, "cells", pair_to_json(w, &statement->pair, statement->response));
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
	phrase_predicted(
		w->table->responses[list->response].response, rule_list_match(list, levels), &predicted);
	json_t *object = cell_to_json(w, ruling->counterexample, list->response);
	put(w, object, "predicted", string_of(&predicted));
	put(w, object, "twin", cell_to_json(w, ruling->twin, list->response));
	if (ruling->twin != TABLE_NO_ROW)
		put(w, object, "twin_factor", json_string(w->matrix->factors[ruling->twin_factor].name));
	return object;
}

static json_t *ruling_to_json(struct writer *w, const struct ruling *ruling)
{
	const struct claim *claim = ruling->claim;
	json_t *object = json_object(), *statements = json_array();
	for (size_t i = 0; i < ruling->n_statements; i++)
		append(w, statements, statement_to_json(w, &ruling->statements[i]));
	put(w, object, "id", json_string(claim->id));
	put(w, object, "says", json_string(claim->says));
	put(w, object, "verdict", json_string(claim_verdict_names[ruling->verdict]));
	put(w, object, "expected", claim->has_verdict ? json_string(claim_verdict_names[claim->verdict]) : json_null());
	put(w, object, "differs", json_boolean(explanation_differs(w->explanation, ruling)));
	put(w, object, "holds_when", condition_to_json(w, &ruling->holds));
	put(w, object, "fails_when", condition_to_json(w, &ruling->fails));
	put(w, object, "counterexample", counterexample_to_json(w, ruling));
	put(w, object, "factors", statements);
	put(w, object, "cells",
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
				append(w, levels, json_string(factor->levels[l].name));
		put(w, object, factor->name, levels);
	}
	return object;
}

bool explain_json(const struct explain_view *view, json_t *object)
{
	const struct explanation *explanation = view->explanation;
	struct writer w = {view, explanation, &explanation->table, &explanation->table.scenario->matrix, true};
	json_t *responses = json_array(), *claims = json_array();
	for (size_t i = 0; i < w.table->n_responses; i++)
		if (phrase_is_selected(view, i))
			append(&w, responses, response_to_json(&w, i));
	for (size_t i = 0; i < explanation->n_rulings; i++)
		if (!view->responses || phrase_is_selected_claim(view, i))
			append(&w, claims, ruling_to_json(&w, &explanation->rulings[i]));
	put(&w, object, "whole", json_boolean(explanation->is_whole));
	put(&w, object, "cells",
		json_pack("{s:I, s:I}", "of_run", (json_int_t)w.table->n_rows, "of_scenario",
			(json_int_t)explanation->n_cells));
	put(&w, object, "held", held_to_json(&w));
	put(&w, object, "responses", responses);
	put(&w, object, "claims", claims);
	return w.good;
}

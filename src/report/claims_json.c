// SPDX-License-Identifier: GPL-2.0-or-later
// What became of listed claims, as JSON for programs. The man page describes its members; what is there stays there.
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "report/claims.h"
#include "report/conditions_json.h"
#include "report/phrase.h"

struct writer {
	const struct claims_view *view;
	struct json_writer json;
	struct error *e;
};

/* Made of what phrase.h makes, which takes a text. */
static json_t *string_of(struct text *t)
{
	json_t *string = t->failed ? NULL : json_string(text_get(t));
	text_done(t);
	return string;
}

static void put(struct writer *w, json_t *object, const char *key, json_t *value)
{
	json_writer_put(&w->json, object, key, value);
}

/* A cell, and what the response was there. */
static json_t *cell_to_json(struct writer *w, const struct table *t, size_t row, size_t response)
{
	char id[24];
	size_t levels[MATRIX_FACTORS_MAX];
	struct text observed = TEXT_INIT;
	snprintf(id, sizeof id, "%" PRIu64, t->cells[row]);
	table_copy_levels(t, row, levels);
	phrase_observed(t, row, response, &observed);
	json_t *object = json_object();
	put(w, object, "id", json_string(id));
	put(w, object, "levels", result_levels_to_json(&t->scenario->matrix, levels));
	put(w, object, "response", json_string(t->responses[response].response->name));
	put(w, object, "observed", string_of(&observed));
	return object;
}

static json_t *deciding_to_json(struct writer *w, const struct table *t, const struct deciding *d)
{
	if (d->row == TABLE_NO_ROW)
		return json_null();
	json_t *object = cell_to_json(w, t, d->row, d->response);
	struct text predicted = TEXT_INIT;
	if (d->rule)
		phrase_predicted(t->responses[d->response].response, d->rule, &predicted);
	put(w, object, "predicted", d->rule ? string_of(&predicted) : json_null());
	put(w, object, "agrees", json_boolean(d->standing == STANDING_AGREE));
	put(w, object, "twin", d->twin == TABLE_NO_ROW ? json_null() : cell_to_json(w, t, d->twin, d->response));
	if (d->twin != TABLE_NO_ROW)
		put(w, object, "twin_factor", json_string(t->scenario->matrix.factors[d->twin_factor].name));
	return object;
}

static json_t *law_to_json(struct writer *w, const struct matrix *m, const struct law *law)
{
	json_t *array = json_array();
	for (size_t i = 0; i < law->n_rules; i++)
		json_writer_append(&w->json, array, conditions_to_json(&w->json, m, &law->rules[i].when));
	return array;
}

struct sentences {
	struct writer *w;
	json_t *array;
	struct text *line;
};

static void append_sentence(void *context, const char *sentence)
{
	struct sentences *s = context;
	json_writer_append(&s->w->json, s->array, json_string(sentence));
}

static void join_sentence(void *context, const char *sentence)
{
	struct sentences *s = context;
	text_addf(s->line, "%s%s", s->line->len ? " " : "", sentence);
}

/* Where it holds, in words; null where it is not conditional. */
static json_t *condition_of_part(const struct settled_part *part)
{
	struct text line = TEXT_INIT;
	struct sentences sentences = {.line = &line};
	if (!part->ruling || part->verdict != CLAIM_CONDITIONAL)
		return json_null();
	phrase_condition(part->source->explanation, part->ruling, join_sentence, &sentences);
	return string_of(&line);
}

/* What a run alone can say; of another part all of it is null. */
static json_t *found_to_json(struct writer *w, const struct settled_part *part, const struct deciding *deciding)
{
	const struct ruling *ruling = part->ruling;
	if (!ruling)
		return json_pack("{s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "whole", "kernel", "results", "cells",
			"holds_when", "fails_when", "cell");
	const struct table *t = &part->source->explanation->table;
	json_t *object = json_object();
	put(w, object, "whole", json_boolean(part->source->explanation->is_whole));
	put(w, object, "kernel", json_string(part->source->record->release));
	put(w, object, "results", json_string(part->source->record->path));
	put(w, object, "cells",
		json_pack("{s:I, s:I, s:I, s:I, s:I}", "agree", (json_int_t)ruling->n_agree, "disagree",
			(json_int_t)ruling->n_disagree, "silent", (json_int_t)ruling->n_silent, "unknown",
			(json_int_t)ruling->n_unknown, "unstable", (json_int_t)ruling->n_unstable));
	put(w, object, "holds_when", law_to_json(w, &t->scenario->matrix, &ruling->holds));
	put(w, object, "fails_when", law_to_json(w, &t->scenario->matrix, &ruling->fails));
	put(w, object, "cell", deciding_to_json(w, t, deciding));
	return object;
}

static const char *const basis_names[] = {
	[SETTLED_BY_RUN] = "found",
	[SETTLED_BY_SCENARIO] = "stated",
	[SETTLED_BY_NOTHING] = "none",
};

static json_t *part_to_json(struct writer *w, const struct settled_part *part, json_t **ret_cell, int *ret_status)
{
	const struct claim *claim = part->claim;
	json_t *object = json_object(), *reasons = json_array(), *found = NULL;
	struct sentences sentences = {.w = w, .array = reasons};
	struct deciding deciding;
	put(w, object, "id", json_string(claim->id));
	put(w, object, "verdict", json_string(claim_verdict_names[part->verdict]));
	put(w, object, "scenario", json_string(part->source->scenario->name));
	put(w, object, "path", json_string(part->source->scenario->path));
	put(w, object, "line", json_integer(claim->at.line));
	put(w, object, "says", json_string(claim->says));
	put(w, object, "basis", json_string(basis_names[part->by]));
	put(w, object, "expected",
		json_string_or_null(claim->has_verdict ? claim_verdict_names[claim->verdict] : NULL));
	put(w, object, "differs", json_boolean(part->differs));
	put(w, object, "condition", condition_of_part(part));
	int r = claims_add_reasons(w->view, part, false, append_sentence, &sentences, w->e);
	put(w, object, "reasons", reasons);
	if (r == 0 && part->ruling)
		r = deciding_find(part->ruling, &part->source->explanation->table, &deciding, w->e);
	if (r == 0)
		found = found_to_json(w, part, &deciding);
	w->json.good &= r < 0 || (found && json_object_update(object, found) == 0);
	*ret_cell = json_object_get(object, "cell");
	*ret_status = r;
	json_decref(found);
	return object;
}

/* "S1a supported, S1b refuted", or where the one part, or those that are all conditional, hold. */
static json_t *condition_of_all(const struct settlement *settlement)
{
	struct text line = TEXT_INIT;
	if (settlement->verdict != CLAIM_CONDITIONAL)
		return json_null();
	if (!settlement_is_mixed(settlement))
		return condition_of_part(&settlement->parts[settlement->decider]);
	claims_add_parts(settlement, &line);
	return string_of(&line);
}

static int add_settlement(struct writer *w, const struct settlement *settlement, json_t *array)
{
	const struct settled_part *decider = settlement->n_parts ? &settlement->parts[settlement->decider] : NULL;
	json_t *object = json_object(), *parts = json_array(), *scenarios = json_array(), *cell, *deciding = NULL;
	int r = 0;
	put(w, object, "id", json_string(settlement->id));
	put(w, object, "verdict", json_string(claim_verdict_names[settlement->verdict]));
	put(w, object, "scenario", json_string_or_null(decider ? decider->source->scenario->name : NULL));
	put(w, object, "says", json_string(claims_says(settlement)));
	put(w, object, "article", json_string_or_null(settlement->article ? settlement->article->title : NULL));
	put(w, object, "basis", json_string(basis_names[decider ? decider->by : SETTLED_BY_NOTHING]));
	put(w, object, "condition", condition_of_all(settlement));
	for (size_t i = 0; r == 0 && i < settlement->n_parts; i++) {
		const struct settled_part *part = &settlement->parts[i];
		json_writer_append(&w->json, parts, part_to_json(w, part, &cell, &r));
		if (part == decider)
			deciding = cell;
		bool is_known = false;
		for (size_t j = 0; j < i; j++)
			is_known |= settlement->parts[j].source == part->source;
		if (!is_known)
			json_writer_append(&w->json, scenarios, json_string(part->source->scenario->name));
	}
	put(w, object, "cell", deciding ? json_incref(deciding) : json_null());
	put(w, object, "scenarios", scenarios);
	put(w, object, "parts", parts);
	json_writer_append(&w->json, array, object);
	return r;
}

int claims_json(const struct claims_view *view, const struct style *style, bool brief, struct text *t, struct error *e)
{
	(void)style;
	(void)brief;
	struct writer w = {view, {true}, e};
	CLEANUP(cleanup_json) json_t *array = json_array();
	const struct settlements *s = view->settlements;
	size_t n = s->n_listed ? s->n_listed : s->n;
	int r = 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_settlement(&w, &s->all[i], array);
	if (r < 0)
		return r;
	json_write(array, JSON_INDENT(2) | JSON_PRESERVE_ORDER, t);
	text_add(t, "\n");
	t->failed |= !w.json.good;
	return t->failed ? error_no_memory(e) : 0;
}

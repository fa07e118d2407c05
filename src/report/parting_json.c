// SPDX-License-Identifier: GPL-2.0-or-later
// Two cells held against each other, as JSON for programs. The man page describes its members; what is there stays
// there.
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "report/parting.h"

/* An object that lacks a member for want of memory is no object: @good says whether all is there. */
struct writer {
	const struct parting_view *view;
	bool good;
};

static const char *const side_keys[2] = {"a", "b"};

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

static json_t *string_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *cell_to_json(struct writer *w, int side)
{
	const struct parting_cell *cell = &w->view->cells[side];
	const struct result *result = cell->story->result;
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, result->cell);
	json_t *object = json_object();
	put(w, object, "results", json_string(cell->path));
	put(w, object, "scenario", json_string(cell->story->scenario->name));
	put(w, object, "kernel", json_string(cell->kernel));
	put(w, object, "id", json_string(id));
	put(w, object, "replicate", integer(result->replicate));
	put(w, object, "levels", result_levels_to_json(&cell->story->scenario->matrix, cell->levels));
	put(w, object, "verdict", json_string(verdict_names[result->verdict]));
	put(w, object, "reason", string_or_null(result->reason));
	put(w, object, "has_evidence", json_boolean(cell->story->evidence != NULL));
	return object;
}

static json_t *divergence_to_json(struct writer *w)
{
	static const char *const kinds[] = {
		[DIVERGENCE_NONE] = "none",
		[DIVERGENCE_STEP] = "step",
		[DIVERGENCE_OUTCOME] = "outcome",
		[DIVERGENCE_PACKET] = "packet",
		[DIVERGENCE_ENDING] = "ending",
		[DIVERGENCE_STATES] = "states",
		[DIVERGENCE_COUNTER] = "counter",
	};
	static_assert(sizeof kinds / sizeof *kinds == DIVERGENCE_KIND_COUNT, "a name for each kind");
	const struct divergence *d = w->view->divergence;
	CLEANUP(text_done) struct text says = TEXT_INIT;
	divergence_phrase(d, (const char *const[2]){"A", "B"}, &says);
	json_t *object = json_object();
	put(w, object, "kind", json_string(kinds[d->kind]));
	put(w, object, "says", says.failed ? NULL : json_string(text_get(&says)));
	put(w, object, "what", string_or_null(d->kind == DIVERGENCE_NONE ? NULL : d->what));
	for (int side = 0; side < 2 && d->kind != DIVERGENCE_NONE; side++) {
		json_t *of = json_object();
		put(w, of, "step", d->steps[side] ? integer(d->steps[side]) : json_null());
		put(w, of, "is", json_string(d->texts[side]));
		put(w, object, side_keys[side], of);
	}
	put(w, object, "compared_packets", json_boolean(d->compared_packets));
	return object;
}

static json_t *value_to_json(struct writer *w, const struct result_value *value)
{
	if (!value)
		return json_null();
	json_t *object = json_object();
	put(w, object, "value", json_string(value->text));
	if (value->timed)
		put(w, object, "duration_us", integer(value->took_us));
	return object;
}

static json_t *responses_to_json(struct writer *w)
{
	struct parting_response response;
	json_t *array = json_array();
	for (size_t i = 0; parting_response(w->view, i, &response); i++) {
		json_t *object = json_object();
		put(w, object, "name", json_string(response.name));
		put(w, object, "differs", json_boolean(response.differs));
		for (int side = 0; side < 2; side++)
			put(w, object, side_keys[side], value_to_json(w, response.values[side]));
		append(w, array, object);
	}
	return array;
}

static json_t *factors_to_json(struct writer *w)
{
	struct parting_factor factor;
	json_t *array = json_array();
	for (size_t i = 0; parting_factor(w->view, i, &factor); i++) {
		json_t *object = json_object();
		put(w, object, "name", json_string(factor.name));
		for (int side = 0; side < 2; side++)
			put(w, object, side_keys[side], string_or_null(factor.levels[side]));
		append(w, array, object);
	}
	return array;
}

static json_t *event_to_json(struct writer *w, const struct aligned_row *row, int side)
{
	if (row->is_step ? !row->steps[side] : !row->packets[side])
		return json_null();
	json_t *object = json_object();
	put(w, object, "step", row->steps[side] ? integer(row->steps[side]) : json_null());
	if (!row->is_step) {
		CLEANUP(text_done) struct text says = TEXT_INIT;
		parting_packets(row->packets[side], &says);
		put(w, object, "packets", says.failed ? NULL : json_string(text_get(&says)));
		put(w, object, "at_us", integer(row->packets[side]->first->at_us));
		return object;
	}
	const struct result_step *made = w->view->cells[side].story->steps[row->steps[side] - 1].made;
	put(w, object, "do", json_string(made->action));
	put(w, object, "out", json_string(made->outcome));
	put(w, object, "at_us", integer(made->at_us));
	put(w, object, "took_us", integer(made->took_us));
	return object;
}

static json_t *rows_to_json(struct writer *w)
{
	json_t *array = json_array();
	for (size_t i = 0; i < w->view->alignment->n_rows; i++) {
		const struct aligned_row *row = &w->view->alignment->rows[i];
		json_t *object = json_object();
		put(w, object, "kind", json_string(row->is_step ? "step" : "packets"));
		put(w, object, "parts_here", json_boolean(i == w->view->alignment->first));
		put(w, object, "differs", json_boolean(row->differs));
		put(w, object, "by_factor", json_boolean(row->by_factor));
		for (int side = 0; side < 2; side++)
			put(w, object, side_keys[side], event_to_json(w, row, side));
		append(w, array, object);
	}
	return array;
}

void parting_json(const struct parting_view *view, struct text *t)
{
	struct writer w = {view, true};
	CLEANUP(cleanup_json) json_t *object = json_object();
	put(&w, object, "same", json_boolean(!parting_differs(view)));
	for (int side = 0; side < 2; side++)
		put(&w, object, side_keys[side], cell_to_json(&w, side));
	put(&w, object, "parts", divergence_to_json(&w));
	put(&w, object, "factors", factors_to_json(&w));
	put(&w, object, "responses", responses_to_json(&w));
	put(&w, object, "rows", rows_to_json(&w));
	json_write(object, JSON_COMPACT | JSON_PRESERVE_ORDER, t);
	text_add(t, "\n");
	t->failed |= !w.good;
}

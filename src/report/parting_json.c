// SPDX-License-Identifier: GPL-2.0-or-later
// Two cells held against each other, as JSON for programs. The man page describes its members; what is there stays
// there.
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "report/parting.h"
#include "report/json_writer.h"

struct writer {
	const struct parting_view *view;
	struct json_writer json;
};

static const char *const side_keys[2] = {"a", "b"};

static json_t *cell_to_json(struct writer *w, int side)
{
	const struct parting_cell *cell = &w->view->cells[side];
	const struct result *result = cell->story->result;
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, result->cell);
	json_t *object = json_object();
	json_writer_put(&w->json, object, "results", json_string(cell->path));
	json_writer_put(&w->json, object, "scenario", json_string(cell->story->scenario->name));
	json_writer_put(&w->json, object, "kernel", json_string(cell->kernel));
	json_writer_put(&w->json, object, "id", json_string(id));
	json_writer_put(&w->json, object, "replicate", json_from_uint(result->replicate));
	json_writer_put(
		&w->json, object, "levels", result_levels_to_json(&cell->story->scenario->matrix, cell->levels));
	json_writer_put(&w->json, object, "verdict", json_string(verdict_names[result->verdict]));
	json_writer_put(&w->json, object, "reason", json_string_or_null(result->reason));
	json_writer_put(&w->json, object, "has_evidence", json_boolean(cell->story->evidence != NULL));
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
	json_writer_put(&w->json, object, "kind", json_string(kinds[d->kind]));
	json_writer_put(&w->json, object, "says", says.failed ? NULL : json_string(text_get(&says)));
	json_writer_put(&w->json, object, "what", json_string_or_null(d->kind == DIVERGENCE_NONE ? NULL : d->what));
	for (int side = 0; side < 2 && d->kind != DIVERGENCE_NONE; side++) {
		json_t *of = json_object();
		json_writer_put(&w->json, of, "step", d->steps[side] ? json_from_uint(d->steps[side]) : json_null());
		json_writer_put(&w->json, of, "is", json_string(d->texts[side]));
		json_writer_put(&w->json, object, side_keys[side], of);
	}
	json_writer_put(&w->json, object, "compared_packets", json_boolean(d->compared_packets));
	return object;
}

static json_t *value_to_json(struct writer *w, const struct result_value *value)
{
	if (!value)
		return json_null();
	json_t *object = json_object();
	json_writer_put(&w->json, object, "value", json_string(value->text));
	if (value->timed)
		json_writer_put(&w->json, object, "duration_us", json_from_uint(value->took_us));
	return object;
}

static json_t *responses_to_json(struct writer *w)
{
	struct parting_response response;
	json_t *array = json_array();
	for (size_t i = 0; parting_response(w->view, i, &response); i++) {
		json_t *object = json_object();
		json_writer_put(&w->json, object, "name", json_string(response.name));
		json_writer_put(&w->json, object, "differs", json_boolean(response.differs));
		for (int side = 0; side < 2; side++)
			json_writer_put(&w->json, object, side_keys[side], value_to_json(w, response.values[side]));
		json_writer_append(&w->json, array, object);
	}
	return array;
}

static json_t *factors_to_json(struct writer *w)
{
	struct parting_factor factor;
	json_t *array = json_array();
	for (size_t i = 0; parting_factor(w->view, i, &factor); i++) {
		json_t *object = json_object();
		json_writer_put(&w->json, object, "name", json_string(factor.name));
		for (int side = 0; side < 2; side++)
			json_writer_put(&w->json, object, side_keys[side], json_string_or_null(factor.levels[side]));
		json_writer_append(&w->json, array, object);
	}
	return array;
}

static json_t *event_to_json(struct writer *w, const struct aligned_row *row, int side)
{
	if (row->is_step ? !row->steps[side] : !row->packets[side])
		return json_null();
	json_t *object = json_object();
	json_writer_put(&w->json, object, "step", row->steps[side] ? json_from_uint(row->steps[side]) : json_null());
	if (!row->is_step) {
		CLEANUP(text_done) struct text says = TEXT_INIT;
		parting_packets(row->packets[side], &says);
		json_writer_put(&w->json, object, "packets", says.failed ? NULL : json_string(text_get(&says)));
		json_writer_put(&w->json, object, "at_us", json_from_uint(row->packets[side]->first->at_us));
		return object;
	}
	const struct result_step *made = w->view->cells[side].story->steps[row->steps[side] - 1].made;
	json_writer_put(&w->json, object, "do", json_string(made->action));
	json_writer_put(&w->json, object, "out", json_string(made->outcome));
	json_writer_put(&w->json, object, "at_us", json_from_uint(made->at_us));
	json_writer_put(&w->json, object, "took_us", json_from_uint(made->took_us));
	return object;
}

static json_t *rows_to_json(struct writer *w)
{
	json_t *array = json_array();
	for (size_t i = 0; i < w->view->alignment->n_rows; i++) {
		const struct aligned_row *row = &w->view->alignment->rows[i];
		json_t *object = json_object();
		json_writer_put(&w->json, object, "kind", json_string(row->is_step ? "step" : "packets"));
		json_writer_put(&w->json, object, "parts_here", json_boolean(i == w->view->alignment->first));
		json_writer_put(&w->json, object, "differs", json_boolean(row->differs));
		json_writer_put(&w->json, object, "by_factor", json_boolean(row->by_factor));
		for (int side = 0; side < 2; side++)
			json_writer_put(&w->json, object, side_keys[side], event_to_json(w, row, side));
		json_writer_append(&w->json, array, object);
	}
	return array;
}

void parting_json(const struct parting_view *view, struct text *t)
{
	struct writer w = {view, {true}};
	CLEANUP(cleanup_json) json_t *object = json_object();
	json_writer_put(&w.json, object, "same", json_boolean(!parting_differs(view)));
	for (int side = 0; side < 2; side++)
		json_writer_put(&w.json, object, side_keys[side], cell_to_json(&w, side));
	json_writer_put(&w.json, object, "parts", divergence_to_json(&w));
	json_writer_put(&w.json, object, "factors", factors_to_json(&w));
	json_writer_put(&w.json, object, "responses", responses_to_json(&w));
	json_writer_put(&w.json, object, "rows", rows_to_json(&w));
	json_write(object, JSON_COMPACT | JSON_PRESERVE_ORDER, t);
	text_add(t, "\n");
	t->failed |= !w.json.good;
}

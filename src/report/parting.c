// SPDX-License-Identifier: GPL-2.0-or-later
// What the formats share that tell of two cells.
#include "report/parting.h"

#include <inttypes.h>
#include <string.h>

static const struct result_value *find_value(const struct result *result, const char *response)
{
	for (size_t i = 0; i < result->n_values; i++)
		if (!strcmp(result->values[i].response, response))
			return &result->values[i];
	return NULL;
}

bool parting_response(const struct parting_view *view, size_t i, struct parting_response *ret)
{
	const struct result *a = view->cells[0].story->result, *b = view->cells[1].story->result;
	*ret = (struct parting_response){.differs = true};
	if (i < a->n_values) {
		ret->name = a->values[i].response;
		ret->values[0] = &a->values[i];
		ret->values[1] = find_value(b, ret->name);
		ret->differs = !ret->values[1] || strcmp(ret->values[0]->text, ret->values[1]->text) != 0;
		return true;
	}
	i -= a->n_values;
	for (size_t k = 0; k < b->n_values; k++)
		if (!find_value(a, b->values[k].response) && i-- == 0) {
			ret->name = b->values[k].response;
			ret->values[1] = &b->values[k];
			return true;
		}
	return false;
}

static const char *level_of(const struct parting_cell *cell, const struct factor *factor)
{
	const struct matrix *m = &cell->story->scenario->matrix;
	return factor ? factor->levels[cell->levels[factor - m->factors]].name : NULL;
}

bool parting_factor(const struct parting_view *view, size_t i, struct parting_factor *ret)
{
	const struct matrix *a = &view->cells[0].story->scenario->matrix;
	const struct matrix *b = &view->cells[1].story->scenario->matrix;
	const struct factor *factors[2] = {NULL, NULL};
	if (i < a->n_factors) {
		factors[0] = &a->factors[i];
		factors[1] = matrix_find_factor(b, a->factors[i].name);
	} else {
		i -= a->n_factors;
		for (size_t k = 0; !factors[1] && k < b->n_factors; k++)
			if (!matrix_find_factor(a, b->factors[k].name) && i-- == 0)
				factors[1] = &b->factors[k];
	}
	if (!factors[0] && !factors[1])
		return false;
	*ret = (struct parting_factor){.name = factors[0] ? factors[0]->name : factors[1]->name};
	for (int side = 0; side < 2; side++)
		ret->levels[side] = level_of(&view->cells[side], factors[side]);
	return true;
}

bool parting_differs(const struct parting_view *view)
{
	struct parting_response response;
	bool differs = view->divergence->kind != DIVERGENCE_NONE ||
		       view->cells[0].story->result->verdict != view->cells[1].story->result->verdict;
	for (size_t i = 0; !differs && parting_response(view, i, &response); i++)
		differs = response.differs;
	return differs;
}

void parting_packets(const struct aligned_packets *packets, struct text *t)
{
	const struct segment *segment = &packets->first->segment;
	uint8_t shown = SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST;
	char flags[SEGMENT_FLAGS_TEXT];
	text_addf(t, "%s sends ", packets->sender);
	if (!(segment->flags & shown)) {
		text_addf(t, "%" PRIu64 " byte%s", packets->n_data, packets->n_data == 1 ? "" : "s");
		return;
	}
	text_add(t, segment_flags_text(segment->flags & (shown | SEGMENT_ACK), flags));
	if (packets->n > 1)
		text_addf(t, " ×%zu", packets->n);
	if (packets->n_data)
		text_addf(t, " with %" PRIu64 " byte%s", packets->n_data, packets->n_data == 1 ? "" : "s");
	if (segment->flags & SEGMENT_SYN && !segment->has_timestamps)
		text_add(t, ", no timestamps");
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Which verdict each cell of a run got, and why.
#include "analyze/verdicts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static_assert(VERDICT_COUNT <= 8, "a bit for each verdict");

#define OTHER_REASONS "another reason"

/* The number of a reason plus 1, or 0 when memory is out. */
static uint16_t number_reason(struct verdicts *v, const char *text)
{
	for (size_t i = 0; i < v->n_reasons; i++)
		if (!strcmp(v->reasons[i], text))
			return (uint16_t)(i + 1);
	if (v->n_reasons > VERDICTS_REASONS_MAX)
		return (uint16_t)v->n_reasons;
	char **reasons = grow_by_one(v->reasons, v->n_reasons, sizeof *reasons);
	if (!reasons)
		return 0;
	v->reasons = reasons;
	char *copy = strdup(v->n_reasons == VERDICTS_REASONS_MAX ? OTHER_REASONS : text);
	if (!copy)
		return 0;
	v->reasons[v->n_reasons++] = copy;
	return (uint16_t)v->n_reasons;
}

int verdicts_add(struct verdicts *v, const struct table *t, const struct result *result, struct error *e)
{
	if (!v->cells)
		v->cells = calloc(t->n_rows + 1, sizeof *v->cells);
	if (!v->cells)
		return error_no_memory(e);
	struct verdicts_of_cell *cell = &v->cells[table_find(t, result->cell)];
	cell->which |= (uint8_t)(1U << result->verdict);
	if (result->verdict == VERDICT_PASS || (cell->reason && cell->replicate < result->replicate))
		return 0;
	cell->replicate = result->replicate;
	cell->reason = number_reason(v, result->reason ? result->reason : "");
	return cell->reason ? 0 : error_no_memory(e);
}

struct verdicts_of_cell verdicts_at(const struct verdicts *v, size_t row)
{
	return v->cells ? v->cells[row] : (struct verdicts_of_cell){.which = 0};
}

const char *verdicts_reason(const struct verdicts *v, size_t row)
{
	uint16_t reason = verdicts_at(v, row).reason;
	return reason ? v->reasons[reason - 1] : NULL;
}

void verdicts_done(struct verdicts *v)
{
	for (size_t i = 0; i < v->n_reasons; i++)
		free(v->reasons[i]);
	free(v->reasons);
	free(v->cells);
	*v = VERDICTS_INIT;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Counting results as they come.
#include "analyze/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static int count_reason(struct tally *t, const struct result *result, struct error *e)
{
	const char *text = result->reason ? result->reason : "";
	for (size_t i = 0; i < t->n_reasons; i++) {
		struct tally_reason *reason = &t->reasons[i];
		if (reason->verdict != result->verdict || strcmp(reason->text, text))
			continue;
		reason->count++;
		if (result->cell < reason->cell) {
			reason->cell = result->cell;
			reason->replicate = result->replicate;
		}
		return 0;
	}
	if (t->n_reasons == TALLY_REASONS_MAX) {
		t->n_more_reasons++;
		return 0;
	}
	struct tally_reason *reasons = grow_by_one(t->reasons, t->n_reasons, sizeof *reasons);
	char *copy = strdup(text);
	if (reasons)
		t->reasons = reasons;
	if (!reasons || !copy) {
		free(copy);
		return error_no_memory(e);
	}
	t->reasons[t->n_reasons++] = (struct tally_reason){
		.verdict = result->verdict,
		.text = copy,
		.count = 1,
		.cell = result->cell,
		.replicate = result->replicate,
	};
	return 0;
}

int tally_add(struct tally *t, const struct result *result, struct error *e)
{
	t->verdicts[result->verdict]++;
	return result->verdict == VERDICT_PASS ? 0 : count_reason(t, result, e);
}

static int compare_reasons(const void *a, const void *b)
{
	const struct tally_reason *x = a, *y = b;
	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? -1 : 1;
	return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

void tally_sort(struct tally *t)
{
	if (t->n_reasons)
		qsort(t->reasons, t->n_reasons, sizeof *t->reasons, compare_reasons);
}

uint64_t tally_total(const struct tally *t)
{
	uint64_t total = 0;
	for (int i = 0; i < VERDICT_COUNT; i++)
		total += t->verdicts[i];
	return total;
}

void tally_done(struct tally *t)
{
	for (size_t i = 0; i < t->n_reasons; i++)
		free(t->reasons[i].text);
	free(t->reasons);
	*t = TALLY_INIT;
}

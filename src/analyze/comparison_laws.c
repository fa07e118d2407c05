// SPDX-License-Identifier: GPL-2.0-or-later
// Which laws changed between two runs, and which claims.
#include <stdlib.h>
#include <string.h>

#include "analyze/comparison_parts.h"
#include "base/grow.h"

/* Two laws to be held against each other: by the names of factors, levels and values. */
struct laws {
	const struct comparison *c;
	const struct law *laws[2];
	const struct table_value *values[2]; /* what their values are called; NULL where they are the same numbers */
};

static bool is_same_value(const struct laws *l, size_t a, size_t b)
{
	return l->values[0] ? !strcmp(l->values[0][a].text, l->values[1][b].text) : a == b;
}

/* Whether they say the same of a cell of one run; that holds where the other one has no such cell. */
static bool is_same_at(const struct laws *l, size_t run, size_t row)
{
	size_t own[MATRIX_FACTORS_MAX], translated[MATRIX_FACTORS_MAX];
	if (!comparison_translate(l->c, run, row, translated))
		return true;
	table_copy_levels(comparison_table(l->c, run), row, own);
	return is_same_value(
		l, law_value(l->laws[0], run ? translated : own), law_value(l->laws[1], run ? own : translated));
}

/* @responses: only cells that record it count; NULL: all of them do */
static bool is_same_law(const struct laws *l, const size_t *responses)
{
	for (size_t run = 0; run < 2; run++) {
		const struct table *t = comparison_table(l->c, run);
		for (size_t row = 0; row < t->n_rows; row++)
			if ((!responses || table_value(t, row, responses[run]) != TABLE_NOT_ASKED) &&
				!is_same_at(l, run, row))
				return false;
	}
	return true;
}

static int compare_law(struct comparison *c, size_t response, struct error *e)
{
	const size_t responses[2] = {response, c->responses[response]};
	const struct account *accounts[2];
	struct laws l = {.c = c};
	for (size_t run = 0; run < 2; run++) {
		accounts[run] = &c->runs[run].explanation->accounts[responses[run]];
		l.laws[run] = &accounts[run]->law;
		l.values[run] = comparison_table(c, run)->responses[responses[run]].values;
	}
	if (accounts[0]->lawlessness == accounts[1]->lawlessness &&
		(accounts[0]->lawlessness != LAW_FOUND || is_same_law(&l, responses)))
		return 0;
	struct law_change *laws = grow_by_one(c->laws, c->n_laws, sizeof *laws);
	if (!laws)
		return error_no_memory(e);
	c->laws = laws;
	laws[c->n_laws++] = (struct law_change){{responses[0], responses[1]}, c->n_changed_cells[response]};
	return 0;
}

static size_t find_ruling(const struct explanation *explanation, const char *id)
{
	for (size_t i = 0; i < explanation->n_rulings; i++)
		if (!strcmp(explanation->rulings[i].claim->id, id))
			return i;
	return COMPARISON_NONE;
}

/* Whether in some cell a response changed that a claim predicts. */
static bool may_hold_elsewhere(const struct comparison *c, const struct claim *claim)
{
	for (size_t i = 0; i < claim->n_predicts; i++)
		if (c->n_changed_cells[claim->predicts[i].response])
			return true;
	return false;
}

static bool is_same_ruling(const struct comparison *c, const struct ruling *a, const struct ruling *b)
{
	const struct laws holds = {.c = c, .laws = {&a->holds, &b->holds}};
	return a->verdict == b->verdict &&
	       (a->verdict != CLAIM_CONDITIONAL || !may_hold_elsewhere(c, a->claim) || is_same_law(&holds, NULL));
}

static int add_claim(struct comparison *c, size_t a, size_t b, struct error *e)
{
	struct claim_change *claims = grow_by_one(c->claims, c->n_claim_changes, sizeof *claims);
	if (!claims)
		return error_no_memory(e);
	c->claims = claims;
	claims[c->n_claim_changes++] = (struct claim_change){{a, b}};
	return 0;
}

int comparison_find_laws(struct comparison *c, struct error *e)
{
	const struct explanation *a = c->runs[0].explanation, *b = c->runs[1].explanation;
	int r = 0;
	for (size_t i = 0; r == 0 && i < a->n_accounts; i++)
		if (c->responses[i] != COMPARISON_NONE)
			r = compare_law(c, i, e);
	for (size_t i = 0; r == 0 && i < a->n_rulings; i++) {
		size_t other = find_ruling(b, a->rulings[i].claim->id);
		c->n_claims += other != COMPARISON_NONE;
		if (other == COMPARISON_NONE || !is_same_ruling(c, &a->rulings[i], &b->rulings[other]))
			r = add_claim(c, i, other, e);
	}
	for (size_t i = 0; r == 0 && i < b->n_rulings; i++)
		if (find_ruling(a, b->rulings[i].claim->id) == COMPARISON_NONE)
			r = add_claim(c, COMPARISON_NONE, i, e);
	return r;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The pairs of cells that an explanation shows.
#include "analyze/examples.h"

#include <stdlib.h>

#include "base/grow.h"

struct example *examples_find(const struct examples *examples, const struct pair *pair)
{
	for (size_t i = 0; i < examples->n; i++) {
		const size_t *rows = examples->all[i].pair.rows;
		if ((rows[0] == pair->rows[0] && rows[1] == pair->rows[1]) ||
			(rows[0] == pair->rows[1] && rows[1] == pair->rows[0]))
			return &examples->all[i];
	}
	return NULL;
}

bool examples_have(const struct examples *examples, size_t row)
{
	for (size_t i = 0; i < examples->n; i++)
		if (examples->all[i].pair.rows[0] == row || examples->all[i].pair.rows[1] == row)
			return true;
	return false;
}

static int add(struct examples *examples, struct pair pair, struct error *e)
{
	if (pair.rows[0] == TABLE_NO_ROW || pair.rows[1] == TABLE_NO_ROW || examples_find(examples, &pair))
		return 0;
	struct example *all = grow_by_one(examples->all, examples->n, sizeof *all);
	if (!all)
		return error_no_memory(e);
	examples->all = all;
	all[examples->n++] = (struct example){.pair = pair};
	return 0;
}

static int add_account(struct examples *examples, const struct account *account, size_t n_factors, struct error *e)
{
	int r = 0;
	for (size_t f = 0; r == 0 && account->influences && f < n_factors; f++) {
		const struct influence *influence = &account->influences[f];
		if (influence->n_changed)
			r = add(examples, influence->minimal, e);
		else if (influence->n_slower)
			r = add(examples, influence->slower, e);
	}
	return r;
}

static int add_ruling(struct examples *examples, const struct ruling *ruling, struct error *e)
{
	int r = add(examples, (struct pair){{ruling->counterexample, ruling->twin}}, e);
	for (size_t i = 0; r == 0 && i < ruling->n_statements; i++)
		r = add(examples, ruling->statements[i].pair, e);
	return r;
}

int examples_init(struct examples *ret, const struct table *t, const struct account *accounts, size_t n_accounts,
	const struct ruling *rulings, size_t n_rulings, struct error *e)
{
	int r = 0;
	*ret = (struct examples){.n = 0};
	for (size_t i = 0; r == 0 && i < n_accounts; i++)
		r = add_account(ret, &accounts[i], t->n_factors, e);
	for (size_t i = 0; r == 0 && i < n_rulings; i++)
		r = add_ruling(ret, &rulings[i], e);
	return r;
}

void examples_done(struct examples *examples)
{
	for (size_t i = 0; i < examples->n; i++)
		free(examples->all[i].parting);
	free(examples->all);
	*examples = (struct examples){.n = 0};
}

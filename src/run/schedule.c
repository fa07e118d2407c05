// SPDX-License-Identifier: GPL-2.0-or-later
// Which runs there are, and in which order.
#include "run/schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "model/results.h"

static bool selects(struct schedule *s, uint64_t cell)
{
	if (s->only_cell != RUN_ALL_CELLS && cell != s->only_cell)
		return false;
	return matrix_cell(s->matrix, cell, s->levels) &&
		(!s->restriction || conditions_hold(s->restriction, s->levels));
}

int schedule_init(struct schedule *s, const struct matrix *m, const struct conditions *restriction, uint64_t only_cell,
	uint32_t replicates, struct error *e)
{
	*s = (struct schedule){
		.matrix = m,
		.restriction = restriction,
		.only_cell = only_cell,
		.replicates = replicates,
		.levels = calloc(m->n_factors + 1, sizeof *s->levels),
	};
	if (!s->levels)
		return error_no_memory(e);
	if (__builtin_mul_overflow(m->n_indices, (uint64_t)replicates, &s->n_places))
		return error_set(e, ERROR_USAGE, E2BIG, "--replicates %u is too many", replicates);
	uint64_t n_cells = 0;
	for (uint64_t cell = 0; cell < m->n_indices; cell++)
		n_cells += selects(s, cell);
	s->n_runs = n_cells * replicates;
	return 0;
}

void schedule_seed(struct schedule *s, uint64_t seed)
{
	shuffle_init(&s->shuffle, s->n_places, seed);
}

static uint64_t place_of(const struct schedule *s, struct run_id id)
{
	return id.cell * s->replicates + (id.replicate - 1);
}

bool schedule_has(struct schedule *s, struct run_id id)
{
	return id.cell < s->matrix->n_indices && id.replicate >= 1 && id.replicate <= s->replicates &&
		selects(s, id.cell);
}

int schedule_mark_done(struct schedule *s, struct run_id id)
{
	if (!s->done)
		s->done = calloc(s->n_places / 8 + 1, 1);
	if (!s->done)
		return -ENOMEM;
	uint64_t place = place_of(s, id);
	unsigned char bit = (unsigned char)(1U << (place % 8));
	if (s->done[place / 8] & bit)
		return -EEXIST;
	s->done[place / 8] |= bit;
	return 0;
}

bool schedule_next(struct schedule *s, struct run_id *ret)
{
	while (s->next < s->n_places) {
		uint64_t place = s->shuffle.n ? shuffle_at(&s->shuffle, s->next) : s->next;
		s->next++;
		uint64_t cell = place / s->replicates;
		if ((s->done && s->done[place / 8] >> (place % 8) & 1) || !selects(s, cell))
			continue;
		*ret = (struct run_id){.cell = cell, .replicate = (uint32_t)(place % s->replicates) + 1};
		return true;
	}
	return false;
}

void schedule_done(struct schedule *s)
{
	free(s->levels);
	free(s->done);
	*s = (struct schedule){.levels = NULL};
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Which runs there are, and in which order.
#include "run/schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "model/results.h"

/* Room for one more in steps of powers of two. */
static int add_cell(struct schedule *s, uint64_t cell)
{
	bool is_full = !(s->n_cells & (s->n_cells - 1));
	if (is_full) {
		size_t size = s->n_cells ? s->n_cells * 2 : 1;
		uint32_t *cells = reallocarray(s->cells, size, sizeof *cells);
		if (!cells)
			return -ENOMEM;
		s->cells = cells;
	}
	s->cells[s->n_cells++] = (uint32_t)cell;
	return 0;
}

int schedule_init(struct schedule *s, const struct matrix *m, const struct conditions *restriction, uint64_t only_cell,
	uint32_t replicates, struct error *e)
{
	*s = (struct schedule){.matrix = m, .replicates = replicates};
	CLEANUP(cleanup_free) size_t *levels = calloc(m->n_factors + 1, sizeof *levels);
	if (!levels)
		return error_no_memory(e);
	if (m->n_indices > UINT32_MAX)
		return error_set(e, ERROR_USAGE, E2BIG, "a matrix of that many combinations cannot be run");
	for (uint64_t cell = 0; cell < m->n_indices; cell++) {
		bool is_meant = only_cell == RUN_ALL_CELLS || cell == only_cell;
		if (!is_meant || !matrix_cell(m, cell, levels) ||
			(restriction && !conditions_hold(restriction, levels)))
			continue;
		if (add_cell(s, cell) < 0)
			return error_no_memory(e);
	}
	s->n_runs = (uint64_t)s->n_cells * replicates;
	return 0;
}

void schedule_seed(struct schedule *s, uint64_t seed)
{
	shuffle_init(&s->shuffle, s->n_runs, seed);
}

static int compare_cells(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Where the run stands before the shuffle. Return: false when it is none of these. */
static bool find_place(const struct schedule *s, struct run_id id, uint64_t *ret)
{
	if (id.cell > UINT32_MAX || id.replicate < 1 || id.replicate > s->replicates || !s->n_cells)
		return false;
	uint32_t cell = (uint32_t)id.cell;
	const uint32_t *found = bsearch(&cell, s->cells, s->n_cells, sizeof *s->cells, compare_cells);
	if (found)
		*ret = (uint64_t)(found - s->cells) * s->replicates + (id.replicate - 1);
	return found;
}

bool schedule_has(const struct schedule *s, struct run_id id)
{
	uint64_t place;
	return find_place(s, id, &place);
}

int schedule_mark_done(struct schedule *s, struct run_id id)
{
	uint64_t place;
	if (!find_place(s, id, &place))
		return -ENOENT;
	if (!s->done)
		s->done = calloc(s->n_runs / 8 + 1, 1);
	if (!s->done)
		return -ENOMEM;
	unsigned char bit = (unsigned char)(1U << (place % 8));
	if (s->done[place / 8] & bit)
		return -EEXIST;
	s->done[place / 8] |= bit;
	return 0;
}

bool schedule_next(struct schedule *s, struct run_id *ret)
{
	while (s->next < s->n_runs) {
		uint64_t place = s->shuffle.n ? shuffle_at(&s->shuffle, s->next) : s->next;
		s->next++;
		if (s->done && s->done[place / 8] >> (place % 8) & 1)
			continue;
		*ret = (struct run_id){
			.cell = s->cells[place / s->replicates],
			.replicate = (uint32_t)(place % s->replicates) + 1,
		};
		return true;
	}
	return false;
}

void schedule_done(struct schedule *s)
{
	free(s->cells);
	free(s->done);
	*s = (struct schedule){.cells = NULL};
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Which runs there are, and in which order.
#include "run/schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "model/plan.h"
#include "model/results.h"

#define RANK_MAX 31U

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

/* From less than SCHEDULE_LONG_US, which is 0, in steps of powers of two. */
static unsigned rank_of(uint64_t parks_us)
{
	unsigned rank = 0;
	for (uint64_t n = parks_us / SCHEDULE_LONG_US; n && rank < RANK_MAX; n /= 2)
		rank++;
	return rank;
}

static void start_over(struct schedule *s)
{
	s->next = 0;
	s->rank = s->ranks ? 31 - __builtin_clz(s->ranks) : 0;
}

int schedule_weigh(struct schedule *s, const struct scenario *scenario, uint64_t max_wait_us, struct error *e)
{
	if (scenario->longest_wait_us < SCHEDULE_LONG_US && scenario->longest_wait_us <= max_wait_us)
		return 0;
	s->waits = calloc(s->n_cells + 1, sizeof *s->waits);
	if (!s->waits)
		return error_no_memory(e);
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	for (size_t i = 0; i < s->n_cells; i++) {
		int r = plan_make(&plan, scenario, s->cells[i], e);
		if (r < 0)
			return r;
		unsigned rank = rank_of(plan.parks_us);
		bool is_too_long = plan.waits_us > max_wait_us;
		s->waits[i] = (unsigned char)(rank | (is_too_long ? SCHEDULE_TOO_LONG : 0));
		s->ranks |= 1U << rank;
		s->n_too_long += is_too_long ? s->replicates : 0;
	}
	start_over(s);
	return 0;
}

void schedule_seed(struct schedule *s, uint64_t seed)
{
	shuffle_init(&s->shuffle, s->n_runs, seed);
	start_over(s);
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
	s->n_done++;
	return 0;
}

bool schedule_is_too_long(const struct schedule *s, struct run_id id)
{
	uint64_t place;
	return s->n_too_long && find_place(s, id, &place) && s->waits[place / s->replicates] & SCHEDULE_TOO_LONG;
}

/* The highest rank below this one that has cells; -1 when there is none. */
static int next_rank(const struct schedule *s, int rank)
{
	uint32_t below = s->ranks & ((1U << rank) - 1);
	return below ? 31 - __builtin_clz(below) : -1;
}

/* Go to where the next run stands. Return: whether there is one; its place before the shuffle. */
static bool seek(struct schedule *s, uint64_t *ret)
{
	for (; s->rank >= 0; s->rank = next_rank(s, s->rank), s->next = 0)
		for (; s->next < s->n_runs; s->next++) {
			uint64_t place = s->shuffle.n ? shuffle_at(&s->shuffle, s->next) : s->next;
			bool is_done = s->done && s->done[place / 8] >> (place % 8) & 1;
			bool is_of_rank = !s->waits ||
					  (s->waits[place / s->replicates] & ~SCHEDULE_TOO_LONG) == (unsigned)s->rank;
			if (is_done || !is_of_rank)
				continue;
			*ret = place;
			return true;
		}
	return false;
}

int schedule_rank(struct schedule *s)
{
	uint64_t place;
	return seek(s, &place) ? s->rank : -1;
}

bool schedule_next(struct schedule *s, struct run_id *ret)
{
	uint64_t place;
	if (!seek(s, &place))
		return false;
	s->next++;
	*ret = (struct run_id){
		.cell = s->cells[place / s->replicates],
		.replicate = (uint32_t)(place % s->replicates) + 1,
	};
	return true;
}

void schedule_done(struct schedule *s)
{
	free(s->cells);
	free(s->done);
	free(s->waits);
	*s = (struct schedule){.cells = NULL};
}

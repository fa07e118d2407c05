/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The results of a run, gathered by cell: what each response was in each, in constant memory for each cell.
 *
 * Only runs whose condition was proven count (pass and fail). Where replicates of a cell differ in a response, the cell
 * is unstable there, and all that came out is kept. A run that is inconc because a response is not what the check
 * wants of it is no data; that value alone is remembered beside (`refused`), since a claim about that very response
 * could not be refuted otherwise.
 */
#ifndef ANALYZE_TABLE_H
#define ANALYZE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/result.h"

/* Distinct values of a response that are told apart, besides those that rules of the scenario name. */
#define TABLE_VALUES_MAX 256
#define TABLE_MISSING UINT16_MAX         /* nothing conclusive came out */
#define TABLE_UNSTABLE (UINT16_MAX - 1)  /* replicates differ */
#define TABLE_NOT_ASKED (UINT16_MAX - 2) /* no step of this cell records it; all below are values */
#define TABLE_NO_ROW SIZE_MAX

struct table_value {
	char *text;     /* owned */
	uint64_t count; /* of runs */
};

struct table_response {
	const struct response *response; /* borrowed from the scenario */
	struct table_value *values;      /* owned; most frequent first once table_finish() was called */
	size_t n_values;
	size_t n_fixed;      /* values that rules name: they take no room of TABLE_VALUES_MAX */
	bool has_more;       /* there are more values than are told apart: the last one stands for all others */
	bool is_checked;     /* a manipulation check speaks of it */
	uint64_t n_asked;    /* cells of the run that record it */
	uint64_t n_missing;  /* of these: with nothing conclusive */
	uint64_t n_unstable; /* … whose replicates differ */
	uint64_t n_timed;    /* runs that say how long it took */
	uint64_t took_least_us, took_most_us;
};

/* What one response was in one cell. */
struct table_observation {
	uint16_t value;   /* number of the value, TABLE_MISSING, TABLE_UNSTABLE or TABLE_NOT_ASKED */
	uint32_t refused; /* what the check that made runs inconc refused: number of an entry in `refused`, plus 1; 0:
			     none */
	uint32_t n;       /* runs that count; where it is unstable: number of the entry in `unstable` */
	uint64_t took_least_us, took_most_us; /* of the runs that were timed; least is UINT64_MAX where none was */
};

/* A value that a check refused, and the next one of the same cell and response. */
struct table_refused {
	uint16_t value;
	uint32_t next; /* number plus 1; 0 for none */
};

/* A cell whose replicates differ in a response. */
struct table_unstable {
	size_t row;
	uint16_t response;
	uint16_t n_values;
	struct table_share {
		uint16_t value;
		uint32_t n;
	} * shares; /* owned */
};

struct table {
	const struct scenario *scenario;  /* borrowed */
	struct table_response *responses; /* owned; as in the scenario */
	size_t n_responses;
	size_t n_factors;

	/* A row is a cell of the run; by index of the cell once table_finish() was called. All owned. */
	size_t n_rows;
	uint64_t *cells;                        /* by row: the index of the cell in the matrix */
	uint16_t *levels;                       /* n_factors a row */
	struct table_observation *observations; /* n_responses a row */
	struct table_unstable *unstable;
	size_t n_unstable;
	struct table_refused *refused;
	size_t n_refused;

	uint8_t *done;         /* a bit for each replicate of each row */
	uint32_t n_replicates; /* of each cell */

	bool *in_play; /* by factor and level (in_play_of()): whether some cell of the run has it */
	size_t *in_play_offsets;

	/* private: the hash table that finds a row by its levels */
	uint64_t *keys;  /* by row */
	uint32_t *slots; /* row + 1, or 0 */
	size_t n_slots;
};

/**
 * table_init() - the cells of a run, nothing observed yet
 * @cells: their @n_cells indices, ascending
 * @replicates: of each
 */
int table_init(struct table *t, const struct scenario *s, const uint64_t *cells, size_t n_cells, uint32_t replicates,
	struct error *e);

/**
 * table_add() - one result, in any order
 *
 * Errors: ERROR_USAGE for a cell or a replicate that is none of the run or that came before, and for a response that
 * the steps of the cell do not record.
 */
int table_add(struct table *t, const struct result *result, struct error *e);

/* table_finish() - after the last result: values and unstable cells are put in an order that does not depend on theirs.
 */
int table_finish(struct table *t, struct error *e);

/* table_find() - the row of a cell by its index; TABLE_NO_ROW where it is none of the run. */
size_t table_find(const struct table *t, uint64_t cell);

/* table_is_unstable() - whether the replicates of a cell differ in some response. */
bool table_is_unstable(const struct table *t, size_t row);

/* table_find_levels() - the row with these levels, n_factors of them; TABLE_NO_ROW where no cell of the run has them. */
size_t table_find_levels(const struct table *t, const size_t *levels);

/* table_neighbour() - the row that differs from @row in @factor alone, which is @level there; TABLE_NO_ROW for none. */
size_t table_neighbour(const struct table *t, size_t row, size_t factor, size_t level);

/**
 * table_next_neighbour() - go through the rows that differ from @row in @factor alone
 * @level: from which level on; afterwards the one behind that of the row that is returned
 *
 * Return: the row, or TABLE_NO_ROW behind the last.
 */
size_t table_next_neighbour(const struct table *t, size_t row, size_t factor, size_t *level);

static inline const struct table_observation *table_at(const struct table *t, size_t row, size_t response)
{
	return &t->observations[row * t->n_responses + response];
}

static inline const uint16_t *table_levels(const struct table *t, size_t row)
{
	return &t->levels[row * t->n_factors];
}

/* table_value() - number of the one value that @response has in @row; otherwise why there is none. */
static inline uint16_t table_value(const struct table *t, size_t row, size_t response)
{
	return table_at(t, row, response)->value;
}

static inline bool table_is_stable(const struct table *t, size_t row, size_t response)
{
	return table_value(t, row, response) < TABLE_NOT_ASKED;
}

/* table_is_in_play() - whether some cell of the run has this level. */
static inline bool table_is_in_play(const struct table *t, size_t factor, size_t level)
{
	return t->in_play[t->in_play_offsets[factor] + level];
}

/* table_copy_levels() - the levels of a row in the type that conditions_hold() takes. */
void table_copy_levels(const struct table *t, size_t row, size_t *ret_levels);

/**
 * table_is_plainer() - whether cell @a is a plainer example than cell @b
 *
 * Plain is what has most factors at their first level; of two alike the one that comes first in the matrix.
 */
bool table_is_plainer(const struct table *t, size_t a, size_t b);

void table_done(struct table *t);

#endif

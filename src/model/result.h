/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came out of one run of one cell, and its line in the results file. */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/scenario.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,   /* an expectation of the scenario does not hold */
	VERDICT_INCONC, /* the cell's condition was not met: it says nothing */
	VERDICT_ERROR,  /* the harness failed */
	VERDICT_SKIP,   /* this kernel or host cannot run it */
	VERDICT_COUNT
};

extern const char *const verdict_names[VERDICT_COUNT];

struct result_value {
	const char *response;
	const char *text;
	bool timed; /* the step was repeated until ok: took_us says how long that took, or how long it was tried */
	uint64_t took_us;
};

struct result_step {
	unsigned line;       /* in the scenario's file */
	const char *action;  /* "server: bind listener *:12345" */
	const char *outcome; /* "ok", an errno's name, what was observed */
	uint64_t at_us;      /* since the cell began */
	uint64_t took_us;
	unsigned tries;
};

struct result {
	uint64_t cell;
	uint32_t replicate; /* from 1 */
	enum verdict verdict;
	const char *reason; /* why it is not a pass; NULL for a pass */
	struct result_value *values;
	size_t n_values;
	struct result_step *steps; /* written; read back by result_steps_from_line() alone */
	size_t n_steps;
	uint64_t elapsed_us;
	uint64_t end_us; /* since the run began */
};

/* result_levels_to_json() - {"closer":"server", …}; NULL when memory is out. */
json_t *result_levels_to_json(const struct matrix *m, const size_t *levels);

/**
 * result_to_line() - the line of a results file, with its newline
 * @levels: of the cell
 *
 * Return: owned by the caller (free()); NULL when memory is out, or where a text is no UTF-8, which none is: they come
 * from a scenario that was checked, or are the kernel's fixed names.
 */
char *result_to_line(const struct scenario *s, const size_t *levels, const struct result *result);

/**
 * result_from_line() - read a cell's line
 * @arena: owns what @ret points to
 *
 * Return: 1 for a cell's line, 0 for a whole line of another type, or -EINVAL (ERROR_USAGE) for no whole line.
 */
int result_from_line(const char *line, size_t len, struct arena *arena, struct result *ret, struct error *e);

/**
 * result_line_cell() - the cell of a line, from its beginning, fast
 *
 * Nothing else of the line is looked at. Return: whether it begins as result_to_line() writes it.
 */
bool result_line_cell(const char *line, size_t len, uint64_t *ret);

/**
 * result_steps_from_line() - read the steps of a cell's line, which result_from_line() passes over
 * @arena: owns what @result then points to
 * @result: its `steps` and `n_steps` are set; the rest is left alone
 *
 * Errors: ERROR_USAGE with -EINVAL for what is no cell's line, or where a step is not as it is written.
 */
int result_steps_from_line(const char *line, size_t len, struct arena *arena, struct result *result, struct error *e);

/* verdict_find() - by its name; false for anything else, NULL included. */
bool verdict_find(const char *name, enum verdict *ret);

/* result_id_parse() - the number of a cell as a line has it, in decimal; false for anything else, NULL included. */
bool result_id_parse(const char *id, uint64_t *ret);

#endif

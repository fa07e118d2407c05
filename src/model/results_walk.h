/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a results file in their order, for those who read one: results_resume() and results_read(). */
#ifndef MODEL_RESULTS_WALK_H
#define MODEL_RESULTS_WALK_H

#include <jansson.h>
#include <sys/types.h>

#include "model/result.h"

struct results_walk {
	/* to be filled in */
	const char *path;   /* for messages, as is the next */
	const char *cannot; /* "cannot be resumed" */
	void *context;
	int (*on_run)(void *context, const json_t *line, struct error *e); /* of a format that is known here */
	int (*on_cell)(void *context, const struct result *result, struct error *e);
	bool (*wants)(void *context, uint64_t cell); /* other lines of cells are passed over unread; NULL: all */
	bool (*wants_steps)(void *context, const struct result *result); /* of a cell; may be NULL: of none */
	int (*on_end)(void *context, struct error *e);

	/* what was found */
	size_t n_lines; /* that are good, all from the beginning on */
	off_t size;     /* of these */
	bool is_torn;   /* something stands behind them: what is left of a line that was not written whole */
};

/**
 * results_walk() - hand out the lines of a file, from where @fd stands; takes constant memory
 *
 * What is left of a line at the very end is no error: a run was cut off there, or is just writing it.
 *
 * Errors: ERROR_USAGE for what no run leaves behind; what the functions above return.
 */
int results_walk(struct results_walk *walk, int fd, struct error *e);

/* results_walk_refuse() - the error for a file as a whole: "PATH: CANNOT: why". */
int results_walk_refuse(const struct results_walk *walk, struct error *e, const char *why);

/* results_walk_refuse_line() - the error for the line at hand: "PATH:LINE: CANNOT: why". */
int results_walk_refuse_line(const struct results_walk *walk, struct error *e, const char *why);

#endif

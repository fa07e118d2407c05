/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The results file, DIR/results.jsonl: one JSON object a line, append-only.
 *
 *	{"type":"run", …}   what was run, where, on what: enough to explain the file without the scenario beside it
 *	{"type":"cell", …}  a run of a cell, as it ended (model/result.h)
 *	{"type":"end", …}   the counts; a file without it is an interrupted run
 *
 * A line is whole or absent: what a full disk or a power cut leaves of a line at the end is cut off before the file is
 * appended to, and is never read as a result.
 */
#ifndef MODEL_RESULTS_H
#define MODEL_RESULTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "model/result.h"

#define RESULTS_FORMAT 1
#define RESULTS_NAME "results.jsonl"

/* What the first line says. */
struct run_facts {
	const struct scenario *scenario;
	const struct conditions *restriction; /* --set */
	uint64_t only_cell;                   /* --cell; RUN_ALL_CELLS otherwise */
	uint32_t replicates;
	uint64_t seed;
	uint64_t n_runs;         /* cells times replicates */
	const char *privilege;   /* "root" or "user namespace" */
	const char *environment; /* JSON object: a new namespace's sysctls, name to value */
};
#define RUN_ALL_CELLS UINT64_MAX

struct results_file {
	int fd;     /* -1: none */
	char *path; /* owned; NULL where it has no name */
	off_t size; /* of the whole lines */
};
#define RESULTS_FILE_INIT ((struct results_file){.fd = -1})

/**
 * results_create() - a new results file with its first line
 * @dir: is made when it is not there (its parent must be); NULL for a file without a name, gone when it is closed
 *
 * Errors: ERROR_USAGE when @dir holds a results file already or cannot be written.
 */
int results_create(struct results_file *file, const char *dir, const struct run_facts *facts, struct error *e);

/**
 * results_resume() - go on with the results file in @dir
 * @facts: of the run that is to go on; its seed is not compared: it becomes the one of the file
 * @visit: called with each result that the file holds
 *
 * Return: 1 when it can go on; 0 when @dir holds no run, not even a first line: results_create() is next; or -errno
 * (ERROR_USAGE) when the file is of another scenario, matrix or environment, is finished (-EALREADY), is in use, or is
 * damaged.
 */
int results_resume(struct results_file *file, const char *dir, struct run_facts *facts,
	int (*visit)(void *context, const struct result *result, struct error *e), void *context, struct error *e);

/**
 * results_append() - one whole line
 *
 * Errors: ERROR_HOST when it could not be written whole (a full disk); the file then ends as it did before.
 */
int results_append(struct results_file *file, const char *line, size_t len, struct error *e);

/* results_end() - the last line: @counts by verdict, the runner's peak memory. */
int results_end(
	struct results_file *file, const uint64_t counts[static VERDICT_COUNT], long runner_vmhwm_kib, struct error *e);

/* results_flush() - make what was written last (fsync). Also good on a file that was never opened. */
int results_flush(struct results_file *file, struct error *e);

/* results_close() - flush and close. Also good on a file that was never opened. */
int results_close(struct results_file *file, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The results file, DIR/results.jsonl: one JSON object a line, append-only.
 *
 *	{"type":"run", …}   what was run, where, on what: enough to explain the file without the scenario beside it
 *	{"type":"cell", …}  a run of a cell, as it ended (model/result.h)
 *	{"type":"end", …}   the counts; a file without it is an interrupted run
 *
 * A line that is not whole is no result: what a full disk, a power cut, or SIGKILL in the midst of a write (which ends it
 * behind any page: generic_perform_write(), mm/filemap.c) leaves of a line at the end is cut off before the file is
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
	uint64_t max_wait_us;                 /* --max-wait; RUN_ANY_WAIT otherwise */
	uint32_t replicates;
	uint64_t seed;
	uint64_t n_runs;         /* cells times replicates */
	const char *privilege;   /* "root" or "user namespace" */
	const char *environment; /* JSON object: a new namespace's sysctls, name to value */
};
#define RUN_ALL_CELLS UINT64_MAX
#define RUN_ANY_WAIT UINT64_MAX

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

/* A sysctl as a new network namespace had it on the host of a run. */
struct run_sysctl {
	const char *name, *value;
};

/* What the first line says, to one who was not there. */
struct run_record {
	struct arena arena;  /* owns all that hangs here */
	const char *path;    /* of the results file */
	const char *tool;    /* "netrepro 0.1.0" */
	const char *started; /* "2026-01-02T03:04:05Z" */
	const char *seed;    /* for --seed */
	const char *release; /* of the kernel, as the next: "6.8.0-40-generic" */
	const char *machine; /* "x86_64" */
	const char *version; /* "#1 SMP PREEMPT_DYNAMIC …"; NULL where it is not said */
	const char *privilege;
	struct run_sysctl *environment; /* by name */
	size_t n_environment;
	uint32_t replicates;
	uint64_t n_runs;      /* that were to be made: cells times replicates */
	uint64_t only_cell;   /* --cell; RUN_ALL_CELLS otherwise */
	uint64_t max_wait_us; /* --max-wait; RUN_ANY_WAIT otherwise */
	const char **sets;    /* each as --set gives it: "closer=server,client" */
	size_t n_sets;
	const char *scenario_name, *scenario_path, *scenario_sha256;
	const char *scenario_text; /* whole, and with that SHA-256; may be no scenario to the netrepro that reads it */
};
#define RUN_RECORD_INIT ((struct run_record){.arena = ARENA_INIT})

void run_record_done(struct run_record *record);

/* What is done with what a results file holds. A function may be NULL; one that fails ends the reading. */
struct results_reader {
	void *context;
	int (*begin)(void *context, const struct run_record *record, struct error *e);
	int (*visit)(void *context, const struct result *result, struct error *e); /* @result is gone afterwards */
	/* Whether to read the lines of a cell; of others the beginning alone is looked at, whatever follows. */
	bool (*wants)(void *context, uint64_t cell);
	bool (*wants_steps)(
		void *context, const struct result *result); /* to visit() it with its steps; they take time */
};

/**
 * results_read() - what the results file @path, or that in the folder @path, holds
 * @record: filled in before anything is handed out; to be given back with run_record_done(), whatever is returned
 * @ret_is_finished: whether the run came to its end; what another one has written so far can be read as well
 *
 * The file is only read, in constant memory, and not locked. What is left of a line at its very end is passed over.
 *
 * Errors: ERROR_USAGE when there is no such file, or when it is not as a run leaves it; those of @reader, those of
 * visit() with "PATH:LINE: " in front.
 */
int results_read(const char *path, const struct results_reader *reader, struct run_record *record,
	bool *ret_is_finished, struct error *e);

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

// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a results file that somebody has left: what was run, and what came out.
#include "model/results.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/encoding.h"
#include "model/results_walk.h"

struct reading {
	const struct results_walk *walk;
	const struct results_reader *reader;
	struct run_record *record;
	bool is_finished;
};

void run_record_done(struct run_record *record)
{
	arena_done(&record->arena);
	*record = RUN_RECORD_INIT;
}

/* A stranger's file may hold anything, and what is read from it will be shown to people. */
static bool can_be_shown(const char *text)
{
	struct encoding_fault fault;
	return !encoding_find_fault(text, strlen(text), &fault);
}

/* A member that is a text, in the record's arena; where there is none, or no memory, *@ret stays NULL. */
static void take_text(struct reading *r, const json_t *object, const char *key, const char **ret)
{
	const char *text = json_string_value(json_object_get(object, key));
	*ret = text && can_be_shown(text) ? arena_strdup(&r->record->arena, text) : NULL;
}

static bool take_number(const json_t *object, const char *key, json_int_t least, json_int_t most, json_int_t *ret)
{
	const json_t *number = json_object_get(object, key);
	*ret = json_integer_value(number);
	return json_is_integer(number) && *ret >= least && *ret <= most;
}

/* "closer": ["server", "client"] */
static const char *set_to_text(struct arena *arena, const char *factor, const json_t *levels)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_addf(&t, "%s=", factor);
	for (size_t i = 0; i < json_array_size(levels); i++) {
		const char *level = json_string_value(json_array_get(levels, i));
		if (!level)
			return NULL;
		text_addf(&t, "%s%s", i ? "," : "", level);
	}
	if (t.failed || !json_array_size(levels) || !can_be_shown(text_get(&t)))
		return NULL;
	return arena_strdup(arena, text_get(&t));
}

static bool take_sets(struct run_record *record, const json_t *set)
{
	record->sets = arena_array(&record->arena, json_object_size(set), sizeof *record->sets);
	if (!record->sets || !json_is_object(set))
		return false;
	const char *factor;
	json_t *levels;
	json_object_foreach((json_t *)set, factor, levels)
	{
		const char *text = set_to_text(&record->arena, factor, levels);
		if (!text)
			return false;
		record->sets[record->n_sets++] = text;
	}
	return true;
}

static int compare_sysctls(const void *a, const void *b)
{
	const struct run_sysctl *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static bool take_environment(struct run_record *record, const json_t *environment)
{
	record->environment = arena_array(&record->arena, json_object_size(environment), sizeof *record->environment);
	if (!record->environment)
		return false;
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)environment, name, value)
	{
		const char *text = json_string_value(value);
		if (!text || !can_be_shown(text) || !can_be_shown(name))
			return false;
		struct run_sysctl *sysctl = &record->environment[record->n_environment++];
		*sysctl = (struct run_sysctl){arena_strdup(&record->arena, name), arena_strdup(&record->arena, text)};
		if (!sysctl->name || !sysctl->value)
			return false;
	}
	qsort(record->environment, record->n_environment, sizeof *record->environment, compare_sysctls);
	return true;
}

static bool take_numbers(struct run_record *record, const json_t *line)
{
	json_int_t replicates, runs, cell = 0, max_wait_us = 0;
	if (!take_number(line, "replicates", 1, INT_MAX, &replicates) ||
		!take_number(line, "runs", 0, INT64_MAX, &runs))
		return false;
	record->replicates = (uint32_t)replicates;
	record->n_runs = (uint64_t)runs;
	bool has_cell = json_object_get(line, "cell"), has_max_wait = json_object_get(line, "max_wait_us");
	bool good = (!has_cell || take_number(line, "cell", 0, INT64_MAX, &cell)) &&
		    (!has_max_wait || take_number(line, "max_wait_us", 0, INT64_MAX, &max_wait_us));
	record->only_cell = has_cell ? (uint64_t)cell : RUN_ALL_CELLS;
	record->max_wait_us = has_max_wait ? (uint64_t)max_wait_us : RUN_ANY_WAIT;
	return good;
}

static int read_scenario(struct reading *r, const json_t *scenario, struct error *e)
{
	struct run_record *record = r->record;
	take_text(r, scenario, "name", &record->scenario_name);
	take_text(r, scenario, "path", &record->scenario_path);
	take_text(r, scenario, "sha256", &record->scenario_sha256);
	take_text(r, scenario, "text", &record->scenario_text);
	if (!record->scenario_name || !record->scenario_path || !record->scenario_sha256 || !record->scenario_text)
		return results_walk_refuse_line(r->walk, e, "its first line does not say of which scenario it is");
	char sha256[SCENARIO_SHA256_TEXT];
	scenario_sha256(record->scenario_text, strlen(record->scenario_text), sha256);
	if (!strcmp(sha256, record->scenario_sha256))
		return 0;
	return results_walk_refuse_line(r->walk, e,
		"the text of the scenario in it has another SHA-256 than the one beside it, so that one of them was "
		"changed after the run: use the file as the run left it");
}

static int read_run(void *context, const json_t *line, struct error *e)
{
	struct reading *r = context;
	struct run_record *record = r->record;
	const json_t *kernel = json_object_get(line, "kernel");
	take_text(r, line, "tool", &record->tool);
	take_text(r, line, "started", &record->started);
	take_text(r, line, "seed", &record->seed);
	take_text(r, line, "privilege", &record->privilege);
	take_text(r, kernel, "release", &record->release);
	take_text(r, kernel, "machine", &record->machine);
	take_text(r, kernel, "version", &record->version);
	if (!record->tool || !record->started || !record->seed || !record->privilege || !record->release ||
		!record->machine || !take_numbers(record, line) || !take_sets(record, json_object_get(line, "set")) ||
		!take_environment(record, json_object_get(line, "environment")))
		return results_walk_refuse_line(
			r->walk, e, "its first line does not say when, where and how it was run, as netrepro does");
	int rc = read_scenario(r, json_object_get(line, "scenario"), e);
	return rc < 0 || !r->reader->begin ? rc : r->reader->begin(r->reader->context, record, e);
}

static int read_cell(void *context, const struct result *result, struct error *e)
{
	const struct reading *r = context;
	bool good = !result->reason || can_be_shown(result->reason);
	for (size_t i = 0; good && i < result->n_values; i++)
		good = can_be_shown(result->values[i].response) && can_be_shown(result->values[i].text);
	if (!good)
		return error_set(e, ERROR_USAGE, EILSEQ,
			"cannot be read: it holds control characters, which netrepro never writes: take the line out "
			"of a copy, and use that");
	return r->reader->visit ? r->reader->visit(r->reader->context, result, e) : 0;
}

static bool wants(void *context, uint64_t cell)
{
	const struct reading *r = context;
	return r->reader->wants(r->reader->context, cell);
}

static bool wants_steps(void *context, const struct result *result)
{
	const struct reading *r = context;
	return r->reader->wants_steps && r->reader->wants_steps(r->reader->context, result);
}

static int read_end(void *context, struct error *e)
{
	(void)e;
	struct reading *r = context;
	r->is_finished = true;
	return 0;
}

/* Opens @path, or the results file in it where it is a folder, and keeps the name of that in @record. */
static int open_results(const char *path, struct run_record *record, int *ret_fd, struct error *e)
{
	CLEANUP(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return error_set(e, ERROR_USAGE, ENOENT,
			"%s: there is no such file or folder: name the folder that `netrepro run -o` wrote to", path);
	struct stat status;
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_errno(e, ERROR_USAGE, errno, "%s: cannot be opened", path);
	record->path = arena_strdup(&record->arena, path);
	if (S_ISDIR(status.st_mode)) {
		int file = openat(fd, RESULTS_NAME, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (file < 0 && errno == ENOENT)
			return error_set(e, ERROR_USAGE, ENOENT,
				"%s: no " RESULTS_NAME " is in this folder: name one that `netrepro run -o` wrote to",
				path);
		if (file < 0)
			return error_errno(e, ERROR_USAGE, errno, "%s/" RESULTS_NAME ": cannot be opened", path);
		close(fd);
		fd = file;
		record->path = arena_printf(&record->arena, "%s/" RESULTS_NAME, path);
	}
	if (!record->path)
		return error_no_memory(e);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int results_read(const char *path, const struct results_reader *reader, struct run_record *record,
	bool *ret_is_finished, struct error *e)
{
	CLEANUP(cleanup_close) int fd = -1;
	int r = open_results(path, record, &fd, e);
	if (r < 0)
		return r;
	struct reading reading = {.reader = reader, .record = record};
	struct results_walk walk = {
		.path = record->path,
		.cannot = "cannot be read",
		.context = &reading,
		.on_run = read_run,
		.on_cell = read_cell,
		.wants = reader->wants ? wants : NULL,
		.wants_steps = wants_steps,
		.on_end = read_end,
	};
	reading.walk = &walk;
	r = results_walk(&walk, fd, e);
	if (r == 0 && !walk.n_lines)
		r = results_walk_refuse(&walk, e,
			walk.is_torn ? "its run was cut off before it had said what it is: run it again"
				     : "it is empty: its run was cut off before it began; run it again");
	if (r == 0)
		*ret_is_finished = reading.is_finished;
	return r;
}

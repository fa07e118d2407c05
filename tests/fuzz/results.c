// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes the readers of results: whatever the bytes of a file, each line is a result or it is not, and the file is
// read, and gone on with, or it is refused and left alone.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "model/results.h"
#include "run/schedule.h"
#include "fuzz_scenario.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char yaml[] = "name: x\nmatrix: {n: [0, 1, 2]}\nsteps:\n- server: socket s\n  as: made\n";
static struct scenario *scenario;
static char dir[64], path[96];
static char *first_line; /* of a run of that scenario on this host */
static size_t first_len;

static struct run_facts facts(void)
{
	return (struct run_facts){
		.scenario = scenario,
		.only_cell = RUN_ALL_CELLS,
		.max_wait_us = RUN_ANY_WAIT,
		.replicates = 2,
		.n_runs = 6,
		.privilege = "root",
		.environment = "{}",
	};
}

static void remove_folder(void)
{
	unlink(path);
	rmdir(dir);
	free(first_line);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	const char *folder = getenv("TMPDIR");
	struct run_facts f;
	struct results_file file = RESULTS_FILE_INIT;
	scenario = fuzz_scenario(yaml);
	snprintf(dir, sizeof dir, "%.32s/netrepro-fuzz.XXXXXX", folder && *folder ? folder : "/tmp");
	if (!mkdtemp(dir))
		abort();
	atexit(remove_folder);
	snprintf(path, sizeof path, "%s/" RESULTS_NAME, dir);
	f = facts();
	if (results_create(&file, dir, &f, NULL) < 0)
		abort();
	first_len = (size_t)file.size;
	first_line = calloc(first_len + 1, 1);
	if (!first_line || pread(file.fd, first_line, first_len, 0) != (ssize_t)first_len)
		abort();
	results_close(&file, NULL);
	return 0;
}

/* What holds of every line that was taken. */
static void read_line(const char *line, size_t len)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct result result;
	int r = result_from_line(line, len, &arena, &result, &e);
	assert(r == 1 || r == 0 || (r == -EINVAL && e.kind == ERROR_USAGE && e.text));
	if (r < 0)
		return;
	CLEANUP(cleanup_json) json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	assert(json); /* result_from_line() passes over steps; it is no less strict for that */
	if (r != 1)
		return;
	assert(result.verdict < VERDICT_COUNT && result.replicate >= 1);
	for (size_t i = 0; i < result.n_values; i++)
		assert(result.values[i].response && result.values[i].text);
}

/* As cli/ does: a run that is none of this one, or stands there twice, is refused. */
static int visit(void *context, const struct result *result, struct error *e)
{
	struct run_id id = {.cell = result->cell, .replicate = result->replicate};
	if (!schedule_has(context, id) || schedule_mark_done(context, id) < 0)
		return error_set(e, ERROR_USAGE, EINVAL, "not one of this run");
	return 0;
}

static int begin(void *context, const struct run_record *record, struct error *e)
{
	(void)e;
	size_t *n_lines = context;
	assert(!(*n_lines)++ && record->tool && record->scenario_text && record->replicates);
	return 0;
}

static int count(void *context, const struct result *result, struct error *e)
{
	(void)e;
	size_t *n_lines = context;
	assert((*n_lines)++ && result->verdict < VERDICT_COUNT);
	return 0;
}

/* The file as it is: it is read or refused, and left alone. */
static void read_only(size_t len)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	size_t n_lines = 0;
	const struct results_reader reader = {.context = &n_lines, .begin = begin, .visit = count};
	struct stat status;
	bool is_finished = false;
	int r = results_read(dir, &reader, &record, &is_finished, &e);
	assert(r == 0 ? n_lines > 0 : r < 0 && e.kind == ERROR_USAGE && e.text && !is_finished);
	assert(stat(path, &status) == 0 && status.st_size == (off_t)len);
}

/* The file with these bytes, read and gone on with. */
static void resume(const char *bytes, size_t len)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(schedule_done) struct schedule schedule = {.cells = NULL};
	struct results_file file = RESULTS_FILE_INIT;
	struct run_facts f = facts();
	struct stat status;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	close(fd);
	read_only(len);
	assert(schedule_init(&schedule, &scenario->matrix, NULL, RUN_ALL_CELLS, f.replicates, NULL) == 0);
	int r = results_resume(&file, dir, &f, visit, &schedule, &e);
	if (r < 0) {
		assert(e.kind == ERROR_USAGE && e.text);
		assert(stat(path, &status) == 0 && status.st_size == (off_t)len); /* left alone */
	} else if (r == 0) {
		assert(!file.path && file.fd == -1 && stat(path, &status) < 0);
		assert(!memchr(bytes, '\n', len)); /* there was no line that could be lost */
	} else {
		/* Whole lines, from the beginning: what is left of the file is a beginning of it. */
		assert(stat(path, &status) == 0 && status.st_size == file.size);
		assert(file.size > 0 && (size_t)file.size <= len && bytes[file.size - 1] == '\n');
	}
	results_close(&file, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *end = bytes + size;
	for (const char *line = bytes; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = newline ? (size_t)(newline - line) + 1 : (size_t)(end - line);
		read_line(line, len);
		line += len;
	}
	resume(bytes, size);
	/* Behind a good first line, which nothing that is random would ever be. */
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_add_bytes(&t, first_line, first_len);
	text_add_bytes(&t, data, size);
	assert(!t.failed);
	resume(t.data, t.len);
	return 0;
}

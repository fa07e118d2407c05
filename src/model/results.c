// SPDX-License-Identifier: GPL-2.0-or-later
// The results file: append-only, a line that is not whole is no result.
#include "model/results.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/append.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/owner.h"
#include "model/results_walk.h"

/* @json, or NULL and nothing kept where it is not @good. */
static json_t *if_good(json_t *json, bool good)
{
	if (good)
		return json;
	json_decref(json);
	return NULL;
}

static json_t *level_to_json(const struct level *level)
{
	json_t *object = json_pack("{s:s}", "name", level->name);
	if (!object || !level->n_bindings)
		return object;
	json_t *bindings = json_object();
	bool good = bindings;
	for (size_t i = 0; good && i < level->n_bindings; i++)
		good = json_put(bindings, level->bindings[i].name, json_string(level->bindings[i].value));
	return if_good(object, json_put(object, "binds", bindings) && good);
}

static json_t *factor_to_json(const struct factor *factor)
{
	json_t *levels = json_array();
	bool good = levels;
	for (size_t i = 0; good && i < factor->n_all_levels; i++)
		good = json_append(levels, level_to_json(&factor->levels[i]));
	return json_pack("{s:s, s:o}", "name", factor->name, "levels", if_good(levels, good));
}

static json_t *factors_to_json(const struct matrix *m)
{
	json_t *factors = json_array();
	bool good = factors;
	for (size_t i = 0; good && i < m->n_factors; i++)
		good = json_append(factors, factor_to_json(&m->factors[i]));
	return if_good(factors, good);
}

/* {"closer": ["server"]} */
static json_t *restriction_to_json(const struct matrix *m, const struct conditions *restriction)
{
	json_t *object = json_object();
	bool good = object;
	for (size_t i = 0; good && restriction && i < restriction->n; i++) {
		const struct factor *factor = &m->factors[restriction->all[i].factor];
		json_t *levels = json_array();
		for (size_t j = 0; good && j < factor->n_all_levels; j++)
			if (restriction->all[i].allowed[j])
				good = json_append(levels, json_string(factor->levels[j].name));
		good = json_put(object, factor->name, levels) && good;
	}
	return if_good(object, good);
}

static json_t *responses_to_json(const struct scenario *s)
{
	json_t *array = json_array();
	bool good = array;
	for (size_t i = 0; good && i < s->n_responses; i++)
		good = json_append(array, json_string(s->responses[i].name));
	return if_good(array, good);
}

/* What must be the same for two runs to belong into one file. */
static json_t *identity_to_json(const struct run_facts *facts)
{
	const struct scenario *s = facts->scenario;
	struct utsname kernel;
	if (uname(&kernel) < 0)
		return NULL;
	json_t *environment = json_loads(facts->environment, 0, NULL);
	json_t *identity = json_pack("{s:{s:s, s:s}, s:o, s:o, s:i, s:I, s:{s:s, s:s, s:s}, s:s, s:o}", "scenario",
		"name", s->name, "sha256", s->sha256, "factors", factors_to_json(&s->matrix), "set",
		restriction_to_json(&s->matrix, facts->restriction), "replicates", (int)facts->replicates, "runs",
		(json_int_t)facts->n_runs, "kernel", "release", kernel.release, "version", kernel.version, "machine",
		kernel.machine, "privilege", facts->privilege, "environment", environment);
	bool good = identity;
	if (good && facts->only_cell != RUN_ALL_CELLS)
		good = json_put(identity, "cell", json_integer((json_int_t)facts->only_cell));
	if (good && facts->max_wait_us != RUN_ANY_WAIT)
		good = json_put(identity, "max_wait_us", json_integer((json_int_t)facts->max_wait_us));
	return if_good(identity, good);
}

static char *facts_to_line(const struct run_facts *facts)
{
	const struct scenario *s = facts->scenario;
	CLEANUP(cleanup_json) json_t *line = identity_to_json(facts);
	if (!line)
		return NULL;
	char seed[24], started[32];
	snprintf(seed, sizeof seed, "%" PRIu64, facts->seed);
	time_t now = time(NULL);
	struct tm utc;
	strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	json_t *scenario = json_object_get(line, "scenario");
	if (!json_put(scenario, "path", json_string(s->path)) || !json_put(scenario, "text", json_string(s->text)))
		return NULL;
	CLEANUP(cleanup_json)
	json_t *first = json_pack("{s:s, s:i, s:s, s:s, s:s, s:o}", "type", "run", "format", RESULTS_FORMAT, "tool",
		"netrepro " NETREPRO_VERSION, "started", started, "seed", seed, "responses", responses_to_json(s));
	if (!first || json_object_update(first, line) < 0)
		return NULL;
	struct text t = TEXT_INIT;
	json_write(first, JSON_COMPACT | JSON_PRESERVE_ORDER, &t);
	text_add(&t, "\n");
	if (t.failed)
		text_done(&t);
	return t.data;
}

int results_append(struct results_file *file, const char *line, size_t len, struct error *e)
{
	int r = append_whole(file->fd, &file->size, line, len);
	if (r == 0)
		return 0;
	return error_errno(e, ERROR_HOST, -r,
		file->path ? "cannot write to %s; the results written so far are whole, and --resume goes on from them"
			   : "cannot write to %s; set TMPDIR to a folder with room, or keep the results elsewhere with "
			     "-o DIR",
		file->path ? file->path : "a temporary file");
}

/* A new one, or one that is there. */
static int results_open(struct results_file *file, const char *dir, bool is_new, struct error *e)
{
	int flags = O_RDWR | O_APPEND | O_CLOEXEC;
	if (asprintf(&file->path, "%s/" RESULTS_NAME, dir) < 0) {
		file->path = NULL;
		return error_no_memory(e);
	}
	int fd = is_new ? owner_create(file->path, flags, 0666) : open(file->path, flags);
	if (fd < 0)
		return is_new ? fd : -errno;
	file->fd = fd;
	if (flock(file->fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(e, ERROR_USAGE, EBUSY,
			"%s: another run is writing to it; wait for that, or choose another folder with -o",
			file->path);
	return 0;
}

static int results_create_temporary(struct results_file *file, struct error *e)
{
	const char *folder;
	file->fd = append_temporary("netrepro-results", &folder);
	return file->fd < 0 ? error_errno(e, ERROR_HOST, -file->fd, "cannot make a temporary file in %s", folder) : 0;
}

static int results_create_named(struct results_file *file, const char *dir, struct error *e)
{
	int r = owner_make_folder(dir);
	if (r < 0 && r != -EEXIST)
		return error_errno(e, ERROR_USAGE, -r, "cannot make the output folder '%s'", dir);
	r = results_open(file, dir, true, e);
	if (r == -EEXIST)
		return error_set(e, ERROR_USAGE, EEXIST,
			"the output folder '%s' holds the results of a run already: choose another one, or go on with "
			"that run by --resume",
			dir);
	if (r < 0 && file->fd < 0 && r != -ENOMEM)
		return error_errno(e, ERROR_USAGE, -r, "cannot write to the output folder '%s'", dir);
	return r;
}

int results_create(struct results_file *file, const char *dir, const struct run_facts *facts, struct error *e)
{
	CLEANUP(cleanup_free) char *line = facts_to_line(facts);
	if (!line)
		return error_no_memory(e);
	int r = dir ? results_create_named(file, dir, e) : results_create_temporary(file, e);
	if (r < 0)
		return r;
	r = results_append(file, line, strlen(line), e);
	if (r < 0 && file->path)
		unlink(file->path); /* so that what holds no run is not taken for one */
	return r;
}

/* What of the two first lines differs, in words; NULL for nothing. */
static const char *find_difference(const json_t *have, const json_t *want)
{
	static const struct {
		const char *key, *why;
	} parts[] = {
		{"factors", "it belongs to another matrix"},
		{"set", "its --set was another one"},
		{"cell", "its --cell was another one"},
		{"max_wait_us", "its --max-wait was another one"},
		{"replicates", "its --replicates was another one"},
		{"runs", "it belongs to another matrix"},
		{"kernel", "it was made on another kernel, and results of two kernels do not belong into one file"},
		{"privilege", "one was run as root and the other one in a user namespace"},
		{"environment", "the host's defaults of sysctls have changed since"},
	};
	const json_t *old = json_object_get(have, "scenario"), *new = json_object_get(want, "scenario");
	if (!json_equal(json_object_get(old, "name"), json_object_get(new, "name")))
		return "it belongs to another scenario";
	if (!json_equal(json_object_get(old, "sha256"), json_object_get(new, "sha256")))
		return "the scenario's file has changed since";
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const json_t *a = json_object_get(have, parts[i].key), *b = json_object_get(want, parts[i].key);
		if ((a || b) && !json_equal(a, b))
			return parts[i].why;
	}
	return NULL;
}

struct resumed {
	const struct results_walk *walk;
	struct run_facts *facts;
	int (*visit)(void *context, const struct result *result, struct error *e);
	void *context;
};

static int resume_run(void *context, const json_t *have, struct error *e)
{
	struct resumed *r = context;
	CLEANUP(cleanup_json) json_t *want = identity_to_json(r->facts);
	if (!want)
		return error_no_memory(e);
	const char *seed = json_string_value(json_object_get(have, "seed"));
	if (!seed)
		return results_walk_refuse_line(
			r->walk, e, "it does not begin as a results file does: name one that `netrepro run -o` wrote");
	const char *difference = find_difference(have, want);
	if (difference)
		return results_walk_refuse(r->walk, e, difference);
	r->facts->seed = strtoull(seed, NULL, 10);
	return 0;
}

static int resume_cell(void *context, const struct result *result, struct error *e)
{
	struct resumed *r = context;
	return r->visit(r->context, result, e);
}

static int resume_end(void *context, struct error *e)
{
	const struct resumed *r = context;
	results_walk_refuse(r->walk, e, "that run is finished");
	if (e)
		e->code = EALREADY;
	return -EALREADY;
}

/* What was written by halves goes, and the file ends with its last whole line. */
static int cut_to_whole_lines(struct results_file *file, struct error *e)
{
	if (ftruncate(file->fd, file->size) < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot write to %s", file->path);
	if (file->size)
		return 1;
	if (unlink(file->path) < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot remove %s, which is empty", file->path);
	fd_close(&file->fd);
	free(TAKE_POINTER(file->path));
	return 0;
}

int results_resume(struct results_file *file, const char *dir, struct run_facts *facts,
	int (*visit)(void *context, const struct result *result, struct error *e), void *context, struct error *e)
{
	int r = results_open(file, dir, false, e);
	if (r < 0 && file->fd < 0 && file->path) {
		if (r == -ENOENT) {
			free(TAKE_POINTER(file->path));
			return 0;
		}
		return error_errno(e, ERROR_USAGE, -r, "cannot open %s", file->path);
	}
	if (r < 0)
		return r;
	struct resumed resumed = {.facts = facts, .visit = visit, .context = context};
	struct results_walk walk = {
		.path = file->path,
		.cannot = "cannot be resumed",
		.context = &resumed,
		.on_run = resume_run,
		.on_cell = resume_cell,
		.on_end = resume_end,
	};
	resumed.walk = &walk;
	r = results_walk(&walk, file->fd, e);
	if (r < 0)
		return r;
	file->size = walk.size;
	owner_adopt(file->path, file->fd);
	return cut_to_whole_lines(file, e);
}

int results_end(
	struct results_file *file, const uint64_t counts[static VERDICT_COUNT], long runner_vmhwm_kib, struct error *e)
{
	json_t *by_verdict = json_object();
	bool good = by_verdict;
	for (int i = 0; good && i < VERDICT_COUNT; i++)
		good = json_put(by_verdict, verdict_names[i], json_integer((json_int_t)counts[i]));
	CLEANUP(cleanup_json)
	json_t *line = json_pack("{s:s, s:o, s:I}", "type", "end", "verdicts", if_good(by_verdict, good),
		"runner_vmhwm_kib", (json_int_t)runner_vmhwm_kib);
	CLEANUP(text_done) struct text t = TEXT_INIT;
	json_write(line, JSON_COMPACT | JSON_PRESERVE_ORDER, &t);
	text_add(&t, "\n");
	return t.failed ? error_no_memory(e) : results_append(file, t.data, t.len, e);
}

int results_flush(struct results_file *file, struct error *e)
{
	if (file->fd < 0 || !file->path || fsync(file->fd) == 0 || errno == EINVAL || errno == EROFS)
		return 0;
	return error_errno(e, ERROR_HOST, errno, "cannot make %s last", file->path);
}

int results_close(struct results_file *file, struct error *e)
{
	int r = results_flush(file, e);
	fd_close(&file->fd);
	free(TAKE_POINTER(file->path));
	return r;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a results file in their order. What is no whole line is good only as the very end of the file.
#include "model/results_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/results.h"

struct walker {
	struct results_walk *walk;
	struct arena arena; /* of one line */
	bool has_ended;     /* by the line of the type "end" */
};

static void walker_done(struct walker *w)
{
	arena_done(&w->arena);
}

int results_walk_refuse(const struct results_walk *walk, struct error *e, const char *why)
{
	return error_set(e, ERROR_USAGE, EINVAL, "%s: %s: %s", walk->path, walk->cannot, why);
}

int results_walk_refuse_line(const struct results_walk *walk, struct error *e, const char *why)
{
	return error_set(e, ERROR_USAGE, EINVAL, "%s:%zu: %s: %s", walk->path, walk->n_lines + 1, walk->cannot, why);
}

static const char *type_of(const json_t *line)
{
	const char *type = json_string_value(json_object_get(line, "type"));
	return type ? type : "";
}

/* Return: 1 for a good line, or -errno. */
static int walk_first_line(const struct results_walk *walk, const char *line, size_t len, struct error *e)
{
	CLEANUP(cleanup_json) json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	if (strcmp(type_of(json), "run"))
		return results_walk_refuse_line(
			walk, e, "it does not begin as a results file does: name one that `netrepro run -o` wrote");
	if (json_integer_value(json_object_get(json, "format")) != RESULTS_FORMAT)
		return results_walk_refuse_line(walk, e,
			"it was written by another version of netrepro: use that one, which \"tool\" in it names");
	int r = walk->on_run(walk->context, json, e);
	return r < 0 ? r : 1;
}

/* A whole line that is of no cell. */
static int walk_other_line(struct walker *w, const char *line, size_t len, struct error *e)
{
	CLEANUP(cleanup_json) json_t *json = json_loadb(line, len, 0, NULL);
	w->has_ended = !strcmp(type_of(json), "end");
	if (w->has_ended)
		return w->walk->on_end(w->walk->context, e);
	return results_walk_refuse_line(w->walk, e,
		"it holds a line of a type that is not known here: use the version of netrepro that wrote it");
}

/* Return: 1 for a good line, 0 for one that is good only as the last, or -errno. */
static int walk_later_line(struct walker *w, const char *line, size_t len, struct error *e)
{
	struct results_walk *walk = w->walk;
	struct result result;
	uint64_t cell;
	if (walk->wants && result_line_cell(line, len, &cell) && !walk->wants(walk->context, cell))
		return 1;
	arena_reset(&w->arena);
	int r = result_from_line(line, len, &w->arena, &result, NULL);
	if (r == -ENOMEM)
		return error_no_memory(e);
	if (r < 0)
		return 0;
	if (r == 0) {
		r = walk_other_line(w, line, len, e);
		return r < 0 ? r : 1;
	}
	r = 0;
	if (walk->wants_steps && walk->wants_steps(walk->context, &result))
		r = result_steps_from_line(line, len, &w->arena, &result, e);
	if (r == 0)
		r = walk->on_cell(walk->context, &result, e);
	return r < 0 ? error_wrap(e, "%s:%zu", walk->path, walk->n_lines + 1) : 1;
}

static int walk_line(struct walker *w, const char *line, size_t len, struct error *e)
{
	struct results_walk *walk = w->walk;
	if (w->has_ended)
		return results_walk_refuse_line(walk, e,
			"something stands behind the line that ends the run: take it out of a copy, and use that");
	if (walk->is_torn)
		return results_walk_refuse_line(
			walk, e, "a line in its middle is damaged: take it out of a copy, and use that");
	int r = 0;
	if (line[len - 1] == '\n')
		r = walk->n_lines ? walk_later_line(w, line, len, e) : walk_first_line(walk, line, len, e);
	walk->is_torn = r == 0;
	if (r <= 0)
		return r;
	walk->n_lines++;
	walk->size += (off_t)len;
	return 0;
}

int results_walk(struct results_walk *walk, int fd, struct error *e)
{
	CLEANUP(walker_done) struct walker w = {.walk = walk, .arena = ARENA_INIT};
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	CLEANUP(cleanup_fclose) FILE *stream = copy < 0 ? NULL : fdopen(copy, "r");
	if (!stream) {
		int errnum = errno;
		fd_close(&copy);
		return error_errno(e, ERROR_HARNESS, errnum, "%s", walk->path);
	}
	CLEANUP(cleanup_free) char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int r = 0;
	while (r == 0 && (len = getline(&line, &size, stream)) > 0)
		r = walk_line(&w, line, (size_t)len, e);
	if (r == 0 && !feof(stream))
		r = error_errno(e, ERROR_HARNESS, errno, "cannot read %s", walk->path);
	return r;
}

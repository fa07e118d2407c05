// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a scenario from its file.
 *
 * Theory of operation: yaml.c makes a tree of the bytes, the read_*.c each turn one key of it into plain data, in an
 * order in which names are known before they are used, whatever the order in the file. What depends on the levels of a
 * cell (addresses, numbers, which socket is open) is checked at last by planning every cell, as a run does.
 */
#include "model/encoding.h"
#include "model/read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/plan.h"

struct scenario_keys {
	const struct yaml *name, *question, *note, *matrix, *exclude, *include, *namespaces, *links, *actors, *steps,
		*check, *expect, *claims, *mechanism, *deadlines;
};

/* However it was broken into lines, it is said in one. */
static int read_question(struct reader *r, const struct yaml *node)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	const char *words = NULL;
	int rc = read_text(r, node, "question", &words);
	if (rc < 0)
		return rc;
	text_wrap(&line, 0, words, 0, SIZE_MAX);
	if (!line.failed && !line.len)
		return scenario_error(r->s, node->at, r->e, "question is empty");
	r->s->question = line.failed ? NULL : arena_strdup(&r->s->arena, text_get(&line));
	return r->s->question ? 0 : error_no_memory(r->e);
}

static int read_heading(struct reader *r, const struct scenario_keys *keys)
{
	const char *note;
	int rc = read_line(r, keys->name, "name", &r->s->name);
	if (rc >= 0)
		rc = read_name(r, keys->name->at, r->s->name, "a scenario", name_is_slug, NAME_SLUG_RULE);
	if (rc >= 0 && keys->question)
		rc = read_question(r, keys->question);
	if (rc >= 0 && keys->note)
		rc = read_text(r, keys->note, "note", &note);
	return rc;
}

static int read_parts(struct reader *r, const struct scenario_keys *keys)
{
	int rc = read_heading(r, keys);
	if (rc >= 0)
		rc = read_deadlines(r, keys->deadlines);
	if (rc >= 0)
		rc = read_matrix(r, keys->matrix, keys->include);
	if (rc >= 0)
		rc = read_include(r, keys->include);
	if (rc >= 0)
		rc = read_exclude(r, keys->exclude);
	if (rc >= 0)
		rc = read_check_matrix(r);
	if (rc >= 0)
		rc = read_namespaces(r, keys->namespaces);
	if (rc >= 0)
		rc = read_links(r, keys->links);
	if (rc >= 0)
		rc = read_actors(r, keys->actors);
	if (rc >= 0)
		rc = read_steps(r, keys->steps, keys->check);
	if (rc >= 0)
		rc = read_check(r, keys->check);
	if (rc >= 0)
		rc = read_expect(r, keys->expect);
	if (rc >= 0)
		rc = read_claims(r, keys->claims);
	if (rc >= 0)
		rc = read_mechanism(r, keys->mechanism);
	return rc < 0 ? rc : read_check_cells(r);
}

static int read_scenario(struct reader *r, const char *text, size_t len)
{
	const struct yaml *root;
	struct scenario_keys k;
	const struct read_field fields[] = {
		{"name", &k.name, true},
		{"question", &k.question, false},
		{"note", &k.note, false},
		{"matrix", &k.matrix, false},
		{"exclude", &k.exclude, false},
		{"include", &k.include, false},
		{"namespaces", &k.namespaces, false},
		{"links", &k.links, false},
		{"actors", &k.actors, false},
		{"steps", &k.steps, true},
		{"check", &k.check, false},
		{"expect", &k.expect, false},
		{"claims", &k.claims, false},
		{"mechanism", &k.mechanism, false},
		{"deadlines", &k.deadlines, false},
	};
	int rc = yaml_read(r->s, text, len, &root, r->e);
	if (rc >= 0)
		rc = read_fields(r, root, "a scenario", fields, sizeof fields / sizeof *fields);
	return rc < 0 ? rc : read_parts(r, &k);
}

void scenario_sha256(const char *text, size_t len, char ret[static SCENARIO_SHA256_TEXT])
{
	SHA256Data((const uint8_t *)text, len, ret);
}

int read_begin(
	const char *path, const char *kind, const char *text, size_t len, struct scenario **ret, struct error *e)
{
	CLEANUP(cleanup_scenario) struct scenario *s = calloc(1, sizeof *s);
	if (!s)
		return error_no_memory(e);
	struct encoding_fault fault;
	if (encoding_find_fault(path, strlen(path), &fault)) /* results and messages show it */
		return error_set(e, ERROR_USAGE, EILSEQ, "the path of a %s holds %s: give the file another name",
			kind, fault.what);
	s->kind = kind;
	s->path = arena_strdup(&s->arena, path);
	if (!s->path)
		return error_no_memory(e);
	if (len > SCENARIO_FILE_BYTES_MAX)
		return error_set(e, ERROR_USAGE, EFBIG, "%s: longer than 256 KiB, which no %s is", path,
			kind);
	s->text = arena_strndup(&s->arena, text, len);
	if (!s->text)
		return error_no_memory(e);
	scenario_sha256(text, len, s->sha256);
	*ret = TAKE_POINTER(s);
	return 0;
}

int scenario_read_text(const char *path, const char *text, size_t len, const struct vocabulary *vocabulary,
	uint64_t max_cells, struct scenario **ret, struct error *e)
{
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	int rc = read_begin(path, SCENARIO_KIND, text, len, &s, e);
	if (rc < 0)
		return rc;
	struct reader r = {.s = s, .vocabulary = vocabulary, .max_cells = max_cells, .e = e};
	rc = read_scenario(&r, text, len);
	if (rc < 0)
		return rc;
	*ret = TAKE_POINTER(s);
	return 0;
}

int read_bytes(const char *path, char *buffer, size_t size, size_t *ret_len, struct error *e)
{
	CLEANUP(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(e, ERROR_USAGE, errno, "%s: cannot be opened", path);
	size_t len = 0;
	while (len < size) {
		ssize_t n = read(fd, buffer + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(e, ERROR_USAGE, errno, "%s: cannot be read", path);
		if (!n)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

int scenario_read_file(const char *path, const struct vocabulary *vocabulary, uint64_t max_cells, struct scenario **ret,
	struct error *e)
{
	size_t size = SCENARIO_FILE_BYTES_MAX + 1, len = 0;
	CLEANUP(cleanup_free) char *buffer = malloc(size);
	if (!buffer)
		return error_no_memory(e);
	int rc = read_bytes(path, buffer, size, &len, e);
	return rc < 0 ? rc : scenario_read_text(path, buffer, len, vocabulary, max_cells, ret, e);
}

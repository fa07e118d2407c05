// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the evidence file of a run.
 *
 * Theory of operation. A line is long (its packets), and there may be one for each of thousands of cells. So the file
 * is read once in large blocks, of each line only its beginning is looked at, which is as evidence_to_line() writes it,
 * and its place is kept. A line is read as JSON when it is asked for.
 */
#include "model/evidence_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/grow.h"

#define BLOCK_BYTES (1 << 18)

/* What evidence_line_head() looks at, with the longest numbers, takes less. */
#define HEAD_BYTES 128

struct scan {
	struct evidence_file *file;
	char head[HEAD_BYTES + 1]; /* how the line at hand begins */
	size_t n_head;
	uint64_t began; /* where it begins in the file */
};

static int end_line(struct scan *scan, uint64_t end, struct error *e)
{
	struct evidence_file *file = scan->file;
	struct evidence_place place = {.offset = scan->began, .len = (size_t)(end - scan->began)};
	struct evidence_head head;
	scan->head[scan->n_head] = '\n';
	bool is_one = evidence_line_head(scan->head, scan->n_head + 1, &head);
	scan->n_head = 0;
	scan->began = end;
	if (!is_one)
		return 0;
	struct evidence_place *places = grow_by_one(file->places, file->n_places, sizeof *places);
	if (!places)
		return error_no_memory(e);
	place.cell = head.cell;
	place.replicate = head.replicate;
	file->places = places;
	file->places[file->n_places++] = place;
	return 0;
}

/* The bytes of a block, which begins at @offset of the file. */
static int scan_block(struct scan *scan, const char *block, size_t len, uint64_t offset, struct error *e)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < len;) {
		const char *newline = memchr(block + i, '\n', len - i);
		size_t n = newline ? (size_t)(newline - block) - i : len - i;
		size_t room = HEAD_BYTES - scan->n_head, more = n < room ? n : room;
		memcpy(scan->head + scan->n_head, block + i, more);
		scan->n_head += more;
		i += n;
		if (newline)
			r = end_line(scan, offset + ++i, e);
	}
	return r;
}

static int compare_runs(const struct evidence_place *a, const struct evidence_place *b)
{
	if (a->cell != b->cell)
		return a->cell < b->cell ? -1 : 1;
	return (a->replicate > b->replicate) - (a->replicate < b->replicate);
}

static int compare_places(const void *a, const void *b)
{
	const struct evidence_place *x = a, *y = b;
	int r = compare_runs(x, y);
	return r ? r : (x->offset > y->offset) - (x->offset < y->offset);
}

/* Sorted, and of each run the last line alone. */
static void settle(struct evidence_file *file)
{
	size_t n = 0;
	if (file->n_places)
		qsort(file->places, file->n_places, sizeof *file->places, compare_places);
	for (size_t i = 0; i < file->n_places; i++) {
		if (n && !compare_runs(&file->places[n - 1], &file->places[i]))
			n--;
		file->places[n++] = file->places[i];
	}
	file->n_places = n;
}

static int scan_file(struct evidence_file *file, struct error *e)
{
	struct scan scan = {.file = file};
	CLEANUP(cleanup_free) char *block = malloc(BLOCK_BYTES);
	uint64_t offset = 0;
	if (!block)
		return error_no_memory(e);
	for (;;) {
		ssize_t n = pread(file->fd, block, BLOCK_BYTES, (off_t)offset);
		if (n < 0)
			return error_errno(e, ERROR_USAGE, errno, "%s: cannot be read", file->path);
		if (n == 0)
			break;
		int r = scan_block(&scan, block, (size_t)n, offset, e);
		if (r < 0)
			return r;
		offset += (uint64_t)n;
	}
	settle(file);
	return 0;
}

int evidence_file_open(struct evidence_file *file, const char *path, struct error *e)
{
	file->path = strdup(path);
	if (!file->path)
		return error_no_memory(e);
	file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file->fd < 0 && errno == ENOENT)
		return 0;
	if (file->fd < 0)
		return error_errno(e, ERROR_USAGE, errno, "%s: cannot be opened", file->path);
	struct stat status;
	if (fstat(file->fd, &status) == 0 && S_ISFIFO(status.st_mode))
		return error_set(e, ERROR_USAGE, EINVAL, "%s: a pipe is no evidence file", file->path);
	return scan_file(file, e);
}

int evidence_file_open_beside(struct evidence_file *file, const char *results_path, struct error *e)
{
	const char *slash = strrchr(results_path, '/');
	int folder_len = slash ? (int)(slash - results_path) + 1 : 0;
	CLEANUP(cleanup_free) char *path = NULL;
	if (asprintf(&path, "%.*s" EVIDENCE_NAME, folder_len, results_path) < 0) {
		path = NULL;
		return error_no_memory(e);
	}
	return evidence_file_open(file, path, e);
}

static const struct evidence_place *find_place(const struct evidence_file *file, uint64_t cell, uint32_t replicate)
{
	size_t low = 0, high = file->n_places;
	const struct evidence_place wanted = {.cell = cell, .replicate = replicate};
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int r = compare_runs(&file->places[middle], &wanted);
		if (r == 0)
			return &file->places[middle];
		if (r < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool evidence_file_has(const struct evidence_file *file, uint64_t cell, uint32_t replicate)
{
	return find_place(file, cell, replicate);
}

int evidence_file_find(const struct evidence_file *file, uint64_t cell, uint32_t replicate, struct arena *arena,
	struct evidence *ret, struct error *e)
{
	const struct evidence_place *place = find_place(file, cell, replicate);
	if (!place)
		return 0;
	CLEANUP(cleanup_free) char *line = malloc(place->len);
	if (!line)
		return error_no_memory(e);
	for (size_t have = 0; have < place->len;) {
		ssize_t n = pread(file->fd, line + have, place->len - have, (off_t)(place->offset + have));
		if (n <= 0)
			return error_errno(e, ERROR_USAGE, n < 0 ? errno : EIO, "%s: cannot be read", file->path);
		have += (size_t)n;
	}
	int r = evidence_from_line(line, place->len, arena, ret, e);
	return r < 0 ? error_wrap(e, "%s: the evidence of cell %" PRIu64, file->path, cell) : 1;
}

void evidence_file_close(struct evidence_file *file)
{
	fd_close(&file->fd);
	free(file->path);
	free(file->places);
	*file = EVIDENCE_FILE_INIT;
}

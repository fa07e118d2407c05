// SPDX-License-Identifier: GPL-2.0-or-later
// The evidence file as it is written.
#include "model/evidence_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/append.h"
#include "base/cleanup.h"
#include "base/owner.h"
#include "model/packet_files.h"

/* Cut the file off behind the last whole line within its first @end bytes. Return: its size then, or -errno. */
static off_t cut_to_whole_lines(int fd, off_t end)
{
	char block[4096];
	while (end > 0) {
		off_t from = end > (off_t)sizeof block ? end - (off_t)sizeof block : 0;
		ssize_t n = pread(fd, block, (size_t)(end - from), from);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		const char *newline = memrchr(block, '\n', (size_t)n);
		if (newline) {
			end = from + (newline - block) + 1;
			break;
		}
		end = from;
	}
	return end < 0 || ftruncate(fd, end) < 0 ? -errno : end;
}

static int open_named(struct evidence_store *store, const char *dir, bool resumes, struct error *e)
{
	store->dir = strdup(dir);
	if (!store->dir || asprintf(&store->path, "%s/" EVIDENCE_NAME, dir) < 0) {
		store->path = NULL;
		return error_no_memory(e);
	}
	int flags = O_RDWR | O_APPEND;
	int fd = resumes ? open(store->path, flags | O_CLOEXEC) : -1;
	if (fd >= 0) {
		owner_adopt(store->path, fd);
		packet_files_adopt(store->dir);
	} else {
		fd = resumes && errno != ENOENT ? -errno : owner_create(store->path, flags, 0666);
	}
	if (fd == -EEXIST)
		return error_set(e, ERROR_USAGE, EEXIST,
			"the output folder '%s' holds the evidence of an earlier run (" EVIDENCE_NAME
			"): choose another one, or remove it",
			dir);
	if (fd < 0)
		return error_errno(e, ERROR_USAGE, -fd, "cannot write to %s", store->path);
	store->fd = fd;
	store->packets = resumes ? PACKETS_AT_END : PACKETS_AT_ONCE;
	/* What was written by halves goes. */
	store->size = resumes ? cut_to_whole_lines(store->fd, lseek(store->fd, 0, SEEK_END)) : 0;
	return store->size < 0 ? error_errno(e, ERROR_HOST, (int)-store->size, "cannot go on with %s", store->path) : 0;
}

int evidence_store_open(struct evidence_store *store, const char *dir, bool resumes, struct error *e)
{
	if (dir)
		return open_named(store, dir, resumes, e);
	const char *folder;
	store->fd = append_temporary("netrepro-evidence", &folder);
	return store->fd < 0 ? error_errno(e, ERROR_HOST, -store->fd, "cannot make a temporary file in %s", folder) : 0;
}

/* Whether a run is worth its evidence by its own verdict. */
static bool is_notable(enum verdict verdict)
{
	return verdict != VERDICT_PASS && verdict != VERDICT_SKIP;
}

bool evidence_store_forget_packets(struct evidence_store *store)
{
	if (store->packets != PACKETS_AT_ONCE)
		return false;
	packet_files_forget(store->dir);
	store->packets = PACKETS_AT_END;
	return true;
}

/* The packets of a run that has just ended. */
static int write_packets(
	struct evidence_store *store, const struct evidence_head *head, const char *line, size_t len, struct error *e)
{
	CLEANUP(cleanup_error) struct error why = ERROR_INIT;
	bool is_first = store->size == (off_t)len;
	int r = is_first ? packet_files_begin(store->dir, &why) : 0;
	if (r == 0)
		r = packet_files_add(store->dir, head, line, len, &why);
	if (r == 0)
		return 0;
	if (why.kind != ERROR_HOST)
		return error_set(e, why.kind, why.code, "%s", error_text(&why));
	evidence_store_forget_packets(store);
	return 0;
}

int evidence_store_add(struct evidence_store *store, const char *line, size_t len, bool keeps_all, struct error *e)
{
	struct evidence_head head;
	if (!evidence_line_head(line, len, &head))
		return error_set(e, ERROR_HARNESS, EPROTO, "a worker sent evidence that cannot be read");
	if (!keeps_all && !is_notable(head.verdict)) {
		if (store->pending_bytes + len > EVIDENCE_PENDING_MAX) {
			store->n_passed_over++;
			return 0;
		}
		store->pending_bytes += len;
	}
	int r = append_whole(store->fd, &store->size, line, len);
	if (r < 0 && evidence_store_forget_packets(store))
		r = append_whole(store->fd, &store->size, line, len);
	if (r < 0)
		return error_errno(
			e, ERROR_HOST, -r, "cannot write to %s", store->path ? store->path : "a temporary file");
	return keeps_all && store->packets == PACKETS_AT_ONCE ? write_packets(store, &head, line, len, e) : 0;
}

void evidence_store_give_room(struct evidence_store *store)
{
	off_t size = cut_to_whole_lines(store->fd, store->size / 2);
	store->size = size < 0 ? 0 : size; /* what cannot be cut gives no room, however often it is asked */
}

/* What is made of the file when the run has ended. */
struct trim {
	struct evidence_store *store;
	bool (*is_kept)(void *context, uint64_t cell);
	void *context;
	int fd; /* of the new file; -1 where the old one stays */
	off_t size;
	bool has_folder;
};

static int trim_line(struct trim *trim, const char *line, size_t len, struct error *e)
{
	struct evidence_head head;
	if (!evidence_line_head(line, len, &head))
		return error_set(e, ERROR_USAGE, EINVAL, "%s holds a line that is no evidence", trim->store->path);
	if (trim->is_kept && !is_notable(head.verdict) && !trim->is_kept(trim->context, head.cell))
		return 0;
	int r = trim->has_folder ? 0 : packet_files_begin(trim->store->dir, e);
	trim->has_folder = r == 0;
	if (r == 0)
		r = packet_files_add(trim->store->dir, &head, line, len, e);
	if (r < 0 || trim->fd < 0)
		return r;
	r = append_whole(trim->fd, &trim->size, line, len);
	return r < 0 ? error_errno(e, ERROR_HOST, -r, "cannot write %s anew", trim->store->path) : 0;
}

static int trim_lines(struct trim *trim, struct error *e)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(trim->store->path, "re");
	CLEANUP(cleanup_free) char *line = NULL;
	size_t size = 0;
	ssize_t len = 0;
	int r = 0;
	while (file && r == 0 && (len = getline(&line, &size, file)) > 0)
		r = trim_line(trim, line, (size_t)len, e);
	if (!file || (r == 0 && !feof(file))) /* not ferror(): without memory for a line getline(3) only fails */
		return error_errno(e, ERROR_HOST, errno, "cannot read %s", trim->store->path);
	return r;
}

int evidence_store_finish(
	struct evidence_store *store, bool (*is_kept)(void *context, uint64_t cell), void *context, struct error *e)
{
	bool is_finished = !is_kept && store->packets == PACKETS_AT_ONCE;
	if (!store->path || is_finished)
		return 0;
	struct trim trim = {.store = store, .is_kept = is_kept, .context = context, .fd = -1};
	CLEANUP(cleanup_free) char *path = NULL;
	if (is_kept) {
		/* An interrupted run that kept all has written them of all. */
		packet_files_forget(store->dir);
		if (asprintf(&path, "%s.new", store->path) < 0) {
			path = NULL;
			return error_no_memory(e);
		}
		unlink(path); /* what a run left that was killed here */
		int fd = owner_create(path, O_RDWR | O_APPEND, 0666);
		if (fd < 0)
			return error_errno(e, ERROR_HOST, -fd, "cannot write %s anew", store->path);
		trim.fd = fd;
	}
	int r = trim_lines(&trim, e);
	if (r == 0 && is_kept && rename(path, store->path) < 0)
		r = error_errno(e, ERROR_HOST, errno, "cannot write %s anew", store->path);
	if (r < 0 && is_kept)
		unlink(path);
	if (r == 0 && is_kept) {
		fd_close(&store->fd);
		store->fd = TAKE_FD(trim.fd);
		store->size = trim.size;
	}
	fd_close(&trim.fd);
	return r;
}

void evidence_store_close(struct evidence_store *store)
{
	fd_close(&store->fd);
	free(TAKE_POINTER(store->path));
	free(TAKE_POINTER(store->dir));
}

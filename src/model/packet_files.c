// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of runs in files of their own.
#include "model/packet_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/append.h"
#include "base/cleanup.h"
#include "base/owner.h"
#include "base/text.h"

#define SUFFIX ".pcapng"
#define NAME_BYTES 48

/* Return: owned by the caller; NULL when memory is out. */
static char *folder_of(const char *dir)
{
	char *path;
	return asprintf(&path, "%s/" PACKET_FILES_FOLDER, dir) < 0 ? NULL : path;
}

int packet_files_begin(const char *dir, struct error *e)
{
	CLEANUP(cleanup_free) char *path = folder_of(dir);
	if (!path)
		return error_no_memory(e);
	int r = owner_make_folder(path);
	return r < 0 && r != -EEXIST ? error_errno(e, ERROR_HOST, -r, "cannot make the folder '%s'", path) : 0;
}

void packet_files_adopt(const char *dir)
{
	CLEANUP(cleanup_free) char *path = folder_of(dir);
	if (path)
		owner_adopt(path, -1);
}

static int write_file(const char *path, const void *data, size_t len, struct error *e)
{
	unlink(path); /* of an earlier run of the cell */
	CLEANUP(cleanup_close) int fd = owner_create(path, O_WRONLY | O_APPEND, 0666);
	off_t size = 0;
	int r = fd < 0 ? fd : append_whole(fd, &size, data, len);
	if (r < 0 && fd >= 0)
		unlink(path);
	return r < 0 ? error_errno(e, ERROR_HOST, -r, "cannot write to %s", path) : 0;
}

static void name_of(uint64_t cell, uint32_t replicate, char ret[static NAME_BYTES])
{
	if (replicate > 1)
		snprintf(ret, NAME_BYTES, "%" PRIu64 ".%" PRIu32 SUFFIX, cell, replicate);
	else
		snprintf(ret, NAME_BYTES, "%" PRIu64 SUFFIX, cell);
}

int packet_files_add(const char *dir, const struct evidence_head *head, const char *line, size_t len, struct error *e)
{
	CLEANUP(text_done) struct text packets = TEXT_INIT;
	int r = evidence_line_pcapng(line, len, &packets, e);
	if (r <= 0)
		return r;
	CLEANUP(cleanup_free) char *path = NULL;
	char name[NAME_BYTES];
	name_of(head->cell, head->replicate, name);
	if (asprintf(&path, "%s/" PACKET_FILES_FOLDER "/%s", dir, name) < 0) {
		path = NULL;
		return error_no_memory(e);
	}
	return write_file(path, packets.data, packets.len, e);
}

/* "12.pcapng", "12.2.pcapng": another program's captures may lie in the folder as well. */
static bool is_ours(const char *name)
{
	uint64_t cell;
	uint32_t replicate;
	char expected[NAME_BYTES];
	int n = sscanf(name, "%" SCNu64 ".%" SCNu32, &cell, &replicate);
	if (n < 1)
		return false;
	name_of(cell, n > 1 ? replicate : 1, expected);
	return strcmp(name, expected) == 0;
}

void packet_files_forget(const char *dir)
{
	CLEANUP(cleanup_free) char *path = folder_of(dir);
	CLEANUP(cleanup_closedir) DIR *folder = path ? opendir(path) : NULL;
	const struct dirent *entry;
	while (folder && (entry = readdir(folder)))
		if (is_ours(entry->d_name))
			unlinkat(dirfd(folder), entry->d_name, 0);
}

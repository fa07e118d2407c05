// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of runs in files of their own.
#include "model/packet_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/append.h"
#include "base/cleanup.h"
#include "base/text.h"

#define SUFFIX ".pcapng"

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
	return mkdir(path, 0777) < 0 && errno != EEXIST
		       ? error_errno(e, ERROR_HOST, errno, "cannot make the folder '%s'", path)
		       : 0;
}

static int write_file(const char *path, const void *data, size_t len, struct error *e)
{
	CLEANUP(cleanup_close) int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
	off_t size = 0;
	int r = fd < 0 ? -errno : append_whole(fd, &size, data, len);
	if (r < 0 && fd >= 0)
		unlink(path);
	return r < 0 ? error_errno(e, ERROR_HOST, -r, "cannot write to %s", path) : 0;
}

int packet_files_add(const char *dir, const struct evidence_head *head, const char *line, size_t len, struct error *e)
{
	CLEANUP(text_done) struct text packets = TEXT_INIT;
	int r = evidence_line_pcapng(line, len, &packets, e);
	if (r <= 0)
		return r;
	CLEANUP(cleanup_free) char *path = NULL;
	char replicate[16] = "";
	if (head->replicate > 1)
		snprintf(replicate, sizeof replicate, ".%" PRIu32, head->replicate);
	if (asprintf(&path, "%s/" PACKET_FILES_FOLDER "/%" PRIu64 "%s" SUFFIX, dir, head->cell, replicate) < 0) {
		path = NULL;
		return error_no_memory(e);
	}
	return write_file(path, packets.data, packets.len, e);
}

void packet_files_forget(const char *dir)
{
	CLEANUP(cleanup_free) char *path = folder_of(dir);
	CLEANUP(cleanup_closedir) DIR *folder = path ? opendir(path) : NULL;
	const struct dirent *entry;
	while (folder && (entry = readdir(folder))) {
		size_t len = strlen(entry->d_name);
		if (len > strlen(SUFFIX) && strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0)
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
}

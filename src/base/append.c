// SPDX-License-Identifier: GPL-2.0-or-later
// A file that grows by whole pieces, or not at all.
#include "base/append.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int append_whole(int fd, off_t *size, const void *data, size_t len)
{
	size_t done = 0;
	while (done < len) {
		ssize_t n = write(fd, (const char *)data + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int errnum = n < 0 ? errno : ENOSPC;
			/* What was written of it goes: the file ends as it did before. */
			if (ftruncate(fd, *size) < 0)
				errnum = errno;
			return -errnum;
		}
		done += (size_t)n;
	}
	*size += (off_t)len;
	return 0;
}

int append_temporary(const char *name, const char **ret_folder)
{
	const char *folder = getenv("TMPDIR");
	*ret_folder = folder && *folder ? folder : "/tmp";
	int fd = open(*ret_folder, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) /* a file system without O_TMPFILE */
		fd = memfd_create(name, MFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

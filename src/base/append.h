/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that grows by whole pieces, or not at all. */
#ifndef BASE_APPEND_H
#define BASE_APPEND_H

#include <sys/types.h>

/**
 * append_whole() - write @len bytes at the end of a file that was opened with O_APPEND
 * @size: of the file so far, in bytes; grows with it
 *
 * Return: 0; or -errno, and the file is as it was before (-ENOSPC where the kernel took nothing and said nothing).
 */
int append_whole(int fd, off_t *size, const void *data, size_t len);

/**
 * append_temporary() - a file without a name, gone when it is closed
 * @name: for those who look at the process
 * @ret_folder: where it was tried; for messages
 *
 * In TMPDIR or /tmp; in memory where that file system cannot. Return: its descriptor, or -errno.
 */
int append_temporary(const char *name, const char **ret_folder);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scope clean-up: CLEANUP(f) on a variable calls f(&variable) when the scope is left. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

#define CLEANUP(function) __attribute__((cleanup(function)))

/* Hand the resource on: the value, the variable being made empty so that its clean-up does nothing. */
#define TAKE_POINTER(variable)                                                                                         \
	__extension__({                                                                                                \
		__typeof__(variable) taken_ = (variable);                                                              \
		(variable) = NULL;                                                                                     \
		taken_;                                                                                                \
	})
#define TAKE_FD(variable)                                                                                              \
	__extension__({                                                                                                \
		int taken_ = (variable);                                                                               \
		(variable) = -1;                                                                                       \
		taken_;                                                                                                \
	})

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

static inline void cleanup_error(struct error *e)
{
	error_clear(e);
}

/* Close a descriptor kept in a struct, once. */
static inline void fd_close(int *fd)
{
	cleanup_close(fd);
	*fd = -1;
}

#endif

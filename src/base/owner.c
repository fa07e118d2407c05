// SPDX-License-Identifier: GPL-2.0-or-later
// Under sudo what is made belongs to the user who called.
#include "base/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"

/* A number as sudo writes it; the highest one is none: chown(2) takes it for "as it is". */
static bool read_id(const char *variable, unsigned *ret)
{
	const char *text = getenv(variable);
	char *end;
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	unsigned long long id = strtoull(text, &end, 10);
	*ret = (unsigned)id;
	return !errno && !*end && id < (unsigned)-1;
}

bool owner_find_caller(uid_t *ret_user, gid_t *ret_group)
{
	return geteuid() == 0 && read_id("SUDO_UID", ret_user) && read_id("SUDO_GID", ret_group) && *ret_user != 0;
}

static void give(int fd)
{
	uid_t user;
	gid_t group;
	/* errno is the caller's. */
	int errnum = errno;
	if (owner_find_caller(&user, &group) && fchown(fd, user, group) < 0)
		errno = errnum;
}

int owner_create(const char *path, int flags, mode_t mode)
{
	/* O_EXCL follows no link, and of O_TMPFILE it would forbid the name that comes later (open(2)). */
	int how = (flags & O_TMPFILE) == O_TMPFILE ? 0 : O_CREAT | O_EXCL;
	int fd = open(path, flags | how | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	give(fd);
	return fd;
}

int owner_make_folder(const char *path)
{
	if (mkdir(path, 0777) < 0)
		return -errno;
	owner_adopt(path, -1);
	return 0;
}

void owner_adopt(const char *path, int fd)
{
	uid_t user;
	gid_t group;
	if (!owner_find_caller(&user, &group))
		return;
	struct stat here, known;
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (fd < 0 ? O_DIRECTORY : 0);
	CLEANUP(cleanup_close) int own = open(path, flags);
	if (own < 0 || fstat(own, &here) < 0 || here.st_uid != 0)
		return;
	if (fd >= 0 && (fstat(fd, &known) < 0 || known.st_dev != here.st_dev || known.st_ino != here.st_ino ||
			       !S_ISREG(here.st_mode) || here.st_nlink != 1))
		return;
	give(own);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * By which path the sysctls of a network namespace are reached.
 *
 * Theory of operation. The ways are tried in the order in which they depend on others:
 *
 * 1. /proc/sys. The kernel's own place. In a worker it is mostly that of a /proc which the worker has mounted itself
 *    (run/isolation.c), and read-only only where the kernel refused that one and a container engine's stayed.
 * 2. The same, made writable. Engines make it read-only by a mount flag, which is a mount namespace's own matter: who
 *    has CAP_SYS_ADMIN there takes it away in a private copy, and the container's own stays as it was. In a user
 *    namespace the flag is locked (mount_namespaces(7)).
 * 3. /run/sysnet, which somebody has to have given to the container. It comes last as its name is no more than a
 *    promise: it counts if it is of the type proc, as files of any other kind would be read back as they were written
 *    and have no effect.
 *
 * Whichever it is, each value is read back, and the namespace of a cell is new: what cannot be written there never
 * becomes a condition. Reading back proves nothing of a file that is not that namespace's own: /proc/sys/net/ipv4 mounted
 * at /run/sysnet/ipv4 shows for ever the namespace of whoever mounted it, and root can write there. So each file is looked
 * up from the folder itself, in one mount and without links; and before /run/sysnet is chosen, what is written there has to
 * be seen in /proc/sys, which can be read where it cannot be written.
 */
#include "net/sysctl_way.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>
#include <linux/openat2.h>

#include "base/cleanup.h"

#define PROC_SYS "/proc/sys"

struct way {
	const char *root;
	const char *shown; /* in messages */
	const char *phrase;
};

static const struct way ways[] = {
	{PROC_SYS "/net/", PROC_SYS, "by " PROC_SYS},
	{SYSCTL_GIVEN "/", SYSCTL_GIVEN, "by " SYSCTL_GIVEN},
};
#define N_WAYS (sizeof ways / sizeof *ways)

static const struct way *chosen = &ways[0];
static bool was_remounted;

static bool is_read_only(const char *path)
{
	struct statvfs status;
	return statvfs(path, &status) == 0 && status.f_flag & ST_RDONLY;
}

void sysctl_way_prepare(void)
{
	if (!is_read_only(PROC_SYS))
		return;
	/* The flags that an engine has set, but for the one (mount(2), MS_REMOUNT | MS_BIND: all are set anew). */
	unsigned long flags = MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	was_remounted = mount(NULL, PROC_SYS, NULL, flags, NULL) == 0;
}

/* Not net.core, which older kernels hide from a user namespace; this one every namespace has. */
#define PROBE "ipv4/ip_forward"

/* One of a single digit that changes nothing else when it is written. */
#define PROOF "ipv4/tcp_timestamps"

static int open_by(const struct way *way, const char *file, int flags)
{
	CLEANUP(cleanup_close) int root = open(way->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS,
	};
	CLEANUP(cleanup_close) int fd = (int)syscall(SYS_openat2, root, file, &how, sizeof how);
	struct statfs status;
	if (fd < 0)
		return errno == ELOOP ? -EMEDIUMTYPE : -errno;
	if (fstatfs(fd, &status) < 0)
		return -errno;
	return status.f_type == PROC_SUPER_MAGIC ? TAKE_FD(fd) : -EMEDIUMTYPE;
}

/* What is written by @way is what the kernel's own place shows: changed there and back, in the caller's namespace. */
static bool is_true(const struct way *way)
{
	char before = '\0', seen = '\0';
	CLEANUP(cleanup_close) int own = open_by(&ways[0], PROOF, O_RDONLY);
	CLEANUP(cleanup_close) int fd = open_by(way, PROOF, O_RDWR);
	if (own < 0 || fd < 0 || pread(own, &before, 1, 0) != 1)
		return false;
	char other = before == '0' ? '1' : '0';
	bool is_seen = pwrite(fd, &other, 1, 0) == 1 && pread(own, &seen, 1, 0) == 1 && seen == other;
	return pwrite(fd, &before, 1, 0) == 1 && pread(own, &seen, 1, 0) == 1 && seen == before && is_seen;
}

/* Return: 0, or -errno; EMEDIUMTYPE for what is no proc, or not this namespace's. */
static int try_way(const struct way *way)
{
	CLEANUP(cleanup_close) int fd = open_by(way, PROBE, O_RDWR);
	if (fd == -ENOENT && access(way->root, F_OK) == 0)
		return -EMEDIUMTYPE;
	if (fd < 0)
		return fd;
	return way == ways || is_true(way) ? 0 : -EMEDIUMTYPE;
}

/* What stands in the way of a way for good, and is not the moment's. */
static bool is_obstacle(int errnum)
{
	return errnum == EROFS || errnum == EMEDIUMTYPE || errnum == EXDEV || errnum == ENOENT || errnum == ENOTDIR ||
	       errnum == EACCES || errnum == EPERM;
}

/* Why a way does not work, as a part of a sentence. */
static void add_obstacle(const struct way *way, int errnum, char *text, size_t size)
{
	size_t len = strlen(text);
	const char *separator = len ? ", " : "";
	if (errnum == EROFS)
		snprintf(text + len, size - len, "%s%s is read-only", separator, way->shown);
	else if (errnum == EMEDIUMTYPE)
		snprintf(text + len, size - len, "%s%s is not the kernel's /proc/sys/net", separator, way->shown);
	else if (errnum == EXDEV)
		snprintf(text + len, size - len, "%ssomething else is mounted within %s", separator, way->root);
	else if ((errnum == ENOENT || errnum == ENOTDIR) && way != ways)
		snprintf(text + len, size - len, "%sthere is no %s", separator, way->shown);
	else
		snprintf(text + len, size - len, "%s%s" PROBE ": %s", separator, way->root, strerror(errnum));
}

int sysctl_way_find(struct error *e)
{
	char obstacles[512] = "";
	int first = 0;
	for (size_t i = 0; i < N_WAYS; i++) {
		int r = try_way(&ways[i]);
		if (r == 0) {
			chosen = &ways[i];
			return 0;
		}
		if (!is_obstacle(-r))
			return error_errno(e, ERROR_HARNESS, -r, "%s" PROBE, ways[i].root);
		first = first ? first : -r;
		add_obstacle(&ways[i], -r, obstacles, sizeof obstacles);
	}
	return error_set(e, ERROR_HOST, first, "sysctls cannot be written: %s", obstacles);
}

void sysctl_way_show(void)
{
	if (chosen != ways)
		mount(chosen->root, PROC_SYS "/net", NULL, MS_BIND, NULL);
}

const char *sysctl_way_root(void)
{
	return chosen->root;
}

int sysctl_way_open(const char *file, int flags)
{
	return open_by(chosen, file, flags);
}

const char *sysctl_way_phrase(void)
{
	return chosen == ways && was_remounted ? "by " PROC_SYS ", made writable in a private mount namespace"
					       : chosen->phrase;
}

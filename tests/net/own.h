/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of net/: a user namespace (where the user is not root) and a network namespace of the test's own. */
#ifndef TESTS_NET_OWN_H
#define TESTS_NET_OWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Exit status of a program none of whose tests can run here (automake's). */
#define OWN_SKIPPED 77

/* Of one test: say why, and leave it. */
#define OWN_SKIP(...)                                                                                                  \
	do {                                                                                                           \
		print_message("SKIP: " __VA_ARGS__);                                                                   \
		print_message("\n");                                                                                   \
		skip();                                                                                                \
	} while (0)

static inline bool own_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return good;
}

/* Be root in a new user namespace. */
static inline bool own_user_namespace(void)
{
	char uids[64], gids[64];
	snprintf(uids, sizeof(uids), "0 %u 1", (unsigned)geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", (unsigned)getegid());
	return unshare(CLONE_NEWUSER) == 0 && own_write("/proc/self/setgroups", "deny") &&
	       own_write("/proc/self/uid_map", uids) && own_write("/proc/self/gid_map", gids);
}

/* First thing in main(): the host's namespace is out of reach from here on. */
static inline void own_enter(void)
{
	if ((geteuid() == 0 || own_user_namespace()) && unshare(CLONE_NEWNET) == 0)
		return;
	printf("1..0 # SKIP a network namespace of its own: %s\n", strerror(errno));
	exit(OWN_SKIPPED);
}

/* Which network namespace the caller is in. */
static inline ino_t own_inode(void)
{
	struct stat status;
	assert_int_equal(stat("/proc/thread-self/ns/net", &status), 0);
	return status.st_ino;
}

static inline void own_assert_cloexec(int fd)
{
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

#endif

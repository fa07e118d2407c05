// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A tmpfs that is mounted nowhere (fsmount(2)) can be written to by other
 * processes, as /proc/PID/fd/N of the one that holds it: a socket bound there
 * is found there, and all is gone when that process is.
 *
 * Relied on: tmux keeps its socket there, and nothing of it is on a disk.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/mount.h>	/* after <sys/mount.h>: the other way round they clash */

static int open_tmpfs(void)
{
	int context, folder;

	/* A mount namespace of the caller's user namespace is what allows it. */
	assert_return_code(unshare(CLONE_NEWNS), errno);
	context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	if (context < 0)
		platform_skip("no fsopen(2): errno %d", errno);
	assert_return_code(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0), errno);
	folder = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	assert_return_code(folder, errno);
	close(context);
	return folder;
}

/* In another process, which has no descriptor of it. */
static int in_child(int folder, int (*act)(const struct sockaddr_un *address), const struct sockaddr_un *address)
{
	pid_t child = fork();
	int status;

	assert_return_code(child, errno);
	if (child == 0) {
		close(folder);
		_exit(act(address));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int listen_there(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 || listen(fd, 1) < 0)
		return errno;
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? errno : 0;
}

static int is_there(const struct sockaddr_un *address)
{
	return access(address->sun_path, F_OK) < 0 ? errno : 0;
}

/* An ordinary user is root of its user namespace by now. A group that is none there makes no file. */
static void map_group(gid_t gid)
{
	char map[64];

	assert_return_code(platform_file_write("/proc/self/setgroups", "deny"), errno);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	assert_return_code(platform_file_write("/proc/self/gid_map", map), errno);
}

static void others_reach_it(void **state)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int host = platform_leave_host(), folder;
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)state;
	if (uid != 0)
		map_group(gid);
	folder = open_tmpfs();
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/%d/fd/%d/socket", getpid(), folder);
	assert_int_equal(in_child(folder, listen_there, &address), 0);
	assert_int_equal(in_child(folder, is_there, &address), 0);

	/* The last descriptor is the end of it. */
	close(folder);
	assert_int_equal(in_child(-1, is_there, &address), ENOENT);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_reach_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

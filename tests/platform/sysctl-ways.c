// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/sys/net mounted a second time, anywhere, shows the sysctls of the namespace of whoever opens them, and whoever
 * may make that namespace may write them there; a folder below it, mounted elsewhere, does not. A /proc/sys that was made read-only by a flag of its mount is made
 * writable again by the same, and in another mount namespace nothing of that is seen.
 *
 * Relied on: in a container a worker writes sysctls by a path that it was given, or by a /proc/sys that it has mounted
 * anew in a mount namespace of its own.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#define TIMESTAMPS "/proc/sys/net/ipv4/tcp_timestamps"

/* A folder that every machine has, and that this process does not need. */
#define GIVEN "/mnt"

#define READ_ONLY (MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC)

static void leave_mounts(void)
{
	assert_return_code(unshare(CLONE_NEWNS), errno);
	assert_return_code(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), errno);
}

static void by_another_path(void **state)
{
	char level[16] = "";
	int host = platform_leave_host(), a, b;

	(void)state;
	leave_mounts();
	assert_return_code(mount("/proc/sys/net", GIVEN, NULL, MS_BIND, NULL), errno);
	a = platform_new_namespace();
	assert_int_equal(platform_file_write(GIVEN "/ipv4/tcp_timestamps", "0"), 0);
	assert_int_equal(platform_file_read(TIMESTAMPS, level, sizeof(level)), 0);
	assert_string_equal(level, "0");
	b = platform_new_namespace();
	assert_int_equal(platform_file_read(GIVEN "/ipv4/tcp_timestamps", level, sizeof(level)), 0);
	assert_string_equal(level, "1");
	close(b);
	close(a);
	close(host);
}

/* What is below it belongs to one namespace: mounted elsewhere it stays the one of who mounted it. */
static void not_by_a_part(void **state)
{
	char level[16] = "";
	int host = platform_leave_host(), a, own, folder;

	(void)state;
	leave_mounts();
	own = platform_new_namespace();
	assert_return_code(mount("/proc/sys/net/ipv4", GIVEN, NULL, MS_BIND, NULL), errno);
	a = platform_new_namespace();
	assert_int_equal(platform_file_write(GIVEN "/tcp_timestamps", "0"), 0);
	assert_int_equal(platform_file_read(TIMESTAMPS, level, sizeof(level)), 0);
	assert_string_equal(level, "1");
	folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_return_code(folder, errno);
	struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS};
	assert_int_equal(syscall(SYS_openat2, folder, &(GIVEN "/tcp_timestamps")[1], &how, sizeof(how)), -1);
	assert_int_equal(errno, EXDEV);
	close(folder);
	close(a);
	close(own);
	close(host);
}

static void made_writable_again(void **state)
{
	int host = platform_leave_host(), a, private;

	(void)state;
	leave_mounts();
	assert_return_code(mount("/proc/sys", "/proc/sys", NULL, MS_BIND, NULL), errno);
	assert_return_code(mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_RDONLY | READ_ONLY, NULL), errno);
	a = platform_new_namespace();
	assert_int_equal(platform_file_write(TIMESTAMPS, "0"), -EROFS);
	private = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	assert_return_code(private, errno);
	leave_mounts();
	assert_return_code(mount(NULL, "/proc/sys", NULL, MS_REMOUNT | READ_ONLY, NULL), errno);
	assert_int_equal(platform_file_write(TIMESTAMPS, "0"), 0);
	assert_return_code(setns(private, CLONE_NEWNS), errno);
	assert_int_equal(platform_file_write(TIMESTAMPS, "1"), -EROFS);
	assert_return_code(umount2("/proc/sys", MNT_DETACH), errno);
	close(private);
	close(a);
	close(host);
}

/* What a user namespace inherits, it cannot make more of: mount_namespaces(7). */
static void locked_in_user_namespace(void **state)
{
	int host = platform_leave_host(), a;

	(void)state;
	leave_mounts();
	assert_return_code(mount("/proc/sys/net", GIVEN, NULL, MS_BIND, NULL), errno);
	assert_return_code(mount("/proc/sys", "/proc/sys", NULL, MS_BIND, NULL), errno);
	assert_return_code(mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_RDONLY | READ_ONLY, NULL), errno);
	assert_return_code(unshare(CLONE_NEWUSER | CLONE_NEWNS), errno);
	a = platform_new_namespace();
	assert_int_equal(mount(NULL, "/proc/sys", NULL, MS_REMOUNT | READ_ONLY, NULL), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(platform_file_write(TIMESTAMPS, "0"), -EROFS);
	assert_int_equal(platform_file_write(GIVEN "/ipv4/tcp_timestamps", "0"), 0);
	close(a);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_another_path),
		cmocka_unit_test(not_by_a_part),
		cmocka_unit_test(made_writable_again),
		cmocka_unit_test(locked_in_user_namespace), /* last, as there is no way back */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// File systems mounted in the place of others.
#include "base/mounts.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/mount.h> /* after <sys/mount.h>: the other way round they clash */

#include "base/cleanup.h"

/* It is made before the old one goes: a user namespace gets a proc only while one is to be seen
 * (mount_too_revealing(), fs/namespace.c). */
bool mounts_put_instead(const char *type, const char *path, bool read_only)
{
	CLEANUP(cleanup_close) int context = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
	if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return false;
	unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	if (read_only)
		attributes |= MOUNT_ATTR_RDONLY;
	CLEANUP(cleanup_close) int made = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes);
	if (made < 0)
		return false;
	umount2(path, MNT_DETACH);
	return syscall(SYS_move_mount, made, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

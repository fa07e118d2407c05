// SPDX-License-Identifier: GPL-2.0-or-later
// Network namespaces that live by descriptors alone.
#include "net/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Of the thread, not of the process: unshare(2) and setns(2) move a thread. */
#define OWN_NAMESPACE "/proc/thread-self/ns/net"
#define OWN_LIMIT "/proc/sys/user/max_net_namespaces"

/* What the user namespace of the caller allows; -1 where it cannot be read. */
static long limit_here(void)
{
	char digits[32] = "";
	CLEANUP(cleanup_close) int fd = open(OWN_LIMIT, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, digits, sizeof(digits) - 1);
	return len <= 0 ? -1 : strtol(digits, NULL, 10);
}

/* ENOSPC says nothing about a device: a count of namespaces is at its limit, in this user namespace or one above. */
static int error_limit(struct error *e)
{
	return error_set(e, ERROR_HARNESS, ENOSPC,
		"a network namespace: the limit user.max_net_namespaces is reached (ENOSPC; it is %ld here, and may be "
		"lower in a user namespace above): raise it with 'sysctl -w user.max_net_namespaces=N', or lower "
		"--jobs",
		limit_here());
}

int namespace_new(struct error *e)
{
	if (unshare(CLONE_NEWNET) == 0)
		return namespace_open_own(e);
	int code = errno;
	if (code == ENOSPC)
		return error_limit(e);
	return error_errno(e, ERROR_HARNESS, code, "a network namespace: unshare");
}

int namespace_open_own(struct error *e)
{
	int fd = open(OWN_NAMESPACE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a descriptor of the network namespace: " OWN_NAMESPACE);
	return fd;
}

int namespace_enter(int fd, struct error *e)
{
	if (setns(fd, CLONE_NEWNET) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "enter a network namespace: setns");
	return 0;
}

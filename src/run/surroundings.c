// SPDX-License-Identifier: GPL-2.0-or-later
// What netrepro was started in: a container and its engine, privileges, what the host forbids.
#include "run/surroundings.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "base/cleanup.h"
#include "net/sysctl_way.h"

static bool exists(const char *root, const char *path)
{
	char whole[PATH_MAX];
	snprintf(whole, sizeof whole, "%s%s", root, path);
	return access(whole, F_OK) == 0;
}

/* The first line of a small file, without its newline; "" where there is none. */
static const char *first_line(const char *root, const char *path, char line[static 128])
{
	char whole[PATH_MAX];
	snprintf(whole, sizeof whole, "%s%s", root, path);
	CLEANUP(cleanup_close) int fd = open(whole, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, 127);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static bool is_line(const char *root, const char *path, const char *wanted)
{
	char line[128];
	return !strcmp(first_line(root, path, line), wanted);
}

/*
 * Whether a namespace of this kind ("ipc") is the one that the machine booted with: these have fixed numbers
 * (include/linux/proc_ns.h).
 */
static bool is_first(const char *root, const char *kind, const char *first)
{
	char path[PATH_MAX], link[64] = "", wanted[64];
	snprintf(path, sizeof path, "%s/proc/self/ns/%s", root, kind);
	snprintf(wanted, sizeof wanted, "%s:[%s]", kind, first);
	return readlink(path, link, sizeof link - 1) > 0 && !strcmp(link, wanted);
}

/* An image leaves its marks also on a machine that was made of it. A container shares one of these two at most; the PID
 * namespace may be our own. */
static bool is_machine(const char *root)
{
	return is_first(root, "uts", "4026531838") && is_first(root, "ipc", "4026531839");
}

/*
 * The marks that engines leave: podman-run(1), systemd's CONTAINER_INTERFACE; Docker's file. Podman's is looked for
 * last, as it stays in an image that was made of such a container.
 */
static enum engine find_engine(const char *root)
{
	const char *named = getenv("container");
	if (is_machine(root))
		return ENGINE_NONE;
	if (getenv("KUBERNETES_SERVICE_HOST"))
		return ENGINE_KUBERNETES;
	if (named && !strcmp(named, "podman"))
		return ENGINE_PODMAN;
	if (exists(root, "/.dockerenv"))
		return ENGINE_DOCKER;
	if (exists(root, "/run/.containerenv"))
		return ENGINE_PODMAN;
	return named && *named ? ENGINE_OTHER : ENGINE_NONE;
}

static uint64_t effective_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

static bool has(uint64_t capabilities, unsigned which)
{
	return capabilities >> which & 1;
}

/* A label of AppArmor is "NAME (MODE)"; of another module it has no mode (proc_pid_attr(5)). */
static bool is_confined(const char *root)
{
	char label[128];
	first_line(root, "/proc/self/attr/apparmor/current", label);
	if (!*label)
		first_line(root, "/proc/self/attr/current", label);
	return strstr(label, " (enforce)") != NULL;
}

/* What is not there cannot be written either. */
static bool is_read_only(const char *root, const char *path)
{
	char whole[PATH_MAX];
	struct statvfs status;
	snprintf(whole, sizeof whole, "%s%s", root, path);
	return statvfs(whole, &status) < 0 || status.f_flag & ST_RDONLY;
}

void surroundings_look(const char *root, struct surroundings *ret)
{
	uint64_t capabilities = effective_capabilities();
	*ret = (struct surroundings){
		.engine = find_engine(root),
		.is_root = geteuid() == 0,
		.is_in_user_namespace = !is_first(root, "user", "4026531837"),
		.has_sys_admin = has(capabilities, CAP_SYS_ADMIN),
		.has_net_admin = has(capabilities, CAP_NET_ADMIN),
		.has_net_raw = has(capabilities, CAP_NET_RAW),
		.no_user_namespaces = is_line(root, "/proc/sys/user/max_user_namespaces", "0"),
		.clone_is_off = is_line(root, "/proc/sys/kernel/unprivileged_userns_clone", "0"),
		.apparmor_restricts = is_line(root, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
		.is_confined = is_confined(root),
		.sysctls_are_read_only = is_read_only(root, "/proc/sys") && is_read_only(root, SYSCTL_GIVEN "/ipv4"),
	};
}

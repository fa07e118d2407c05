// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a run is kept apart from the host.
 *
 * Theory of operation. unshare(CLONE_NEWPID) leaves the runner where it is; the first child that it forks from then on
 * is the namespace's init (PID 1), and when that ends, the kernel kills all others in it, at once and for good. Init
 * ends with the runner on two ways that do not depend on each other: PR_SET_PDEATHSIG, and end of file on a pipe whose
 * other end only the runner holds (which also covers a runner that died before the former was set).
 *
 * A worker could come back to the host's network namespace through a descriptor of it, through a socket made in it
 * (SIOCGSKNS), through /proc/PID/ns/net of a process that is in it, through a file that a container engine or `ip
 * netns` has bound it to, or change the host's links through the host's /sys. So it keeps no descriptor but its two
 * pipes, lets go of such files, mounts a /proc of its PID namespace, in which only init and other workers are, all with
 * network namespaces of their own, and a /sys of its own. In a container that hides parts of /proc the kernel refuses a
 * new one to a user namespace (mount_too_revealing(), fs/namespace.c): then the container's own /proc stays.
 *
 * The order is that of privileges. Mounts come first, while the process has the capabilities that it was started with.
 * If those lack what networks and packets need, it goes into a user namespace then, which has all of them for what is
 * made in it: the network namespace, and the mounts that depend on that.
 */
#include "run/isolation.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/mount.h> /* after <sys/mount.h>: the other way round they clash */

#include "base/cleanup.h"
#include "base/mounts.h"
#include "net/sysctl_way.h"
#include "run/remedy.h"

int isolation_error(struct error *e, int errnum, const char *kind)
{
	static const struct {
		const char *kind, *limit;
	} limits[] = {
		{"network", "net"},
		{"mount", "mnt"},
		{"PID", "pid"},
		{"user", "user"},
	};
	if (errnum != ENOSPC) {
		error_errno(e, ERROR_HOST, errnum, "cannot make a %s namespace", kind);
		return remedy_wrap(OBSTACLE_NAMESPACES, e);
	}
	const char *limit = "…";
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (!strcmp(kind, limits[i].kind))
			limit = limits[i].limit;
	error_set(e, ERROR_HOST, errnum,
		"cannot make a %s namespace: the limit user.max_%s_namespaces is reached (ENOSPC), here or in a user "
		"namespace above",
		kind, limit);
	/* For a user namespace there may be another way than to raise it. */
	if (!strcmp(limit, "user"))
		return remedy_wrap(OBSTACLE_NAMESPACES, e);
	return error_set(
		e, ERROR_HOST, errnum, "%s: raise it with 'sysctl -w user.max_%s_namespaces=N'", error_text(e), limit);
}

static int write_file(const char *path, const char *text)
{
	CLEANUP(cleanup_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* Return: 0, or -errno. */
static int map_own(const char *path, unsigned id)
{
	char map[64];
	snprintf(map, sizeof map, "0 %u 1", id);
	return write_file(path, map);
}

/* Mapped to who we are: user_namespaces(7). */
int isolation_enter_user_namespace(int flags, struct error *e)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	remedy_look();
	if (unshare(CLONE_NEWUSER | flags) < 0)
		return isolation_error(e, errno, "user");
	int r = write_file("/proc/self/setgroups", "deny");
	if (r == 0 || r == -ENOENT) {
		r = map_own("/proc/self/uid_map", uid);
		/* Root cannot be mapped without CAP_SETFCAP (verify_root_map() in kernel/user_namespace.c). It stays
		 * nobody, with all capabilities in there all the same. */
		if (r == -EPERM && uid == 0)
			r = 0;
	}
	if (r == 0)
		r = map_own("/proc/self/gid_map", gid);
	if (r >= 0)
		return 0;
	/* So Ubuntu 24.04 refuses: the namespace may be made, but AppArmor takes CAP_SYS_ADMIN in it, which the kernel
	 * asks of who opens setgroups (proc_setgroups_open() in fs/proc/base.c). */
	error_errno(e, ERROR_HOST, -r, "cannot map this user into a user namespace");
	return remedy_wrap(OBSTACLE_NAMESPACES, e);
}

/*
 * Containers are often given CAP_SYS_ADMIN and not what networks and packets need. It is enough: a user namespace,
 * which it allows to be made, has all of them for the namespaces that are made in it.
 *
 * Return: 1 where it went into one, 0 where that was not needed, or there is none and all but packets goes without.
 */
static int become_capable(struct error *e)
{
	struct surroundings in;
	surroundings_look("", &in);
	if (in.has_net_admin && in.has_net_raw)
		return 0;
	struct error refused = ERROR_INIT;
	int r = isolation_enter_user_namespace(0, &refused);
	if (r == 0)
		return 1;
	surroundings_look("", &in); /* unless it is in one that gives no power */
	if (in.has_net_admin) {
		error_clear(&refused);
		return 0;
	}
	*e = refused;
	return r;
}

/*
 * Files that are namespaces, which `ip netns` and container engines leave in the tree, also of the host's own. In a
 * user namespace they stay, and lead nowhere: to enter what they name needs the capability in the namespace that owns
 * it.
 */
static int drop_namespace_files(struct error *e)
{
	for (bool found = true; found;) {
		found = false;
		FILE *mounts = setmntent("/proc/self/mounts", "re");
		if (!mounts)
			return error_errno(e, ERROR_HOST, errno, "cannot read /proc/self/mounts");
		struct mntent *entry;
		while (!found && (entry = getmntent(mounts)))
			found = !strcmp(entry->mnt_type, "nsfs") && umount2(entry->mnt_dir, MNT_DETACH) == 0;
		endmntent(mounts);
	}
	return 0;
}

static int make_mount_namespace(struct error *e)
{
	if (unshare(CLONE_NEWNS) < 0)
		return isolation_error(e, errno, "mount");
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return 0;
	int r = error_errno(e, ERROR_HOST, errno, "cannot make the mounts private");
	return r == -EACCES || r == -EPERM ? remedy_wrap(OBSTACLE_MOUNTS, e) : r;
}

/* No way to the host by the tree of files, and a /proc of this PID namespace with sysctls that can be written, where
 * that can be had. */
static int leave_host_mounts(struct error *e)
{
	int r = make_mount_namespace(e);
	if (r == 0)
		r = drop_namespace_files(e);
	if (r < 0)
		return r;
	mounts_put_instead("proc", "/proc", false);
	sysctl_way_prepare();
	return 0;
}

/* Keep @fds as the descriptors from 3 on, and close all others beyond 2. */
static int keep_descriptors(int *fds, size_t n_fds, struct error *e)
{
	/* Out of the way first, then to their places, so that none overwrites another. */
	for (size_t i = 0; i < n_fds; i++) {
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3 + (int)n_fds);
		if (fds[i] < 0)
			return error_errno(e, ERROR_HOST, errno, "cannot keep a descriptor");
	}
	for (size_t i = 0; i < n_fds; i++) {
		int place = 3 + (int)i;
		if (dup3(fds[i], place, O_CLOEXEC) < 0)
			return error_errno(e, ERROR_HOST, errno, "cannot keep a descriptor");
		fds[i] = place;
	}
	if (close_range(3 + (unsigned)n_fds, ~0U, 0) < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot close the other descriptors");
	return 0;
}

static int leave_terminal(struct error *e)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot open /dev/null");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return error_errno(e, ERROR_HOST, errno, "cannot lead descriptor %d to /dev/null", fd);
	if (null > 2)
		close(null);
	return 0;
}

static void mount_own_sys(void)
{
	if (!mounts_put_instead("sysfs", "/sys", false))
		mounts_put_instead("tmpfs", "/sys", false);
}

/* Return: as isolation_enter(). */
static int leave_host(int *fds, size_t n_fds, struct error *e)
{
	int r = leave_host_mounts(e);
	int is_in_user_namespace = r < 0 ? r : become_capable(e);
	if (is_in_user_namespace < 0)
		return is_in_user_namespace;
	if (unshare(CLONE_NEWNET) < 0)
		return isolation_error(e, errno, "network");
	/* What is mounted from here on belongs to who made the network namespace, as the /sys that shows it must. */
	if (is_in_user_namespace && (r = make_mount_namespace(e)) < 0)
		return r;
	mount_own_sys();
	r = keep_descriptors(fds, n_fds, e);
	return r < 0 ? r : is_in_user_namespace;
}

/*
 * What programs of the user's would reach the host by, in a shell that is meant for a namespace: the names of ip-netns(8),
 * and the sockets of those who manage the host's network.
 *
 * The files behind the mounts that were let go of are the host's still: `ip netns del` would take a name, and with it the
 * namespace, from the host (a file may be unlinked that is a mount elsewhere, and the mount goes with it:
 * __detach_mounts() in fs/namespace.c), and `ip netns add` would leave one there.
 */
static const char *const ways_to_host[] = {"/run/netns", "/var/run/netns", "/run/dbus", "/run/systemd"};

/* A folder of its own in each of these places that is there: to make one would change the host. */
static int hide_ways_to_host(struct error *e)
{
	for (size_t i = 0; i < sizeof ways_to_host / sizeof *ways_to_host; i++)
		if (mount("tmpfs", ways_to_host[i], "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755") < 0 &&
			errno != ENOENT && errno != ENOTDIR) {
			error_errno(e, ERROR_HOST, errno, "cannot hide %s of the host", ways_to_host[i]);
			return remedy_wrap(OBSTACLE_MOUNTS, e);
		}
	/* `ip netns add` would make the folder, then, where there is none. What is mounted below /run stays as it is. */
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
	if (access(ways_to_host[0], F_OK) < 0 && mount("/run", "/run", NULL, MS_BIND | MS_REC, NULL) == 0)
		syscall(SYS_mount_setattr, AT_FDCWD, "/run", 0, &read_only, sizeof read_only);
	return 0;
}

int isolation_enter_at_terminal(const char *name, struct error *e)
{
	int is_in_user_namespace = leave_host(NULL, 0, e);
	int r = is_in_user_namespace < 0 ? is_in_user_namespace : hide_ways_to_host(e);
	if (r < 0)
		return r;
	prctl(PR_SET_NAME, name);
	return is_in_user_namespace;
}

int isolation_enter_network(int namespace, struct error *e)
{
	if (setns(namespace, CLONE_NEWNET) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot enter a network namespace");
	int r = make_mount_namespace(e);
	if (r == 0)
		mount_own_sys();
	return r;
}

int isolation_enter(const char *name, int *fds, size_t n_fds, struct error *e)
{
	static const int ignored[] = {
		SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE}; /* sent to the group: the runner's to see */
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int is_in_user_namespace = leave_host(fds, n_fds, e);
	int r = is_in_user_namespace < 0 ? is_in_user_namespace : leave_terminal(e);
	if (r < 0)
		return r;
	/* Last: from here on the process is known for what it is. */
	prctl(PR_SET_NAME, name);
	return is_in_user_namespace;
}

int isolation_prepare_sysctls(struct error *e)
{
	int r = sysctl_way_find(e);
	return r < 0 && e->kind == ERROR_HOST ? remedy_wrap(OBSTACLE_SYSCTLS, e) : r;
}

/* What init says when it had to go into a user namespace of its own, as each worker will have to; otherwise it says
 * nothing, or what went wrong. */
#define INIT_IN_USER_NAMESPACE "+"

/* PID 1 of the namespace. Never returns. */
static _Noreturn void run_init(int lifeline, int ready)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN); /* orphans are reaped by the kernel */
	int fds[] = {lifeline, ready};
	int r = isolation_enter("netrepro-init", fds, 2, &e);
	const char *text = r < 0 ? error_text(&e) : r ? INIT_IN_USER_NAMESPACE : "";
	if (write(fds[1], text, strlen(text) + 1) < 0 || r < 0)
		_exit(1);
	close(fds[1]);
	char byte;
	while (read(fds[0], &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* Return: whether init is in a user namespace of its own; or -errno. */
static int await_init(int ready, struct error *e)
{
	char text[1024];
	size_t len = 0;
	ssize_t n;
	while (len < sizeof text - 1 && (n = read(ready, text + len, sizeof text - 1 - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(e, ERROR_HOST, errno, "cannot hear from the init of the PID namespace");
		len += (size_t)n;
		if (!text[len - 1])
			break;
	}
	text[len] = '\0';
	if (!len)
		return error_set(e, ERROR_HOST, ESRCH, "the init of the PID namespace died at once");
	if (!strcmp(text, INIT_IN_USER_NAMESPACE))
		return 1;
	return *text ? error_set(e, ERROR_HOST, EPERM, "%s", text) : 0;
}

int isolation_begin(struct isolation *isolation, struct error *e)
{
	remedy_look();
	struct surroundings in;
	surroundings_look("", &in);
	isolation->privilege = in.is_in_user_namespace ? "user namespace" : "root";
	isolation->own_pid_namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	if (unshare(CLONE_NEWPID) < 0) {
		if (errno != EPERM)
			return isolation_error(e, errno, "PID");
		isolation->privilege = "user namespace";
		int r = isolation_enter_user_namespace(CLONE_NEWPID, e);
		if (r < 0)
			return r;
	}
	CLEANUP(cleanup_close) int life_read = -1;
	CLEANUP(cleanup_close) int ready_read = -1;
	CLEANUP(cleanup_close) int ready_write = -1;
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot make a pipe");
	life_read = fds[0];
	isolation->lifeline = fds[1];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot make a pipe");
	ready_read = fds[0];
	ready_write = fds[1];
	pid_t pid = fork();
	if (pid < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot fork the init of the PID namespace");
	if (pid == 0)
		run_init(life_read, ready_write);
	isolation->init = pid;
	fd_close(&ready_write);
	int r = await_init(ready_read, e);
	if (r > 0)
		isolation->privilege = "user namespace";
	return r < 0 ? r : 0;
}

void isolation_end(struct isolation *isolation)
{
	fd_close(&isolation->lifeline);
	if (isolation->init) {
		kill(isolation->init, SIGKILL);
		while (waitpid(isolation->init, NULL, 0) < 0 && errno == EINTR)
			;
		isolation->init = 0;
	}
	/* Without it no fork would succeed any more, as init is dead. From a user namespace there is no way back. */
	if (isolation->own_pid_namespace >= 0)
		setns(isolation->own_pid_namespace, CLONE_NEWPID);
	fd_close(&isolation->own_pid_namespace);
}

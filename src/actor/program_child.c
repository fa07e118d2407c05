// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a process does to itself between fork(2) and execve(2) of a program.
 *
 * Theory of operation. The program is somebody's, and may do what it likes: what it is able to do is taken away before
 * it begins. It is in the network namespace of an actor and in a PID namespace of its own already. Here it gets, in
 * this order, as each act needs what a later one gives away:
 *
 * - descriptors 0 to 2 (/dev/null, a pipe) and no other
 * - a session of its own, as what is typed at the terminal of netrepro (Ctrl-C) is for that alone: cells in flight, and
 * their programs, go on to their end; then all signals as they are by default
 * - the folder of the scenario to work in
 * - a tree of files of its own, read-only, so that nothing is left behind: with a /run and a /tmp of its own, which can
 *   be written and are not the host's, so that the sockets there are out of reach by which programs reach the host's
 *   managers (to connect to one takes no file that can be written: a read-only mount is no obstacle), and into which
 *   nothing is put back but the folders of what is to be run; with a /dev of what is no device, and no device anywhere
 *   else (root without capabilities still owns the disks); and with a /proc and a /sys of its own, read-only as well
 *   (as it owns the host's sysctls)
 * - no capability, in no set, and no way to gain one; under sudo it is the user who called
 * - no system call that leads to what is in no namespace (actor/program_filter.c)
 *
 * There is no way back to the host's network: that would need a capability in the user namespace that owns it, or a
 * descriptor.
 */
#include "actor/program_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/mount.h> /* after <sys/mount.h>: the other way round they clash */

#include "actor/program_filter.h"
#include "base/mounts.h"
#include "base/owner.h"

/* Behind the PATH of who runs netrepro: an ordinary user's often lacks those in which servers are. */
#define PATH_OF_SYSTEM "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* netrepro's own programs: of a checkout beside the program, and where they are installed. */
#define OWN_PROGRAMS "programs"
#define OWN_PROGRAMS_INSTALLED "../libexec/netrepro"

#define SCRATCH "/run"
#define FILES_MAX 1024 /* the soft limit that programs expect: some still use select(2) */

static const char *const devices[] = {"null", "zero", "full", "random", "urandom"};
enum { N_DEVICES = sizeof devices / sizeof *devices };

/* Where there is a file system of its own in the place of the host's. */
static const char *const replaced[] = {SCRATCH, "/var/run", "/tmp", "/dev/shm", "/dev"};

/* A folder of the host's below one of those, to be put back. */
struct kept {
	char path[4096];
	int fd; /* a copy of the mount */
};
enum { KEPT_MAX = 5 }; /* the scenario's, the program's, and three in which netrepro's own may be */

struct child {
	const struct program_command *command;
	int output_fd, report_fd;
	bool has_caller; /* under sudo */
	uid_t user;
	gid_t group;
	int devices[N_DEVICES]; /* the host's, each a copy of a mount; -1: is not there */
	struct kept kept[KEPT_MAX];
	size_t n_kept;
};

static int act_session(struct child *c)
{
	(void)c;
	return setsid() < 0 ? -1 : 0;
}

/* The worker blocks those that stop a run: one that came before there was a session waits here to be delivered. */
static int act_signals(struct child *c)
{
	(void)c;
	static const struct timespec now = {0};
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	while (sigtimedwait(&all, NULL, &now) > 0)
		;
	/* By the system call, as the C library leaves two of them alone (32 and 33), which who started netrepro may
	 * have ignored: make does. All zeroes is SIG_DFL, with no flags; of SIGKILL and SIGSTOP it is refused. */
	static const long kernels[8] = {0}; /* struct sigaction of the kernel, on all machines at most so long */
	for (int i = 1; i < _NSIG; i++)
		syscall(SYS_rt_sigaction, i, kernels, NULL, (size_t)(_NSIG - 1) / 8);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int act_folder(struct child *c)
{
	return chdir(c->command->folder);
}

static int act_descriptors(struct child *c)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0)
		return -1;
	/* Out of the way first: any of them may have a number below 4. */
	int fds[] = {null, c->output_fd, c->output_fd, c->report_fd};
	for (int i = 0; i < 4; i++)
		if ((fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 4)) < 0)
			return -1;
	for (int i = 0; i < 4; i++)
		if (dup3(fds[i], i, i == 3 ? O_CLOEXEC : 0) < 0 && fds[i] != i)
			return -1;
	c->report_fd = 3;
	return close_range(4, ~0U, 0);
}

static int act_namespaces(struct child *c)
{
	(void)c;
	if (unshare(CLONE_NEWNS | CLONE_NEWIPC) < 0)
		return -1;
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int set_all(unsigned attributes)
{
	struct mount_attr attr = {.attr_set = attributes};
	return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof attr);
}

static int copy_mount(const char *path)
{
	return (int)syscall(
		SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (unsigned)AT_RECURSIVE);
}

/* A copy has what was set until then. */
static int act_read_only(struct child *c)
{
	char path[32];
	if (set_all(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID) < 0)
		return -1;
	for (size_t i = 0; i < N_DEVICES; i++) {
		snprintf(path, sizeof path, "/dev/%s", devices[i]);
		c->devices[i] = copy_mount(path);
		if (c->devices[i] < 0 && errno != ENOENT)
			return -1;
	}
	return set_all(MOUNT_ATTR_NODEV);
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);
	return !strncmp(path, folder, len) && (path[len] == '/' || !path[len]);
}

/* Keep the working folder, where it would be gone; but not one of those that are replaced, with all that is in it. No
 * realpath(3): it may want memory, for which another thread of the worker's may have held a lock when this process was
 * made. Return: 0, or -1. */
static int keep_here(struct child *c)
{
	struct kept *kept = &c->kept[c->n_kept];
	bool is_replaced = false;
	if (!getcwd(kept->path, sizeof kept->path))
		return -1;
	for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++) {
		if (!strcmp(kept->path, replaced[i]))
			return 0;
		is_replaced |= is_below(kept->path, replaced[i]);
	}
	if (!is_replaced)
		return 0;
	kept->fd = copy_mount(".");
	if (kept->fd < 0)
		return -1;
	c->n_kept++;
	return 0;
}

/* What is not there need not be kept: who wants it will say so. Return: 0, or -1. */
static int keep_folder(struct child *c, const char *path, int home)
{
	if (chdir(path) < 0)
		return 0;
	return keep_here(c) < 0 || fchdir(home) < 0 ? -1 : 0;
}

/* The folder of the scenario, of netrepro's own programs, and of the program. */
static int act_keep(struct child *c)
{
	char path[4096];
	int home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (home < 0 || keep_here(c) < 0)
		return -1;
	const char *slash = strrchr(c->command->argv[0], '/');
	if (slash) {
		snprintf(path, sizeof path, "%.*s", (int)(slash - c->command->argv[0]) + 1, c->command->argv[0]);
		if (keep_folder(c, path, home) < 0)
			return -1;
	}
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - sizeof "/" OWN_PROGRAMS_INSTALLED);
	char *end = len > 0 ? memrchr(path, '/', (size_t)len) : NULL;
	if (!end)
		return 0;
	/* Of a folder that is not kept, what is in it. The first is also there for the .. of the last. */
	static const char *const own[] = {"/", "/" OWN_PROGRAMS, "/" OWN_PROGRAMS_INSTALLED};
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		strcpy(end, own[i]);
		if (keep_folder(c, path, home) < 0)
			return -1;
	}
	return 0;
}

static int tmpfs_at(const char *path, const char *mode)
{
	return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, mode);
}

static int act_devices(struct child *c)
{
	static const struct {
		const char *to, *at;
	} links[] = {
		{"/proc/self/fd", "/dev/fd"},
		{"/proc/self/fd/0", "/dev/stdin"},
		{"/proc/self/fd/1", "/dev/stdout"},
		{"/proc/self/fd/2", "/dev/stderr"},
	};
	char path[32];
	if (tmpfs_at("/dev", "mode=755") < 0)
		return -1;
	for (size_t i = 0; i < N_DEVICES; i++) {
		snprintf(path, sizeof path, "/dev/%s", devices[i]);
		if (c->devices[i] < 0)
			continue;
		int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (file < 0 || syscall(SYS_move_mount, c->devices[i], "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return -1;
		close(file);
		close(c->devices[i]);
	}
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if (symlink(links[i].to, links[i].at) < 0)
			return -1;
	return mkdir("/dev/shm", 0777) < 0 ? -1 : chmod("/dev/shm", 01777);
}

/* Return: 0, also where it is there; -1. */
static int make_folder(const char *path)
{
	if (mkdir(path, 0755) == 0)
		return chmod(path, 0755);
	return errno == EEXIST || errno == EROFS ? 0 : -1;
}

static int put_back(struct kept *kept)
{
	for (char *slash = strchr(kept->path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int r = make_folder(kept->path);
		*slash = '/';
		if (r < 0)
			return -1;
	}
	if (make_folder(kept->path) < 0)
		return -1;
	return (int)syscall(SYS_move_mount, kept->fd, "", AT_FDCWD, kept->path, MOVE_MOUNT_F_EMPTY_PATH);
}

static int act_scratch(struct child *c)
{
	struct stat status;
	char folder[4096];
	if (!getcwd(folder, sizeof folder) || tmpfs_at(SCRATCH, "mode=1777") < 0)
		return -1;
	/* Mostly a link to the former. */
	if (lstat("/var/run", &status) == 0 && S_ISDIR(status.st_mode) && tmpfs_at("/var/run", "mode=1777") < 0)
		return -1;
	if (tmpfs_at("/tmp", "mode=1777") < 0 && errno != ENOENT)
		return -1;
	for (size_t i = 0; i < c->n_kept; i++)
		if (put_back(&c->kept[i]) < 0)
			return -1;
	return chdir(folder); /* not the one that is out of sight, from which a .. would lead to the host's */
}

/* Where the kernel refuses a new one (in a container that hides parts of /proc), the old one is read-only by now. */
static int act_proc(struct child *c)
{
	(void)c;
	mounts_put_instead("proc", "/proc", true);
	if (!mounts_put_instead("sysfs", "/sys", true))
		mounts_put_instead("tmpfs", "/sys", true);
	return 0;
}

static int act_process(struct child *c)
{
	(void)c;
	/* 0 would be none in a file, but does not count where core_pattern is a program, which is started on the host;
	 * 1 is none at all (do_coredump() in fs/coredump.c). Who has 0 as its hard limit keeps it. */
	struct rlimit files, none = {1, 1};
	umask(022);
	setrlimit(RLIMIT_CORE, &none);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max > FILES_MAX) {
		files.rlim_cur = FILES_MAX;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	return 0;
}

static int act_bounding(struct child *c)
{
	(void)c;
	for (int i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++)
		if (prctl(PR_CAPBSET_DROP, i) < 0)
			return -1;
	return prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
						SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);
}

/* Under sudo: who called. In a user namespace there may be no such user; then it stays who it is. Not by the C library,
 * which would have all threads of the worker do the same, and wait for them: they are not here. */
static int act_user(struct child *c)
{
	if (!c->has_caller)
		return 0;
	if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, c->group, c->group, c->group) < 0)
		return errno == EINVAL || errno == EPERM ? 0 : -1;
	return (int)syscall(SYS_setresuid, c->user, c->user, c->user);
}

static int act_capabilities(struct child *c)
{
	(void)c;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 || syscall(SYS_capset, &header, none) < 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int act_filter(struct child *c)
{
	(void)c;
	return program_filter_set();
}

static const struct act {
	const char *what;
	int (*run)(struct child *c); /* -1 with errno */
} acts[] = {
	{"set its descriptors", act_descriptors}, /* first: the worker waits for it */
	{"make a session of its own", act_session},
	{"set its signals", act_signals},
	{"go to the folder of the scenario", act_folder},
	{"make a mount and an IPC namespace", act_namespaces},
	{"make the tree of files read-only", act_read_only},
	{"keep the folders of what is to be run", act_keep},
	{"make a /dev of its own", act_devices},
	{"make a " SCRATCH " and a /tmp of its own", act_scratch},
	{"make a /proc and a /sys of its own", act_proc},
	{"set its limits", act_process},
	{"empty its bounding set of capabilities", act_bounding},
	{"become the user who called sudo", act_user},
	{"drop its capabilities", act_capabilities},
	{"give up system calls", act_filter},
};

const char *program_child_stage(int stage)
{
	return stage >= 0 && (size_t)stage < sizeof acts / sizeof *acts ? acts[stage].what : "execute it";
}

/* The environment: none of what the user's own holds but its PATH. */
static void set_environment(void)
{
	static char path[3 * 4096] = "PATH=" PATH_OF_SYSTEM;
	static char own[4096];
	static char *environment[] = {path, "HOME=" SCRATCH, "TMPDIR=" SCRATCH, "LANG=C.UTF-8", "TERM=dumb", NULL};
	const char *users = getenv("PATH");
	ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
	char *slash = len > 0 ? memrchr(own, '/', (size_t)len) : NULL;
	if (slash)
		*slash = '\0';
	if (slash)
		snprintf(path, sizeof path,
			"PATH=%s/" OWN_PROGRAMS ":%s/" OWN_PROGRAMS_INSTALLED ":%s%s" PATH_OF_SYSTEM, own, own,
			users ? users : "", users && *users ? ":" : "");
	environ = environment;
}

/* As execvp(3), which says EACCES of a program that is nowhere, too, where some folder of the PATH may not be searched.
 */
static void execute(char *const argv[])
{
	char path[4096];
	struct stat status;
	int errnum = ENOENT;
	if (strchr(argv[0], '/')) {
		execv(argv[0], argv);
		return;
	}
	for (const char *from = getenv("PATH"), *end; *from; from = *end ? end + 1 : end) {
		end = from + strcspn(from, ":");
		int len = snprintf(
			path, sizeof path, "%.*s%s%s", (int)(end - from), from, end > from ? "/" : "", argv[0]);
		if (len >= (int)sizeof path)
			continue;
		execv(path, argv);
		int refused = errno; /* ENOENT as well where what its first line names is not there */
		if (errnum == ENOENT && stat(path, &status) == 0 && S_ISREG(status.st_mode))
			errnum = refused;
	}
	errno = errnum;
}

static bool say(const struct child *c, int stage, int errnum)
{
	const struct program_report report = {.stage = stage, .errnum = errnum};
	return write(c->report_fd, &report, sizeof report) == sizeof report;
}

static _Noreturn void give_up(const struct child *c, int stage)
{
	_exit(say(c, stage, errno) ? 127 : 126);
}

_Noreturn void program_child_run(const struct program_command *command, int output_fd, int report_fd)
{
	struct child c = {.command = command, .output_fd = output_fd, .report_fd = report_fd};
	c.has_caller = owner_find_caller(&c.user, &c.group); /* as the environment says it */
	set_environment();
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (acts[i].run(&c) < 0)
			give_up(&c, (int)i);
	if (say(&c, PROGRAM_READY, 0))
		execute(command->argv);
	give_up(&c, PROGRAM_EXECVE);
}

_Noreturn void program_init_run(int lifeline)
{
	if (dup3(lifeline, 3, O_CLOEXEC) < 0 && lifeline != 3)
		_exit(1);
	close_range(0, 2, 0);
	close_range(4, ~0U, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "netrepro-exec");
	signal(SIGCHLD, SIG_IGN); /* orphans are reaped by the kernel */
	char byte;
	while (read(3, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Sysctls of the namespace that the caller is in, by name.
#include "net/sysctl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "net/sysctl_way.h"

/* All others are the machine's, not a namespace's. */
#define SYSCTL_NET "net."

/*
 * The file of @name, below sysctl_way_root(). Each '.' becomes '/', and a '/' in the name is refused, so that no name
 * leads out of the folder.
 */
static int find_file(const char *name, char file[static PATH_MAX], struct error *e)
{
	if (strncmp(name, SYSCTL_NET, strlen(SYSCTL_NET)) != 0 || strchr(name, '/'))
		return error_set(e, ERROR_USAGE, EINVAL,
			"sysctl '%s': a namespace has those of the form net.ipv4.tcp_timestamps alone", name);
	name += strlen(SYSCTL_NET);
	int len = snprintf(file, PATH_MAX, "%s", name + strspn(name, ".")); /* no '/' in front */
	if (len >= PATH_MAX)
		return error_errno(e, ERROR_USAGE, ENAMETOOLONG, "sysctl 'net.%.64s…'", name);
	for (char *c = file; *c; c++)
		if (*c == '.')
			*c = '/';
	return 0;
}

static int open_file(const char *name, int flags, struct error *e)
{
	char file[PATH_MAX];
	int rc = find_file(name, file, e);
	if (rc < 0)
		return rc;
	int fd = sysctl_way_open(file, flags);
	if (fd >= 0)
		return fd;
	if (fd == -ENOENT)
		return error_set(e, ERROR_ABSENT, ENOENT,
			"sysctl %s: this kernel does not have it in a network namespace of its own (ENOENT)", name);
	if (fd == -EXDEV || fd == -EMEDIUMTYPE)
		return error_set(e, ERROR_HOST, -fd,
			"sysctl %s: %s%s is not the kernel's own for this network namespace, as something else is "
			"mounted there: unmount that",
			name, sysctl_way_root(), file);
	/* Of those that are the host's, some are shown in other namespaces, to be read alone. */
	if ((fd == -EACCES || fd == -EPERM) && (flags & O_ACCMODE) != O_RDONLY)
		return error_errno(e, ERROR_ABSENT, -fd,
			"sysctl %s: this kernel does not let a network namespace of its own set it", name);
	return error_errno(e, ERROR_HARNESS, -fd, "sysctl %s: open to %s", name,
		(flags & O_ACCMODE) == O_RDONLY ? "read" : "read and write");
}

/* Runs of white space become one space, none stay at the ends. @to may be @from. */
static void fold_space(char *to, const char *from)
{
	static const char space[] = " \t\n\r";
	char *end = to;
	for (from += strspn(from, space); *from; from += strspn(from, space)) {
		if (end != to)
			*end++ = ' ';
		size_t len = strcspn(from, space);
		memmove(end, from, len);
		end += len;
		from += len;
	}
	*end = '\0';
}

/* From the start of the file: a write has moved its position, and behind the start a sysctl reads as empty. */
static int read_value(int fd, const char *name, char value[static SYSCTL_VALUE_MAX], struct error *e)
{
	char raw[SYSCTL_VALUE_MAX + 1];
	ssize_t len = pread(fd, raw, sizeof(raw) - 1, 0);
	if (len < 0)
		return error_errno(e, ERROR_HARNESS, errno, "sysctl %s: read", name);
	if (len >= SYSCTL_VALUE_MAX)
		return error_errno(e, ERROR_HARNESS, EFBIG, "sysctl %s: its value is longer than %d bytes", name,
			SYSCTL_VALUE_MAX - 1);
	raw[len] = '\0';
	fold_space(value, raw);
	return 0;
}

int sysctl_read(const char *name, char value[static SYSCTL_VALUE_MAX], struct error *e)
{
	CLEANUP(cleanup_close) int fd = open_file(name, O_RDONLY, e);
	return fd < 0 ? fd : read_value(fd, name, value, e);
}

/* What the kernel says to a value that it does not take; all else is a failure of the harness. */
static bool is_refusal(int code)
{
	return code == EINVAL || code == ERANGE || code == EOPNOTSUPP || code == ENOENT || code == EBUSY ||
	       code == EADDRNOTAVAIL || code == ENODEV;
}

static int write_value(int fd, const char *name, const char *value, struct error *e)
{
	size_t len = strlen(value);
	ssize_t done = write(fd, value, len);
	if (done < 0)
		return error_errno(
			e, is_refusal(errno) ? ERROR_UNMET : ERROR_HARNESS, errno, "sysctl %s = %s", name, value);
	if ((size_t)done != len)
		return error_set(e, ERROR_UNMET, SYSCTL_NOT_KEPT,
			"sysctl %s = %s: the kernel took %zd of its %zu bytes", name, value, done, len);
	return 0;
}

/* That what is read back is what was written. */
static int check_value(int fd, const char *name, const char *value, struct error *e)
{
	char wanted[SYSCTL_VALUE_MAX], found[SYSCTL_VALUE_MAX];
	int rc = read_value(fd, name, found, e);
	if (rc < 0)
		return rc;
	fold_space(wanted, value);
	if (strcmp(wanted, found) != 0)
		return error_set(e, ERROR_UNMET, SYSCTL_NOT_KEPT, "sysctl %s: '%s' was written, '%s' is read back",
			name, wanted, found);
	return 0;
}

int sysctl_verify(const char *name, const char *value, struct error *e)
{
	CLEANUP(cleanup_close) int fd = open_file(name, O_RDONLY, e);
	return fd < 0 ? fd : check_value(fd, name, value, e);
}

int sysctl_write(const char *name, const char *value, struct error *e)
{
	if (strlen(value) >= SYSCTL_VALUE_MAX)
		return error_errno(
			e, ERROR_USAGE, EINVAL, "sysctl %s: a value of more than %d bytes", name, SYSCTL_VALUE_MAX - 1);
	CLEANUP(cleanup_close) int fd = open_file(name, O_RDWR, e);
	if (fd < 0)
		return fd;
	/* An empty write does nothing, and a list of ports is emptied by a newline. */
	int rc = write_value(fd, name, *value ? value : "\n", e);
	return rc < 0 ? rc : check_value(fd, name, value, e);
}

bool sysctl_is_secret(const char *name)
{
	const char *dot = strrchr(name, '.');
	const char *file = dot ? dot + 1 : name;
	return strcmp(file, "tcp_fastopen_key") == 0 || strcmp(file, "stable_secret") == 0;
}

/* One folder of sysctls, by the name of what is in it ("net.ipv4."). */
struct folder {
	const char *prefix;
	char path[64];
};

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !sysctl_is_secret(entry->d_name);
}

/* By bytes: alphasort() goes by the user's locale. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

struct entries {
	struct dirent **all;
	int n;
};

static void cleanup_entries(struct entries *entries)
{
	for (int i = 0; i < entries->n; i++)
		free(entries->all[i]);
	free(entries->all);
}

static bool is_exhaustion(int code)
{
	return code == ENOMEM || code == EMFILE || code == ENFILE || code == EIO;
}

static int visit_file(const struct folder *folder, const char *file,
	int (*visit)(void *context, const char *name, const char *value), void *context, struct error *e)
{
	char path[PATH_MAX], name[NAME_MAX + 32], value[SYSCTL_VALUE_MAX];
	struct stat status;
	snprintf(path, sizeof(path), "%s/%s", folder->path, file);
	if (stat(path, &status) < 0)
		return is_exhaustion(errno) ? error_errno(e, ERROR_HARNESS, errno, "%s", path) : 0;
	if (!S_ISREG(status.st_mode) || !(status.st_mode & 0444))
		return 0;
	snprintf(name, sizeof(name), "%s%s", folder->prefix, file);
	CLEANUP(cleanup_error) struct error unread = ERROR_INIT;
	int rc = sysctl_read(name, value, &unread);
	if (rc < 0 && is_exhaustion(-rc))
		return error_set(e, unread.kind, unread.code, "%s", error_text(&unread));
	return rc < 0 ? 0 : visit(context, name, value);
}

static int visit_folder(const struct folder *folder, int (*visit)(void *context, const char *name, const char *value),
	void *context, struct error *e)
{
	CLEANUP(cleanup_entries) struct entries entries = {.all = NULL};
	entries.n = scandir(folder->path, &entries.all, is_shown, compare_names);
	if (entries.n < 0 && errno == ENOENT)
		return 0; /* a kernel without IPv6 */
	if (entries.n < 0)
		return error_errno(e, ERROR_HARNESS, errno, "the sysctls of %s", folder->path);
	int rc = 0;
	for (int i = 0; i < entries.n && rc == 0; i++)
		rc = visit_file(folder, entries.all[i]->d_name, visit, context, e);
	return rc;
}

int sysctl_each(int (*visit)(void *context, const char *name, const char *value), void *context, struct error *e)
{
	static const struct {
		const char *prefix, *folder;
	} all[] = {
		{"net.core.", "core"},
		{"net.ipv4.", "ipv4"},
		{"net.ipv6.", "ipv6"},
	};
	int rc = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && rc == 0; i++) {
		struct folder folder = {.prefix = all[i].prefix};
		snprintf(folder.path, sizeof(folder.path), "%s%s", sysctl_way_root(), all[i].folder);
		rc = visit_folder(&folder, visit, context, e);
	}
	return rc;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Where scenarios are found.
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "cli/cli.h"

#define SUFFIX ".yaml"

/* The project's own scenarios: in a checkout, and where they are installed, which is seen from the program itself. */
#define CHECKOUT_FOLDER "scenarios"
#define INSTALLED_FOLDER "../share/netrepro/scenarios"

#define N_OWN_FOLDERS 2

/* Owned by the caller; NULL where it cannot be told. */
static char *own_folder(size_t i)
{
	char *program = i ? realpath("/proc/self/exe", NULL) : NULL;
	char *slash = program ? strrchr(program, '/') : NULL;
	char *folder = NULL;
	if (!i)
		return strdup(CHECKOUT_FOLDER);
	if (slash)
		*slash = '\0';
	if (slash && asprintf(&folder, "%s/" INSTALLED_FOLDER, program) < 0)
		folder = NULL;
	free(program);
	return folder;
}

static int add_path(struct paths *paths, char *path, bool in_folder, struct error *e)
{
	char **all = path ? reallocarray(paths->all, paths->n + 1, sizeof *all) : NULL;
	paths->all = all ? all : paths->all;
	bool *folders = all ? reallocarray(paths->in_folder, paths->n + 1, sizeof *folders) : NULL;
	paths->in_folder = folders ? folders : paths->in_folder;
	if (!folders) {
		free(path);
		return error_no_memory(e);
	}
	paths->in_folder[paths->n] = in_folder;
	paths->all[paths->n++] = path;
	return 0;
}

static int is_scenario(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > strlen(SUFFIX) && entry->d_name[0] != '.' && !strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX);
}

static int add_folder(struct paths *paths, const char *folder, struct error *e)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_scenario, alphasort);
	if (n < 0)
		return error_errno(e, ERROR_USAGE, errno, "cannot read the folder '%s'", folder);
	int r = n ? 0 : error_set(e, ERROR_USAGE, ENOENT, "the folder '%s' holds no scenario (*.yaml)", folder);
	size_t len = strlen(folder);
	for (int i = 0; i < n; i++) {
		char *path = NULL;
		if (r == 0 && asprintf(&path, "%s%s%s", folder, len && folder[len - 1] == '/' ? "" : "/",
				      entries[i]->d_name) < 0)
			path = NULL;
		if (r == 0)
			r = add_path(paths, path, true, e);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* The bare name of one of the project's scenarios. Return: 1 found, 0 not. */
static int add_own(struct paths *paths, const char *name, struct error *e)
{
	for (size_t i = 0; i < N_OWN_FOLDERS; i++) {
		CLEANUP(cleanup_free) char *folder = own_folder(i);
		char *path = NULL;
		if (!folder || asprintf(&path, "%s/%s" SUFFIX, folder, name) < 0)
			return error_no_memory(e);
		if (access(path, F_OK) == 0) {
			int r = add_path(paths, path, false, e);
			return r < 0 ? r : 1;
		}
		free(path);
	}
	return 0;
}

/* A file beside it, or one of the project's scenarios, that may have been meant; owned by the caller. */
static char *nearest_path(const char *argument)
{
	const char *slash = strrchr(argument, '/');
	const char *name = slash ? slash + 1 : argument;
	CLEANUP(cleanup_free)
	char *folder = slash ? strndup(argument, (size_t)(slash - argument) + 1) : strdup("scenarios/");
	struct suggestion near = SUGGESTION_FOR(name);
	CLEANUP(cleanup_closedir) DIR *directory = folder ? opendir(folder) : NULL;
	char *best = NULL;
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		char *candidate = is_scenario(entry) ? strdup(entry->d_name) : NULL;
		if (!candidate)
			continue;
		if (!slash && !strstr(name, SUFFIX))
			candidate[strlen(candidate) - strlen(SUFFIX)] = '\0';
		suggestion_consider(&near, candidate);
		if (near.best == candidate) {
			free(best);
			best = candidate;
		} else {
			free(candidate);
		}
	}
	char *path = NULL;
	if (best && asprintf(&path, "%s%s", slash || strstr(name, SUFFIX) ? folder : "", best) < 0)
		path = NULL;
	free(best);
	return path;
}

int paths_add(struct paths *paths, const char *argument, struct error *e)
{
	struct stat status;
	if (stat(argument, &status) == 0)
		return S_ISDIR(status.st_mode) ? add_folder(paths, argument, e)
					       : add_path(paths, strdup(argument), false, e);
	if (errno != ENOENT)
		return error_errno(e, ERROR_USAGE, errno, "cannot read the scenario '%s'", argument);
	int found = strchr(argument, '/') ? 0 : add_own(paths, argument, e);
	if (found)
		return found < 0 ? found : 0;
	CLEANUP(cleanup_free) char *near = nearest_path(argument);
	return error_set(e, ERROR_USAGE, ENOENT,
		"there is no scenario '%s'%s%s%s; `netrepro list` shows those that there are", argument,
		near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

int paths_add_own(struct paths *paths, struct error *e)
{
	for (size_t i = 0; i < N_OWN_FOLDERS; i++) {
		CLEANUP(cleanup_free) char *folder = own_folder(i);
		if (folder && access(folder, R_OK | X_OK) == 0)
			return add_folder(paths, folder, e);
	}
	return error_set(e, ERROR_USAGE, ENOENT, "there is no folder 'scenarios' here: name a file or a folder");
}

void paths_done(struct paths *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		free(paths->all[i]);
	free(paths->all);
	free(paths->in_folder);
	*paths = PATHS_INIT;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The runs whose results a folder holds.
#include "cli/kept_runs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "model/results.h"

static bool is_file(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

static bool is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The results file in a folder. Return: owned by the caller; NULL when memory is out. */
static char *file_in(const char *folder, const char *name)
{
	char *path;
	size_t len = strlen(folder);
	const char *slash = len && folder[len - 1] == '/' ? "" : "/";
	int n = name ? asprintf(&path, "%s%s%s/" RESULTS_NAME, folder, slash, name)
		     : asprintf(&path, "%s%s" RESULTS_NAME, folder, slash);
	return n < 0 ? NULL : path;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/*
 * Calls @add with each results file of a folder, its own first, then those below it by name; a path is @add's from then
 * on. Return: 0, or what @add returned that is not 0, or -errno.
 */
static int each_file(
	const char *folder, int (*add)(void *context, char *path, struct error *e), void *context, struct error *e)
{
	struct dirent **entries = NULL;
	char *own = file_in(folder, NULL);
	if (!own)
		return error_no_memory(e);
	int r = 0;
	if (is_file(own))
		r = add(context, own, e);
	else
		free(own);
	int n = r == 0 ? scandir(folder, &entries, is_visible, alphasort) : 0;
	if (n < 0)
		return error_errno(e, ERROR_USAGE, errno, "cannot read the folder '%s'", folder);
	for (int i = 0; i < n; i++) {
		char *path = r == 0 ? file_in(folder, entries[i]->d_name) : NULL;
		if (r == 0 && !path)
			r = error_no_memory(e);
		else if (r == 0 && is_file(path))
			r = add(context, TAKE_POINTER(path), e);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int stop_at_first(void *context, char *path, struct error *e)
{
	(void)context;
	(void)e;
	free(path);
	return 1;
}

/* Whether a path is that of a results file by its name. */
static bool is_named(const char *path)
{
	const char *slash = strrchr(path, '/');
	return !strcmp(slash ? slash + 1 : path, RESULTS_NAME) && is_file(path);
}

bool kept_runs_are_in(const char *path)
{
	return is_named(path) || (is_folder(path) && each_file(path, stop_at_first, NULL, NULL) == 1);
}

/* The first line is all that is wanted. */
static int stop(void *context, const struct run_record *record, struct error *e)
{
	(void)record;
	(void)e;
	*(bool *)context = true;
	return -ECANCELED;
}

static int add_run(void *context, char *path, struct error *e)
{
	struct kept_runs *runs = context;
	struct run_record record = RUN_RECORD_INIT;
	bool was_begun = false, is_finished;
	const struct results_reader reader = {.context = &was_begun, .begin = stop};
	int r = results_read(path, &reader, &record, &is_finished, e);
	struct kept_run *grown = was_begun ? grow_by_one(runs->all, runs->n, sizeof *grown) : NULL;
	if (was_begun && !grown)
		r = error_no_memory(e);
	if (grown) {
		struct kept_run *run = &grown[runs->n];
		runs->all = grown;
		*run = (struct kept_run){.path = TAKE_POINTER(path), .scenario_name = strdup(record.scenario_name)};
		snprintf(run->sha256, sizeof run->sha256, "%s", record.scenario_sha256);
		runs->n++;
		r = run->scenario_name ? 0 : error_no_memory(e);
	}
	run_record_done(&record);
	free(path);
	return r;
}

int kept_runs_find(const char *path, struct kept_runs *ret, struct error *e)
{
	if (is_folder(path))
		return each_file(path, add_run, ret, e);
	char *file = strdup(path);
	return file ? add_run(ret, file, e) : error_no_memory(e);
}

void kept_runs_done(struct kept_runs *runs)
{
	for (size_t i = 0; i < runs->n; i++) {
		free(runs->all[i].path);
		free(runs->all[i].scenario_name);
	}
	free(runs->all);
	*runs = KEPT_RUNS_INIT;
}

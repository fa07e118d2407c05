// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files that --report asks for.
 *
 * Theory of operation: a report is written into a file without a name in the folder where it will be (O_TMPFILE), so
 * that whatever ends the run leaves nothing half-written behind, and an old report is there until the new one is whole.
 * Then it is linked there, or, where there is one already, under a name beside it and renamed. Where that cannot be (a
 * device, a pipe, a symbolic link, a folder in which the user may make no file, a file system without O_TMPFILE), it is
 * written in place, as a shell's ">" does.
 */
#include "cli/reports.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/owner.h"
#include "cli/cli.h"
#include "model/evidence_store.h"
#include "model/results.h"

static bool is_output(const struct report_file *f)
{
	return !strcmp(f->path, "-");
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* Return: owned by the caller; NULL when memory is out. */
static char *folder_of(const char *path)
{
	size_t len = (size_t)(base_of(path) - path);
	return len ? strndup(path, len) : strdup(".");
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether two paths are one file, there or not: "x.xml" and "./x.xml". */
static bool is_one_file(const char *a, const char *b)
{
	struct stat of_a, of_b;
	if (stat(a, &of_a) == 0 && stat(b, &of_b) == 0)
		return is_same(&of_a, &of_b) && !S_ISCHR(of_a.st_mode); /* /dev/null takes any number */
	CLEANUP(cleanup_free) char *folder_a = folder_of(a);
	CLEANUP(cleanup_free) char *folder_b = folder_of(b);
	return !strcmp(base_of(a), base_of(b)) && folder_a && folder_b && stat(folder_a, &of_a) == 0 &&
	       stat(folder_b, &of_b) == 0 && is_same(&of_a, &of_b);
}

int reports_add(struct reports *reports, const char *argument, struct error *e)
{
	const char *equals = strchr(argument, '=');
	size_t len = equals ? (size_t)(equals - argument) : strlen(argument);
	CLEANUP(cleanup_free) char *name = strndup(argument, len);
	if (!name)
		return error_no_memory(e);
	const struct report_format *format = report_find(name, e);
	if (!format)
		return -EINVAL;
	if (!equals || !equals[1])
		return error_set(e, ERROR_USAGE, EINVAL,
			"--report %s: into which file? --report %s=FILE, or %s=- for the standard output", argument,
			name, name);
	if (reports->n == REPORTS_MAX)
		return error_set(e, ERROR_USAGE, E2BIG, "--report can be given %d times at most", REPORTS_MAX);
	const char *path = equals + 1;
	for (size_t i = 0; i < reports->n; i++)
		if (!strcmp(reports->all[i].path, path))
			return error_set(e, ERROR_USAGE, EEXIST, "--report: %s cannot take two reports, %s and %s",
				strcmp(path, "-") ? path : "the standard output", reports->all[i].format->name, name);
	reports->all[reports->n++] = (struct report_file){.format = format, .path = path};
	return 0;
}

bool reports_have(const struct reports *reports, const char *path)
{
	for (size_t i = 0; i < reports->n; i++)
		if (!is_output(&reports->all[i]) && is_one_file(reports->all[i].path, path))
			return true;
	return false;
}

bool reports_take_output(const struct reports *reports)
{
	for (size_t i = 0; i < reports->n; i++)
		if (is_output(&reports->all[i]))
			return true;
	return false;
}

int reports_leave_no_summary(const struct reports *reports, struct error *e)
{
	if (!reports_take_output(reports))
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL,
		"--format says how the summary is printed, and none is where a report takes the standard output: leave "
		"it out, or name a file for the report");
}

/* A report takes the place of a report, and never of what it is made of, or of other reports. */
static int check_path(const struct reports *reports, const struct report_file *f, const char *const *spared,
	size_t n_spared, struct error *e)
{
	static const char *const names[] = {RESULTS_NAME, EVIDENCE_NAME};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(base_of(f->path), names[i]))
			return error_set(e, ERROR_USAGE, EINVAL,
				"--report: '%s' is what a run keeps, and no report: choose another name", f->path);
	for (size_t i = 0; i < n_spared; i++)
		if (is_one_file(f->path, spared[i]))
			return error_set(e, ERROR_USAGE, EINVAL,
				"--report: '%s' would be replaced, and it is read: choose another name", f->path);
	/* Both would be written from its beginning, each over the other. */
	struct stat output, here;
	if (fstat(STDOUT_FILENO, &output) == 0 && !S_ISCHR(output.st_mode) && stat(f->path, &here) == 0 &&
		is_same(&output, &here))
		return error_set(e, ERROR_USAGE, EEXIST,
			"--report: '%s' is the standard output, which has the summary: %s=- is for the report alone",
			f->path, f->format->name);
	for (const struct report_file *other = reports->all; other < f; other++)
		if (!is_output(other) && is_one_file(f->path, other->path))
			return error_set(e, ERROR_USAGE, EEXIST,
				"--report: '%s' and '%s' are one file, which cannot take two reports", other->path,
				f->path);
	return 0;
}

/* Without a name where that can be. Return: the descriptor, or -errno. */
static int open_file(struct report_file *f)
{
	struct stat status;
	bool is_there = lstat(f->path, &status) == 0;
	if (is_there && S_ISREG(status.st_mode) && faccessat(AT_FDCWD, f->path, W_OK, AT_EACCESS) < 0)
		return -errno;
	/* It gets its name by /proc, which is not everywhere. */
	bool can_be_named = *base_of(f->path) && access("/proc/self/fd", X_OK) == 0;
	if (can_be_named && (!is_there || S_ISREG(status.st_mode))) {
		CLEANUP(cleanup_free) char *folder = folder_of(f->path);
		int fd = folder ? owner_create(folder, O_TMPFILE | O_WRONLY, 0666) : -ENOMEM;
		f->is_unnamed = fd >= 0;
		if (fd >= 0)
			return fd;
	}
	int fd = owner_create(f->path, O_WRONLY | O_NOCTTY, 0666);
	f->was_made = fd >= 0;
	if (fd != -EEXIST)
		return fd;
	fd = open(f->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_one(struct report_file *f, struct error *e)
{
	if (is_output(f)) {
		f->file = stdout;
		return 0;
	}
	int fd = open_file(f);
	if (fd < 0)
		return error_errno(e, ERROR_USAGE, -fd, "--report: cannot write to '%s'", f->path);
	f->file = fdopen(fd, "w");
	if (f->file)
		return 0;
	close(fd);
	return error_no_memory(e);
}

int reports_open(struct reports *reports, const struct scenario *const *scenarios, size_t n_scenarios,
	const char *const *spared, size_t n_spared, struct error *e)
{
	int r = 0;
	for (struct report_file *f = reports->all; r == 0 && f < reports->all + reports->n; f++) {
		f->report = (struct report){.scenarios = scenarios, .n_scenarios = n_scenarios};
		r = is_output(f) ? 0 : check_path(reports, f, spared, n_spared, e);
		if (r == 0)
			r = open_one(f, e);
	}
	return r;
}

static void close_file(struct report_file *f)
{
	FILE *file = TAKE_POINTER(f->file);
	if (file && file != stdout)
		fclose(file);
}

/* What was made of a report that will not be whole goes. */
static void discard(struct report_file *f)
{
	if (f->file && f->was_made)
		unlink(f->path);
	close_file(f);
}

static int give_up(struct report_file *f, int errnum)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (errnum == ENOMEM)
		error_no_memory(&e);
	else if (is_output(f))
		error_errno(&e, ERROR_HARNESS, errnum, "cannot write the report to the standard output");
	else
		error_errno(&e, ERROR_HOST, errnum, "cannot write the report '%s'; there is no such report now%s",
			f->path, f->is_unnamed ? ", or the one from before" : "");
	discard(f);
	return cli_fail(&e);
}

/* Write what was added to @t, and empty it. Return: an exit status. */
static int put(struct report_file *f, struct text *t)
{
	bool is_good = !t->failed && fwrite(text_get(t), 1, t->len, f->file) == t->len;
	int errnum = t->failed ? ENOMEM : errno;
	text_truncate(t, 0);
	return is_good ? STATUS_OK : give_up(f, errnum);
}

static int begin(struct report_file *f, struct text *t)
{
	if (f->has_begun)
		return STATUS_OK;
	f->has_begun = true;
	/* As ">" does; of what has no size it is not wanted. */
	struct stat status;
	int fd = fileno(f->file);
	if (!is_output(f) && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && ftruncate(fd, 0) < 0)
		return give_up(f, errno);
	if (f->format->begin)
		f->format->begin(&f->report, t);
	return put(f, t);
}

struct telling {
	struct reports *reports;
	const struct summary *summary;
	size_t *levels;
	uint64_t n_left; /* another run may just be adding to the file: no more than were counted */
	struct text text;
	int status;
};

static void note(struct telling *telling, int status)
{
	telling->status = status > telling->status ? status : telling->status;
}

static int visit(void *context, const struct result *result, struct error *e)
{
	struct telling *telling = context;
	(void)e;
	if (!telling->n_left)
		return 0;
	telling->n_left--;
	matrix_cell(&telling->summary->view.explanation->table.scenario->matrix, result->cell, telling->levels);
	for (struct report_file *f = telling->reports->all; f < telling->reports->all + telling->reports->n; f++) {
		if (!f->file || !f->format->run)
			continue;
		f->format->run(&f->report, telling->summary, telling->levels, result, &telling->text);
		note(telling, put(f, &telling->text));
	}
	return 0;
}

static int read_runs(struct telling *telling, const char *results, struct error *e)
{
	struct stat status;
	bool is_wanted = false;
	for (size_t i = 0; i < telling->reports->n; i++)
		is_wanted |= telling->reports->all[i].file && telling->reports->all[i].format->run;
	if (!is_wanted)
		return 0;
	if (stat(results, &status) < 0 || (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)))
		return error_set(e, ERROR_USAGE, EINVAL,
			"--report: the results are read twice, and '%s' is no file: keep them in one", results);
	const struct matrix *m = &telling->summary->view.explanation->table.scenario->matrix;
	CLEANUP(cleanup_free) size_t *levels = calloc(m->n_factors + 1, sizeof *levels);
	if (!levels)
		return error_no_memory(e);
	telling->levels = levels;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	const struct results_reader reader = {.context = telling, .visit = visit};
	bool is_finished;
	int r = results_read(results, &reader, &record, &is_finished, e);
	if (r == 0 && telling->n_left)
		return error_set(
			e, ERROR_HOST, EIO, "%s: %" PRIu64 " runs are not there any more", results, telling->n_left);
	return r;
}

int reports_tell(struct reports *reports, const struct summary *summary, const char *results)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct telling telling = {
		.reports = reports,
		.summary = summary,
		.n_left = tally_total(&summary->view.explanation->tally),
		.text = TEXT_INIT,
	};
	struct report_file *end = reports->all + reports->n;
	for (struct report_file *f = reports->all; f < end; f++) {
		if (f->file)
			note(&telling, begin(f, &telling.text));
		if (f->file && f->format->scenario_begin) {
			f->format->scenario_begin(&f->report, summary, &telling.text);
			note(&telling, put(f, &telling.text));
		}
	}
	if (read_runs(&telling, results, &e) < 0) {
		/* Counts without their runs would be wrong. */
		note(&telling, cli_fail(&e));
		for (struct report_file *f = reports->all; f < end; f++)
			if (f->format->run)
				discard(f);
	}
	for (struct report_file *f = reports->all; f < end; f++) {
		if (f->file && f->format->scenario_end) {
			f->format->scenario_end(&f->report, summary, &telling.text);
			note(&telling, put(f, &telling.text));
		}
		if (f->file && fflush(f->file) != 0)
			note(&telling, give_up(f, errno));
		report_told(&f->report, summary);
	}
	text_done(&telling.text);
	return telling.status;
}

int reports_tell_absent(struct reports *reports, const struct scenario *s, enum verdict verdict, const char *why)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct telling telling = {.status = STATUS_OK};
	for (struct report_file *f = reports->all; f < reports->all + reports->n; f++) {
		if (f->file)
			note(&telling, begin(f, &t));
		if (f->file && f->format->absent) {
			f->format->absent(&f->report, s, verdict, why, &t);
			note(&telling, put(f, &t));
		}
		/* What is not written yet must not be there twice when a worker is forked. */
		if (f->file && fflush(f->file) != 0)
			note(&telling, give_up(f, errno));
		report_told(&f->report, NULL);
	}
	return telling.status;
}

/* Give the file the name, over an old one. Return: 0 or -errno. */
static int publish(const struct report_file *f)
{
	CLEANUP(cleanup_free) char *beside = NULL;
	char own[32];
	uint32_t number;
	snprintf(own, sizeof own, "/proc/self/fd/%d", fileno(f->file));
	if (linkat(AT_FDCWD, own, AT_FDCWD, f->path, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (getrandom(&number, sizeof number, 0) != sizeof number ||
		asprintf(&beside, "%s.%08" PRIx32, f->path, number) < 0) {
		beside = NULL;
		return -errno;
	}
	if (linkat(AT_FDCWD, own, AT_FDCWD, beside, AT_SYMLINK_FOLLOW) < 0)
		return -errno;
	if (rename(beside, f->path) == 0)
		return 0;
	int errnum = errno;
	unlink(beside);
	return -errnum;
}

int reports_end(struct reports *reports)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct telling telling = {.status = STATUS_OK};
	for (struct report_file *f = reports->all; f < reports->all + reports->n; f++) {
		if (f->file)
			note(&telling, begin(f, &t));
		if (f->file && f->format->end) {
			f->format->end(&f->report, &t);
			note(&telling, put(f, &t));
		}
		if (!f->file)
			continue;
		int r = fflush(f->file) != 0 ? -errno : f->is_unnamed ? publish(f) : 0;
		if (r < 0)
			note(&telling, give_up(f, -r));
		close_file(f);
	}
	return telling.status;
}

void reports_done(struct reports *reports)
{
	for (struct report_file *f = reports->all; f < reports->all + reports->n; f++) {
		discard(f);
		if (f->format->done)
			f->format->done(&f->report);
	}
	*reports = (struct reports){.n = 0};
}

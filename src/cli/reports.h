/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that --report asks for: opened before anything is run, written as it goes, and there when they are whole. */
#ifndef CLI_REPORTS_H
#define CLI_REPORTS_H

#include <stdio.h>

#include "report/report.h"

#define REPORTS_MAX 16

struct report_file {
	const struct report_format *format;
	const char *path; /* "-": the standard output */
	FILE *file;       /* NULL: not open, or given up */
	bool is_unnamed;  /* it becomes @path when it is whole; otherwise it is written there as it goes */
	bool was_made;    /* at @path, by us */
	bool has_begun;
	struct report report;
};

struct reports {
	struct report_file all[REPORTS_MAX];
	size_t n;
};

/**
 * reports_add() - take the argument of --report, "FORMAT=FILE"
 *
 * Errors: ERROR_USAGE for a format that there is not, one file for two reports, and a second one for the standard output.
 */
int reports_add(struct reports *reports, const char *argument, struct error *e);

/* reports_have() - whether one of them is to be the file @path. */
bool reports_have(const struct reports *reports, const char *path);

/* reports_take_output() - whether one of them is the standard output: nothing else may be printed there. */
bool reports_take_output(const struct reports *reports);

/* reports_leave_no_summary() - an ERROR_USAGE where they do, for those who say how it is to be printed. */
int reports_leave_no_summary(const struct reports *reports, struct error *e);

/**
 * reports_open() - open all of them, so that none fails after an hour
 * @scenarios: that will be told, in this order; borrowed
 * @spared: @n_spared files that are read, and may be none of them
 *
 * An old file is there until the new one is whole.
 * Errors: ERROR_USAGE for a file that cannot be written.
 */
int reports_open(struct reports *reports, const struct scenario *const *scenarios, size_t n_scenarios,
	const char *const *spared, size_t n_spared, struct error *e);

/**
 * reports_tell() - a scenario that was run, and each of its runs
 * @results: the results file, which is read for them again
 *
 * A report that cannot be written is given up, and the others go on.
 * Return: an exit status; what failed is printed.
 */
int reports_tell(struct reports *reports, const struct summary *summary, const char *results);

/* reports_tell_absent() - a scenario of which nothing was run; @verdict: error or skip. Return: likewise. */
int reports_tell_absent(struct reports *reports, const struct scenario *s, enum verdict verdict, const char *why);

/* reports_end() - each of them is whole: it gets its name. Return: likewise. */
int reports_end(struct reports *reports);

/* reports_done() - give back what is left; what has not ended leaves nothing behind. */
void reports_done(struct reports *reports);

#endif

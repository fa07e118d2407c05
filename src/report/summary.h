/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run says at its end, and what `explain` says of it later, in one of some formats.
 *
 * A format is a row of the table in report/format.c and a file of its own.
 */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "base/text.h"
#include "report/explain.h"
#include "report/style.h"

struct summary {
	struct explain_view view;
	const char *privilege;
	const char *kernel;
	const char *results_path; /* NULL: not kept */
	const char *seed;
	const char *tool, *started; /* of the run: "netrepro 0.1.0", "2026-01-02T03:04:05Z"; NULL where it is not told */
	uint64_t n_runs; /* that there are */
	uint64_t n_done; /* in this run, without those of a run that was resumed; 0 where it is not told how fast it was
			  */
	uint64_t elapsed_us; /* likewise */
	bool interrupted;
};

/*
 * A format. @brief: only what is not as expected; a format for programs has no such form. Return: 0 or -ENOMEM.
 */
struct format {
	const char *name;
	int (*write)(const struct summary *summary, const struct style *style, bool brief, struct text *t);
	bool is_for_terminal; /* several in a row are told apart by a blank line, and summed up */
};

/* format_find() - by name, NULL for the default. Errors: ERROR_USAGE, naming @option and all that there are. */
const struct format *format_find(const char *option, const char *name, struct error *e);

int summary_text(const struct summary *summary, const struct style *style, bool brief, struct text *t);
int summary_json(const struct summary *summary, const struct style *style, bool brief, struct text *t);
int summary_markdown(const struct summary *summary, const struct style *style, bool brief, struct text *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run printed at its end says, as text for people and as JSON for programs. */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "analyze/tally.h"
#include "base/text.h"
#include "report/style.h"

struct summary {
	const struct scenario *scenario;
	const struct tally *tally; /* sorted */
	const char *program;       /* as it was called: for the commands that are shown */
	const char *privilege;
	const char *kernel;
	const char *results_path; /* NULL: not kept */
	uint64_t seed;
	uint64_t n_runs; /* that there are */
	uint64_t n_done; /* in this run: without those of a run that was resumed */
	uint64_t elapsed_us;
	bool interrupted;
};

/* summary_text() - the tables, the problems by reason, and the line at the end. @brief: the problems alone. */
void summary_text(const struct summary *summary, const struct style *style, bool brief, struct text *t);

/* summary_json() - one object on one line. Return: 0 or -ENOMEM. */
int summary_json(const struct summary *summary, struct text *t);

/* summary_command() - the command that runs one cell again. */
void summary_command(const struct summary *summary, uint64_t cell, struct text *t);

#endif

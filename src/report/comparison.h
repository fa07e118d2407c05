/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two runs held against each other (analyze/comparison.h), told as text for people and as JSON for programs. */
#ifndef REPORT_COMPARISON_H
#define REPORT_COMPARISON_H

#include "analyze/comparison.h"
#include "base/text.h"
#include "report/style.h"

struct comparison_view {
	const struct comparison *comparison;
	const char *program;  /* as it was called: for the commands that are shown */
	const char *paths[2]; /* of the runs, as the user gave them */
};

/* comparison_text() - all that differs. @brief: the last line alone, and that only where something of the results does.
 */
void comparison_text(const struct comparison_view *view, const struct style *style, bool brief, struct text *t);

/* comparison_json() - one object, on one line. A failed allocation sticks to @t. */
void comparison_json(const struct comparison_view *view, struct text *t);

/* comparison_command() - "netrepro diff A B 48": the two stories of one cell, which the first run has in @row. */
void comparison_command(const struct comparison_view *view, size_t row, struct text *t);

#endif

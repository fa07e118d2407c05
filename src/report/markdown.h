/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a run told in Markdown: of them --format and --report make what they want to say first. */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include "report/summary.h"

/* markdown_plain() - text that is to stand as it is, also within a table; a newline becomes a blank. */
void markdown_plain(struct text *t, const char *plain);

/* markdown_head() - the scenario, its question, and which part of it was run. */
void markdown_head(const struct summary *summary, struct text *t);

/* markdown_counts() - how many runs there were of each verdict, and where, in a line. */
void markdown_counts(const struct summary *summary, struct text *t);

/* markdown_problems() - what was not as expected: the @n_max most frequent reasons, and how many runs have others. */
void markdown_problems(const struct summary *summary, size_t n_max, struct text *t);

/* markdown_explanation() - the responses with their laws, then the claims. */
void markdown_explanation(const struct summary *summary, struct text *t);

#endif

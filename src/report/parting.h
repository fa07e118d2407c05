/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two cells held against each other: what differs, where their stories part, and the stories next to each other. */
#ifndef REPORT_PARTING_H
#define REPORT_PARTING_H

#include "analyze/alignment.h"
#include "report/style.h"

struct parting_cell {
	const char *path; /* of the run, as the user gave it */
	const struct story *story;
	const char *kernel;
	const size_t *levels;
	size_t n_replicates; /* of each cell of the run */
};

struct parting_view {
	struct parting_cell cells[2];
	const struct divergence *divergence;
	const struct alignment *alignment;
	const char *program; /* as it was called: for the commands that are shown */
};

/* parting_differs() - whether anything that came out does, or the stories part. That levels differ is no difference. */
bool parting_differs(const struct parting_view *view);

/* parting_text() - of at most 100 columns. @brief: where they part alone, and nothing where they do not. */
void parting_text(const struct parting_view *view, const struct style *style, bool brief, struct text *t);

/* parting_json() - one object, on one line. A failed allocation sticks to @t. */
void parting_json(const struct parting_view *view, struct text *t);

/* What a response was in each of two cells. */
struct parting_response {
	const char *name;
	const struct result_value *values[2]; /* NULL where it was not recorded */
	bool differs;
};

/**
 * parting_response() - the response number @i of both: those of the first cell, then those of the second alone
 *
 * Return: false behind the last one.
 */
bool parting_response(const struct parting_view *view, size_t i, struct parting_response *ret);

/* A factor in two cells, of matrices that need not be the same. */
struct parting_factor {
	const char *name;
	const char *levels[2]; /* NULL where the scenario has no such factor */
};

/* parting_factor() - likewise. */
bool parting_factor(const struct parting_view *view, size_t i, struct parting_factor *ret);

/* parting_packets() - "client sends SYN ×3, no timestamps", "client sends 100 bytes" */
void parting_packets(const struct aligned_packets *packets, struct text *t);

#endif

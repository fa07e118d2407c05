/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is not as expected, as workflow commands: GitHub shows them beside the line of the scenario that they are about.
 *
 * They are gathered while scenarios run, and written once at the end: of each kind GitHub shows the first
 * ANNOTATIONS_MAX of a step alone, so that the last one has to say how many more there are.
 */
#ifndef REPORT_ANNOTATIONS_H
#define REPORT_ANNOTATIONS_H

#include "report/summary.h"

/* "Limits of annotations" in the documentation of GitHub's REST API for check runs: of each kind, of a step. */
#define ANNOTATIONS_MAX 10

enum annotation_kind {
	ANNOTATION_ERROR,   /* fail, error, a claim that is not as stated, a scenario of which nothing was run */
	ANNOTATION_WARNING, /* inconc */
	ANNOTATION_KIND_COUNT
};

struct annotations {
	const char *workspace; /* GITHUB_WORKSPACE: files below it are named from there; may be NULL; borrowed */
	struct annotation_list {
		struct text all[ANNOTATIONS_MAX]; /* the first ones, a line each */
		uint64_t n;                       /* that there are */
	} lists[ANNOTATION_KIND_COUNT];
};

/* annotations_add() - what was not as expected of a scenario: a reason is one, however many runs ended with it. */
void annotations_add(struct annotations *annotations, const struct summary *summary);

/* annotations_add_absent() - that nothing of a scenario was run. */
void annotations_add_absent(struct annotations *annotations, const struct scenario *s, const char *why);

/* annotations_write() - all of them, errors first. */
void annotations_write(const struct annotations *annotations, struct text *t);

void annotations_done(struct annotations *annotations);

#endif

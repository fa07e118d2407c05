/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The story of a cell, as text for people and as JSON for programs; its words are in report/story_phrase.h. */
#ifndef REPORT_STORY_H
#define REPORT_STORY_H

#include "analyze/story.h"
#include "base/text.h"
#include "report/style.h"

struct story_view {
	const struct story *story;
	const char *program; /* as it was called: for the commands that are shown */
	const char *folder;  /* as it was named: likewise */
	const char *kernel, *privilege;
	uint32_t n_replicates; /* of each cell of the run */
	uint64_t n_alike;      /* cells that were asked for and came out alike, this one included */
	const char *remark;    /* about the other replicates of the cell; NULL for none */
};

/*
 * story_text() - a sequence diagram of at most 100 columns. Return: 0 or -ENOMEM.
 * @style: see style_get()
 */
int story_text(const struct story_view *view, const struct style *style, struct text *t);

/* story_json() - one object on one line. Return: 0 or -ENOMEM. */
int story_json(const struct story_view *view, struct text *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of listed claims, told in one of some formats. A format is a row of the table in report/claims.c. */
#ifndef REPORT_CLAIMS_H
#define REPORT_CLAIMS_H

#include "analyze/settlement.h"
#include "base/text.h"
#include "report/style.h"

struct claims_view {
	const struct settlements *settlements; /* all borrowed */
	const struct claim_list *const *lists;
	size_t n_lists;
	const struct claim_source *sources;
	size_t n_sources;
	const char *program; /* as it was called: for the commands that are shown */
	const char *results; /* the folder of results by which the claims were judged; NULL: as the scenarios state */
};

struct claims_format {
	const char *name;
	/* @brief: only what is not as it was stated; JSON and Markdown have no such form. Return: 0 or -errno. */
	int (*write)(
		const struct claims_view *view, const struct style *style, bool brief, struct text *t, struct error *e);
};

/* claims_format_find() - by name, NULL for the default. Errors: ERROR_USAGE, naming all that there are. */
const struct claims_format *claims_format_find(const char *name, struct error *e);

int claims_text(const struct claims_view *view, const struct style *style, bool brief, struct text *t, struct error *e);
int claims_markdown(
	const struct claims_view *view, const struct style *style, bool brief, struct text *t, struct error *e);
int claims_json(const struct claims_view *view, const struct style *style, bool brief, struct text *t, struct error *e);

/* The words that the formats share. */

/* claims_add_counts() - "49 claims: 12 supported, 5 refuted, 8 conditional, 24 untested" */
void claims_add_counts(const struct claims_view *view, struct text *t);

/* claims_add_parts() - of one whose parts have several verdicts: "S1a supported, S1b refuted" */
void claims_add_parts(const struct settlement *settlement, struct text *t);

/**
 * claims_add_reasons() - why a part has its verdict, in sentences of a line each, its deciding cell among them
 * @is_timeless: as of phrase_settled()
 * @add: called with each of them
 */
int claims_add_reasons(const struct claims_view *view, const struct settled_part *part, bool is_timeless,
	void (*add)(void *context, const char *sentence), void *context, struct error *e);

/* claims_says() - what it says: in its list, or in no list, in the first scenario that states it. */
const char *claims_says(const struct settlement *settlement);

/* claims_heading() - what stands above the claims of @article; NULL: of those that are in no list. */
const char *claims_heading(const struct claims_view *view, const struct article *article);

/**
 * claims_own_words() - what a part says beyond claims_says()
 *
 * Return: the end of what the part says: all of it; what stands in brackets behind the same words; or nothing, where it
 * is the same but for capitals, stops and commas.
 */
const char *claims_own_words(const struct settlement *settlement, const struct settled_part *part);

#endif

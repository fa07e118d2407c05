/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a summary that explains, as text for people and as JSON for programs; its words are in report/phrase.h.
 */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include <jansson.h>

#include "analyze/explanation.h"
#include "base/text.h"
#include "report/style.h"

struct explain_view {
	const struct explanation *explanation;
	const char *program; /* as it was called: for the commands that are shown */
	const char *results; /* the folder of the results, for the same; NULL where they are not kept */
	/* What was asked for; both NULL: all, the responses that only prove a condition in brief. */
	const bool *responses; /* by response: which ones */
	const bool *claims;    /* by claim: which ones, besides those about a response that was asked for */
};

/* explain_text() - the responses, then the claims. */
void explain_text(const struct explain_view *view, const struct style *style, struct text *t);

/* explain_differing_text() - only the claims whose verdict is not the one that the scenario states. */
void explain_differing_text(const struct explain_view *view, const struct style *style, struct text *t);

/**
 * explain_json() - the members "responses" and "claims"
 * @object: to which they are added; may be NULL
 *
 * Return: whether that succeeded; otherwise memory is out.
 */
bool explain_json(const struct explain_view *view, json_t *object);

#endif

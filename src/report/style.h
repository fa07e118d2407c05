/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How text looks: emphasis and colour on a terminal, plain elsewhere. */
#ifndef REPORT_STYLE_H
#define REPORT_STYLE_H

#include <stdbool.h>

#include "model/claim.h"
#include "model/result.h"

/* Escape sequences (ECMA-48, SGR), or "" where there is to be no colour. */
struct style {
	const char *bold, *dim, *reset;
	const char *verdicts[VERDICT_COUNT];
};

/* style_get() - @colour: whether the output is a terminal and NO_COLOR is not set (https://no-color.org). */
const struct style *style_get(bool colour);

/* style_of_claim() - the colour of the verdict on a claim. */
const char *style_of_claim(const struct style *style, enum claim_verdict verdict);

#endif

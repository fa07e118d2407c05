// SPDX-License-Identifier: GPL-2.0-or-later
// How text looks.
#include "report/style.h"

#include <assert.h>

static const struct style plain = {
	.bold = "",
	.dim = "",
	.reset = "",
	.verdicts = {"", "", "", "", ""},
};

static const struct style coloured = {
	.bold = "\033[1m",
	.dim = "\033[2m",
	.reset = "\033[0m",
	.verdicts = {
		[VERDICT_PASS] = "\033[32m",
		[VERDICT_FAIL] = "\033[31m",
		[VERDICT_INCONC] = "\033[33m",
		[VERDICT_ERROR] = "\033[35m",
		[VERDICT_SKIP] = "\033[36m",
	},
};

const struct style *style_get(bool colour)
{
	return colour ? &coloured : &plain;
}

const char *style_of_claim(const struct style *style, enum claim_verdict verdict)
{
	static const enum verdict colours[] = {
		[CLAIM_SUPPORTED] = VERDICT_PASS,
		[CLAIM_REFUTED] = VERDICT_FAIL,
		[CLAIM_CONDITIONAL] = VERDICT_INCONC,
		[CLAIM_UNTESTED] = VERDICT_SKIP,
	};
	static_assert(sizeof colours / sizeof *colours == CLAIM_VERDICT_COUNT, "a colour for each verdict");
	return style->verdicts[colours[verdict]];
}

// SPDX-License-Identifier: GPL-2.0-or-later
// How text looks.
#include "report/style.h"

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

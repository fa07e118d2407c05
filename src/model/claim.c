// SPDX-License-Identifier: GPL-2.0-or-later
// What somebody predicts: the names of the verdicts.
#include "model/claim.h"

#include <assert.h>

const char *const claim_verdict_names[] = {
	[CLAIM_SUPPORTED] = "supported",
	[CLAIM_REFUTED] = "refuted",
	[CLAIM_CONDITIONAL] = "conditional",
	[CLAIM_UNTESTED] = "untested",
};
static_assert(sizeof claim_verdict_names / sizeof *claim_verdict_names == CLAIM_VERDICT_COUNT, "a name for each");

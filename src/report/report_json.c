// SPDX-License-Identifier: GPL-2.0-or-later
// What `--format json` prints: one object on one line for each scenario.
#include "report/report.h"

static void scenario_begin(struct report *report, const struct summary *summary, struct text *t)
{
	(void)report;
	summary_json(summary, style_get(false), false, t);
}

REPORT_FORMAT(json) = {
	.name = "json",
	.scenario_begin = scenario_begin,
};

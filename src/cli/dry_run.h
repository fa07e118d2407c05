/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --dry-run: the cells and their steps, without running them. */
#ifndef CLI_DRY_RUN_H
#define CLI_DRY_RUN_H

#include "base/text.h"
#include "report/style.h"
#include "run/schedule.h"

/* dry_run() - all that @schedule has left, in its order, into @t. */
int dry_run(const struct scenario *s, struct schedule *schedule, uint64_t max_wait_us, const struct style *style,
	struct text *t, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict of a cell whose steps have all been made: its checks, then what is expected of it. */
#ifndef RUN_JUDGE_H
#define RUN_JUDGE_H

#include "base/text.h"
#include "model/result.h"

/**
 * judge_cell() - hold the responses against the scenario's `check` and `expect`
 * @observed: by response of the scenario
 * @reason: gets why, where it is no pass
 */
enum verdict judge_cell(
	const struct scenario *s, const size_t *levels, const struct observed *observed, struct text *reason);

#endif

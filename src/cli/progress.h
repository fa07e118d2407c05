/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The progress line: on a terminal, one line that is written over; nothing elsewhere. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>

#include "run/runner.h"

/* progress_draw() - on standard error, when that is a terminal. */
void progress_draw(const struct runner_progress *progress);

/* progress_clear() - take the line away before something else is printed. */
void progress_clear(void);

/* progress_is_on() - whether standard error is a terminal. */
bool progress_is_on(void);

#endif

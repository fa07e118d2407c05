/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence of a cell, put together when its last step is made and its testbed still stands. */
#ifndef RUN_CELL_EVIDENCE_H
#define RUN_CELL_EVIDENCE_H

#include "run/cell.h"

/* cell_evidence_offset_ns() - what CLOCK_REALTIME is ahead of clock_now_us(), in nanoseconds. */
int64_t cell_evidence_offset_ns(void);

/**
 * cell_evidence_line() - the line of the evidence file
 * @result: of the cell, with its steps
 *
 * What cannot be collected is said in the evidence, and makes it no less good otherwise. Where there is no memory for
 * the whole of it, or it is too long for a frame (run/frame.h), the line says that alone.
 * Return: owned by the caller; NULL when there is no memory for that either.
 */
char *cell_evidence_line(struct cell *cell, const struct result *result);

#endif

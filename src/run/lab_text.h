/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a lab says of its cell, in words. */
#ifndef RUN_LAB_TEXT_H
#define RUN_LAB_TEXT_H

#include "base/text.h"
#include "run/cell.h"

/* lab_text_action() - "14 server: tcp-state *:12345", of the step @i (from 0). */
void lab_text_action(const struct cell *cell, size_t i, struct text *t);

/* lab_text_step() - a line: the step @i, what it came out as where it is made, and what that is recorded as. */
void lab_text_step(const struct cell *cell, size_t i, struct text *t);

/* lab_text_list() - all steps; the next one is marked. */
void lab_text_list(const struct cell *cell, struct text *t);

/* lab_text_verdict() - of a cell that is over: the verdict, why, and what became of each check and expectation. */
void lab_text_verdict(const struct cell *cell, struct text *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which cells of a run something is so, as a law. */
#ifndef ANALYZE_ROW_LAW_H
#define ANALYZE_ROW_LAW_H

#include "analyze/table.h"
#include "law/law.h"

enum row_answer { ROW_NOT_ASKED, ROW_NO, ROW_YES, ROW_ANSWER_COUNT };

/**
 * row_law_find() - the rules that take the rows of which it is so, and none of which it is not
 * @answer: asked of each row once, in their order
 * @n_steps: as in struct law_table
 * @ret: to be given back with law_done()
 */
int row_law_find(const struct table *t, enum row_answer (*answer)(void *context, size_t row), void *context,
	uint64_t n_steps, struct law *ret, struct error *e);

#endif

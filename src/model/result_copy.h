/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result that outlives the line that it was read from. */
#ifndef MODEL_RESULT_COPY_H
#define MODEL_RESULT_COPY_H

#include "model/result.h"

/* result_copy() - @from with all its texts, values and steps, owned by @arena. Errors: -ENOMEM. */
int result_copy(const struct result *from, struct arena *arena, struct result *ret, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule asks of factors, as JSON. */
#ifndef REPORT_CONDITIONS_JSON_H
#define REPORT_CONDITIONS_JSON_H

#include "model/matrix.h"
#include "report/json_writer.h"

/* conditions_to_json() - {"closer": ["server"], "tw_reuse": ["0", "1"]} */
json_t *conditions_to_json(struct json_writer *w, const struct matrix *matrix, const struct conditions *when);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
// What a rule asks of factors, as JSON.
#include "report/conditions_json.h"

json_t *conditions_to_json(struct json_writer *w, const struct matrix *matrix, const struct conditions *when)
{
	json_t *object = json_object();
	for (size_t i = 0; i < when->n; i++) {
		const struct factor *factor = &matrix->factors[when->all[i].factor];
		json_t *levels = json_array();
		for (size_t l = 0; l < factor->n_all_levels; l++)
			if (when->all[i].allowed[l])
				json_writer_append(w, levels, json_string(factor->levels[l].name));
		json_writer_put(w, object, factor->name, levels);
	}
	return object;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// A result that outlives the line that it was read from.
#include "model/result_copy.h"

static bool copy_text(const char **text, struct arena *arena)
{
	*text = *text ? arena_strdup(arena, *text) : NULL;
	return *text;
}

int result_copy(const struct result *from, struct arena *arena, struct result *ret, struct error *e)
{
	struct result to = *from;
	to.values = arena_array(arena, from->n_values, sizeof *to.values);
	to.steps = arena_array(arena, from->n_steps, sizeof *to.steps);
	bool good = to.values && to.steps && (!to.reason || copy_text(&to.reason, arena));
	for (size_t i = 0; good && i < from->n_values; i++) {
		to.values[i] = from->values[i];
		good = copy_text(&to.values[i].response, arena) && copy_text(&to.values[i].text, arena);
	}
	for (size_t i = 0; good && i < from->n_steps; i++) {
		to.steps[i] = from->steps[i];
		good = copy_text(&to.steps[i].action, arena) && copy_text(&to.steps[i].outcome, arena);
	}
	if (!good)
		return error_no_memory(e);
	*ret = to;
	return 0;
}

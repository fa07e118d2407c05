/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts with $names in them: "$to:12345", "${to}x", and "$$" for a '$'. */
#ifndef MODEL_TEMPLATE_H
#define MODEL_TEMPLATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/names.h"
#include "model/scenario.h"

struct template_part {
	const char *text; /* a run of text that stands for itself, len bytes; borrowed */
	size_t len;
	char name[NAME_BYTES_MAX + 1]; /* or a variable, when is_name */
	bool is_name;
};

/**
 * template_next() - take the next part off the front of a template
 * @rest: what is left of it; moved on
 *
 * Return: 1 with a part, 0 at the end, -EINVAL where a '$' is followed by neither a name nor a '$'.
 */
int template_next(const char **rest, struct template_part *ret);

/* template_expand() - @t with its $names replaced for a cell; shared with @t or in @arena; NULL when memory is out. */
const char *template_expand(
	const struct scenario *s, const size_t *levels, const struct template *t, struct arena *arena);

/* template_explain() - " (the level of backlog)": where the $names of @t come from in a cell; nothing when none. */
void template_explain(const struct scenario *s, const size_t *levels, const struct template *t, struct text *to);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
// Texts with $names in them.
#include "model/template.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* The name at the front of @text: its length, 0 when there is none. */
static size_t template_name_len(const char *text)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return isdigit((unsigned char)*text) || len > NAME_BYTES_MAX ? 0 : len;
}

int template_next(const char **rest, struct template_part *ret)
{
	const char *text = *rest;
	if (!*text)
		return 0;
	if (*text != '$') {
		*ret = (struct template_part){.text = text, .len = strcspn(text, "$")};
		*rest += ret->len;
		return 1;
	}
	if (text[1] == '$') {
		*ret = (struct template_part){.text = text, .len = 1};
		*rest += 2;
		return 1;
	}
	bool braces = text[1] == '{';
	const char *name = text + 1 + braces;
	size_t len = template_name_len(name);
	if (!len || (braces && name[len] != '}'))
		return -EINVAL;
	*ret = (struct template_part){.is_name = true};
	memcpy(ret->name, name, len);
	*rest = name + len + braces;
	return 1;
}

const char *template_expand(
	const struct scenario *s, const size_t *levels, const struct template *t, struct arena *arena)
{
	if (!strchr(t->text, '$'))
		return t->text;
	struct template_part part;
	size_t len = 0;
	for (const char *rest = t->text; template_next(&rest, &part) > 0;)
		len += part.is_name ? strlen(matrix_variable(&s->matrix, levels, part.name)) : part.len;
	char *text = arena_alloc(arena, len + 1), *end = text;
	if (!text)
		return NULL;
	for (const char *rest = t->text; template_next(&rest, &part) > 0;) {
		const char *from = part.is_name ? matrix_variable(&s->matrix, levels, part.name) : part.text;
		size_t from_len = part.is_name ? strlen(from) : part.len;
		end = mempcpy(end, from, from_len);
	}
	return text;
}

/* The factor whose chosen level binds the variable @name, which is no factor's. */
static const struct factor *template_find_binder(const struct scenario *s, const size_t *levels, const char *name)
{
	for (size_t f = 0; f < s->matrix.n_factors; f++) {
		const struct factor *factor = &s->matrix.factors[f];
		const struct level *level = &factor->levels[levels[f]];
		for (size_t i = 0; i < level->n_bindings; i++)
			if (!strcmp(level->bindings[i].name, name))
				return factor;
	}
	return NULL;
}

void template_explain(const struct scenario *s, const size_t *levels, const struct template *t, struct text *to)
{
	struct template_part part;
	const char *before = " (", *after = "";
	for (const char *rest = t->text; template_next(&rest, &part) > 0;) {
		if (!part.is_name)
			continue;
		const struct factor *binder = template_find_binder(s, levels, part.name);
		text_add(to, before);
		if (binder)
			text_addf(to, "$%s of %s=%s", part.name, binder->name,
				binder->levels[levels[binder - s->matrix.factors]].name);
		else
			text_addf(to, "the level of %s", part.name);
		before = ", ";
		after = ")";
	}
	text_add(to, after);
}

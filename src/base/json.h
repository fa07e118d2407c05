/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What jansson leaves to be done: no failed allocation may leave a member out, or a key of the text. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "base/text.h"

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}

/**
 * json_put() - set a member
 * @object: may be NULL: then nothing is done
 * @value: taken over
 *
 * Return: whether that succeeded.
 */
bool json_put(json_t *object, const char *key, json_t *value);

/* json_append() - the same for an array. */
bool json_append(json_t *array, json_t *value);

/* json_write() - @json (NULL: failed before) at the end of @t, with the JSON_… @flags; a failure sticks to @t. */
void json_write(const json_t *json, size_t flags, struct text *t);

#endif

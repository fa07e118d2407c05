// SPDX-License-Identifier: GPL-2.0-or-later
// What jansson leaves to be done.
//
// json_dumps() of jansson 2.14 does not look at what became of a key when memory is out (do_dump(), src/dump.c), and
// gives a text without it. Writing through a callback, into a text whose failure sticks, cannot lose anything unseen.
#include "base/json.h"

bool json_put(json_t *object, const char *key, json_t *value)
{
	if (object)
		return json_object_set_new(object, key, value) == 0;
	json_decref(value);
	return false;
}

bool json_append(json_t *array, json_t *value)
{
	if (array)
		return json_array_append_new(array, value) == 0;
	json_decref(value);
	return false;
}

static int add_bytes(const char *bytes, size_t len, void *text)
{
	struct text *t = text;
	text_add_bytes(t, bytes, len);
	return t->failed ? -1 : 0;
}

void json_write(const json_t *json, size_t flags, struct text *t)
{
	if (!json || json_dump_callback(json, add_bytes, t, flags) < 0)
		t->failed = true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON put together piece by piece, and asked once at the end whether all of it is there. */
#ifndef REPORT_JSON_WRITER_H
#define REPORT_JSON_WRITER_H

#include <stdint.h>

#include "base/json.h"

/* An object that lacks a member for want of memory is no object: @good says whether all is there. */
struct json_writer {
	bool good;
};

static inline void json_writer_put(struct json_writer *w, json_t *object, const char *key, json_t *value)
{
	w->good &= json_put(object, key, value);
}

static inline void json_writer_append(struct json_writer *w, json_t *array, json_t *value)
{
	w->good &= json_append(array, value);
}

static inline json_t *json_from_uint(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static inline json_t *json_string_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

#endif

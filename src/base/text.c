// SPDX-License-Identifier: GPL-2.0-or-later
// Growable text.
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool text_reserve(struct text *t, size_t more)
{
	if (t->failed)
		return false;
	if (t->data && t->size - t->len > more)
		return true;
	size_t size = t->size ? t->size : 64;
	while (size - t->len <= more)
		size *= 2;
	char *data = realloc(t->data, size);
	if (!data) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->size = size;
	return true;
}

void text_add_bytes(struct text *t, const void *bytes, size_t len)
{
	if (!text_reserve(t, len))
		return;
	if (len)
		memcpy(t->data + t->len, bytes, len);
	t->len += len;
	t->data[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
	text_add_bytes(t, s, strlen(s));
}

void text_addf(struct text *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !text_reserve(t, (size_t)len)) {
		t->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(t->data + t->len, (size_t)len + 1, format, args);
	va_end(args);
	t->len += (size_t)len;
}

size_t text_columns(const char *s)
{
	size_t columns = 0;
	for (; *s; s++)
		columns += ((unsigned char)*s & 0xC0) != 0x80; /* UTF-8 continuation bytes are 10xxxxxx */
	return columns;
}

void text_pad(struct text *t, size_t from, size_t columns)
{
	size_t have = t->len > from ? text_columns(t->data + from) : 0;
	for (; have < columns; have++)
		text_add_bytes(t, " ", 1);
}

const char *text_get(const struct text *t)
{
	return t->data ? t->data : "";
}

void text_truncate(struct text *t, size_t len)
{
	if (len >= t->len)
		return;
	t->len = len;
	t->data[len] = '\0';
}

void text_done(struct text *t)
{
	free(t->data);
	*t = TEXT_INIT;
}

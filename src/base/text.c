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

static size_t columns_of(const char *s, size_t len)
{
	size_t columns = 0;
	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)s[i] & 0xC0) != 0x80; /* UTF-8 continuation bytes are 10xxxxxx */
	return columns;
}

void text_add_shortened(struct text *t, const char *s, size_t columns)
{
	size_t n = text_columns(s) > columns ? columns - 1 : columns, i = 0;
	for (; s[i] && n; n--)
		while (((unsigned char)s[++i] & 0xC0) == 0x80)
			;
	text_add_bytes(t, s, i);
	text_add(t, s[i] ? "…" : "");
}

size_t text_columns(const char *s)
{
	return columns_of(s, strlen(s));
}

void text_pad(struct text *t, size_t from, size_t columns)
{
	size_t have = t->len > from ? text_columns(t->data + from) : 0;
	for (; have < columns; have++)
		text_add_bytes(t, " ", 1);
}

void text_wrap(struct text *t, size_t from, const char *words, size_t indent, size_t columns)
{
	static const char blanks[] = " \t\n\r";
	size_t have = t->len > from ? columns_of(t->data + from, t->len - from) : 0;
	bool is_first = !have || !strchr(blanks, *words);
	for (words += strspn(words, blanks); *words; words += strspn(words, blanks)) {
		size_t len = strcspn(words, blanks), width = columns_of(words, len);
		if (!is_first && have + 1 + width > columns) {
			text_add(t, "\n");
			from = t->len;
			text_pad(t, from, indent);
			have = indent;
		} else if (!is_first) {
			text_add(t, " ");
			have++;
		}
		text_add_bytes(t, words, len);
		have += width;
		words += len;
		is_first = false;
	}
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

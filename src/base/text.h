/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growable text. A failed allocation sticks: callers build first and ask text_failed() once. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data; /* owned, NUL-terminated; NULL while empty */
	size_t len; /* bytes, without the NUL */
	size_t size;
	bool failed;
};

#define TEXT_INIT ((struct text){.data = NULL})

void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const void *bytes, size_t len);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* text_pad() - add spaces until the line that began at @from bytes is @columns wide (UTF-8: code points count). */
void text_pad(struct text *t, size_t from, size_t columns);

/**
 * text_wrap() - add @words, broken into lines of at most @columns where there is a blank
 * @from: where the line began, in bytes: its columns so far count
 * @indent: blanks in front of every further line
 *
 * Any run of blanks and newlines in @words is one blank, also at its beginning where something stands before it; no
 * newline is added at the end.
 */
void text_wrap(struct text *t, size_t from, const char *words, size_t indent, size_t columns);

/* text_add_shortened() - add @s, or where it takes more than @columns (at least 1) as much as there is room for, and
 * "…". */
void text_add_shortened(struct text *t, const char *s, size_t columns);

/* text_columns() - how many columns the UTF-8 text @s takes, a code point being one. */
size_t text_columns(const char *s);

/* text_get() - the text so far, never NULL; owned by @t. */
const char *text_get(const struct text *t);

/* text_truncate() - keep the first @len bytes. */
void text_truncate(struct text *t, size_t len);

void text_done(struct text *t);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
// Text within XML.
#include "report/xml.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The character at the beginning of @s (Unicode 16, table 3-7). Return: its bytes; 0 for none that is well-formed. */
static size_t decode(const unsigned char *s, uint32_t *ret)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if ((*s & forms[i].mask) != forms[i].lead)
			continue;
		uint32_t c = *s & (unsigned char)~forms[i].mask;
		/* The NUL at the end continues nothing. */
		for (size_t j = 1; j <= i; j++) {
			if ((s[j] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (s[j] & 0x3f);
		}
		*ret = c;
		return c < forms[i].least || c > 0x10ffff ? 0 : i + 1;
	}
	return 0;
}

/* Char, XML 1.0 (fifth edition), 2.2. */
static int is_allowed(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
	       c >= 0x10000;
}

void text_add_xml(struct text *t, const char *plain, bool is_attribute)
{
	/* A reader makes a newline of a carriage return (2.11), and in an attribute blanks of white space (3.3.3). */
	static const char characters[] = "&<>\r\"\t\n";
	static const char *const references[] = {"&amp;", "&lt;", "&gt;", "&#13;", "&quot;", "&#9;", "&#10;"};
	size_t n_special = is_attribute ? sizeof characters - 1 : 4;
	while (*plain) {
		uint32_t c = 0;
		size_t len = decode((const unsigned char *)plain, &c);
		const char *found = len == 1 ? memchr(characters, *plain, n_special) : NULL;
		if (!len || !is_allowed(c))
			text_add(t, REPLACEMENT);
		else if (found)
			text_add(t, references[found - characters]);
		else
			text_add_bytes(t, plain, len);
		plain += len ? len : 1;
	}
}

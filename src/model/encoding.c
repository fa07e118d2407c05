// SPDX-License-Identifier: GPL-2.0-or-later
// What may not stand in a text. A scenario may come from a stranger, and messages show its words on a terminal.
#include "model/encoding.h"

#include <stdint.h>
#include <stdio.h>

/* Of a sequence of more than one byte, by its first; 0 where no sequence begins so. */
static size_t utf8_length(unsigned char first)
{
	if (first >= 0xC2 && first < 0xE0)
		return 2;
	if (first >= 0xE0 && first < 0xF0)
		return 3;
	return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/* One UTF-8 sequence (RFC 3629, section 4). Return: its length, 0 when it is none. */
static size_t utf8_decode(const unsigned char *s, size_t len, uint32_t *ret)
{
	if (s[0] < 0x80) {
		*ret = s[0];
		return 1;
	}
	size_t n = utf8_length(s[0]);
	if (!n || n > len)
		return 0;
	uint32_t code = s[0] & (0xFFU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3F);
	}
	if ((n == 3 && code < 0x800) || (n == 4 && code < 0x10000) || code > 0x10FFFF ||
		(code >= 0xD800 && code < 0xE000))
		return 0;
	*ret = code;
	return n;
}

/* Controls (C0, DEL, C1) but tab and line ends; U+2028/9; marks that reorder text (Unicode 15, section 23.2). */
static bool is_refused(uint32_t code)
{
	if (code == '\t' || code == '\n' || code == '\r')
		return false;
	return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xFFFE || code == 0xFFFF;
}

bool encoding_find_fault(const char *text, size_t len, struct encoding_fault *ret)
{
	const unsigned char *bytes = (const unsigned char *)text;
	struct mark at = {.line = 1, .column = 1};
	for (size_t i = 0; i < len;) {
		uint32_t code = 0;
		size_t n = utf8_decode(bytes + i, len - i, &code);
		if (n && !is_refused(code)) {
			at.column++;
			if (code == '\n')
				at = (struct mark){.line = at.line + 1, .column = 1};
			i += n;
			continue;
		}
		ret->at = at;
		if (!n)
			snprintf(ret->what, sizeof ret->what, "the byte 0x%02X, which is not UTF-8", bytes[i]);
		else if (!code)
			snprintf(ret->what, sizeof ret->what, "a NUL byte");
		else
			snprintf(ret->what, sizeof ret->what, "the control character U+%04X", (unsigned)code);
		return true;
	}
	return false;
}

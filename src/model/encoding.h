/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may not stand in a text: bytes that are no UTF-8, and characters that would command a terminal. */
#ifndef MODEL_ENCODING_H
#define MODEL_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "model/mark.h"

struct encoding_fault {
	char what[64]; /* "a NUL byte", "the control character U+001B" … */
	struct mark at;
};

/* encoding_find_fault() - the first fault of @len bytes of @text. Return: whether there is one. */
bool encoding_find_fault(const char *text, size_t len, struct encoding_fault *ret);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
// One error with its context.
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void error_replace(struct error *e, char *text)
{
	free(e->text);
	e->text = text;
}

int error_set(struct error *e, enum error_kind kind, int code, const char *format, ...)
{
	if (!e)
		return -code;
	va_list args;
	char *text = NULL;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	error_replace(e, text);
	e->kind = kind;
	e->code = code;
	return -code;
}

int error_errno(struct error *e, enum error_kind kind, int code, const char *format, ...)
{
	if (!e)
		return -code;
	CLEANUP(cleanup_free) char *what = NULL;
	va_list args;
	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	const char *name = strerrorname_np(code);
	return error_set(
		e, kind, code, "%s: %s (%s)", what ? what : "out of memory", strerror(code), name ? name : "?");
}

int error_wrap(struct error *e, const char *format, ...)
{
	if (!e)
		return -EIO;
	CLEANUP(cleanup_free) char *context = NULL;
	va_list args;
	va_start(args, format);
	if (vasprintf(&context, format, args) < 0)
		context = NULL;
	va_end(args);
	char *text = NULL;
	if (context && asprintf(&text, "%s: %s", context, error_text(e)) >= 0)
		error_replace(e, text);
	return -e->code;
}

int error_no_memory(struct error *e)
{
	return error_set(e, ERROR_HARNESS, ENOMEM, "out of memory (ENOMEM)");
}

const char *error_text(const struct error *e)
{
	if (e->text)
		return e->text;
	return e->code ? strerror(e->code) : "no error";
}

void error_clear(struct error *e)
{
	error_replace(e, NULL);
	e->code = 0;
	e->kind = ERROR_HARNESS;
}

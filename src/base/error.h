/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One error with its context: made once where the failure happened, wrapped on the way up, printed by cli/ alone. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/* Whose turn it is to act. cli/ maps it to the exit status, and nothing else looks at it. */
enum error_kind {
	ERROR_HARNESS, /* netrepro itself, or something below it, failed */
	ERROR_USAGE,   /* the scenario, the command line or an output folder is wrong */
	ERROR_HOST,    /* this host cannot do it: the text holds what is missing and the remedy */
	ERROR_ABSENT,  /* this kernel lacks a thing that one cell needs: the cell is a skip */
	ERROR_UNMET,   /* a condition that a cell stands for was not met: the cell is inconc */
	ERROR_KIND_COUNT
};

struct error {
	enum error_kind kind;
	int code;   /* an errno value, positive */
	char *text; /* owned; NULL when nothing was set */
};

#define ERROR_INIT ((struct error){.text = NULL})

/**
 * error_set() - state an error
 * @e: where to; may be NULL when the caller only needs the code; an earlier text is replaced
 * @code: an errno value, positive
 * @format: what failed, where, why, and what to do; no full stop, no newline
 *
 * Return: -@code, so that it can be returned as it is.
 */
int error_set(struct error *e, enum error_kind kind, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* error_errno() - a failed system call: error_set() with ": " and the text of @code behind the message. */
int error_errno(struct error *e, enum error_kind kind, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* error_wrap() - put "context: " in front of the text of @e. Return: -(the code of @e). */
int error_wrap(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* error_no_memory() - the one message for a failed allocation. Return: -ENOMEM. */
int error_no_memory(struct error *e);

/* error_text() - the text of @e, never NULL; owned by @e. */
const char *error_text(const struct error *e);

/* error_clear() - free the text and make @e as new. */
void error_clear(struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket options by their names: one table. To add an option, add a row in sockopt.c. */
#ifndef ACTOR_SOCKOPT_H
#define ACTOR_SOCKOPT_H

#include <stddef.h>

#include "model/word.h"

enum sockopt_kind {
	SOCKOPT_INT,
	SOCKOPT_UNSIGNED,
	SOCKOPT_LINGER,  /* "off", or whole seconds */
	SOCKOPT_TIMEVAL, /* a duration */
	SOCKOPT_ERRNO,   /* asked for: the name of an errno, or 0 */
	SOCKOPT_DEVICE,  /* the name of a link, or "none" */
	SOCKOPT_KIND_COUNT
};

struct sockopt {
	const char *name; /* "SO_REUSEADDR" */
	int level, option;
	enum sockopt_kind kind;
};

extern const struct word_kind word_sockopt;       /* .entry is its struct sockopt */
extern const struct word_kind word_sockopt_value; /* of the option in the word before */

#define SOCKOPT_TEXT 64

/* sockopt_set() - Return: 0, or the kernel's errno, positive. */
int sockopt_set(int fd, const struct sockopt *option, const struct word *value);

/* sockopt_get() - the value as a scenario writes it. Return: 0, or the kernel's errno, positive. */
int sockopt_get(int fd, const struct sockopt *option, char text[static SOCKOPT_TEXT]);

#endif

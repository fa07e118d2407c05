/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which texts may be names. */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_BYTES_MAX 64

/* name_is_variable() - [A-Za-z_][A-Za-z0-9_]*: factors, variables, responses. */
bool name_is_variable(const char *name);
#define NAME_VARIABLE_RULE "letters, digits and _, not a digit first, at most 64"

/* name_is_dashed() - the same with '-' in it: sockets, namespaces, actors. */
bool name_is_dashed(const char *name);
#define NAME_DASHED_RULE "letters, digits, _ and -, a letter or _ first, at most 64"

/* name_is_slug() - [a-z0-9-]+: scenarios. */
bool name_is_slug(const char *name);
#define NAME_SLUG_RULE "lower-case letters, digits and -, at most 64"

/* name_is_id() - [A-Za-z0-9._-]+: claims. */
bool name_is_id(const char *name);
#define NAME_ID_RULE "letters, digits, '.', _ and -, at most 64"

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the programs of a scenario may be run. A scenario may be a stranger's, and is data until its user says
 * --allow-exec: one that starts a program is not run before.
 */
#ifndef CLI_ALLOW_EXEC_H
#define CLI_ALLOW_EXEC_H

#include "cli/cli.h"

/* allow_exec_refuse() - the error (ERROR_USAGE) for a scenario that starts programs: where it does, and the remedy. */
int allow_exec_refuse(const struct scenario *s, struct error *e);

/**
 * allow_exec_check() - that no scenario was asked for which may not be run
 * @scenarios: of @paths, each
 *
 * One that was named, and not found in a folder, is refused, and so are all where there are no others.
 * Return: an exit status; all is said.
 */
int allow_exec_check(bool is_allowed, const struct paths *paths, struct scenario *const *scenarios);

/* allow_exec_withholds() - whether a scenario that was not refused is passed over; says so. @ret_why: the reason then,
 * owned by the caller. */
bool allow_exec_withholds(bool is_allowed, const struct scenario *s, char **ret_why);

#endif

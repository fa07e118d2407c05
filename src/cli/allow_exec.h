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

/**
 * allow_exec_withhold() - pass a scenario over that was not refused, where it may not be run; says so
 * @ret_why: the reason, owned by the caller; NULL where the scenario may be run
 *
 * Errors: ENOMEM.
 */
int allow_exec_withhold(bool is_allowed, const struct scenario *s, char **ret_why, struct error *e);

#endif

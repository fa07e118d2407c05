// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the programs of a scenario may be run.
#include "cli/allow_exec.h"

#include <stdio.h>

#include "base/cleanup.h"

#define PASSED_OVER "not run: it starts programs of this host ('exec' on line %u), and --allow-exec is not given"

int allow_exec_refuse(const struct scenario *s, struct error *e)
{
	return scenario_error(s, s->program->at, e,
		"'exec' starts a program of this host, and a scenario may be anybody's: look at what it starts, then "
		"allow it with --allow-exec");
}

static bool is_withheld(bool is_allowed, const struct scenario *s)
{
	return !is_allowed && s->program;
}

int allow_exec_check(bool is_allowed, const struct paths *paths, struct scenario *const *scenarios)
{
	size_t n_withheld = 0;
	int status = STATUS_OK;
	for (size_t i = 0; i < paths->n; i++)
		n_withheld += is_withheld(is_allowed, scenarios[i]);
	for (size_t i = 0; i < paths->n; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		if (!is_withheld(is_allowed, scenarios[i]) || (paths->in_folder[i] && n_withheld < paths->n))
			continue;
		allow_exec_refuse(scenarios[i], &e);
		status = cli_fail(&e);
	}
	return status;
}

bool allow_exec_withholds(bool is_allowed, const struct scenario *s, char **ret_why)
{
	if (!is_withheld(is_allowed, s))
		return false;
	fprintf(stderr, "netrepro: %s: " PASSED_OVER "\n", s->path, s->program->at.line);
	if (asprintf(ret_why, PASSED_OVER, s->program->at.line) < 0)
		*ret_why = NULL;
	return true;
}

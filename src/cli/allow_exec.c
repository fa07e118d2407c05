// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the programs of a scenario may be run.
#include "cli/allow_exec.h"

#include <stdio.h>

#include "base/cleanup.h"

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

int allow_exec_withhold(bool is_allowed, const struct scenario *s, char **ret_why, struct error *e)
{
	*ret_why = NULL;
	if (!is_withheld(is_allowed, s))
		return 0;
	if (asprintf(ret_why,
		    "not run: it starts programs of this host ('exec' on line %u), and --allow-exec is not given",
		    s->program->at.line) < 0) {
		*ret_why = NULL;
		return error_no_memory(e);
	}
	fprintf(stderr, "netrepro: %s: %s\n", s->path, *ret_why);
	return 0;
}

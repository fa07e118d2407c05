// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro check: read scenarios without running them.
#include <inttypes.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "cli/cli.h"

enum { OPTION_MAX_CELLS = OPTION_LONG };

static const struct cli_option options[] = {
	{'q', "quiet", NULL, "say nothing of scenarios that are good"},
	{OPTION_MAX_CELLS, "max-cells", "N", "refuse a matrix with more cells (100000)"},
};

struct check {
	bool quiet;
	uint64_t max_cells;
};

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct check *check = context;
	if (key == OPTION_MAX_CELLS)
		return cli_number("max-cells", argument, 1, UINT32_MAX, &check->max_cells, e);
	check->quiet = true;
	return 0;
}

static void add_count(struct text *t, uint64_t n, const char *what, const char *end)
{
	text_addf(t, "%" PRIu64 " %s%s%s", n, what, n == 1 ? "" : "s", end);
}

static int check_one(const struct check *check, const char *path)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	if (scenario_read_file(path, verb_vocabulary(), check->max_cells, &s, &e) < 0)
		return cli_fail(&e);
	if (check->quiet)
		return STATUS_OK;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_addf(&t, "%s: good: ", path);
	add_count(&t, matrix_count(&s->matrix, NULL), "cell", ", ");
	add_count(&t, s->matrix.n_factors, "factor", ", ");
	add_count(&t, s->n_responses, "response", ", ");
	add_count(&t, s->n_claims, "claim", "\n");
	return cli_print(&t);
}

static int run(const struct command *command, int argc, char **argv)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct check check = {.max_cells = MAX_CELLS_DEFAULT};
	int status;
	int first = cli_options(command, argc, argv, set_option, &check, &status);
	if (first < 0)
		return status;
	if (first == argc) {
		error_set(&e, ERROR_USAGE, 0, "which scenario? `%s` is an example",
			"netrepro check scenarios/server-restart.yaml");
		return cli_fail(&e);
	}
	CLEANUP(paths_done) struct paths paths = PATHS_INIT;
	status = STATUS_OK;
	for (int i = first; i < argc; i++)
		if (paths_add(&paths, argv[i], &e) < 0)
			status = cli_fail(&e);
	for (size_t i = 0; i < paths.n; i++) {
		int one = check_one(&check, paths.all[i]);
		status = one > status ? one : status;
	}
	return status;
}

const struct command command_check = {
	.name = "check",
	.arguments = "SCENARIO…",
	.summary = "read scenario files, without running them",
	.description = "Says of each file that it is good, or where and why it is not. A SCENARIO is a\n"
		       "file, a folder of them, or the bare name of one of the project's.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "check scenarios/server-restart.yaml",
	.run = run,
};

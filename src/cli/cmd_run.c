// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro run: scenarios over every combination of their factors.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "cli/allow_exec.h"
#include "cli/cli.h"
#include "cli/run_scenarios.h"
#include "model/results.h"
#include "run/runner.h"

enum {
	OPTION_RESUME = OPTION_LONG,
	OPTION_SET,
	OPTION_REPLICATES,
	OPTION_SEED,
	OPTION_CELL,
	OPTION_MAX_WAIT,
	OPTION_DRY_RUN,
	OPTION_MAX_CELLS,
	OPTION_FORMAT,
	OPTION_REPORT,
	OPTION_EVIDENCE,
	OPTION_ALLOW_EXEC,
};

static const struct cli_option options[] = {
	{'o', "output", "DIR", "keep the results in DIR/results.jsonl"},
	{OPTION_RESUME, "resume", NULL, "go on with the interrupted run in DIR"},
	{OPTION_SET, "set", "FACTOR=LEVEL,…", "only these levels of a factor; repeatable"},
	{OPTION_CELL, "cell", "ID", "only this cell"},
	{OPTION_MAX_WAIT, "max-wait", "DURATION", "skip cells that may wait longer (70s, 500ms)"},
	{OPTION_REPLICATES, "replicates", "N", "run each cell N times (1)"},
	{'j', "jobs", "N", "cells that work at once (1 or 2 a processor)"},
	{OPTION_SEED, "seed", "N", "draw the order of the cells from it"},
	{OPTION_DRY_RUN, "dry-run", NULL, "show the cells and their steps, run none"},
	{OPTION_MAX_CELLS, "max-cells", "N", "refuse a matrix with more cells (100000)"},
	{OPTION_EVIDENCE, "evidence", "WHICH", "evidence to keep: none, notable or all (notable)"},
	{OPTION_ALLOW_EXEC, "allow-exec", NULL, "let the scenarios start programs of this host"},
	{OPTION_FORMAT, "format", "FORMAT", "of the summary: text, json or markdown (text)"},
	{OPTION_REPORT, "report", "FORMAT=FILE", "csv, json, junit, ktap, markdown; repeatable"},
	{'q', "quiet", NULL, "say only what is not as expected"},
};

#define JOBS_MAX 10000
#define REPLICATES_MAX 1000000

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct run_options *o = context;
	switch (key) {
	case 'o':
		o->dir = argument;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'j':
		return cli_number("jobs", argument, 1, JOBS_MAX, &o->jobs, e);
	case OPTION_RESUME:
		o->resume = true;
		return 0;
	case OPTION_ALLOW_EXEC:
		o->allow_exec = true;
		return 0;
	case OPTION_DRY_RUN:
		o->dry_run = true;
		return 0;
	case OPTION_SET:
		return selection_add_set(o->sets, &o->n_sets, argument, e);
	case OPTION_CELL:
		return cli_number("cell", argument, 0, UINT64_MAX - 1, &o->cell, e);
	case OPTION_MAX_WAIT:
		return duration_parse(argument, &o->max_wait_us, e) < 0 ? error_wrap(e, "--max-wait") : 0;
	case OPTION_REPLICATES:
		return cli_number("replicates", argument, 1, REPLICATES_MAX, &o->replicates, e);
	case OPTION_SEED:
		o->has_seed = true;
		return cli_number("seed", argument, 0, UINT64_MAX, &o->seed, e);
	case OPTION_MAX_CELLS:
		return cli_number("max-cells", argument, 1, UINT32_MAX, &o->max_cells, e);
	case OPTION_EVIDENCE:
		return evidence_policy_parse(argument, &o->evidence, e);
	case OPTION_REPORT:
		return reports_add(&o->reports, argument, e);
	case OPTION_FORMAT:
		o->has_format = true;
		o->format = format_find("format", argument, e);
		return o->format ? 0 : -EINVAL;
	}
	return 0;
}

/* "9 scenarios, 4034 runs: 4034 pass; all claims as stated" */
static void print_totals(const struct totals *totals)
{
	const struct style *style = style_get(cli_has_colour(STDOUT_FILENO));
	CLEANUP(text_done) struct text t = TEXT_INIT;
	uint64_t n_runs = 0;
	const char *separator = ": ";
	for (int i = 0; i < VERDICT_COUNT; i++)
		n_runs += totals->verdicts[i];
	text_addf(&t, "\n%s%zu scenario%s%s, %" PRIu64 " run%s", style->bold, totals->n_scenarios,
		totals->n_scenarios == 1 ? "" : "s", style->reset, n_runs, n_runs == 1 ? "" : "s");
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (totals->verdicts[i]) {
			text_addf(&t, "%s%s%" PRIu64 " %s%s", separator, style->verdicts[i], totals->verdicts[i],
				verdict_names[i], style->reset);
			separator = ", ";
		}
	if (totals->n_differing)
		text_addf(&t, "; %s%zu of their claims not as stated%s", style->verdicts[VERDICT_FAIL],
			totals->n_differing, style->reset);
	if (totals->n_withheld)
		text_addf(&t, "; %zu scenario%s not run (--allow-exec)", totals->n_withheld,
			totals->n_withheld == 1 ? "" : "s");
	text_add(&t, "\n");
	cli_print(&t);
}

/* On the standard output, which GitHub reads as well as the standard error, where they would be in nothing's way. */
static int print_annotations(const struct run_options *o, const struct annotations *annotations)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	annotations_write(annotations, &t);
	if (o->format->is_for_terminal && !reports_take_output(&o->reports))
		return cli_print(&t);
	fputs(text_get(&t), stderr);
	return STATUS_OK;
}

/* The folder of the results may be that of the reports as well. */
/* Of several scenarios each makes a folder of its own, at the end of whose runs no report could take its place. */
static int check_folders(const struct run_options *o, struct scenario *const *scenarios, size_t n, struct error *e)
{
	for (size_t i = 0; o->dir && n > 1 && i < n; i++) {
		CLEANUP(cleanup_free) char *folder = NULL;
		if (asprintf(&folder, "%s/%s", o->dir, scenarios[i]->name) < 0) {
			folder = NULL;
			return error_no_memory(e);
		}
		if (reports_have(&o->reports, folder))
			return error_set(e, ERROR_USAGE, EEXIST,
				"--report: '%s' is the folder of the results of %s: choose another name", folder,
				scenarios[i]->name);
	}
	return 0;
}

static int open_reports(
	struct run_options *o, struct scenario *const *scenarios, size_t n, bool *ret_made_folder, struct error *e)
{
	*ret_made_folder = false;
	if (!o->reports.n)
		return 0;
	int r = o->dir ? run_make_folder(o->dir, e) : 0;
	if (r < 0)
		return r;
	*ret_made_folder = r > 0;
	r = check_folders(o, scenarios, n, e);
	if (r < 0)
		return r;
	CLEANUP(cleanup_free) const char **read = calloc(n, sizeof *read);
	if (!read)
		return error_no_memory(e);
	for (size_t i = 0; i < n; i++)
		read[i] = scenarios[i]->path;
	return reports_open(&o->reports, (const struct scenario *const *)scenarios, n, read, n, e);
}

static int run_all(struct run_options *o, struct scenario *const *scenarios, size_t n)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(annotations_done) struct annotations annotations = {.workspace = getenv("GITHUB_WORKSPACE")};
	const char *actions = getenv("GITHUB_ACTIONS");
	struct totals totals = {
		.reports = &o->reports,
		.annotations = actions && !strcmp(actions, "true") ? &annotations : NULL,
	};
	bool made_folder;
	int status = open_reports(o, scenarios, n, &made_folder, &e) < 0 ? cli_fail(&e) : STATUS_OK;
	if (!e.text) {
		status = run_scenarios(o, scenarios, n, &totals);
		if (totals.n_scenarios + totals.n_withheld > 1 && !o->quiet && o->format->is_for_terminal &&
			!reports_take_output(&o->reports))
			print_totals(&totals);
		int printed = totals.annotations ? print_annotations(o, &annotations) : STATUS_OK;
		status = printed > status ? printed : status;
		/* A mistake on the command line takes no earlier report away. */
		int ended = status != STATUS_USAGE || totals.n_told ? reports_end(&o->reports) : STATUS_OK;
		status = ended > status ? ended : status;
	}
	reports_done(&o->reports);
	if (made_folder)
		rmdir(o->dir); /* where nothing has come into it */
	free(totals.why);
	return status;
}

/* All scenarios are read before the first one runs: one that is wrong runs nothing. */
static int read_all(const struct run_options *o, const struct paths *paths, struct scenario **scenarios)
{
	int status = STATUS_OK;
	for (size_t i = 0; i < paths->n; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		/* A single cell may be one of many. */
		uint64_t max_cells = o->cell == RUN_ALL_CELLS ? o->max_cells : UINT32_MAX;
		if (scenario_read_file(paths->all[i], verb_vocabulary(), max_cells, &scenarios[i], &e) < 0) {
			int one = cli_fail(&e);
			status = one > status ? one : status;
		}
		for (size_t j = 0; o->dir && scenarios[i] && j < i; j++)
			if (scenarios[j] && !strcmp(scenarios[j]->name, scenarios[i]->name)) {
				error_set(&e, ERROR_USAGE, EEXIST,
					"%s and %s have one name, '%s', and would share one folder below %s",
					scenarios[j]->path, scenarios[i]->path, scenarios[i]->name, o->dir);
				status = cli_fail(&e);
			}
	}
	return status;
}

static int check_options(struct run_options *o, struct error *e)
{
	if (o->resume && !o->dir)
		return error_set(
			e, ERROR_USAGE, EINVAL, "--resume needs the folder of the run that is to go on: -o DIR");
	if (o->resume && o->has_seed)
		return error_set(
			e, ERROR_USAGE, EINVAL, "--seed has no place with --resume: the run goes on with its own");
	if (o->reports.n && o->dry_run)
		return error_set(e, ERROR_USAGE, EINVAL,
			"--report has no place with --dry-run: nothing is run, and there is nothing to be told");
	if (o->has_format && reports_leave_no_summary(&o->reports, e) < 0)
		return -EINVAL;
	if (o->evidence == EVIDENCE_ALL && !o->dir)
		return error_set(e, ERROR_USAGE, EINVAL, "--evidence all needs a folder in which it is kept: -o DIR");
	if (!o->has_seed && getrandom(&o->seed, sizeof o->seed, 0) != sizeof o->seed)
		return error_errno(e, ERROR_HARNESS, errno, "cannot draw a seed");
	if (!o->has_seed)
		o->seed &= UINT32_MAX; /* long enough to be drawn, short enough to be typed */
	return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct run_options o = {
		.cell = RUN_ALL_CELLS,
		.max_wait_us = RUN_ANY_WAIT,
		.replicates = 1,
		.max_cells = MAX_CELLS_DEFAULT,
		.format = format_find("format", NULL, NULL),
	};
	int status;
	int first = cli_options(command, argc, argv, set_option, &o, &status);
	if (first < 0)
		return status;
	int r = check_options(&o, &e);
	if (r == 0 && first == argc)
		r = error_set(&e, ERROR_USAGE, 0,
			"which scenario? `netrepro run scenarios/server-restart.yaml` is an example, `netrepro list` "
			"shows all");
	CLEANUP(paths_done) struct paths paths = PATHS_INIT;
	for (int i = first; r == 0 && e.text == NULL && i < argc; i++)
		r = paths_add(&paths, argv[i], &e);
	if (e.text)
		return cli_fail(&e);
	struct scenario **scenarios = calloc(paths.n, sizeof *scenarios);
	if (!scenarios) {
		error_no_memory(&e);
		return cli_fail(&e);
	}
	status = read_all(&o, &paths, scenarios);
	if (status == STATUS_OK)
		status = allow_exec_check(o.allow_exec || o.dry_run, &paths, scenarios);
	if (status == STATUS_OK)
		status = run_all(&o, scenarios, paths.n);
	for (size_t i = 0; i < paths.n; i++)
		scenario_free(scenarios[i]);
	free(scenarios);
	return status;
}

const struct command command_run = {
	.name = "run",
	.arguments = "SCENARIO…",
	.summary = "run scenarios over every combination of their factors",
	.description = "Needs root, or user namespaces. A SCENARIO is a file, a folder, or a bare name.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "run -o results/restart scenarios/server-restart.yaml",
	.run = run,
};

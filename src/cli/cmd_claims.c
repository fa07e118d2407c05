// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro claims: what became of listed claims, over all scenarios that state them.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "cli/cli.h"
#include "cli/explained.h"
#include "cli/kept_runs.h"
#include "report/claims.h"

/* However many cells a run was allowed, they were run. */
#define MAX_CELLS UINT32_MAX

/* Where the lists are, seen from the folder of a scenario. */
#define LISTS_FOLDER "articles"

enum { OPTION_FORMAT = OPTION_LONG, OPTION_LIST };

static const struct cli_option options[] = {
	{OPTION_LIST, "list", "FILE", "the claims to go by; repeatable (articles/*.yaml)"},
	{OPTION_FORMAT, "format", "FORMAT", "text, markdown or json (text)"},
	{'q', "quiet", NULL, "say only what is not as it was stated"},
};

/* All that is read, and what it is put together from. */
struct desk {
	const struct claims_format *format;
	bool quiet;
	const char *results;            /* DIR; NULL for none */
	struct paths scenarios, lists;  /* the paths */
	struct claim_list **read_lists; /* owned, each */
	size_t n_lists;
	struct scenario **read_scenarios; /* owned, each */
	size_t n_scenarios;
	struct explained *explained;  /* owned; by scenario */
	struct claim_source *sources; /* owned; by scenario */
	struct settlements settlements;
};
#define DESK_INIT ((struct desk){.scenarios = PATHS_INIT, .lists = PATHS_INIT})

static void desk_done(struct desk *desk)
{
	settlements_done(&desk->settlements);
	free(desk->sources);
	for (size_t i = 0; desk->explained && i < desk->n_scenarios; i++)
		explained_done(&desk->explained[i]);
	free(desk->explained);
	for (size_t i = 0; i < desk->n_scenarios; i++)
		scenario_free(desk->read_scenarios[i]);
	free(desk->read_scenarios);
	for (size_t i = 0; i < desk->n_lists; i++)
		claim_list_free(desk->read_lists[i]);
	free(desk->read_lists);
	paths_done(&desk->lists);
	paths_done(&desk->scenarios);
}

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct desk *desk = context;
	struct stat status;
	if (key == 'q') {
		desk->quiet = true;
		return 0;
	}
	if (key == OPTION_FORMAT) {
		desk->format = claims_format_find(argument, e);
		return desk->format ? 0 : -EINVAL;
	}
	if (stat(argument, &status) < 0)
		return error_errno(e, ERROR_USAGE, errno, "--list: cannot read '%s'", argument);
	int r = paths_add(&desk->lists, argument, e);
	return r != -ENOENT ? r
			    : error_set(e, ERROR_USAGE, ENOENT,
				      "--list: the folder '%s' holds no list of claims (*.yaml)", argument);
}

/* Whether it is there, perhaps by another path. */
static bool has_file(const struct paths *paths, const char *path)
{
	struct stat wanted, other;
	bool is_there = stat(path, &wanted) == 0;
	for (size_t i = 0; is_there && i < paths->n; i++)
		if (stat(paths->all[i], &other) == 0 && other.st_dev == wanted.st_dev && other.st_ino == wanted.st_ino)
			return true;
	return false;
}

/* The lists beside a scenario; where there is no such folder, or nothing in it, there are none. */
static int add_lists_beside(struct paths *lists, const char *scenario, struct error *e)
{
	const char *slash = strrchr(scenario, '/');
	CLEANUP(cleanup_free) char *folder = NULL;
	CLEANUP(paths_done) struct paths found = PATHS_INIT;
	struct stat status;
	if (asprintf(&folder, "%.*s" LISTS_FOLDER, slash ? (int)(slash - scenario) + 1 : 0, scenario) < 0) {
		folder = NULL;
		return error_no_memory(e);
	}
	if (stat(folder, &status) < 0 || !S_ISDIR(status.st_mode))
		return 0;
	int r = paths_add(&found, folder, e);
	if (r == -ENOENT) {
		error_clear(e);
		return 0;
	}
	for (size_t i = 0; r == 0 && i < found.n; i++)
		if (!has_file(lists, found.all[i]))
			r = paths_add(lists, found.all[i], e);
	return r;
}

/* All of them are read, so that all that is wrong is said. Return: the exit status. */
static int read_lists(struct desk *desk)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int status = STATUS_OK, r = 0;
	bool is_given = desk->lists.n != 0;
	for (size_t i = 0; r == 0 && !is_given && i < desk->scenarios.n; i++)
		r = add_lists_beside(&desk->lists, desk->scenarios.all[i], &e);
	desk->read_lists = r == 0 ? calloc(desk->lists.n + 1, sizeof *desk->read_lists) : NULL;
	if (r == 0 && !desk->read_lists)
		r = error_no_memory(&e);
	if (r < 0)
		return cli_fail(&e);
	for (size_t i = 0; i < desk->lists.n; i++) {
		if (claim_list_read_file(desk->lists.all[i], &desk->read_lists[desk->n_lists], &e) < 0)
			status = cli_fail(&e);
		else
			desk->n_lists++;
	}
	return status;
}

/* One that was named twice, as a file and with its folder, say, is read once. */
static bool is_named_before(const struct paths *paths, size_t i)
{
	const struct paths before = {.all = paths->all, .n = i};
	return has_file(&before, paths->all[i]);
}

static int check_name(const struct desk *desk, const struct scenario *s, struct error *e)
{
	for (size_t i = 0; i < desk->n_scenarios; i++)
		if (!strcmp(desk->read_scenarios[i]->name, s->name))
			return error_set(e, ERROR_USAGE, EEXIST,
				"%s: its name is '%s', as that of %s: give one of them another name", s->path, s->name,
				desk->read_scenarios[i]->path);
	return 0;
}

/* Likewise. */
static int read_scenarios(struct desk *desk)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int status = STATUS_OK;
	desk->read_scenarios = calloc(desk->scenarios.n + 1, sizeof *desk->read_scenarios);
	desk->explained = calloc(desk->scenarios.n + 1, sizeof *desk->explained);
	desk->sources = calloc(desk->scenarios.n + 1, sizeof *desk->sources);
	if (!desk->read_scenarios || !desk->explained || !desk->sources) {
		error_no_memory(&e);
		return cli_fail(&e);
	}
	for (size_t i = 0; i < desk->scenarios.n; i++) {
		CLEANUP(cleanup_scenario) struct scenario *s = NULL;
		if (is_named_before(&desk->scenarios, i))
			continue;
		if (scenario_read_file(desk->scenarios.all[i], verb_vocabulary(), MAX_CELLS, &s, &e) < 0 ||
			check_name(desk, s, &e) < 0) {
			status = cli_fail(&e);
			continue;
		}
		desk->explained[desk->n_scenarios] = EXPLAINED_INIT;
		desk->sources[desk->n_scenarios].scenario = s;
		desk->read_scenarios[desk->n_scenarios++] = TAKE_POINTER(s);
	}
	return status;
}

/* The results of one run, of one of the scenarios. Those of another version of it would say what is not so of this one.
 */
static int take_run(struct desk *desk, size_t i, const struct kept_run *run, struct error *e)
{
	struct claim_source *source = &desk->sources[i];
	struct explained *x = &desk->explained[i];
	if (strcmp(run->sha256, source->scenario->sha256))
		return error_set(e, ERROR_USAGE, ESTALE,
			"%s: these results are of another version of %s than the one that is there now (their SHA-256 "
			"differ), and say nothing of it: run it again",
			run->path, source->scenario->path);
	if (source->record)
		return error_set(e, ERROR_USAGE, EEXIST, "%s and %s are two runs of '%s': name the folder of one",
			source->record->path, run->path, source->scenario->name);
	int r = explained_read(run->path, x, e);
	if (r < 0)
		return r;
	source->explanation = &x->explanation;
	source->record = &x->record;
	source->is_finished = x->is_finished;
	return 0;
}

/* Where all results are of other scenarios, another folder was meant. */
static int check_taken(const struct desk *desk, const struct kept_runs *runs, struct error *e)
{
	for (size_t i = 0; i < desk->n_scenarios; i++)
		if (desk->sources[i].record)
			return 0;
	return error_set(e, ERROR_USAGE, ENOENT,
		"%s: no results in it are of the scenario%s here (%s%s): they are of '%s'%s", desk->results,
		desk->n_scenarios == 1 ? "" : "s", desk->read_scenarios[0]->name, desk->n_scenarios > 1 ? ", …" : "",
		runs->n ? runs->all[0].scenario_name : "", runs->n > 1 ? " and others" : "");
}

/* The results of these scenarios; a folder may hold those of others as well. */
static int take_runs(struct desk *desk, const struct kept_runs *runs)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int status = STATUS_OK;
	for (size_t k = 0; k < runs->n; k++)
		for (size_t i = 0; i < desk->n_scenarios; i++)
			if (!strcmp(runs->all[k].scenario_name, desk->read_scenarios[i]->name) &&
				take_run(desk, i, &runs->all[k], &e) < 0)
				status = cli_fail(&e);
	if (!status && check_taken(desk, runs, &e) < 0)
		status = cli_fail(&e);
	return status;
}

static int read_results(struct desk *desk)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(kept_runs_done) struct kept_runs runs = KEPT_RUNS_INIT;
	if (!desk->results)
		return STATUS_OK;
	if (kept_runs_find(desk->results, &runs, &e) < 0)
		return cli_fail(&e);
	return take_runs(desk, &runs);
}

static int tell(struct desk *desk)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	const struct claim_list *const *lists = (const struct claim_list *const *)desk->read_lists;
	if (settlements_init(&desk->settlements, lists, desk->n_lists, desk->sources, desk->n_scenarios,
		    desk->results != NULL, &e) < 0)
		return cli_fail(&e);
	const struct claims_view view = {
		.settlements = &desk->settlements,
		.lists = lists,
		.n_lists = desk->n_lists,
		.sources = desk->sources,
		.n_sources = desk->n_scenarios,
		.program = cli_program(),
		.results = desk->results,
	};
	if (desk->format->write(&view, style_get(cli_has_colour(STDOUT_FILENO)), desk->quiet, &t, &e) < 0)
		return cli_fail(&e);
	int status = cli_print(&t);
	return status ? status : desk->settlements.n_differing ? STATUS_DIFFERS : STATUS_OK;
}

/* SCENARIO… [DIR]: the last argument is DIR where results are there. */
static int take_arguments(struct desk *desk, char *const *arguments, int n, struct error *e)
{
	if (n && kept_runs_are_in(arguments[n - 1]))
		desk->results = arguments[--n];
	int r = n ? 0 : paths_add_own(&desk->scenarios, e);
	for (int i = 0; r == 0 && i < n; i++) {
		r = paths_add(&desk->scenarios, arguments[i], e);
		if (r < 0 && i && i + 1 == n && !desk->results)
			error_wrap(e, "'%s' holds no results, and no scenarios either", arguments[i]);
	}
	return r;
}

static int run(const struct command *command, int argc, char **argv)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(desk_done) struct desk desk = DESK_INIT;
	desk.format = claims_format_find(NULL, NULL);
	int status;
	int first = cli_options(command, argc, argv, set_option, &desk, &status);
	if (first < 0)
		return status;
	if (take_arguments(&desk, argv + first, argc - first, &e) < 0)
		return cli_fail(&e);
	int lists = read_lists(&desk), scenarios = read_scenarios(&desk);
	if (lists || scenarios)
		return lists > scenarios ? lists : scenarios;
	status = read_results(&desk);
	return status ? status : tell(&desk);
}

const struct command command_claims = {
	.name = "claims",
	.arguments = "[SCENARIO…] [DIR]",
	.summary = "say what became of each claim of the articles that are listed",
	.description = "Goes through the claims that articles/*.yaml beside the scenarios list, in their\n"
		       "order, and says of each its verdict, where it holds, the cell that decides it\n"
		       "and the scenario. DIR holds what `netrepro run -o DIR SCENARIO…` has found;\n"
		       "without it the verdicts are those that the scenarios state. Without a SCENARIO\n"
		       "it is about the project's own. Exit status 1 where a verdict that was found is\n"
		       "not the one that is stated.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "claims scenarios results",
	.run = run,
};

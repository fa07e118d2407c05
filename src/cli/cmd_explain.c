// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro explain: what a run says, from its results file alone.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "cli/cli.h"
#include "cli/explained.h"
#include "cli/reports.h"

enum { OPTION_FORMAT = OPTION_LONG, OPTION_REPORT };

static const struct cli_option options[] = {
	{OPTION_FORMAT, "format", "FORMAT", "text, json or markdown (text)"},
	{OPTION_REPORT, "report", "FORMAT=FILE", "csv, json, junit, ktap, markdown; repeatable"},
	{'q', "quiet", NULL, "say only what is not as expected"},
};

struct explain_options {
	const struct format *format;
	bool has_format, quiet;
	struct reports reports;
};

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct explain_options *o = context;
	if (key == 'q') {
		o->quiet = true;
		return 0;
	}
	if (key == OPTION_REPORT)
		return reports_add(&o->reports, argument, e);
	o->has_format = true;
	o->format = format_find("format", argument, e);
	return o->format ? 0 : -EINVAL;
}

/* What was asked for, by name. */
struct selection {
	bool *responses, *claims; /* NULL: everything */
};

static void selection_done(struct selection *selection)
{
	free(selection->responses);
	free(selection->claims);
}

static int select_one(const struct scenario *s, const char *name, struct selection *selection, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(name);
	CLEANUP(text_done) struct text all = TEXT_INIT;
	for (size_t i = 0; i < s->n_responses; i++) {
		if (!strcmp(s->responses[i].name, name)) {
			selection->responses[i] = true;
			return 0;
		}
		suggestion_consider(&near, s->responses[i].name);
		text_addf(&all, "%s%s", i ? ", " : "", s->responses[i].name);
	}
	for (size_t i = 0; i < s->n_claims; i++) {
		if (!strcmp(s->claims[i].id, name)) {
			selection->claims[i] = true;
			return 0;
		}
		suggestion_consider(&near, s->claims[i].id);
	}
	return error_set(e, ERROR_USAGE, ENOENT, "%s has no response and no claim '%s'%s; its responses are %s",
		s->name, name, suggestion_phrase(&near), text_get(&all));
}

static int select_named(
	const struct scenario *s, char *const *names, int n, struct selection *selection, struct error *e)
{
	if (!n)
		return 0;
	selection->responses = calloc(s->n_responses + 1, sizeof *selection->responses);
	selection->claims = calloc(s->n_claims + 1, sizeof *selection->claims);
	int r = selection->responses && selection->claims ? 0 : error_no_memory(e);
	for (int i = 0; r == 0 && i < n; i++)
		r = select_one(s, names[i], selection, e);
	return r;
}

static int status_of(const struct explanation *explanation)
{
	const uint64_t *verdicts = explanation->tally.verdicts;
	bool differs = verdicts[VERDICT_FAIL] || verdicts[VERDICT_INCONC] || verdicts[VERDICT_ERROR] ||
		       explanation_n_differing(explanation);
	return differs ? STATUS_DIFFERS : STATUS_OK;
}

/* The folder that a run has kept its results in; NULL for a file that has a name of its own. */
static char *folder_of(const char *results_path)
{
	const char *slash = strrchr(results_path, '/');
	if (slash && slash > results_path && !strcmp(slash + 1, RESULTS_NAME))
		return strndup(results_path, (size_t)(slash - results_path));
	return NULL;
}

static int explain(struct explain_options *o, const char *path, char *const *names, int n)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(explained_done) struct explained x = EXPLAINED_INIT;
	CLEANUP(selection_done) struct selection selection = {NULL, NULL};
	int r = explained_read(path, &x, &e);
	if (r == 0)
		r = select_named(x.scenario, names, n, &selection, &e);
	if (r == 0)
		r = reports_open(&o->reports, (const struct scenario *const *)&x.scenario, 1,
			(const char *const *)&x.record.path, 1, &e);
	if (r < 0)
		return cli_fail(&e);
	explained_tell_partings(&x, NULL);
	CLEANUP(cleanup_free) char *folder = folder_of(x.record.path);
	const struct summary summary = {
		.view = {
			.explanation = &x.explanation,
			.program = cli_program(),
			.results = folder ? folder : x.record.path,
			.responses = selection.responses,
			.claims = selection.claims,
		},
		.privilege = x.record.privilege,
		.kernel = x.record.release,
		.results_path = x.record.path,
		.seed = x.record.seed,
		.tool = x.record.tool,
		.started = x.record.started,
		.n_runs = x.record.n_runs,
		.elapsed_us = x.elapsed_us,
		.interrupted = !x.is_finished,
	};
	int status = STATUS_OK;
	if (!reports_take_output(&o->reports))
		status = cli_print_summary(o->format, &summary, o->quiet);
	int told = reports_tell(&o->reports, &summary, x.record.path);
	int ended = reports_end(&o->reports);
	status = told > status ? told : status;
	status = ended > status ? ended : status;
	return status ? status : status_of(&x.explanation);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct explain_options o = {.format = format_find("format", NULL, NULL)};
	int status;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int first = cli_options(command, argc, argv, set_option, &o, &status);
	if (first < 0)
		return status;
	if (o.has_format && reports_leave_no_summary(&o.reports, &e) < 0)
		return cli_fail(&e);
	if (first < argc) {
		status = explain(&o, argv[first], argv + first + 1, argc - first - 1);
		reports_done(&o.reports);
		return status;
	}
	error_set(&e, ERROR_USAGE, 0,
		"which results? `netrepro run -o DIR SCENARIO` keeps them in a folder, and `netrepro explain DIR` "
		"explains them");
	return cli_fail(&e);
}

const struct command command_explain = {
	.name = "explain",
	.arguments = "DIR [RESPONSE|CLAIM…]",
	.summary = "say what decided the outcome of a run, and judge its claims",
	.description = "From the results file in DIR alone: without root, later, elsewhere. With\n"
		       "names of responses or claims it speaks of these alone, and of a response\n"
		       "says more: the factors without an effect, and where its pairs stand.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "explain results/restart rebind",
	.run = run,
};

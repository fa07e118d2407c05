// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro explain: what a run says, from its results file alone.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "cli/cli.h"
#include "cli/explained.h"

enum { OPTION_FORMAT = OPTION_LONG };

static const struct cli_option options[] = {
	{OPTION_FORMAT, "format", "FORMAT", "text, json or markdown (text)"},
	{'q', "quiet", NULL, "say only what is not as expected"},
};

struct explain_options {
	const struct format *format;
	bool quiet;
};

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct explain_options *o = context;
	if (key == 'q') {
		o->quiet = true;
		return 0;
	}
	o->format = format_find("format", argument, e);
	return o->format ? 0 : -EINVAL;
}

/* The responses that were named. */
static int select_responses(const struct scenario *s, char *const *names, int n, bool *selected, struct error *e)
{
	for (int i = 0; i < n; i++) {
		struct suggestion near = SUGGESTION_FOR(names[i]);
		size_t r = 0;
		for (; r < s->n_responses && strcmp(s->responses[r].name, names[i]); r++)
			suggestion_consider(&near, s->responses[r].name);
		if (r == s->n_responses)
			return error_set(e, ERROR_USAGE, ENOENT, "%s has no response '%s'%s", s->name, names[i],
				suggestion_phrase(&near));
		selected[r] = true;
	}
	return 0;
}

static int status_of(const struct explanation *explanation)
{
	const uint64_t *verdicts = explanation->tally.verdicts;
	bool differs = verdicts[VERDICT_FAIL] || verdicts[VERDICT_INCONC] || verdicts[VERDICT_ERROR] ||
		       explanation_n_differing(explanation);
	return differs ? STATUS_DIFFERS : STATUS_OK;
}

static int explain(const struct explain_options *o, const char *path, char *const *names, int n)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(explained_done) struct explained x = EXPLAINED_INIT;
	CLEANUP(cleanup_free) bool *selected = NULL;
	int r = explained_read(path, &x, &e);
	if (r == 0 && n) {
		selected = calloc(x.scenario->n_responses + 1, sizeof *selected);
		r = selected ? select_responses(x.scenario, names, n, selected, &e) : error_no_memory(&e);
	}
	if (r < 0)
		return cli_fail(&e);
	const struct summary summary = {
		.view = {.explanation = &x.explanation, .program = cli_program(), .selected = selected},
		.privilege = x.record.privilege,
		.kernel = x.record.release,
		.results_path = x.record.path,
		.seed = x.record.seed,
		.n_runs = x.record.n_runs,
		.elapsed_us = x.elapsed_us,
		.interrupted = !x.is_finished,
	};
	int status = cli_print_summary(o->format, &summary, o->quiet);
	return status ? status : status_of(&x.explanation);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct explain_options o = {.format = format_find("format", NULL, NULL)};
	int status;
	int first = cli_options(command, argc, argv, set_option, &o, &status);
	if (first < 0)
		return status;
	if (first < argc)
		return explain(&o, argv[first], argv + first + 1, argc - first - 1);
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	error_set(&e, ERROR_USAGE, 0,
		"which results? `netrepro run -o DIR SCENARIO` keeps them in a folder, and `netrepro explain DIR` "
		"explains them");
	return cli_fail(&e);
}

const struct command command_explain = {
	.name = "explain",
	.arguments = "DIR [RESPONSE…]",
	.summary = "say what decided the outcome of a run, and judge its claims",
	.description = "From the results file in DIR alone: without root, later, elsewhere. With\n"
		       "RESPONSEs it speaks of these, and all the more of each.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "explain results/restart rebind",
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro list: the scenarios that there are, and the verbs.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "cli/cli.h"
#include "report/style.h"

enum { OPTION_VERBS = OPTION_LONG, OPTION_FORMAT };

static const struct cli_option options[] = {
	{OPTION_VERBS, "verbs", NULL, "the verbs of steps, instead of the scenarios"},
	{OPTION_FORMAT, "format", "text|json", "for people (the default) or for programs"},
};

struct list {
	bool verbs, json;
};

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct list *list = context;
	if (key == OPTION_VERBS)
		list->verbs = true;
	else if (!strcmp(argument, "json") || !strcmp(argument, "text"))
		list->json = !strcmp(argument, "json");
	else
		return error_set(e, ERROR_USAGE, EINVAL, "--format: '%s' is neither text nor json", argument);
	return 0;
}

static int print_json(json_t *array)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	json_write(array, JSON_INDENT(2) | JSON_PRESERVE_ORDER, &t);
	text_add(&t, "\n");
	json_decref(array);
	return cli_print(&t);
}

static int list_verbs(const struct list *list)
{
	const struct vocabulary *vocabulary = verb_vocabulary();
	const struct style *style = style_get(cli_has_colour(STDOUT_FILENO));
	CLEANUP(text_done) struct text t = TEXT_INIT;
	json_t *array = json_array();
	for (size_t i = 0; i < vocabulary->n_verbs; i++) {
		const struct verb_syntax *verb = vocabulary->verbs[i];
		text_addf(&t, "%s%s%s\n    %s\n", style->bold, verb->usage, style->reset, verb->help);
		json_append(array,
			json_pack("{s:s, s:s, s:s}", "name", verb->name, "usage", verb->usage, "help", verb->help));
	}
	if (list->json)
		return print_json(array);
	json_decref(array);
	return cli_print(&t);
}

static int list_scenarios(const struct list *list, const struct paths *paths)
{
	const struct style *style = style_get(cli_has_colour(STDOUT_FILENO));
	CLEANUP(text_done) struct text t = TEXT_INIT;
	json_t *array = json_array();
	int status = STATUS_OK;
	for (size_t i = 0; i < paths->n; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		CLEANUP(cleanup_scenario) struct scenario *s = NULL;
		if (scenario_read_file(paths->all[i], verb_vocabulary(), MAX_CELLS_DEFAULT, &s, &e) < 0) {
			status = cli_fail(&e);
			continue;
		}
		uint64_t n_cells = matrix_count(&s->matrix, NULL);
		text_addf(&t, "%s%s%s  %" PRIu64 " cell%s, %s\n", style->bold, s->name, style->reset, n_cells,
			n_cells == 1 ? "" : "s", s->path);
		if (s->question)
			text_addf(&t, "    %s\n", s->question);
		json_append(array, json_pack("{s:s, s:s, s:s?, s:I}", "name", s->name, "path", s->path, "question",
					   s->question, "cells", (json_int_t)n_cells));
	}
	int printed = list->json ? print_json(array) : cli_print(&t);
	if (!list->json)
		json_decref(array);
	return status ? status : printed;
}

static int run(const struct command *command, int argc, char **argv)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct list list = {.verbs = false};
	int status;
	int first = cli_options(command, argc, argv, set_option, &list, &status);
	if (first < 0)
		return status;
	if (list.verbs) {
		status = cli_no_arguments(command, argc, argv, first);
		return status ? status : list_verbs(&list);
	}
	CLEANUP(paths_done) struct paths paths = PATHS_INIT;
	int r = first == argc ? paths_add_own(&paths, &e) : 0;
	for (int i = first; r == 0 && i < argc; i++)
		r = paths_add(&paths, argv[i], &e);
	return r < 0 ? cli_fail(&e) : list_scenarios(&list, &paths);
}

const struct command command_list = {
	.name = "list",
	.arguments = "[SCENARIO…]",
	.summary = "the scenarios that there are, with their questions",
	.description = "Without an argument: those in ./scenarios, or the installed ones.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "list scenarios",
	.run = run,
};

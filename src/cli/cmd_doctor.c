// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro doctor: what this host can and cannot do, and why.
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cli.h"
#include "report/style.h"
#include "run/examine.h"

enum { OPTION_FORMAT = OPTION_LONG };

static const struct cli_option options[] = {
	{OPTION_FORMAT, "format", "text|json", "for people (the default) or for programs"},
};

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	bool *json = context;
	(void)key;
	*json = !strcmp(argument, "json");
	if (!*json && strcmp(argument, "text"))
		return error_set(e, ERROR_USAGE, EINVAL, "--format: '%s' is neither text nor json", argument);
	return 0;
}

static void add_finding(const struct ability *ability, bool works, const char *why, const struct style *style,
	struct text *t)
{
	enum verdict looks = works ? VERDICT_PASS : ability->is_needed ? VERDICT_FAIL : VERDICT_INCONC;
	size_t from = t->len;
	text_addf(t, "  %s", ability->name);
	text_pad(t, from, 22);
	text_addf(t, "%s%s%s", style->verdicts[looks], works ? "works" : "does not work", style->reset);
	text_addf(t, "%s%s\n", *why ? ": " : "", why);
	if (!works) {
		text_addf(t, "%24sneeded for: %s%s\n", "", ability->purpose, ability->is_needed ? "" : " (nothing else)");
		text_addf(t, "%24sremedy: %s\n", "", ability->remedy);
	}
}

static int run(const struct command *command, int argc, char **argv)
{
	bool json = false;
	int status;
	int first = cli_options(command, argc, argv, set_option, &json, &status);
	if (first >= 0)
		status = cli_no_arguments(command, argc, argv, first);
	if (first < 0 || status)
		return status;
	const struct style *style = style_get(cli_has_colour(STDOUT_FILENO));
	CLEANUP(text_done) struct text t = TEXT_INIT;
	json_t *array = json_array();
	bool can_run = true;
	for (size_t i = 0; i < n_abilities; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		char why[ABILITY_TEXT];
		int works = ability_try(&abilities[i], why, &e);
		if (works < 0) {
			json_decref(array);
			return cli_fail(&e);
		}
		can_run &= works || !abilities[i].is_needed;
		add_finding(&abilities[i], works, why, style, &t);
		json_array_append_new(array,
			json_pack("{s:s, s:b, s:b, s:s, s:s, s:s}", "name", abilities[i].name, "works", works, "needed",
				abilities[i].is_needed, "purpose", abilities[i].purpose, works ? "detail" : "why", why,
				"remedy", works ? "" : abilities[i].remedy));
	}
	text_addf(&t, "%s\n", can_run ? "This host can run netrepro." : "This host cannot run netrepro.");
	if (json) {
		text_truncate(&t, 0);
		char *text = json_dumps(array, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
		text_addf(&t, "%s\n", text ? text : "[]");
		free(text);
	}
	json_decref(array);
	int printed = cli_print(&t);
	return printed ? printed : can_run ? STATUS_OK : STATUS_HOST;
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "what this host can and cannot do, and why",
	.description = "Tries each thing that a run needs, in processes that are gone afterwards.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "doctor",
	.run = run,
};

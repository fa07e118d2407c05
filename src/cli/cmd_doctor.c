// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro doctor: what this host can and cannot do, and why.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
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

static const char *const finding_names[] = {
	[FINDING_FAILS] = "does not work",
	[FINDING_WORKS] = "works",
	[FINDING_NOT_TRIED] = "not tried",
};

static void add_finding(
	const struct ability *ability, enum finding finding, const char *why, const struct style *style, struct text *t)
{
	enum verdict looks = finding == FINDING_WORKS       ? VERDICT_PASS
			     : finding == FINDING_NOT_TRIED ? VERDICT_SKIP
			     : ability->is_needed           ? VERDICT_FAIL
							    : VERDICT_INCONC;
	size_t from = t->len;
	text_addf(t, "  %s", ability->name);
	text_pad(t, from, 22);
	text_addf(
		t, "%s%s%s%s%s\n", style->verdicts[looks], finding_names[finding], style->reset, *why ? ": " : "", why);
	if (finding != FINDING_FAILS)
		return;
	text_addf(t, "%24sneeded for: %s%s\n", "", ability->purpose,
		ability->is_needed ? "" : "; all else works without");
	CLEANUP(text_done) struct text remedy = TEXT_INIT;
	ability_remedy(ability, &remedy);
	if (!strstr(why, text_get(&remedy)))
		text_addf(t, "%24sremedy: %s\n", "", text_get(&remedy));
}

static json_t *finding_to_json(const struct ability *ability, enum finding finding, const char *why)
{
	bool works = finding == FINDING_WORKS;
	CLEANUP(text_done) struct text remedy = TEXT_INIT;
	if (finding == FINDING_FAILS)
		ability_remedy(ability, &remedy);
	return json_pack("{s:s, s:b, s:b, s:b, s:s, s:s, s:s}", "name", ability->name, "works", works, "tried",
		finding != FINDING_NOT_TRIED, "needed", ability->is_needed, "purpose", ability->purpose,
		works ? "detail" : "why", why, "remedy", text_get(&remedy));
}

/* What was found of the ability called @name, among those tried so far. */
static enum finding finding_of(const char *name, const enum finding *findings)
{
	for (size_t i = 0; name && i < n_abilities; i++)
		if (!strcmp(abilities[i].name, name))
			return findings[i];
	return FINDING_WORKS;
}

/* Return: 0, or -errno. */
static int find_out(size_t i, enum finding *findings, char why[static ABILITY_TEXT], struct error *e)
{
	const struct ability *ability = &abilities[i];
	if (finding_of(ability->ground, findings) != FINDING_WORKS) {
		snprintf(why, ABILITY_TEXT, "it needs the %s", ability->ground);
		findings[i] = FINDING_NOT_TRIED;
		return 0;
	}
	int r = ability_try(ability, why, e);
	findings[i] = r > 0 ? FINDING_WORKS : FINDING_FAILS;
	return r < 0 ? r : 0;
}

#define ABILITIES_MAX 32

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
	enum finding findings[ABILITIES_MAX];
	bool can_run = true;
	for (size_t i = 0; i < n_abilities; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		char why[ABILITY_TEXT];
		if (find_out(i, findings, why, &e) < 0) {
			json_decref(array);
			return cli_fail(&e);
		}
		can_run &= findings[i] == FINDING_WORKS || !abilities[i].is_needed;
		add_finding(&abilities[i], findings[i], why, style, &t);
		json_append(array, finding_to_json(&abilities[i], findings[i], why));
	}
	text_addf(&t, "%s\n", can_run ? "This host can run netrepro." : "This host cannot run netrepro.");
	if (json) {
		text_truncate(&t, 0);
		json_write(array, JSON_INDENT(2) | JSON_PRESERVE_ORDER, &t);
		text_add(&t, "\n");
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

// SPDX-License-Identifier: GPL-2.0-or-later
// Options from one table: getopt_long(3), help and suggestions.
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "cli/cli.h"

#define OPTIONS_MAX 32

static void add_option(struct text *t, const struct cli_option *option)
{
	size_t from = t->len;
	if (option->key < OPTION_LONG)
		text_addf(t, "  -%c, --%s", option->key, option->name);
	else
		text_addf(t, "      --%s", option->name);
	if (option->argument)
		text_addf(t, " %s", option->argument);
	text_pad(t, from, 28);
	text_addf(t, " %s\n", option->help);
}

static int print_help(const struct command *command)
{
	static const struct cli_option help = {'h', "help", NULL, "this text"};
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_addf(&t, "netrepro %s: %s\n\nUsage: netrepro %s [OPTION…]%s%s\n", command->name, command->summary,
		command->name, command->arguments ? " " : "", command->arguments ? command->arguments : "");
	if (command->description)
		text_addf(&t, "\n%s", command->description);
	text_add(&t, "\n");
	for (size_t i = 0; i < command->n_options; i++)
		add_option(&t, &command->options[i]);
	add_option(&t, &help);
	text_addf(&t, "\nExample: netrepro %s\n", command->example);
	return cli_print(&t);
}

static const struct cli_option *find_option(const struct command *command, int key)
{
	for (size_t i = 0; i < command->n_options; i++)
		if (command->options[i].key == key)
			return &command->options[i];
	return NULL;
}

static int unknown_option(const struct command *command, const char *word, struct error *e)
{
	CLEANUP(cleanup_free) char *name = strdup(word + strspn(word, "-"));
	if (!name)
		return error_no_memory(e);
	name[strcspn(name, "=")] = '\0';
	struct suggestion near = SUGGESTION_FOR(name);
	suggestion_consider(&near, "help");
	for (size_t i = 0; i < command->n_options; i++)
		suggestion_consider(&near, command->options[i].name);
	char hint[128] = "";
	if (near.best)
		snprintf(hint, sizeof hint, " (did you mean '--%s'?)", near.best);
	return error_set(e, ERROR_USAGE, EINVAL, "netrepro %s has no option '%.*s'%s; `netrepro %s --help` lists them",
		command->name, (int)strcspn(word, "="), word, hint, command->name);
}

/* What getopt_long() refused: an option that is not there, or one whose argument is missing or too many. */
static int refused_option(const struct command *command, int how, char **argv, struct error *e)
{
	const struct cli_option *option = optopt ? find_option(command, optopt) : NULL;
	const char *word = argv[optind > 0 ? optind - 1 : 0];
	if (how == ':' && option)
		return error_set(e, ERROR_USAGE, EINVAL, "--%s needs an argument: --%s %s", option->name, option->name,
			option->argument);
	if (option && !option->argument)
		return error_set(e, ERROR_USAGE, EINVAL, "--%s takes no argument", option->name);
	char letter[3] = {'-', (char)optopt, '\0'};
	return unknown_option(command, optopt && optopt < OPTION_LONG ? letter : word, e);
}

int cli_options(const struct command *command, int argc, char **argv,
	int (*set)(void *context, int key, const char *argument, struct error *e), void *context, int *ret_status)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct option options[OPTIONS_MAX + 2] = {{"help", no_argument, NULL, 'h'}};
	CLEANUP(text_done) struct text letters = TEXT_INIT;
	text_add(&letters, ":h");
	for (size_t i = 0; i < command->n_options && i < OPTIONS_MAX; i++) {
		const struct cli_option *option = &command->options[i];
		options[1 + i] = (struct option){
			option->name, option->argument ? required_argument : no_argument, NULL, option->key};
		if (option->key < OPTION_LONG)
			text_addf(&letters, "%c%s", option->key, option->argument ? ":" : "");
	}
	opterr = 0;
	optind = 1;
	int key, r = 0;
	while (r == 0 && (key = getopt_long(argc, argv, text_get(&letters), options, NULL)) != -1) {
		if (key == 'h') {
			*ret_status = print_help(command);
			return -1;
		}
		r = key == '?' || key == ':' ? refused_option(command, key, argv, &e) : set(context, key, optarg, &e);
	}
	if (r == 0)
		return optind;
	*ret_status = cli_fail(&e);
	return -1;
}

int cli_number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *ret, struct error *e)
{
	char *end = NULL;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number < least || number > most)
		return error_set(e, ERROR_USAGE, EINVAL, "--%s: '%s' is no number from %" PRIu64 " to %" PRIu64, option,
			text, least, most);
	*ret = number;
	return 0;
}

int cli_no_arguments(const struct command *command, int argc, char **argv, int first)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (first >= argc)
		return STATUS_OK;
	error_set(&e, ERROR_USAGE, EINVAL, "netrepro %s takes no argument here: what is '%s'?", command->name,
		argv[first]);
	return cli_fail(&e);
}

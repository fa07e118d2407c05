// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro: which setting decided what TCP just did?
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "cli/cli.h"

static const struct command *const commands[] = {
	&command_run, &command_explain, &command_show, &command_diff, &command_claims, &command_lab, &command_check,
	&command_list, &command_doctor};

static const char *program = "netrepro";

const char *cli_program(void)
{
	return program;
}

static int print_help(void)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_add(&t, "netrepro: which setting decided what TCP just did?\n\n"
		     "Runs a real server and a real client in throwaway network namespaces, over\n"
		     "every combination of the options in question, and says which of them decided\n"
		     "the outcome, by what law, and whether what people claim is so.\n\n"
		     "Usage: netrepro COMMAND [OPTION…] …\n\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		size_t from = t.len;
		text_addf(&t, "  %s", commands[i]->name);
		text_pad(&t, from, 11);
		text_addf(&t, "%s\n", commands[i]->summary);
	}
	text_add(&t, "\n`netrepro COMMAND --help` says more of one; so does `man netrepro`.\n"
		     "Exit status: 0 all as expected; 1 some cell or claim is not; 2 the scenario or\n"
		     "the command line is wrong; 3 this host cannot run it; 4 netrepro itself\n"
		     "failed; 128 and N where signal N ended it (130: Ctrl-C).\n\n"
		     "Example: netrepro run scenarios/server-restart.yaml\n");
	return cli_print(&t);
}

static int unknown_command(const char *name)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct suggestion near = SUGGESTION_FOR(name);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		suggestion_consider(&near, commands[i]->name);
	error_set(&e, ERROR_USAGE, 0, "there is no command '%s'%s; `netrepro --help` lists them", name,
		suggestion_phrase(&near));
	return cli_fail(&e);
}

int main(int argc, char **argv)
{
	if (argc > 0)
		program = argv[0];
	if (argc < 2) {
		print_help();
		return STATUS_USAGE;
	}
	const char *name = argv[1];
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help"))
		return print_help();
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		puts("netrepro " NETREPRO_VERSION);
		return STATUS_OK;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(name, commands[i]->name))
			return commands[i]->run(commands[i], argc - 1, argv + 1);
	return unknown_command(name);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands share: their table row, options from one table, exit statuses, where scenarios are found. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "model/scenario.h"
#include "report/summary.h"

enum exit_status {
	STATUS_OK = 0,       /* all as expected */
	STATUS_DIFFERS = 1,  /* some cell is not */
	STATUS_USAGE = 2,    /* the scenario or the command line is wrong */
	STATUS_HOST = 3,     /* this host cannot run it */
	STATUS_HARNESS = 4,  /* netrepro itself failed */
	STATUS_SIGNAL = 128, /* and the number of the signal: as shells say it */
};

struct cli_option {
	int key;              /* its short letter, or a number from OPTION_LONG on where it has none */
	const char *name;     /* without the dashes */
	const char *argument; /* its name in the help; NULL where it takes none */
	const char *help;
};
#define OPTION_LONG 256

struct command {
	const char *name;
	const char *arguments; /* "SCENARIO…" */
	const char *summary;
	const char *description; /* some lines; NULL for none */
	const struct cli_option *options;
	size_t n_options;
	const char *example;                                              /* behind "netrepro " */
	int (*run)(const struct command *command, int argc, char **argv); /* returns the exit status */
};

extern const struct command command_run, command_explain, command_show, command_diff, command_check, command_list,
	command_doctor,
	command_lab, command_claims;

/* cli_program() - how this program was called. */
const char *cli_program(void);

/**
 * cli_options() - read the options of a command
 * @set: called with each option's key and argument; returns 0 or -errno with an error
 * @ret_status: the exit status where the command is not to go on
 *
 * Options may stand anywhere; `--help` is known to every command. What remains of @argv are its arguments.
 * Return: the index of the first argument; or -1: end with *@ret_status, all is said.
 */
int cli_options(const struct command *command, int argc, char **argv,
	int (*set)(void *context, int key, const char *argument, struct error *e), void *context, int *ret_status);

/* cli_no_arguments() - refuse what stands behind the options of a command that takes none. Return: the exit status. */
int cli_no_arguments(const struct command *command, int argc, char **argv, int first);

/* cli_fail() - print an error. Return: the exit status by its kind. */
int cli_fail(const struct error *e);

/* cli_number() - an option's argument as a number from @least to @most. */
int cli_number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *ret, struct error *e);

/* cli_has_colour() - whether @fd is a terminal that wants colour (NO_COLOR is not set, TERM is not dumb). */
bool cli_has_colour(int fd);

/* cli_print() - @t to standard output. Return: STATUS_OK, or STATUS_HARNESS when it could not be written. */
int cli_print(const struct text *t);

/* cli_print_summary() - in a format, with colour where the terminal wants it. Return: an exit status, as cli_print().
 */
int cli_print_summary(const struct format *format, const struct summary *summary, bool brief);

struct paths {
	char **all;      /* owned, each */
	bool *in_folder; /* found in a folder, and not named */
	size_t n;
};
#define PATHS_INIT ((struct paths){.all = NULL})

/**
 * paths_add() - the scenario files that an argument names
 * @argument: a file; a folder, whose *.yaml files are meant, sorted; or the bare name of a scenario of the project
 */
int paths_add(struct paths *paths, const char *argument, struct error *e);

/* paths_add_own() - all scenarios of the project: of the checkout where there is one, otherwise the installed ones. */
int paths_add_own(struct paths *paths, struct error *e);
void paths_done(struct paths *paths);

#define MAX_CELLS_DEFAULT 100000

#endif

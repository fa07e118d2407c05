// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro lab: one cell, left standing, to be walked through.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/suggest.h"
#include "cli/allow_exec.h"
#include "cli/cli.h"
#include "cli/lab_pane.h"
#include "cli/lab_session.h"
#include "cli/selection.h"
#include "model/plan.h"
#include "model/results.h"

enum { OPTION_SET = OPTION_LONG, OPTION_CELL, OPTION_UNTIL, OPTION_PLAIN, OPTION_ALLOW_EXEC };

static const struct cli_option options[] = {
	{OPTION_SET, "set", "FACTOR=LEVEL,…", "a cell with these levels; repeatable"},
	{OPTION_CELL, "cell", "ID", "this cell"},
	{OPTION_UNTIL, "until", "N|all", "make the steps up to number N first"},
	{OPTION_PLAIN, "plain", NULL, "one terminal, without the panes of tmux"},
	{OPTION_ALLOW_EXEC, "allow-exec", NULL, "let the scenario start programs of this host"},
};

#define ABOUT_COLUMNS 78

struct lab_options {
	const char *sets[SELECTION_SETS_MAX];
	size_t n_sets;
	uint64_t cell, until;
	bool plain, allow_exec;
	char **command; /* behind `--`: the actor, then the command; NULL: there is no `--` */
};

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct lab_options *o = context;
	switch (key) {
	case OPTION_SET:
		return selection_add_set(o->sets, &o->n_sets, argument, e);
	case OPTION_CELL:
		return cli_number("cell", argument, 0, UINT64_MAX - 1, &o->cell, e);
	case OPTION_PLAIN:
		o->plain = true;
		return 0;
	case OPTION_ALLOW_EXEC:
		o->allow_exec = true;
		return 0;
	case OPTION_UNTIL:
		o->until = SIZE_MAX;
		if (strcmp(argument, "all") != 0 && cli_number("until", argument, 0, UINT32_MAX, &o->until, NULL) < 0)
			return error_set(e, ERROR_USAGE, EINVAL,
				"--until: '%s' is neither the number of a step nor all", argument);
		return 0;
	}
	return 0;
}

/* Who is to make the command, and whether that many steps are there, before anything is made. */
static int check_plan(const struct lab_options *o, const struct plan *plan, const char *path, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(o->command ? o->command[0] : "");
	CLEANUP(text_done) struct text names = TEXT_INIT;
	bool is_there = !o->command;
	for (size_t i = 0; i < plan->n_actors; i++) {
		is_there = is_there || !strcmp(plan->actors[i].name, o->command[0]);
		suggestion_consider(&near, plan->actors[i].name);
		text_addf(&names, "%s%s", i ? ", " : "", plan->actors[i].name);
	}
	if (!is_there)
		return error_set(e, ERROR_USAGE, ENOENT, "the scenario has no actor '%s'%s; it has: %s", o->command[0],
			suggestion_phrase(&near), text_get(&names));
	if (o->until != SIZE_MAX && o->until > plan->n_steps)
		return error_set(e, ERROR_USAGE, ERANGE,
			"--until: cell %" PRIu64 " has %zu steps, and no step %" PRIu64
			" (`netrepro run --dry-run --cell %" PRIu64 " %s` lists them, --until all makes them all)",
			plan->cell, plan->n_steps, o->until, plan->cell, path);
	return 0;
}

/* Whose cell this is, and that it is one of several. */
static void describe(const struct scenario *s, const struct plan *plan, size_t n_cells, struct text *t)
{
	CLEANUP(text_done) struct text levels = TEXT_INIT;
	plan_levels_text(s, plan->levels, &levels);
	text_addf(t, "cell %" PRIu64 " of %s", plan->cell, s->name);
	if (n_cells > 1)
		text_addf(t, ", the first of %zu (--set FACTOR=LEVEL chooses another)", n_cells);
	text_add(t, "\n");
	if (!levels.len)
		return;
	size_t from = t->len;
	text_add(t, "  ");
	text_wrap(t, from, text_get(&levels), 2, ABOUT_COLUMNS);
	text_add(t, "\n");
}

static int lab_of_cell(const struct lab_options *o, const struct scenario *s, const struct schedule *schedule)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(text_done) struct text about = TEXT_INIT;
	int r = plan_make(&plan, s, schedule->cells[0], &e);
	if (r == 0)
		r = check_plan(o, &plan, s->path, &e);
	if (r < 0)
		return cli_fail(&e);
	if (s->question)
		text_addf(&about, "%s\n", s->question);
	describe(s, &plan, schedule->n_cells, &about);
	text_add(&about, "`help` lists what there is to be done.\n");
	const struct lab_session session = {
		.scenario = s,
		.cell = plan.cell,
		.until = o->until,
		.plain = o->plain,
		.actor = o->command ? o->command[0] : NULL,
		.command = o->command ? o->command + 1 : NULL,
		.about = text_get(&about),
	};
	if (o->command && schedule->n_cells > 1) {
		CLEANUP(text_done) struct text which = TEXT_INIT;
		describe(s, &plan, schedule->n_cells, &which);
		fprintf(stderr, "netrepro: %s", text_get(&which));
	}
	return lab_session_run(&session);
}

static int read_one(const char *argument, struct scenario **ret, struct error *e)
{
	CLEANUP(paths_done) struct paths paths = PATHS_INIT;
	int r = paths_add(&paths, argument, e);
	if (r == 0 && paths.n != 1)
		r = error_set(
			e, ERROR_USAGE, EINVAL, "%s holds %zu scenarios: a lab is of one of them", argument, paths.n);
	return r < 0 ? r : scenario_read_file(paths.all[0], verb_vocabulary(), UINT32_MAX, ret, e);
}

static int lab(const struct lab_options *o, const char *argument)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(schedule_done) struct schedule schedule = {.cells = NULL};
	struct conditions restriction = {.all = NULL};
	const struct selection selection = {.sets = o->sets, .n_sets = o->n_sets, .cell = o->cell, .replicates = 1};
	int r = read_one(argument, &s, &e);
	if (r == 0 && s->program && !o->allow_exec)
		r = allow_exec_refuse(s, &e);
	if (r == 0)
		r = selection_make(&selection, s, &arena, &restriction, &schedule, &e);
	return r < 0 ? cli_fail(&e) : lab_of_cell(o, s, &schedule);
}

/* A pane of a lab that is there: how the lab calls this program, and nobody else. */
static int run_pane(int argc, char **argv)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (argc == 3 && !strcmp(argv[2], LAB_PANE_WALKER))
		return lab_pane_walker();
	if (argc == 3 && !strcmp(argv[2], LAB_PANE_STATES))
		return lab_pane_states();
	if (argc == 4 && !strcmp(argv[2], LAB_PANE_ACTOR))
		return lab_pane_actor(argv[3]);
	error_set(&e, ERROR_USAGE, EINVAL, "--pane is for the panes of a lab alone");
	return cli_fail(&e);
}

/* What stands behind `--` is the command's own, its options too. Return: how many words stand in front of it. */
static int cut_command(int argc, char **argv, struct lab_options *o)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--")) {
			o->command = argv + i + 1;
			argv[i] = NULL;
			return i;
		}
	return argc;
}

static int run(const struct command *command, int argc, char **argv)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct lab_options o = {.cell = RUN_ALL_CELLS};
	int status;
	if (argc > 1 && !strcmp(argv[1], "--pane"))
		return run_pane(argc, argv);
	argc = cut_command(argc, argv, &o);
	int first = cli_options(command, argc, argv, set_option, &o, &status);
	if (first < 0)
		return status;
	if (argc == first)
		error_set(&e, ERROR_USAGE, 0,
			"which scenario? `netrepro lab SCENARIO`: a file, or the name of one that `netrepro list` "
			"lists");
	else if (argc - first > 1)
		error_set(&e, ERROR_USAGE, 0,
			"one scenario at a time: what is '%s'? (a command of an actor stands behind `--`)",
			argv[first + 1]);
	else if (o.command && (!o.command[0] || !o.command[1]))
		error_set(&e, ERROR_USAGE, 0,
			"behind `--` stand an actor and a command: `netrepro lab %s -- server ss -tan`", argv[first]);
	else
		return lab(&o, argv[first]);
	return cli_fail(&e);
}

const struct command command_lab = {
	.name = "lab",
	.arguments = "SCENARIO [-- ACTOR COMMAND…]",
	.summary = "walk through one cell: a shell for each actor, states, steps",
	.description = "Builds one cell and leaves it standing: a tmux session with a shell in the\n"
		       "namespace of each actor, the states of the sockets on all sides, and a pane\n"
		       "in which the steps are made one by one. All of it is gone at its end. With\n"
		       "ACTOR COMMAND: that alone is run, in the namespace of the actor.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "lab scenarios/server-restart.yaml --until 15 -- server ss -tan",
	.run = run,
};

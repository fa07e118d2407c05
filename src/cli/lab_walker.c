// SPDX-License-Identifier: GPL-2.0-or-later
// The one who walks a lab's steps: a line from the standard input is a command, and most are a request to the lab.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/lab_child.h"
#include "cli/lab_pane.h"

struct walker {
	struct lab_view view;
	struct text next;  /* the step that is next, in words; empty: none */
	bool has_terminal; /* someone types: prompts are drawn */
	bool is_over;
	int status;
};

struct walker_command {
	const char *name, *arguments;
	const char *help; /* NULL: a second name, which nobody needs to be told */
	int (*run)(struct walker *w, char *arguments, struct error *e);
};

/* Show what comes until the lab is ready for the next request. Where it has gone, this is over. */
static int hear(struct walker *w, struct error *e)
{
	for (;;) {
		struct lab_message message;
		int r = lab_receive(w->view.lab, &message, e);
		if (r <= 0) {
			w->is_over = true;
			return r;
		}
		lab_view_take(&w->view, &message);
		lab_message_close(&message);
		if (message.kind == LAB_TEXT) {
			fputs(message.payload, stdout);
			fflush(stdout);
		}
		if (message.kind == LAB_READY) {
			text_truncate(&w->next, 0);
			text_add(&w->next, message.payload);
			return 0;
		}
	}
}

static int ask(struct walker *w, enum lab_request_what what, size_t until, struct error *e)
{
	struct lab_request request;
	memset(&request, 0, sizeof request);
	request.what = what;
	request.until = until;
	lab_send(w->view.lab, LAB_REQUEST, &request, sizeof request, NULL, 0); /* where it has gone, hear() is told */
	return hear(w, e);
}

static int refuse_arguments(const char *name, const char *arguments, struct error *e)
{
	return *arguments ? error_set(e, ERROR_USAGE, EINVAL, "`%s` takes no argument: what is '%s'?", name, arguments)
			  : 0;
}

static int run_next(struct walker *w, char *arguments, struct error *e)
{
	int r = refuse_arguments("next", arguments, e);
	return r < 0 ? r : ask(w, LAB_ADVANCE, 0, e);
}

static int run_run(struct walker *w, char *arguments, struct error *e)
{
	char *end = NULL;
	if (!*arguments)
		return ask(w, LAB_ADVANCE, SIZE_MAX, e);
	errno = 0;
	unsigned long until = strtoul(arguments, &end, 10);
	if (*arguments < '1' || *arguments > '9' || *end || errno)
		return error_set(e, ERROR_USAGE, EINVAL,
			"`run` takes the number of the last step to be made, or nothing: what is '%s'?", arguments);
	return ask(w, LAB_ADVANCE, until, e);
}

static int run_restart(struct walker *w, char *arguments, struct error *e)
{
	int r = refuse_arguments("restart", arguments, e);
	return r < 0 ? r : ask(w, LAB_RESTART, 0, e);
}

static int run_list(struct walker *w, char *arguments, struct error *e)
{
	int r = refuse_arguments("list", arguments, e);
	return r < 0 ? r : ask(w, LAB_LIST, 0, e);
}

static int run_states(struct walker *w, char *arguments, struct error *e)
{
	int r = refuse_arguments("states", arguments, e);
	return r < 0 ? r : lab_states_print(&w->view, e);
}

static int run_shell(struct walker *w, char *arguments, struct error *e)
{
	static char sh[] = "/bin/sh", dash_c[] = "-c";
	char *command = arguments + strcspn(arguments, " \t");
	if (*command) {
		*command++ = '\0';
		command += strspn(command, " \t");
	}
	if (!*arguments)
		return error_set(e, ERROR_USAGE, EINVAL, "whose shell? `shell %s`", w->view.places.actors[0].name);
	const struct lab_actor *actor = lab_view_find(&w->view, arguments, e);
	if (!actor)
		return -ENOENT;
	char *argv[] = {sh, dash_c, command, NULL};
	const struct lab_child child = {
		.namespace = w->view.namespaces[actor->namespace],
		.home = -1,
		.actor = actor->name,
		.command = *command ? argv : NULL,
		.foreground = lab_child_has_terminal(),
	};
	pid_t pid = lab_child_start(&child, e);
	if (pid < 0)
		return pid;
	int status = lab_child_wait(pid, child.foreground);
	if (status && *command)
		printf("(exit status %d)\n", status);
	return 0;
}

static int run_quit(struct walker *w, char *arguments, struct error *e)
{
	int r = refuse_arguments("quit", arguments, e);
	w->is_over = r == 0;
	return r;
}

static int run_help(struct walker *w, char *arguments, struct error *e);

static const struct walker_command commands[] = {
	{"next", "", "make the next step; so does an empty line", run_next},
	{"run", " [N]", "make all steps that are left, or those up to number N", run_run},
	{"restart", "", "make the cell anew: new namespaces, no step is made", run_restart},
	{"list", "", "list the steps, and what those that are made came out as", run_list},
	{"states", "", "show the states of the sockets on all sides", run_states},
	{"shell", " ACTOR [COMMAND]", "a shell in the namespace of an actor, or one command", run_shell},
	{"help", "", "this text", run_help},
	{"quit", "", "end the lab; all of it is gone then", run_quit},
	{"exit", "", NULL, run_quit},
};
#define N_COMMANDS (sizeof commands / sizeof *commands)

static int run_help(struct walker *w, char *arguments, struct error *e)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	(void)w;
	int r = refuse_arguments("help", arguments, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < N_COMMANDS; i++) {
		size_t from = t.len;
		if (!commands[i].help)
			continue;
		text_addf(&t, "  %s%s", commands[i].name, commands[i].arguments);
		text_pad(&t, from, 25);
		text_addf(&t, "%s\n", commands[i].help);
	}
	text_add(&t, "The beginning of a command will do where no other begins so.\n");
	cli_print(&t);
	return 0;
}

/* By its name, or by the beginning of the only one that begins so. */
static const struct walker_command *find_command(const char *word, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(word);
	const struct walker_command *found = NULL;
	CLEANUP(text_done) struct text several = TEXT_INIT;
	for (size_t i = 0; i < N_COMMANDS; i++) {
		const char *name = commands[i].name;
		if (!strcmp(name, word))
			return &commands[i];
		suggestion_consider(&near, name);
		if (strncmp(name, word, strlen(word)) != 0)
			continue;
		text_addf(&several, "%s%s", found ? " or " : "", name);
		found = found ? &commands[N_COMMANDS] : &commands[i];
	}
	if (found && found < &commands[N_COMMANDS])
		return found;
	if (found)
		error_set(e, ERROR_USAGE, EINVAL, "'%s' may be %s", word, text_get(&several));
	else
		error_set(e, ERROR_USAGE, EINVAL, "there is no command '%s'%s; `help` lists them", word,
			suggestion_phrase(&near));
	return NULL;
}

/* Of what is piped in, no more than the line is taken: a shell may want to read the next. Return: whether one is there.
 */
static bool read_line(struct text *line)
{
	char c;
	ssize_t n;
	text_truncate(line, 0);
	while ((n = read(STDIN_FILENO, &c, 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (c == '\n')
			return true;
		text_add_bytes(line, &c, 1);
	}
	return line->len;
}

static void take_line(struct walker *w, const char *text)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_free) char *line = strdup(text);
	if (!line)
		return;
	char *word = line + strspn(line, " \t");
	for (size_t len = strlen(word); len && strchr(" \t\r", word[len - 1]); len--)
		word[len - 1] = '\0';
	char *arguments = word + strcspn(word, " \t");
	if (*arguments) {
		*arguments++ = '\0';
		arguments += strspn(arguments, " \t");
	}
	if (*word == '#') /* a remark in a script */
		return;
	const struct walker_command *command = *word ? find_command(word, &e) : &commands[0];
	int r = command ? command->run(w, arguments, &e) : -EINVAL;
	if (r < 0) {
		int status = cli_fail(&e);
		if (!w->has_terminal && status > w->status)
			w->status = status;
	}
}

int lab_pane_walker(void)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text line = TEXT_INIT;
	struct walker w = {.has_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
	signal(SIGTSTP, SIG_IGN); /* there is nobody who could bring it back */
	int r = lab_view_open(&w.view, &e);
	if (r == 0) {
		lab_send(w.view.lab, LAB_WALKER, NULL, 0, NULL, 0);
		r = hear(&w, &e);
	}
	while (r == 0 && !w.is_over) {
		if (w.has_terminal) {
			printf("%s%s> ", w.next.len ? "next is " : "the cell is over", text_get(&w.next));
			fflush(stdout);
		}
		if (!read_line(&line))
			break;
		take_line(&w, text_get(&line));
	}
	text_done(&w.next);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_set(&e, ERROR_HARNESS, EIO, "cannot write to the standard output: not all is there");
	return r < 0 ? cli_fail(&e) : w.status;
}

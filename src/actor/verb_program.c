// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs for real programs: exec, signal, wait, until-listening.
 *
 * Nothing here waits by time alone but until-listening, as the kernel tells nobody that a socket listens: it asks again
 * and again, soon at first. A program that has ended while it was waited for says so at once.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "actor/look.h"
#include "actor/settle.h"
#include "actor/verb.h"
#include "base/cleanup.h"

static int file_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	if (strpbrk(ret->text, "'\""))
		return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no program: quotes are for its arguments", ret->text);
	return 0;
}

static int arguments_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	struct program_command command;
	int r = program_command_split("", ret->text, &command, e);
	program_command_done(&command);
	return r;
}

static const struct word_kind word_file = {.what = "a program", .parse = file_parse};
static const struct word_kind word_arguments = {.what = "arguments", .takes_rest = true, .parse = arguments_parse};

/* The folder of the scenario's file. Owned by the caller; NULL when memory is out. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
}

static int start(struct step_run *run, struct error *e)
{
	const struct word *words = run->step->words;
	CLEANUP(program_command_done) struct program_command command = {.buffer = NULL};
	int r = program_command_split(words[1].text, words[2].text, &command, e);
	if (r == 0)
		command.folder = folder_of(run->testbed->path);
	if (r == 0 && !command.folder)
		r = error_no_memory(e);
	if (r == 0)
		r = testbed_enter(run->testbed, run->actor->in, e);
	return r < 0 ? r : program_start(&run->testbed->programs, &command, &step_socket(run, 0)->program, e);
}

static enum step_status run_exec(struct step_run *run, struct error *e)
{
	struct program **program = &step_socket(run, 0)->program;
	const char *file = run->step->words[1].text;
	int errnum, fd;
	if (!run->phase++ && start(run, e) < 0)
		return STEP_FAILED;
	int r = program_has_begun(*program, &errnum, &fd, e);
	if (r == 0 && !run->expired)
		return step_wait(run, fd, EPOLLIN);
	if (r > 0 && !errnum) {
		run->testbed->n_loose_connects++;
		return step_ok(run);
	}
	program_forget(&run->testbed->programs, TAKE_POINTER(*program));
	if (r == 0) /* the deadline: the kernel has not come so far */
		return step_wait(run, -1, 0);
	if (r < 0)
		return STEP_FAILED;
	if (errnum != ENOENT)
		return step_errno(run, errnum);
	if (strchr(file, '/'))
		error_set(e, ERROR_ABSENT, ENOENT,
			"the program '%s' is not there (a relative path is one from the folder of the scenario; and "
			"what lies in /tmp itself is not to be seen), or what its first line names is not",
			file);
	else
		error_set(e, ERROR_ABSENT, ENOENT, "the program '%s' is not installed: it is not in the PATH", file);
	return STEP_FAILED;
}

VERB(exec) = {
	.syntax =
		{
			.name = "exec",
			.usage = "exec NAME PROGRAM [ARGUMENT…]",
			.help = "start a program of the host's in the namespace; run --allow-exec",
			.words = {&word_new_program, &word_file, &word_arguments},
			.n_required = 2,
			.starts_program = true,
		},
	.run = run_exec,
};

/* "SIGTERM". Return: its number; 0 for none. */
static int signal_number(const char *name)
{
	for (int i = 1; i < _NSIG; i++) {
		const char *abbreviation = sigabbrev_np(i);
		if (abbreviation && !strncmp(name, "SIG", 3) && !strcmp(abbreviation, name + 3))
			return i;
	}
	return 0;
}

/* "TERM", "sigterm": what was meant. Return: whether that can be told. */
static bool mend_signal(const char *text, char ret[static PROGRAM_ENDING_TEXT])
{
	for (int i = 1; i < _NSIG; i++) {
		const char *name = sigabbrev_np(i);
		const char *own = !strncasecmp(text, "SIG", 3) ? text + 3 : text;
		if (name && !strcasecmp(name, own)) {
			snprintf(ret, PROGRAM_ENDING_TEXT, "SIG%s", name);
			return true;
		}
	}
	return false;
}

static int signal_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	char meant[PROGRAM_ENDING_TEXT];
	ret->number = signal_number(ret->text);
	if (ret->number)
		return 0;
	if (mend_signal(ret->text, meant))
		return error_set(e, ERROR_USAGE, EINVAL, "unknown signal '%s' (did you mean '%s'?)", ret->text, meant);
	return error_set(
		e, ERROR_USAGE, EINVAL, "unknown signal '%s': it is SIGTERM, SIGKILL, SIGINT … (signal(7))", ret->text);
}

static const struct word_kind word_signal = {.what = "a signal", .parse = signal_parse};

static enum step_status run_signal(struct step_run *run, struct error *e)
{
	(void)e;
	int errnum = program_signal(step_program(run), (int)run->step->words[1].number);
	return errnum ? step_errno(run, errnum) : step_ok(run);
}

VERB(signal) = {
	.syntax =
		{
			.name = "signal",
			.usage = "signal PROGRAM SIGNAL",
			.help = "send a program a signal, such as SIGTERM",
			.words = {&word_program, &word_signal},
			.n_required = 2,
		},
	.run = run_signal,
};

#define EXIT_PREFIX "exit-"
#define ENDING_ANY "any"
#define EXIT_MAX 255

/* exit-N, or the name of a signal. */
static int check_ending(const char *outcome, struct error *e)
{
	long long number;
	char meant[PROGRAM_ENDING_TEXT];
	if (!strncmp(outcome, EXIT_PREFIX, strlen(EXIT_PREFIX)) &&
		word_parse_number(outcome + strlen(EXIT_PREFIX), 0, EXIT_MAX, &number, NULL) == 0)
		return 0;
	if (signal_number(outcome))
		return 0;
	if (mend_signal(outcome, meant))
		return error_set(
			e, ERROR_USAGE, EINVAL, "never comes out as '%s' (did you mean '%s'?)", outcome, meant);
	return error_set(e, ERROR_USAGE, EINVAL,
		"never comes out as '%s', but as exit-0 to exit-255 or the name of a signal", outcome);
}

static int check_wait(const char *outcome, struct error *e)
{
	return strcmp(outcome, "timeout") ? check_ending(outcome, e) : 0;
}

static int ending_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	if (!strcmp(ret->text, ENDING_ANY) || check_ending(ret->text, NULL) == 0)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL,
		"'%s' is no end of a program: it is exit-0 to exit-255, the name of a signal or " ENDING_ANY,
		ret->text);
}

static const struct word_kind word_ending = {.what = "the end of a program", .parse = ending_parse};

static enum step_status run_wait(struct step_run *run, struct error *e)
{
	char ending[PROGRAM_ENDING_TEXT], what[2 * PROGRAM_ENDING_TEXT];
	const char *wanted = run->step->words[1].text ? run->step->words[1].text : EXIT_PREFIX "0";
	int fd;
	if (!program_has_ended(step_program(run), ending, &fd))
		return step_wait(run, fd, EPOLLIN);
	if (step_is_measured(run))
		return step_observed(run, "%s", ending);
	if (!strcmp(wanted, ENDING_ANY) || !strcmp(wanted, ending))
		return step_ok(run);
	snprintf(what, sizeof what, "gave %s", ending);
	return step_let_down(run, what, e);
}

VERB(wait) = {
	.syntax =
		{
			.name = "wait",
			.usage = "wait PROGRAM [exit-N|SIGNAL|any]",
			.help = "wait for the end of a program, and record it: exit-0, SIGTERM",
			.words = {&word_program, &word_ending},
			.n_required = 1,
			.never_ok = true,
			.check_outcome = check_wait,
		},
	.run = run_wait,
};

static int port_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	if (word_parse_number(ret->text, 1, UINT16_MAX, &ret->number, NULL) == 0)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no port: it is a number from 1 to 65535", ret->text);
}

static const struct word_kind word_port = {.what = "a port", .parse = port_parse};

static int check_until_listening(const char *outcome, struct error *e)
{
	if (!strcmp(outcome, "ok") || !strcmp(outcome, "timeout") || check_ending(outcome, NULL) == 0)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL,
		"never comes out as '%s', but as ok, timeout, or how the program has ended: exit-1, SIGTERM", outcome);
}

static bool is_listening(const struct tcp_sockets *look, long long port)
{
	for (size_t i = 0; i < look->n; i++)
		if (look->all[i].state == TCP_STATE_LISTEN && look->all[i].local_port == port)
			return true;
	return false;
}

static enum step_status run_until_listening(struct step_run *run, struct error *e)
{
	char ending[PROGRAM_ENDING_TEXT], what[2 * PROGRAM_ENDING_TEXT];
	/* In this order: a program that puts itself into the background ends when it listens, or a moment before. */
	bool has_ended = program_has_ended(step_program(run), ending, NULL);
	if (look_at(run->testbed, run->actor->in, e) < 0)
		return STEP_FAILED;
	if (is_listening(&run->actor->in->look, run->step->words[1].number))
		return step_ok(run);
	bool is_abandoned = has_ended && strcmp(ending, EXIT_PREFIX "0") != 0;
	if (is_abandoned && step_is_measured(run))
		return step_observed(run, "%s", ending);
	if (is_abandoned || (run->expired && !step_is_measured(run))) {
		snprintf(what, sizeof what, "gave %s", is_abandoned ? ending : "timeout");
		return step_let_down(run, what, e);
	}
	return settle_wait(run);
}

VERB(until_listening) = {
	.syntax =
		{
			.name = "until-listening",
			.usage = "until-listening PROGRAM PORT",
			.help = "wait until a TCP socket of the namespace listens on the port",
			.words = {&word_program, &word_port},
			.n_required = 2,
			.check_outcome = check_until_listening,
		},
	.run = run_until_listening,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programs that a user of a lab has run.
 *
 * Each is a process group of its own, which the terminal is handed to while it runs, as by a shell with job control:
 * Ctrl-C is then for it alone. A program in a PID namespace cannot name the group of one outside, so the one that
 * started it has to take the terminal back.
 */
#include "cli/lab_child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cli.h"
#include "net/namespace.h"
#include "run/isolation.h"

#define STATUS_CANNOT_EXECUTE 126 /* as shells say it */
#define STATUS_NOT_FOUND 127

/* Shells that take their prompt from the environment, once they read no file that would set another one. */
static const struct {
	const char *name;
	const char *arguments[3];
} shells[] = {
	{"bash", {"--norc", "--noprofile", "-i"}},
	{"zsh", {"-f", "-i", NULL}},
	{"sh", {"-i", NULL}},
	{"dash", {"-i", NULL}},
	{"ash", {"-i", NULL}},
	{"ksh", {"-i", NULL}},
	{"mksh", {"-i", NULL}},
};
#define SHELL_DEFAULT "/bin/sh"
#define N_SHELLS (sizeof shells / sizeof *shells)

static size_t find_shell(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	size_t i = 0;
	while (i < N_SHELLS && (!slash || strcmp(slash + 1, shells[i].name) != 0))
		i++;
	return i < N_SHELLS && access(path, X_OK) == 0 ? i : N_SHELLS;
}

static void execute_shell(const char *actor)
{
	const char *path = getenv("SHELL");
	size_t shell = find_shell(path);
	if (shell == N_SHELLS) {
		path = SHELL_DEFAULT;
		shell = find_shell(path);
	}
	CLEANUP(text_done) struct text prompt = TEXT_INIT;
	text_addf(&prompt, "%s# ", actor);
	setenv("PS1", text_get(&prompt), 1);
	unsetenv("ENV");            /* a file that is read by an interactive sh */
	unsetenv("PROMPT_COMMAND"); /* of bash: what may set PS1 */
	setenv("HISTFILE", "", 1);  /* what is typed here is not to be found among what the user types elsewhere */
	bool at_terminal = isatty(STDIN_FILENO);
	char *argv[5] = {(char *)(uintptr_t)path};
	for (size_t i = 0; at_terminal && shell < N_SHELLS && i < 3 && shells[shell].arguments[i]; i++)
		argv[1 + i] = (char *)(uintptr_t)shells[shell].arguments[i];
	execv(path, argv);
	fprintf(stderr, "netrepro: cannot run %s: %s\n", path, strerror(errno));
}

/* Never returns. */
static _Noreturn void run_child(const struct lab_child *child)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (child->foreground) {
		setpgid(0, 0);
		lab_terminal_take();
	}
	static const int defaults[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGTTOU, SIGPIPE};
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		signal(defaults[i], SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int r = child->home >= 0 ? namespace_enter(child->home, &e) : 0;
	if (r == 0 && child->namespace >= 0)
		r = isolation_enter_network(child->namespace, &e);
	if (r < 0)
		_exit(cli_fail(&e));
	if (!child->command) {
		execute_shell(child->actor);
		_exit(STATUS_CANNOT_EXECUTE);
	}
	execvp(child->command[0], child->command);
	int errnum = errno;
	fprintf(stderr, "netrepro: cannot run '%s': %s\n", child->command[0], strerror(errnum));
	_exit(errnum == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE);
}

/*
 * Not where the standard output is a pipe: the one at its other end, a pager, may want the terminal as well, and is in
 * the group of those who stand in the pipeline. Nor where the own group has no number here, so that the terminal could
 * not be taken back.
 */
bool lab_child_has_terminal(void)
{
	struct stat output;
	bool is_piped = fstat(STDOUT_FILENO, &output) == 0 && S_ISFIFO(output.st_mode);
	return isatty(STDIN_FILENO) && !is_piped && getpgrp() > 0 && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

pid_t lab_child_start(const struct lab_child *child, struct error *e)
{
	pid_t pid = fork();
	if (pid == 0)
		run_child(child);
	if (pid < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot start a process of the lab");
	if (child->foreground)
		setpgid(pid, pid); /* whoever is first: the child, or this one, which may want to signal the group */
	return pid;
}

void lab_terminal_take(void)
{
	void (*before)(int) = signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(STDIN_FILENO, getpgrp());
	signal(SIGTTOU, before);
}

int lab_child_wait(pid_t pid, bool foreground)
{
	int status;
	for (;;) {
		pid_t r = waitpid(pid, &status, foreground ? WUNTRACED : 0);
		if (r < 0 && errno != EINTR)
			return STATUS_HARNESS;
		if (r < 0)
			continue;
		if (!WIFSTOPPED(status))
			break;
		kill(-pid, SIGCONT); /* there is nobody here who could bring it back */
	}
	if (foreground)
		lab_terminal_take();
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pane of an actor: a shell in its namespace, and another one in the new namespace when the cell was made anew.
 *
 * The namespaces of a cell are gone when nobody is in them and nobody has a descriptor of them, so the shell in the old
 * one is ended, with what it has in the foreground.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cli.h"
#include "cli/lab_child.h"
#include "cli/lab_pane.h"

#define HANGUP_PATIENCE_MS 500 /* for a shell that ignores SIGHUP */

static pid_t start_shell(const struct lab_view *view, const char *name, struct error *e)
{
	const struct lab_actor *actor = lab_view_find(view, name, e);
	if (!actor)
		return -ENOENT;
	const struct lab_child child = {
		.namespace = view->namespaces[actor->namespace],
		.home = -1,
		.actor = actor->name,
		.foreground = lab_child_has_terminal(),
	};
	return lab_child_start(&child, e);
}

/* Wait for the end of the shell, or for what the lab says. Return: 1 for the latter, 0 for the former. */
static int await(int child_fd, int lab)
{
	struct pollfd polled[] = {{.fd = child_fd, .events = POLLIN}, {.fd = lab, .events = POLLIN}};
	while (poll(polled, 2, -1) < 0 && errno == EINTR)
		;
	return polled[1].revents != 0;
}

/* As when its terminal is closed. The foreground of the terminal may be a group of the shell's making. */
static void end_shell(pid_t shell, int shell_fd)
{
	pid_t foreground = tcgetpgrp(STDIN_FILENO);
	struct pollfd polled = {.fd = shell_fd, .events = POLLIN};
	if (foreground > 0 && foreground != getpgrp() && foreground != shell) {
		kill(-foreground, SIGHUP);
		kill(-foreground, SIGCONT);
	}
	kill(-shell, SIGHUP);
	kill(-shell, SIGCONT);
	if (poll(&polled, 1, HANGUP_PATIENCE_MS) == 0)
		kill(-shell, SIGKILL);
}

/* Return: 1 where there are new places, 0 where the shell has ended, -errno where all is over. */
static int take_message(struct lab_view *view, struct error *e)
{
	struct lab_message message;
	int r = lab_receive(view->lab, &message, e);
	if (r <= 0)
		return r < 0 ? r : error_set(e, ERROR_HARNESS, EPIPE, "the lab has gone");
	unsigned generation = view->places.generation;
	lab_view_take(view, &message);
	lab_message_close(&message);
	return view->places.generation != generation;
}

/* One shell, from its start to its end. */
static int live_once(struct lab_view *view, const char *name, struct error *e)
{
	struct termios modes;
	bool has_modes = tcgetattr(STDIN_FILENO, &modes) == 0;
	pid_t shell = start_shell(view, name, e);
	if (shell < 0)
		return shell;
	CLEANUP(cleanup_close) int shell_fd = (int)syscall(SYS_pidfd_open, shell, 0);
	int r = 0;
	while (r == 0 && await(shell_fd, view->lab))
		r = take_message(view, e);
	if (r != 0)
		end_shell(shell, shell_fd);
	lab_child_wait(shell, true);
	if (has_modes) /* one that was ended may have left those in which it reads a line */
		tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
	return r;
}

/* A shell that ends at once again and again would be a loop: the next one waits for a key. */
static int await_key(struct lab_view *view, struct error *e)
{
	char line[256];
	printf("The shell has ended. Enter: a new one. (`quit` beside the steps ends the lab.)\n");
	fflush(stdout);
	for (;;) {
		int r = await(STDIN_FILENO, view->lab) ? take_message(view, e) : 2;
		if (r == 1 || r < 0)
			return r;
		if (r != 2)
			continue;
		/* A terminal gives one line at a time, or none after Ctrl-D: which ended the shell as well, and is
		 * typed twice at once. */
		ssize_t n = read(STDIN_FILENO, line, sizeof line);
		if (n != 0 || !isatty(STDIN_FILENO))
			return n > 0 ? 0 : -EPIPE;
	}
}

int lab_pane_actor(const char *name)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct lab_view view;
	signal(SIGINT, SIG_IGN); /* typed where no shell is: for nobody */
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	int r = lab_view_open(&view, &e);
	while (r >= 0) {
		r = live_once(&view, name, &e);
		if (r == 0)
			r = await_key(&view, &e);
		if (r == 1)
			printf("\r\n-- the cell was made anew: this is a new namespace --\r\n");
		fflush(stdout);
	}
	return e.text ? cli_fail(&e) : STATUS_OK;
}

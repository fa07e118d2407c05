// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A lab from its beginning to its end.
 *
 * Theory of operation. The process that was started, the guard, stays in the host's namespaces. It forks the lab into a
 * PID namespace that dies with it (run/isolation.c), waits for it, and does nothing else but to put the terminal back:
 * its modes, the flags of its open file, its foreground process group, and its screen where tmux was cut off.
 *
 *	guard ──▶ init                  dies with the guard, and all others with it
 *	      └─▶ lab ──▶ walker        on the terminal itself, or
 *	              ├─▶ tmux          on the terminal, with the walker, the states and a shell for each actor, or
 *	              └─▶ a command     of one actor
 *
 * A signal that ends programs ends the guard and with it all else. What the user types is not for the guard, though:
 * the one that has the terminal is a process group of its own (lab_child.c), or has Ctrl-C come as a byte (tmux).
 */
#include "cli/lab_session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cli.h"
#include "cli/lab_child.h"
#include "cli/lab_pane.h"
#include "cli/lab_tmux.h"
#include "net/sysctl_way.h"
#include "run/isolation.h"
#include "run/lab.h"

/*
 * What puts a screen back that a program of the whole screen was cut off in (xterm's control sequences): its keys, its
 * mouse, its pasting, its colours, the cursor, the scrolling region, and the screen of before.
 */
#define RESTORE_SCREEN                                                                                                 \
	"\033[?1l\033>\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l\033[m\033[?25h\033[r\033[?1049l"

struct guard {
	struct isolation isolation;
	bool is_foreground; /* the terminal was ours */
	bool has_modes;
	struct termios modes;
	int flags[3]; /* of the open files 0 to 2; -1: none */
	bool has_panes;
};

static int refuse(const struct error *e)
{
	fflush(stdout);
	return cli_fail(e);
}

static int serve_plain(struct lab *lab, bool foreground, struct error *e)
{
	static char program[] = "/proc/self/exe", name[] = "lab", pane[] = "--pane", kind[] = LAB_PANE_WALKER;
	char *argv[] = {program, name, pane, kind, NULL};
	const struct lab_child child = {.namespace = -1, .home = lab->home, .command = argv, .foreground = foreground};
	pid_t pid = lab_child_start(&child, e);
	int r = pid < 0 ? pid : lab_serve(lab, pid, e);
	return r < 0 ? refuse(e) : lab_child_wait(pid, foreground);
}

static int serve_panes(struct lab *lab, bool foreground, struct error *e)
{
	char complaint[512];
	struct lab_tmux tmux = LAB_TMUX_INIT;
	if (lab_tmux_start(&tmux, lab, e) < 0) {
		fprintf(stderr, "netrepro: there are no panes: %s\n", error_text(e));
		return serve_plain(lab, foreground, e);
	}
	if (lab_serve(lab, tmux.client, e) < 0)
		return refuse(e);
	bool has_begun = lab->had_walker;
	lab_tmux_end(&tmux);
	if (has_begun)
		return STATUS_OK;
	const char *term = getenv("TERM");
	error_set(e, ERROR_HOST, EIO,
		"tmux could not show the lab: %s (TERM is %s: another one may do, such as TERM=xterm; --plain does "
		"without tmux)",
		lab_tmux_complaint(&tmux, complaint, sizeof complaint), term && *term ? term : "not set");
	return refuse(e);
}

static int serve_command(const struct lab_session *session, struct lab *lab, bool foreground, struct error *e)
{
	CLEANUP(text_done) struct text verdict = TEXT_INIT;
	const struct lab_child child = {
		.namespace = lab_namespace(lab, session->actor),
		.home = -1,
		.actor = session->actor,
		.command = session->command,
		.foreground = foreground,
	};
	if (lab_is_unlike_pass(lab, &verdict))
		fprintf(stderr, "netrepro: %s\n", text_get(&verdict));
	pid_t pid = lab_child_start(&child, e);
	return pid < 0 ? refuse(e) : lab_child_wait(pid, foreground);
}

/* The process of the lab. Return: its exit status. */
static int run_lab(const struct lab_session *session, const struct guard *guard)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct lab lab = LAB_INIT;
	int r = isolation_enter_at_terminal("netrepro-lab", &e);
	if (r >= 0)
		r = isolation_prepare_sysctls(&e);
	if (r == 0)
		sysctl_way_show();
	if (r == 0)
		r = lab_open(&lab, session->scenario, session->cell, &e);
	if (r == 0 && session->until)
		r = lab_advance(&lab, session->until, &e);
	if (r < 0)
		return refuse(&e);
	lab.about = session->about;
	if (session->command)
		return serve_command(session, &lab, guard->is_foreground, &e);
	return guard->has_panes ? serve_panes(&lab, guard->is_foreground, &e)
				: serve_plain(&lab, guard->is_foreground, &e);
}

static void guard_signals(sigset_t *ret)
{
	static const int guarded[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};
	sigemptyset(ret);
	for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++)
		sigaddset(ret, guarded[i]);
	sigprocmask(SIG_BLOCK, ret, NULL);
}

/* Until the lab has ended, or is to. Return: the exit status. */
static int await_end(const sigset_t *signals, pid_t lab)
{
	for (;;) {
		siginfo_t info;
		int status;
		int number = sigwaitinfo(signals, &info);
		if (number < 0)
			continue;
		if (number != SIGCHLD) {
			/* The namespace is not at its end while its dead have not been waited for, and this one is not
			 * init's to wait for. */
			kill(lab, SIGKILL);
			while (waitpid(lab, NULL, 0) < 0 && errno == EINTR)
				;
			return STATUS_SIGNAL + number;
		}
		if (waitpid(lab, &status, WNOHANG) != lab)
			continue;
		return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

/* Whether the terminal has other modes than those in which it was found. */
static bool has_other_modes(const struct guard *guard)
{
	struct termios now;
	const struct termios *then = &guard->modes;
	return guard->has_modes && tcgetattr(STDIN_FILENO, &now) == 0 &&
	       (now.c_iflag != then->c_iflag || now.c_oflag != then->c_oflag || now.c_cflag != then->c_cflag ||
		       now.c_lflag != then->c_lflag || memcmp(now.c_cc, then->c_cc, sizeof now.c_cc) != 0);
}

static void put_terminal_back(const struct guard *guard, bool was_cut_off)
{
	if (was_cut_off && guard->has_panes && write(STDOUT_FILENO, RESTORE_SCREEN, strlen(RESTORE_SCREEN)) < 0)
		return; /* the terminal has gone */
	for (int fd = 0; fd <= 2; fd++)
		if (guard->flags[fd] >= 0)
			fcntl(fd, F_SETFL, guard->flags[fd]);
	if (guard->is_foreground)
		lab_terminal_take();
	if (guard->has_modes && guard->is_foreground)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &guard->modes);
}

static int guard_lab(const struct lab_session *session, struct guard *guard)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	sigset_t signals;
	guard->is_foreground = lab_child_has_terminal();
	guard->has_modes = tcgetattr(STDIN_FILENO, &guard->modes) == 0;
	for (int fd = 0; fd <= 2; fd++)
		guard->flags[fd] = fcntl(fd, F_GETFL);
	guard_signals(&signals);
	fflush(stdout);
	pid_t lab = fork();
	if (lab == 0) {
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
		int status = run_lab(session, guard);
		fflush(stdout);
		_exit(status);
	}
	if (lab < 0) {
		error_errno(&e, ERROR_HARNESS, errno, "cannot fork the process of the lab");
		return cli_fail(&e);
	}
	int status = await_end(&signals, lab);
	isolation_end(&guard->isolation);
	/* tmux puts the terminal back before it ends, unless it is killed. */
	bool is_killed = guard->has_panes && status == STATUS_OK && has_other_modes(guard);
	put_terminal_back(guard, status >= STATUS_SIGNAL || is_killed);
	if (is_killed) {
		error_set(&e, ERROR_HARNESS, EPIPE, "tmux was killed, and the lab has ended with it");
		return cli_fail(&e);
	}
	return status;
}

/*
 * What the lab opens must not become the standard input of one who reads commands from there. One that was closed is
 * still none that can be written to.
 */
static int fill_standard_descriptors(struct error *e)
{
	int fd;
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot open /dev/null");
	close(fd);
	return 0;
}

/*
 * Who was started in the background of a terminal is stopped until it is in the foreground, as one is that reads from
 * there: tmux is not, and its panes and the shell would both take what is typed. (SIGTTOU, by tcsetpgrp(3).)
 */
static void await_foreground(void)
{
	if (isatty(STDIN_FILENO))
		tcsetpgrp(STDIN_FILENO, getpgrp());
}

/* Whether there are panes; where there are none and could be, that is said. */
static bool wants_panes(const struct lab_session *session)
{
	if (session->plain || session->command || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return false;
	const char *refusal = lab_tmux_refusal();
	if (refusal)
		fprintf(stderr, "netrepro: %s\n", refusal);
	return !refusal;
}

int lab_session_run(const struct lab_session *session)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (fill_standard_descriptors(&e) < 0)
		return cli_fail(&e);
	if (!session->command)
		await_foreground();
	struct guard guard = {.isolation = ISOLATION_INIT, .has_panes = wants_panes(session)};
	int status = isolation_begin(&guard.isolation, &e) < 0 ? cli_fail(&e) : guard_lab(session, &guard);
	isolation_end(&guard.isolation);
	return status;
}

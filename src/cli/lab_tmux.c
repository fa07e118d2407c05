// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The panes of a lab, by tmux(1).
 *
 * Theory of operation. tmux is a server, which has the panes, and a client, which draws them on a terminal. Both are
 * forked from the lab, so that they are in its PID namespace and die with it. They find each other by a socket that has
 * to be a file: it is in a tmpfs that is mounted nowhere, and which they reach by the lab's descriptor of it, as
 * /proc/PID/fd/N. So it is gone with the lab, whatever ends that.
 *
 * tmux may be built to tell who(1) of each pane (libutempter), in files of the host that would go on telling of panes
 * that were killed. So in the lab's mount namespace these files lead nowhere.
 *
 * Nothing of the user's own tmux is used: neither the configuration, nor a server that is there, nor the socket of one
 * that this program was started in. All settings are commands in front of the one that makes the session.
 */
#include "cli/lab_tmux.h"

#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/mount.h> /* after <sys/mount.h>: the other way round they clash */

#include "base/cleanup.h"
#include "cli/cli.h"
#include "cli/lab_pane.h"
#include "net/namespace.h"

#define COLUMNS_MIN 60
#define ROWS_MIN 20
#define WORDS_MAX 512
#define F_KEYS 12

/* Where a window of tmux is; there is one. */
#define WINDOW "lab:0"
#define WALKER_PANE "%2"

static bool is_in_path(const char *name)
{
	const char *path = getenv("PATH");
	for (const char *from = path ? path : ""; *from;) {
		size_t len = strcspn(from, ":");
		CLEANUP(text_done) struct text file = TEXT_INIT;
		text_addf(&file, "%.*s/%s", (int)len, len ? from : ".", name);
		if (access(text_get(&file), X_OK) == 0)
			return true;
		from += len + (from[len] == ':');
	}
	return false;
}

const char *lab_tmux_refusal(void)
{
	static char too_small[128];
	struct winsize size;
	if (!is_in_path("tmux"))
		return "there is no tmux in PATH (apt-get install tmux): the lab is on one terminal, without panes";
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && (size.ws_col < COLUMNS_MIN || size.ws_row < ROWS_MIN)) {
		snprintf(too_small, sizeof too_small,
			"this terminal of %u columns and %u rows is too small for panes (%u and %u): the lab is "
			"without them",
			size.ws_col, size.ws_row, COLUMNS_MIN, ROWS_MIN);
		return too_small;
	}
	return NULL;
}

/* A folder on no disk, mounted nowhere. */
static int open_folder(struct error *e)
{
	CLEANUP(cleanup_close) int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	int folder = -1;
	if (context >= 0 && syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		folder = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	return folder < 0 ? error_errno(e, ERROR_HOST, errno, "a tmpfs for the socket of tmux") : folder;
}

/* The files of who(1), for all that is started from here on: utmp(5). They need not be there. */
static void hide_logins(void)
{
	static const char *const files[] = {_PATH_UTMP, _PATH_WTMP};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		mount(_PATH_DEVNULL, files[i], NULL, MS_BIND, NULL);
}

/* The lab's number in the /proc that is mounted, which may be a container's own (run/isolation.c). */
static int own_number(char *ret, size_t size, struct error *e)
{
	ssize_t len = readlink("/proc/self", ret, size - 1);
	if (len < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot read /proc/self");
	ret[len] = '\0';
	return 0;
}

/* The command line of tmux, word by word. It is built in the process that becomes tmux: what it takes is not given
 * back.
 */
struct words {
	char *all[WORDS_MAX + 1];
	size_t n;
};

static void __attribute__((format(printf, 2, 3))) add_word(struct words *w, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (w->n == WORDS_MAX || vasprintf(&w->all[w->n++], format, arguments) < 0)
		_exit(ENOMEM);
	va_end(arguments);
}

/* The words of one command, ended by NULL, behind those that are there. */
static void add_command(struct words *w, const char *const *command)
{
	for (; *command; command++)
		add_word(w, "%s", *command);
	add_word(w, ";");
}
#define ADD_COMMAND(words, ...) add_command(words, (const char *const[]){__VA_ARGS__, NULL})

struct pane {
	const char *kind, *name; /* of lab_pane.h */
	struct text title;
};

/* This program again, as one of the panes: at the end of a command of tmux. */
static void add_pane(struct words *w, const char *number, const struct pane *pane)
{
	add_word(w, "/proc/%s/exe", number);
	add_word(w, "lab");
	add_word(w, "--pane");
	add_word(w, "%s", pane->kind);
	if (pane->name)
		add_word(w, "%s", pane->name);
	add_word(w, ";");
}

static void add_settings(struct words *w, const struct lab *lab)
{
	ADD_COMMAND(w, "start-server");
	ADD_COMMAND(w, "set", "-s", "escape-time", "20");
	ADD_COMMAND(w, "set", "-g", "default-terminal", "screen-256color");
	ADD_COMMAND(w, "set", "-g", "mouse", "on");
	ADD_COMMAND(w, "set", "-g", "assume-paste-time", "0"); /* F1 counts however fast it was typed: by a script */
	ADD_COMMAND(w, "set", "-g", "history-limit", "20000");
	ADD_COMMAND(w, "set", "-g", "remain-on-exit", "off");
	/* A client that stops itself would be stopped for good, with the terminal: no shell waits for it. */
	ADD_COMMAND(w, "unbind", "C-z");
	ADD_COMMAND(w, "set", "-g", "allow-rename", "off");
	ADD_COMMAND(w, "set", "-g", "pane-border-status", "top");
	ADD_COMMAND(w, "set", "-g", "pane-border-format", " #{@title} ");
	ADD_COMMAND(w, "set", "-g", "status-left-length", "60");
	ADD_COMMAND(w, "set", "-g", "status-right-length", "60");
	ADD_COMMAND(w, "set", "-g", "window-status-format", "");
	ADD_COMMAND(w, "set", "-g", "window-status-current-format", "");
	ADD_COMMAND(w, "set", "-g", "status-right", "F1, F2 … or a click: that pane  quit: the end ");
	add_word(w, "set");
	add_word(w, "-g");
	add_word(w, "status-left");
	add_word(w, " %s, cell %llu", lab->scenario->name, (unsigned long long)lab->cell_id);
	add_word(w, ";");
}

/* All windows and panes that a user may add are like the first one. */
static void add_default(struct words *w, const char *number, const struct pane *first)
{
	add_word(w, "set");
	add_word(w, "-g");
	add_word(w, "default-command");
	add_word(w, "exec /proc/%s/exe lab --pane %s %s", number, first->kind, first->name);
	add_word(w, ";");
}

static void add_split(struct words *w, const char *direction, const char *of, unsigned percent, const char *number,
	const struct pane *pane)
{
	add_word(w, "split-window");
	add_word(w, "%s", direction);
	add_word(w, "-t");
	add_word(w, WINDOW ".%s", of);
	add_word(w, "-l");
	add_word(w, "%u%%", percent);
	add_pane(w, number, pane);
}

/*
 * Whom a key selects: not by the place, which is another one when panes are closed, or added by the user. tmux numbers
 * panes for good as it makes them (%N): the first actor, the states, the steps, then the other actors.
 */
static size_t pane_number(size_t i, size_t n_actors)
{
	if (i == 0)
		return 0;
	return i < n_actors ? i + 2 : i - n_actors + 1;
}

/* Actors above, side by side; the states; the steps below. While they are made, panes are numbered by their place. */
static void add_panes(struct words *w, const char *number, const struct pane *panes, size_t n_actors)
{
	const struct pane *states = &panes[n_actors], *walker = &panes[n_actors + 1];
	add_word(w, "new-session");
	add_word(w, "-s");
	add_word(w, "lab");
	add_word(w, "-n");
	add_word(w, "lab");
	add_pane(w, number, &panes[0]);
	add_split(w, "-v", "0", 65, number, states);
	add_split(w, "-v", "1", 60, number, walker);
	for (size_t i = 1; i < n_actors; i++) {
		char last[32];
		snprintf(last, sizeof last, "%zu", i - 1);
		add_split(w, "-h", last, (unsigned)(100 * (n_actors - i) / (n_actors - i + 1)), number, &panes[i]);
	}
	for (size_t i = 0; i < n_actors + 2; i++) {
		char target[32], key[32], title[256];
		snprintf(target, sizeof target, "%%%zu", pane_number(i, n_actors));
		snprintf(key, sizeof key, "F%zu", i + 1);
		snprintf(title, sizeof title, "%s %s", i < F_KEYS ? key : "", text_get(&panes[i].title));
		ADD_COMMAND(w, "set", "-p", "-t", target, "@title", title);
		if (i < F_KEYS)
			ADD_COMMAND(w, "bind", "-n", key, "switch-client", "-t", target); /* of any window */
	}
	ADD_COMMAND(w, "select-pane", "-t", WALKER_PANE);
}

static void describe_panes(const struct lab_places *places, struct pane *panes)
{
	size_t n = places->n_actors;
	for (size_t i = 0; i < n; i++) {
		panes[i] = (struct pane){.kind = LAB_PANE_ACTOR, .name = places->actors[i].name};
		struct lab_places alone = *places;
		alone.n_actors = 1;
		alone.actors[0] = places->actors[i];
		lab_view_title(&alone, places->actors[i].namespace, &panes[i].title);
	}
	panes[n] = (struct pane){.kind = LAB_PANE_STATES};
	text_add(&panes[n].title, "sockets");
	panes[n + 1] = (struct pane){.kind = LAB_PANE_WALKER};
	text_add(&panes[n + 1].title, "steps: Enter or next, run, restart, list, help, quit");
}

static void add_beginning(struct words *w, const char *socket)
{
	static const char *const words[] = {"tmux", "-u", "-f", "/dev/null", "-S"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		add_word(w, "%s", words[i]);
	add_word(w, "%s", socket);
}

static _Noreturn void execute(struct words *w)
{
	w->all[w->n] = NULL;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	unsetenv("TMUX"); /* of the one that we may be in */
	unsetenv("TMUX_PANE");
	execvp(w->all[0], w->all);
	fprintf(stderr, "cannot run tmux: %s\n", strerror(errno));
	_exit(127);
}

/*
 * tmux makes its terminal O_NONBLOCK, which is of the open file and not of the descriptor: the shell that netrepro was
 * called from has the same one, and would find it so where tmux is killed. So tmux has one of its own, where it may.
 */
static void open_terminal_anew(void)
{
	int fd = open("/proc/self/fd/0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	close(fd);
}

static _Noreturn void run_client(const struct lab_tmux *tmux, const struct lab *lab, const char *number)
{
	struct words w = {.n = 0};
	struct lab_places places;
	struct pane panes[LAB_ACTORS_MAX + 2];
	lab_places(lab, &places);
	describe_panes(&places, panes);
	if (namespace_enter(lab->home, NULL) < 0 || dup2(tmux->complaints, STDERR_FILENO) < 0)
		_exit(STATUS_HARNESS);
	open_terminal_anew();
	add_beginning(&w, tmux->socket);
	add_settings(&w, lab);
	add_default(&w, number, &panes[0]);
	add_panes(&w, number, panes, places.n_actors);
	w.n--; /* no command behind the last ";" */
	execute(&w);
}

int lab_tmux_start(struct lab_tmux *tmux, const struct lab *lab, struct error *e)
{
	char number[16];
	tmux->folder = open_folder(e);
	if (tmux->folder < 0)
		return tmux->folder;
	int r = own_number(number, sizeof number, e);
	if (r < 0)
		return r;
	snprintf(tmux->socket, sizeof tmux->socket, "/proc/%s/fd/%d/tmux", number, tmux->folder);
	tmux->complaints = memfd_create("complaints", MFD_CLOEXEC);
	if (tmux->complaints < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make room for what tmux says");
	hide_logins();
	tmux->client = fork();
	if (tmux->client == 0)
		run_client(tmux, lab, number);
	return tmux->client < 0 ? error_errno(e, ERROR_HARNESS, errno, "cannot start tmux") : 0;
}

/* Return: 0 where it has ended well. */
static int await_child(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status;
}

void lab_tmux_end(struct lab_tmux *tmux)
{
	pid_t pid = fork();
	if (pid == 0) {
		struct words w = {.n = 0};
		if (dup2(tmux->complaints, STDERR_FILENO) < 0)
			_exit(STATUS_HARNESS);
		add_beginning(&w, tmux->socket);
		add_word(&w, "kill-server");
		execute(&w);
	}
	/* A server that cannot be asked is left by its client, which puts the terminal back as well. */
	if (pid < 0 || await_child(pid) != 0)
		kill(tmux->client, SIGTERM);
	await_child(tmux->client);
	fd_close(&tmux->folder);
}

const char *lab_tmux_complaint(const struct lab_tmux *tmux, char *buffer, size_t size)
{
	ssize_t len = pread(tmux->complaints, buffer, size - 1, 0);
	buffer[len > 0 ? len : 0] = '\0';
	buffer[strcspn(buffer, "\n")] = '\0';
	return *buffer ? buffer : "tmux ended at once";
}

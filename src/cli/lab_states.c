// SPDX-License-Identifier: GPL-2.0-or-later
// The states of the sockets of a lab, as they are: once, or in a pane that follows them.
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/lab_pane.h"
#include "net/namespace.h"
#include "net/sockets.h"
#include "report/states.h"

#define LOOK_EACH_MS 200

/* ECMA-48. */
#define HIDE_CURSOR "\033[?25l"
#define CLEAR_SCREEN "\033[H\033[2J"
#define GO_TO_LINE "\033[%zu;1H"
#define CLEAR_TO_END_OF_LINE "\033[K"

/* All namespaces of a lab, with a socket to ask each. */
struct watch_states {
	size_t n;
	struct netlink diag[SCENARIO_NAMESPACES_MAX];
	struct states_side sides[SCENARIO_NAMESPACES_MAX];
	struct text titles[SCENARIO_NAMESPACES_MAX];
	struct tcp_sockets found;
};

static void watch_states_done(struct watch_states *w)
{
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++) {
		netlink_close(&w->diag[i]);
		states_done(&w->sides[i]);
		text_done(&w->titles[i]);
	}
	tcp_sockets_done(&w->found);
	w->n = 0;
}

/* A netlink socket is of the namespace that its maker is in; the caller comes back to where it was. */
static int watch_states_open(struct watch_states *w, const struct lab_view *view, struct error *e)
{
	memset(w, 0, sizeof *w);
	CLEANUP(cleanup_close) int home = namespace_open_own(e);
	int r = home < 0 ? home : 0;
	for (size_t i = 0; r == 0 && i < view->places.n_namespaces; i++) {
		lab_view_title(&view->places, i, &w->titles[i]);
		w->sides[i].title = text_get(&w->titles[i]);
		w->sides[i].ipv4 = &view->places.namespaces[i].ipv4;
		w->sides[i].ipv6 = &view->places.namespaces[i].ipv6;
		r = namespace_enter(view->namespaces[i], e);
		if (r == 0)
			r = netlink_open(&w->diag[i], NETLINK_SOCK_DIAG, e);
		w->n++;
	}
	return r == 0 ? namespace_enter(home, e) : r;
}

static int look(struct watch_states *w, uint64_t now_us, struct error *e)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < w->n; i++) {
		r = tcp_sockets_list(&w->diag[i], &w->found, e);
		if (r == 0)
			r = states_update(&w->sides[i], w->found.all, w->found.n, now_us, e);
	}
	return r;
}

static void terminal_size(size_t *ret_columns, size_t *ret_rows)
{
	struct winsize size;
	bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row;
	*ret_columns = is_known ? size.ws_col : 100;
	*ret_rows = is_known ? size.ws_row : 0;
}

int lab_states_print(const struct lab_view *view, struct error *e)
{
	CLEANUP(watch_states_done) struct watch_states w;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	size_t columns, rows;
	int r = watch_states_open(&w, view, e);
	if (r == 0)
		r = look(&w, clock_now_us(), e);
	if (r < 0)
		return r;
	terminal_size(&columns, &rows);
	/* Nothing has changed before it was looked at. */
	states_draw(w.sides, w.n, columns, 0, CLOCK_NEVER, style_get(cli_has_colour(STDOUT_FILENO)), &t);
	cli_print(&t);
	return 0;
}

/* The lines that are on the screen. */
struct screen {
	char **lines; /* owned, each */
	size_t n;
	size_t columns, rows;
};

static void screen_done(struct screen *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->lines[i]);
	free(s->lines);
	*s = (struct screen){.lines = NULL};
}

/* Write only the lines that are not as they were. */
static int screen_show(struct screen *s, const char *text, struct error *e)
{
	CLEANUP(text_done) struct text out = TEXT_INIT;
	size_t n = 0;
	for (const char *c = text; *c; c++)
		n += *c == '\n';
	if (n > s->n) {
		char **lines = reallocarray(s->lines, n, sizeof *lines);
		if (!lines)
			return error_no_memory(e);
		for (s->lines = lines; s->n < n; s->n++)
			s->lines[s->n] = NULL;
	}
	for (size_t i = 0; i < s->n; i++) {
		size_t len = i < n ? strcspn(text, "\n") : 0;
		CLEANUP(cleanup_free) char *line = strndup(i < n ? text : "", len);
		if (!line)
			return error_no_memory(e);
		if (i < n)
			text += len + 1;
		if (s->lines[i] && !strcmp(s->lines[i], line))
			continue;
		text_addf(&out, GO_TO_LINE "%s" CLEAR_TO_END_OF_LINE, i + 1, line);
		free(s->lines[i]);
		s->lines[i] = TAKE_POINTER(line);
	}
	fputs(text_get(&out), stdout);
	fflush(stdout);
	return 0;
}

/* Where the terminal is another one in size than it was, all is drawn anew. */
static void screen_fit(struct screen *s)
{
	size_t columns, rows;
	terminal_size(&columns, &rows);
	if (columns == s->columns && rows == s->rows)
		return;
	screen_done(s);
	s->columns = columns;
	s->rows = rows;
	fputs(HIDE_CURSOR CLEAR_SCREEN, stdout);
}

static int draw(struct watch_states *w, struct screen *screen, struct error *e)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	uint64_t now_us = clock_now_us();
	int r = look(w, now_us, e);
	if (r < 0)
		return r;
	screen_fit(screen);
	states_draw(
		w->sides, w->n, screen->columns, screen->rows, now_us, style_get(cli_has_colour(STDOUT_FILENO)), &t);
	/* A newline behind the last line would make room for one more. */
	return t.failed ? error_no_memory(e) : screen_show(screen, text_get(&t), e);
}

static int follow(struct lab_view *view, struct error *e)
{
	CLEANUP(watch_states_done) struct watch_states w;
	CLEANUP(screen_done) struct screen screen = {.lines = NULL};
	int r = watch_states_open(&w, view, e);
	while (r == 0) {
		r = draw(&w, &screen, e);
		struct pollfd polled = {.fd = view->lab, .events = POLLIN};
		tcflush(STDIN_FILENO, TCIFLUSH);
		if (r < 0 || poll(&polled, 1, LOOK_EACH_MS) <= 0)
			continue;
		struct lab_message message;
		r = lab_receive(view->lab, &message, e);
		if (r <= 0)
			return r;
		lab_view_take(view, &message);
		lab_message_close(&message);
		watch_states_done(&w);
		r = watch_states_open(&w, view, e);
	}
	return r;
}

/* What is typed here is for nobody: it ends nothing, stops nothing (Ctrl-S), and does not stand among the states. */
static void ignore_keys(void)
{
	struct termios modes;
	if (tcgetattr(STDIN_FILENO, &modes) < 0)
		return;
	modes.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	modes.c_iflag &= ~(tcflag_t)IXON;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

int lab_pane_states(void)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct lab_view view;
	ignore_keys();
	int r = lab_view_open(&view, &e);
	if (r == 0)
		r = follow(&view, &e);
	return r < 0 ? cli_fail(&e) : STATUS_OK;
}

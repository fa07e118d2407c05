// SPDX-License-Identifier: GPL-2.0-or-later
// The states of sockets, side by side.
#include "report/states.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/story_phrase.h"

#define MARK "▸ "
#define NO_MARK "  "
#define SIDE_COLUMNS_MIN 40 /* three and more that have less stand one below the other */
#define MARK_COLUMNS 2
#define GAP_COLUMNS 1 /* to the right of each side */

/* Listeners first, then by port. Sockets that are alike in all of this are several of one port (SO_REUSEPORT). */
static int compare_sockets(const struct tcp_socket *x, const struct tcp_socket *y)
{
	bool x_listens = x->state == TCP_STATE_LISTEN, y_listens = y->state == TCP_STATE_LISTEN;
	if (x_listens != y_listens)
		return x_listens ? -1 : 1;
	int by_ends = tcp_socket_compare_ends(x, y);
	return by_ends ? by_ends : x->family - y->family;
}

/* Of several that are alike, those that are there stand in front, so that one which came is not taken for one that
 * went.
 */
static int compare(const void *a, const void *b)
{
	const struct states_socket *x = a, *y = b;
	int by_socket = compare_sockets(&x->socket, &y->socket);
	return by_socket ? by_socket : x->is_gone - y->is_gone;
}

static int reserve(struct states_side *side, size_t n, struct error *e)
{
	if (n <= side->size)
		return 0;
	struct states_socket *all = reallocarray(side->all, 2 * n, sizeof *all);
	if (!all)
		return error_no_memory(e);
	side->all = all;
	side->size = 2 * n;
	return 0;
}

static struct states_socket came(const struct tcp_socket *socket, uint64_t now_us)
{
	return (struct states_socket){.socket = *socket, .changed_us = now_us};
}

static struct states_socket stayed(struct states_socket known, const struct tcp_socket *now, uint64_t now_us)
{
	if (known.is_gone || known.socket.state != now->state)
		known.changed_us = now_us;
	known.is_gone = false;
	known.socket = *now;
	return known;
}

static struct states_socket went(struct states_socket known, uint64_t now_us)
{
	if (!known.is_gone)
		known.changed_us = now_us;
	known.is_gone = true;
	return known;
}

int states_update(
	struct states_side *side, const struct tcp_socket *sockets, size_t n, uint64_t now_us, struct error *e)
{
	/* Both in order, and then walked together: there may be thousands, several times a second. */
	struct states_side merged = {.all = NULL};
	size_t n_known = side->n, known = 0, found = side->n;
	int r = reserve(side, n_known + n, e);
	if (r == 0)
		r = reserve(&merged, n_known + n, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		side->all[n_known + i] = came(&sockets[i], now_us);
	if (n)
		qsort(side->all + n_known, n, sizeof *side->all, compare);
	while (known < n_known || found < n_known + n) {
		const struct states_socket *a = &side->all[known], *b = &side->all[found];
		int order = known == n_known ? 1 : found == n_known + n ? -1 : compare_sockets(&a->socket, &b->socket);
		struct states_socket next = order > 0   ? *b
					    : order < 0 ? went(*a, now_us)
							: stayed(*a, &b->socket, now_us);
		known += order <= 0;
		found += order >= 0;
		if (!next.is_gone || now_us < next.changed_us + STATES_MARK_US)
			merged.all[merged.n++] = next;
	}
	if (merged.n)
		qsort(merged.all, merged.n, sizeof *merged.all, compare);
	free(side->all);
	side->all = merged.all;
	side->n = merged.n;
	side->size = merged.size;
	return 0;
}

/* A time that runs is told in whole seconds: what changes at each look cannot be read. */
static void round_timer(struct tcp_socket *socket)
{
	if (socket->expires_ms >= 1000)
		socket->expires_ms = (socket->expires_ms + 999) / 1000 * 1000;
}

struct drawing {
	const struct states_side *sides;
	size_t n;
	size_t room;  /* columns of a side */
	size_t shown; /* rows of sockets at most */
	uint64_t now_us;
	const struct style *style;
	struct text *t;
};

static const enum story_side places[] = {STORY_LEFT, STORY_RIGHT};

static void add_socket(const struct drawing *d, size_t side, const struct states_socket *s)
{
	CLEANUP(text_done) struct text words = TEXT_INIT;
	struct story_addresses addresses = {{NULL}};
	struct tcp_socket socket = s->socket;
	round_timer(&socket);
	const struct states_side *own = &d->sides[side];
	bool are_two = d->n <= sizeof places / sizeof *places;
	if (!are_two) /* whose the other end is, its address tells */
		addresses.only[STORY_LEFT] = IN6_IS_ADDR_V4MAPPED(&socket.local) ? own->ipv4 : own->ipv6;
	for (size_t i = 0; are_two && i < d->n; i++)
		addresses.only[places[i]] = IN6_IS_ADDR_V4MAPPED(&socket.local) ? d->sides[i].ipv4 : d->sides[i].ipv6;
	const struct story_change change = {
		.how = s->is_gone ? STORY_GONE : STORY_CHANGED,
		.side = are_two ? places[side] : STORY_LEFT,
		.socket = &socket,
	};
	story_phrase_socket(&addresses, &change, &words);
	bool is_new = d->now_us < s->changed_us + STATES_MARK_US;
	const char *look = s->is_gone ? d->style->dim : is_new ? d->style->bold : "";
	text_addf(d->t, "%s%s", is_new ? MARK : NO_MARK, look);
	text_add_shortened(d->t, text_get(&words), d->room > MARK_COLUMNS ? d->room - MARK_COLUMNS : 1);
	text_add(d->t, *look ? d->style->reset : "");
}

/* How many columns the line takes so far: escape sequences take none. */
static size_t line_columns(const struct text *t, size_t from)
{
	CLEANUP(text_done) struct text shown = TEXT_INIT;
	for (const char *c = text_get(t) + from; *c; c++) {
		if (*c == '\033')
			c += strcspn(c, "m");
		else
			text_add_bytes(&shown, c, 1);
	}
	return text_columns(text_get(&shown));
}

static void add_title(const struct drawing *d, size_t side)
{
	text_add(d->t, d->style->bold);
	text_add_shortened(d->t, d->sides[side].title, d->room);
	text_add(d->t, d->style->reset);
}

/* The socket in the row @row (from 0) of a side, or that there are more. */
static void add_row(const struct drawing *d, size_t side, size_t row)
{
	CLEANUP(text_done) struct text more = TEXT_INIT;
	const struct states_side *s = &d->sides[side];
	if (row >= s->n)
		return;
	if (row + 1 < d->shown || s->n <= d->shown) {
		add_socket(d, side, &s->all[row]);
		return;
	}
	text_addf(&more, NO_MARK "… and %zu more", s->n - row);
	text_add_shortened(d->t, text_get(&more), d->room);
}

/* One below the other, each with its part of the rows. */
static void draw_stacked(const struct states_side *sides, size_t n, size_t columns, size_t rows, uint64_t now_us,
	const struct style *style, struct text *t)
{
	size_t own_rows = rows && rows < n ? 1 : rows / n;
	for (size_t i = 0; i < n && (!rows || i < rows); i++)
		states_draw(&sides[i], 1, columns, own_rows, now_us, style, t);
}

void states_draw(const struct states_side *sides, size_t n, size_t columns, size_t rows, uint64_t now_us,
	const struct style *style, struct text *t)
{
	if (n > 2 && columns / n < SIDE_COLUMNS_MIN) {
		draw_stacked(sides, n, columns, rows, now_us, style, t);
		return;
	}
	size_t width = n ? columns / n : columns, most = 0;
	for (size_t i = 0; i < n; i++)
		most = sides[i].n > most ? sides[i].n : most;
	const struct drawing d = {
		.sides = sides,
		.n = n,
		.room = width > GAP_COLUMNS ? width - GAP_COLUMNS : 1,
		.shown = rows && most > rows - 1 ? rows - 1 : most,
		.now_us = now_us,
		.style = style,
		.t = t,
	};
	for (size_t line = 0; line <= d.shown; line++) {
		size_t from = t->len;
		for (size_t side = 0; side < n; side++) {
			for (size_t at = line_columns(t, from); at < side * width; at++)
				text_add(t, " ");
			if (line)
				add_row(&d, side, line - 1);
			else
				add_title(&d, side);
		}
		while (t->len > from && t->data[t->len - 1] == ' ')
			text_truncate(t, t->len - 1);
		text_add(t, "\n");
	}
}

void states_done(struct states_side *side)
{
	free(side->all);
	side->all = NULL;
	side->n = side->size = 0;
}

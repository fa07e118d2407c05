/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states of the sockets of some namespaces, side by side, as they are now and as they change. */
#ifndef REPORT_STATES_H
#define REPORT_STATES_H

#include <stdbool.h>

#include "base/text.h"
#include "model/scenario.h"
#include "model/tcp_socket.h"
#include "report/style.h"

/* How long a change is marked, and a socket that has gone is still told of. */
#define STATES_MARK_US (2 * CLOCK_US_PER_S)

struct states_socket {
	struct tcp_socket socket;
	uint64_t changed_us; /* when it came to its state, or went, on the clock of clock_now_us() */
	bool is_gone;
};

/* A namespace. */
struct states_side {
	const char *title; /* who is in it; borrowed */
	/* Its own addresses, which are left out of its sockets; borrowed; NULL: none. */
	const struct in6_addr *ipv4, *ipv6;
	struct states_socket *all; /* owned; those that listen first, then by their ports */
	size_t n, size;
};

/**
 * states_update() - what is there at the time @now_us: a socket is new, has another state, or is gone
 *
 * Sockets are told apart by their four-tuple, and where several have the same one (SO_REUSEPORT), counted. Errors: ENOMEM.
 */
int states_update(
	struct states_side *side, const struct tcp_socket *sockets, size_t n, uint64_t now_us, struct error *e);

/**
 * states_draw() - all sides in columns of equal width, a line a socket; three and more one below the other, where those
 * would be narrow
 * @columns: of the terminal
 * @rows: lines at most; 0 for as many as it takes
 *
 * What has changed within STATES_MARK_US is marked. Nothing is as wide as @columns, so that no terminal breaks a line.
 */
void states_draw(const struct states_side *sides, size_t n, size_t columns, size_t rows, uint64_t now_us,
	const struct style *style, struct text *t);

void states_done(struct states_side *side);

#endif

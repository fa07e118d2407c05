// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether all packets that were under way have been dealt with.
 *
 * Theory of operation. A veth hands what is sent over it to the queue of a processor (enqueue_to_backlog(),
 * net/core/dev.c): of the one that sends, or of another one where the receiver spreads its packets (RPS). Each queue is
 * one for all namespaces, and first in, first out (process_backlog()). Mostly it is empty again before the sender's
 * system call returns; but on a busy processor it is left to ksoftirqd, and with RPS to an interrupt elsewhere. Then a
 * look at the sockets comes too early. So a datagram is put behind what is in each queue, by being sent over lo on each
 * processor: when all have come back, so has been dealt with all that was before them. What is passed on by a router
 * stands behind them again: a round for each link of the way.
 *
 * Not seen: a processor that the caller may not run on, and what a socket that a program is just using puts off until
 * the program lets go of it (its backlog, sk_add_backlog()).
 */
#include "net/barrier.h"

#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/link.h"
#include "net/netlink.h"

/* Datagrams that are away for so long have been dropped: a queue was full. */
#define PATIENCE_US (100 * CLOCK_US_PER_MS)

static int open_on_lo(struct error *e)
{
	struct netlink route = NETLINK_INIT;
	int r = netlink_open(&route, NETLINK_ROUTE, e);
	if (r == 0)
		r = link_loopback_up(&route, e);
	netlink_close(&route);
	if (r < 0)
		return r;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	CLEANUP(cleanup_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 ||
		getsockname(fd, (struct sockaddr *)&address, &len) < 0 ||
		connect(fd, (struct sockaddr *)&address, len) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a barrier: a socket that is connected to itself");
	return TAKE_FD(fd);
}

/* One on each processor that one may be on. One that is not taken (a full queue) is sent again with the others. */
static int send_round(struct barrier *b, struct error *e)
{
	cpu_set_t all;
	if (sched_getaffinity(0, sizeof all, &all) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a barrier: which processors there are");
	b->round++;
	b->n_awaited = 0;
	int r = 0;
	for (size_t cpu = 0; r == 0 && cpu < CPU_SETSIZE; cpu++) {
		cpu_set_t one;
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof one, &one) < 0)
			continue; /* it is gone meanwhile, and has handed its queue on: dev_cpu_dead(), net/core/dev.c
				   */
		b->n_awaited++;
		if (send(b->fd, &b->round, sizeof b->round, 0) < 0 && errno != EAGAIN && errno != ENOBUFS)
			r = error_errno(e, ERROR_HARNESS, errno, "a barrier: send");
	}
	if (sched_setaffinity(0, sizeof all, &all) < 0 && r == 0)
		r = error_errno(e, ERROR_HARNESS, errno, "a barrier: be on all processors again");
	b->sent_us = clock_now_us();
	return r;
}

static int receive(struct barrier *b, struct error *e)
{
	uint32_t round;
	while (b->n_awaited && recv(b->fd, &round, sizeof round, 0) == sizeof round)
		b->n_awaited -= round == b->round;
	if (b->n_awaited && errno != EAGAIN && errno != EINTR)
		return error_errno(e, ERROR_HARNESS, errno, "a barrier: receive");
	return 0;
}

static int begin(struct barrier *b, uint64_t asked_us, unsigned n_hops, struct error *e)
{
	if (b->fd < 0) {
		int fd = open_on_lo(e);
		if (fd < 0)
			return fd;
		b->fd = fd;
	}
	b->asked_us = asked_us;
	b->rounds_left = n_hops ? n_hops : 1;
	return send_round(b, e);
}

int barrier_pass(struct barrier *b, uint64_t asked_us, unsigned n_hops, struct error *e)
{
	int r = 0;
	if (!b->rounds_left || b->asked_us != asked_us)
		r = begin(b, asked_us, n_hops, e);
	while (r == 0 && (r = receive(b, e)) == 0 && !b->n_awaited) {
		if (!--b->rounds_left)
			return 1;
		r = send_round(b, e);
	}
	if (r == 0 && clock_now_us() >= b->sent_us + PATIENCE_US)
		r = send_round(b, e);
	if (r < 0)
		b->rounds_left = 0;
	return r;
}

void barrier_close(struct barrier *b)
{
	fd_close(&b->fd);
	*b = BARRIER_INIT;
}

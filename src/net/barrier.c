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
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/link.h"
#include "net/netlink.h"

/* Datagrams that are away for so long may have been dropped, as a queue was full. */
#define PATIENCE_US CLOCK_US_PER_S

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

struct datagram {
	uint32_t round, cpu;
};

/* What a thread needs to send one on each of some processors. */
struct round {
	int fd; /* the thread's own */
	uint32_t number;
	cpu_set_t cpus;
};

/* One that is not taken, as a queue is full, is sent again later. */
static void *send_datagrams(void *context)
{
	struct round *round = context;
	for (uint32_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		const struct datagram datagram = {.round = round->number, .cpu = cpu};
		cpu_set_t one;
		if (!CPU_ISSET(cpu, &round->cpus))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof one, &one) == 0)
			send(round->fd, &datagram, sizeof datagram, 0);
	}
	close(round->fd);
	free(round);
	return NULL;
}

/* A thread, as who goes to a busy processor may have to wait there. It takes @round over where it begins. */
static int start_sender(struct round *round, struct error *e)
{
	pthread_t thread;
	pthread_attr_t detached;
	sigset_t all;
	sigfillset(&all);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_attr_setsigmask_np(&detached, &all);
	int errnum = pthread_create(&thread, &detached, send_datagrams, round);
	pthread_attr_destroy(&detached);
	return errnum ? error_errno(e, ERROR_HARNESS, errnum, "a barrier: a thread that sends") : 0;
}

/* Those that are awaited; again, where they have been sent already. */
static int send_awaited(struct barrier *b, struct error *e)
{
	struct round *round = malloc(sizeof *round);
	if (!round)
		return error_no_memory(e);
	*round = (struct round){.fd = fcntl(b->fd, F_DUPFD_CLOEXEC, 0), .number = b->round, .cpus = b->awaited};
	int r = 0;
	if (round->fd < 0)
		r = error_errno(e, ERROR_HARNESS, errno, "a barrier: a descriptor for its thread");
	b->sent_us = clock_now_us();
	if (r == 0)
		r = start_sender(round, e);
	if (r < 0) {
		fd_close(&round->fd);
		free(round);
	}
	return r;
}

static int send_round(struct barrier *b, struct error *e)
{
	b->round++;
	if (sched_getaffinity(0, sizeof b->awaited, &b->awaited) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a barrier: which processors there are");
	return send_awaited(b, e);
}

/* On a processor that is gone meanwhile nothing can be sent; its queue went to another one (dev_cpu_dead()). */
static int send_again(struct barrier *b, struct error *e)
{
	cpu_set_t now;
	if (sched_getaffinity(0, sizeof now, &now) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a barrier: which processors there are");
	CPU_AND(&b->awaited, &b->awaited, &now);
	return CPU_COUNT(&b->awaited) ? send_awaited(b, e) : send_round(b, e);
}

static int receive(struct barrier *b, struct error *e)
{
	struct datagram got;
	while (CPU_COUNT(&b->awaited) && recv(b->fd, &got, sizeof got, 0) == sizeof got)
		if (got.round == b->round)
			CPU_CLR(got.cpu, &b->awaited);
	if (CPU_COUNT(&b->awaited) && errno != EAGAIN && errno != EINTR)
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
	if (b->asked_us != asked_us)
		r = begin(b, asked_us, n_hops, e);
	else if (!b->rounds_left)
		return 1;
	while (r == 0 && (r = receive(b, e)) == 0 && !CPU_COUNT(&b->awaited)) {
		if (!--b->rounds_left)
			return 1;
		r = send_round(b, e);
	}
	if (r == 0 && clock_now_us() >= b->sent_us + PATIENCE_US)
		r = send_again(b, e);
	if (r < 0)
		b->asked_us = 0;
	return r;
}

void barrier_close(struct barrier *b)
{
	fd_close(&b->fd);
	*b = BARRIER_INIT;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A lab.
 *
 * Theory of operation. The process that holds the lab holds the cell, as a worker does, and advances it by the same
 * cell_advance(); but the cell is held before each step (cell_let_go()) until someone asks for it. It is one loop over
 * poll(2): the socket at which others come, what they say, what the cell waits for, and a child that is to end.
 *
 *	cell ──▶ HELD ──▶ (asked) ──▶ WAITS … ──▶ HELD ──▶ … ──▶ DONE
 *	  ▲                                          │             │
 *	  └────────────────── restart ───────────────┴─────────────┘
 *
 * Who connects is told where the actors are, with a descriptor of each namespace, and again when `restart` has made
 * them anew: the old ones hold TIME-WAIT, ports and more, so a new try is a new cell. One of them is the walker, which
 * asks for steps; where it leaves, the lab is over. The others (a shell in the namespace of an actor, what shows the
 * states of sockets) ask for nothing, and what they do in the namespaces is theirs.
 *
 * A cell that is over still has its testbed until it is freed: one may look at what is left of it.
 */
#include "run/lab.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mapped.h"
#include "model/read.h"
#include "model/result.h"
#include "net/capture.h"
#include "net/namespace.h"
#include "run/lab_text.h"

static_assert(LAB_ACTORS_MAX == READ_ACTORS_MAX, "room for all actors of a scenario");

#define SLOW_US (CLOCK_US_PER_S / 2) /* a step that takes longer is spoken of while it waits */

static bool is_busy(const struct lab *lab)
{
	return lab->cell && lab->status == CELL_WAITS;
}

static void advance(struct lab *lab)
{
	lab->status = cell_advance(lab->cell, &lab->whereabouts);
}

/* What the walker is to be told of, that it was not told of yet. */
static void tell_progress(struct lab *lab)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	if (lab->walker < 0 || !lab->cell)
		return;
	for (; lab->n_told < lab->cell->n_records; lab->n_told++)
		lab_text_step(lab->cell, lab->n_told, &t);
	if (lab->status == CELL_DONE && !lab->told_end) {
		lab_text_verdict(lab->cell, &t);
		lab->told_end = true;
	}
	lab_send_text(lab->walker, text_get(&t));
}

/* The end of an answer, once the cell stands still. */
static void tell_ready(struct lab *lab)
{
	CLEANUP(text_done) struct text next = TEXT_INIT;
	tell_progress(lab);
	if (!lab->is_asked || is_busy(lab))
		return;
	lab->is_asked = false;
	if (lab->cell && lab->status == CELL_HELD)
		lab_text_action(lab->cell, lab->cell->step, &next);
	lab_send(lab->walker, LAB_READY, text_get(&next), next.len, NULL, 0);
}

/* A step that takes its time: otherwise it would look as if nothing happened. */
static void tell_slow(struct lab *lab)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	if (!lab->is_asked || lab->was_slow || !is_busy(lab) || clock_now_us() < lab->asked_us + SLOW_US)
		return;
	lab->was_slow = true;
	text_add(&t, "… ");
	lab_text_action(lab->cell, lab->cell->step, &t);
	text_add(&t, " (waits)\n");
	lab_send_text(lab->walker, text_get(&t));
}

void lab_places(const struct lab *lab, struct lab_places *ret)
{
	const struct testbed *t = &lab->cell->testbed;
	memset(ret, 0, sizeof *ret);
	ret->generation = lab->generation;
	for (size_t i = 0; i < t->n_namespaces; i++) {
		const struct testbed_namespace *from = &t->namespaces[i];
		struct lab_namespace *to = &ret->namespaces[ret->n_namespaces++];
		memcpy(to->name, from->name, strnlen(from->name, sizeof to->name - 1));
		if (!from->n_ends)
			continue;
		to->ipv4 = mapped_from(from->ends[0]->ipv4);
		if (from->ends[0]->with_ipv6)
			to->ipv6 = from->ends[0]->ipv6;
	}
	for (size_t i = 0; i < t->n_actors && i < LAB_ACTORS_MAX; i++) {
		struct lab_actor *to = &ret->actors[ret->n_actors++];
		memcpy(to->name, t->actors[i].name, strnlen(t->actors[i].name, sizeof to->name - 1));
		to->namespace = (size_t)(t->actors[i].in - t->namespaces);
	}
}

static void send_places(const struct lab *lab, int client)
{
	struct lab_places places;
	int fds[SCENARIO_NAMESPACES_MAX];
	if (!lab->cell)
		return;
	lab_places(lab, &places);
	for (size_t i = 0; i < places.n_namespaces; i++)
		fds[i] = lab->cell->testbed.namespaces[i].fd;
	lab_send(client, LAB_PLACES, &places, sizeof places, fds, places.n_namespaces);
}

static void drop_client(struct lab *lab, size_t i)
{
	if (lab->clients[i] == lab->walker)
		lab->walker = -1;
	close(lab->clients[i]);
	lab->clients[i] = lab->clients[--lab->n_clients];
}

static void take_client(struct lab *lab)
{
	int fd = accept4(lab->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	if (lab->n_clients == LAB_CLIENTS_MAX) {
		close(fd);
		return;
	}
	lab->clients[lab->n_clients++] = fd;
	send_places(lab, fd);
}

/* What the cell that is over came to. Return: 0 or -ENOMEM. */
static int read_result(const struct lab *lab, struct arena *arena, struct result *ret)
{
	const char *line = lab->cell->line;
	return line && result_from_line(line, strlen(line), arena, ret, NULL) > 0 ? 0 : -ENOMEM;
}

/* What ended the cell before it came as far as it was wanted to, as an error of the kind that gives that verdict. */
static int error_of_cell(const struct lab *lab, struct error *e)
{
	static const enum error_kind kinds[] = {
		[VERDICT_PASS] = ERROR_HARNESS,
		[VERDICT_FAIL] = ERROR_HARNESS,
		[VERDICT_INCONC] = ERROR_UNMET,
		[VERDICT_ERROR] = ERROR_HARNESS,
		[VERDICT_SKIP] = ERROR_ABSENT,
	};
	static_assert(sizeof kinds / sizeof *kinds == VERDICT_COUNT, "a kind of error for each verdict");
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result result;
	if (read_result(lab, &arena, &result) < 0)
		return error_no_memory(e);
	return error_set(e, kinds[result.verdict], ECANCELED, "the cell ended with the verdict %s: %s",
		verdict_names[result.verdict], result.reason ? result.reason : "");
}

/* Until the cell stands still; nobody is listened to meanwhile. */
static void settle(struct lab *lab)
{
	for (advance(lab); lab->status == CELL_WAITS; advance(lab)) {
		struct pollfd wait = {.fd = lab->cell->wait_fd, .events = (short)lab->cell->wait_events};
		uint64_t now_us = clock_now_us(), wake_us = lab->cell->wake_us;
		struct timespec timeout = {.tv_sec = 0};
		if (wake_us > now_us) {
			timeout.tv_sec = (time_t)((wake_us - now_us) / CLOCK_US_PER_S);
			timeout.tv_nsec = (long)((wake_us - now_us) % CLOCK_US_PER_S * 1000);
		}
		ppoll(&wait, 1, wake_us == CLOCK_NEVER ? NULL : &timeout, NULL);
	}
}

/* A new cell, ready for its first step. */
static int make_cell(struct lab *lab, struct error *e)
{
	lab->n_told = 0;
	lab->told_end = false;
	lab->cell =
		cell_start(lab->scenario, (struct run_id){.cell = lab->cell_id, .replicate = 1}, lab->began_us, false);
	if (!lab->cell)
		return error_no_memory(e);
	lab->generation++;
	lab->cell->hold_at = 0;
	settle(lab);
	if (lab->status == CELL_HELD)
		return 0;
	int r = error_of_cell(lab, e);
	CLEANUP(cleanup_error) struct error ignored = ERROR_INIT;
	cell_free(TAKE_POINTER(lab->cell), &ignored);
	return r;
}

/* The new testbed is made when the old one is gone: both have the same names and addresses. */
static void restart(struct lab *lab)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	int r = lab->cell ? cell_free(TAKE_POINTER(lab->cell), &e) : 0;
	if (r == 0)
		r = make_cell(lab, &e);
	if (r < 0)
		text_addf(&t, "the cell could not be made anew: %s; `restart` tries again\n", error_text(&e));
	else
		text_add(&t, "the cell is made anew: new namespaces, no step is made\n");
	for (size_t i = 0; r == 0 && i < lab->n_clients; i++)
		send_places(lab, lab->clients[i]);
	lab_send_text(lab->walker, text_get(&t));
}

static void take_request(struct lab *lab, const struct lab_request *request)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	lab->is_asked = true;
	lab->was_slow = false;
	lab->asked_us = clock_now_us();
	if (request->what == LAB_RESTART) {
		restart(lab);
	} else if (!lab->cell) {
		text_add(&t, "there is no cell: `restart` tries to make it\n");
	} else if (request->what == LAB_LIST) {
		lab_text_list(lab->cell, &t);
	} else if (lab->status == CELL_DONE) {
		text_add(&t, "the cell is over: `restart` makes it anew\n");
	} else if (request->until != SIZE_MAX && request->until > lab->cell->plan.n_steps) {
		text_addf(&t, "there is no step %zu: the last one is %zu\n", request->until, lab->cell->plan.n_steps);
	} else if (request->until && request->until <= lab->cell->step) {
		text_addf(&t, "step %zu is made already: `restart` begins anew\n", request->until);
	} else {
		size_t next = lab->cell->step + 1;
		cell_let_go(lab->cell, request->until ? request->until : next);
		advance(lab);
	}
	lab_send_text(lab->walker, text_get(&t));
	tell_ready(lab);
}

static void take_message(struct lab *lab, int client, const struct lab_message *message)
{
	if (message->kind == LAB_WALKER && lab->walker < 0) {
		lab->walker = client;
		lab->had_walker = lab->is_asked = true;
		lab_send_text(client, lab->about ? lab->about : "");
		tell_ready(lab);
	}
	if (message->kind == LAB_REQUEST && client == lab->walker && message->len == sizeof(struct lab_request) &&
		!lab->is_asked)
		take_request(lab, (const struct lab_request *)message->payload);
}

static void hear_clients(struct lab *lab, const struct pollfd *polled, size_t n)
{
	/* From the last on: one that is dropped is replaced by the last. */
	for (size_t i = n; i-- > 0;) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		struct lab_message message;
		if (!polled[i].revents)
			continue;
		if (lab_receive(lab->clients[i], &message, &e) <= 0) {
			drop_client(lab, i);
			continue;
		}
		take_message(lab, lab->clients[i], &message);
		lab_message_close(&message);
	}
}

/* How long to wait at most; -1: for ever. */
static int timeout_ms(const struct lab *lab)
{
	uint64_t now_us = clock_now_us(), until_us = CLOCK_NEVER;
	if (is_busy(lab))
		until_us = lab->cell->wake_us;
	if (is_busy(lab) && lab->is_asked && !lab->was_slow && lab->asked_us + SLOW_US < until_us)
		until_us = lab->asked_us + SLOW_US;
	if (until_us == CLOCK_NEVER)
		return -1;
	return until_us <= now_us ? 0 : (int)((until_us - now_us + CLOCK_US_PER_MS - 1) / CLOCK_US_PER_MS);
}

int lab_serve(struct lab *lab, pid_t child, struct error *e)
{
	enum { CHILD, LISTENER, CELL, FIRST_CLIENT };
	CLEANUP(cleanup_close) int child_fd = (int)syscall(SYS_pidfd_open, child, 0); /* close-on-exec as it is */
	if (child_fd < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot watch a process of the lab");
	while (!lab->had_walker || lab->walker >= 0) {
		struct pollfd polled[FIRST_CLIENT + LAB_CLIENTS_MAX];
		size_t n_clients = lab->n_clients;
		polled[CHILD] = (struct pollfd){.fd = child_fd, .events = POLLIN};
		polled[LISTENER] = (struct pollfd){.fd = lab->listener, .events = POLLIN};
		polled[CELL] = (struct pollfd){.fd = -1};
		if (is_busy(lab)) /* the events of epoll(7) that a cell waits for are those of poll(2) */
			polled[CELL] =
				(struct pollfd){.fd = lab->cell->wait_fd, .events = (short)lab->cell->wait_events};
		for (size_t i = 0; i < n_clients; i++)
			polled[FIRST_CLIENT + i] = (struct pollfd){.fd = lab->clients[i], .events = POLLIN};
		if (poll(polled, FIRST_CLIENT + n_clients, timeout_ms(lab)) < 0 && errno != EINTR)
			return error_errno(e, ERROR_HARNESS, errno, "a lab cannot wait for events");
		if (polled[CHILD].revents)
			return 0;
		if (is_busy(lab) && (polled[CELL].revents || lab->cell->wake_us <= clock_now_us())) {
			advance(lab);
			tell_ready(lab);
		}
		tell_slow(lab);
		hear_clients(lab, polled + FIRST_CLIENT, n_clients);
		if (polled[LISTENER].revents)
			take_client(lab);
	}
	return 0;
}

int lab_advance(struct lab *lab, size_t until, struct error *e)
{
	cell_let_go(lab->cell, until);
	settle(lab);
	bool is_there = lab->status == CELL_HELD || lab->cell->n_records == lab->cell->plan.n_steps;
	return is_there ? 0 : error_of_cell(lab, e);
}

bool lab_is_unlike_pass(const struct lab *lab, struct text *t)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result result;
	if (lab->status != CELL_DONE || read_result(lab, &arena, &result) < 0 || result.verdict == VERDICT_PASS)
		return false;
	text_addf(t, "the verdict of the cell is %s: %s", verdict_names[result.verdict], result.reason);
	return true;
}

int lab_namespace(const struct lab *lab, const char *name)
{
	const struct testbed *t = &lab->cell->testbed;
	for (size_t i = 0; i < t->n_actors; i++)
		if (!strcmp(t->actors[i].name, name))
			return t->actors[i].in->fd;
	return -1;
}

int lab_open(struct lab *lab, const struct scenario *s, uint64_t cell, struct error *e)
{
	lab->scenario = s;
	lab->cell_id = cell;
	lab->began_us = clock_now_us();
	/* Made before anything else, in the namespace that stays: panes look for it there. */
	lab->home = namespace_open_own(e);
	if (lab->home < 0)
		return lab->home;
	lab->whereabouts.home = lab->home;
	lab->listener = lab_listen(e);
	if (lab->listener < 0)
		return lab->listener;
	if (s->captures) {
		lab->times_fd = capture_prepare(e);
		if (lab->times_fd < 0)
			return lab->times_fd;
	}
	return make_cell(lab, e);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A worker.
 *
 * Theory of operation. One thread, one epoll. A cell in flight is advanced until it waits; what it waits for (a
 * descriptor, a time) is handed to epoll and to one timerfd, which is set to the earliest time of all.
 *
 * The worker asks for one cell more than it has places, so that the next order is in the pipe when a place becomes
 * free, and reads an order only when there is a place: what lies unread in the pipe the runner can take back. A parked
 * cell has no place; when its time comes it goes on at once, whether there is a place or not: to wait for one would
 * change what it measures, and it only delays the next order.
 *
 * Cells that were begun one after the other, and sleep equally long, wake up as they were begun; but what they do then
 * may take longer than what they did before, and then each is later than the one before it. One that is too late says
 * nothing (HELD_UP_US, cell.c). So no cell is begun while those that wake up soon have work for WAKING_US: each as much
 * as when it woke up last, or else the mean of the others.
 *
 * The testbed of a cell is taken down after its result is sent, while the runner is busy with it. A runner that is busy
 * for long, as it explains one scenario while cells of others run, holds nothing up here: what the pipe to it has no
 * room for waits in `out`, which is at most what the cells in flight have to say.
 */
#include "run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/clock.h"
#include "net/capture.h"
#include "net/namespace.h"
#include "net/sysctl.h"
#include "run/cell.h"
#include "run/frame.h"
#include "run/isolation.h"

#define WORKER_CELLS_MAX RUN_CELLS_MAX
#define WORKER_FDS_PER_CELL 2      /* a pipe; and a socket for each step that makes one */
#define WORKER_FDS_PER_NAMESPACE 3 /* itself, and two of netlink */
#define WORKER_FDS_PER_CAPTURE 2   /* in each namespace: itself, and one that is being closed */
#define WORKER_FDS_OWN 20          /* the lifeline of programs included */
#define WORKER_EVENTS 64

#define SOON_US (5 * CLOCK_US_PER_S)
#define WAKING_US (CLOCK_US_PER_S / 2)           /* half of HELD_UP_US, cell.c */
#define WAKE_COST_MOST_US (20 * CLOCK_US_PER_MS) /* where it was more, the machine was busy with something else */

struct worker {
	const struct worker_job *job;
	int orders_fd, frames_fd, epoll_fd, timer_fd;
	int times_fd;          /* open while the kernel is to take the times of packets; -1 where none are seen */
	struct error no_times; /* why it does not: no packets are seen */
	struct whereabouts whereabouts;
	struct cell *cells[WORKER_CELLS_MAX];
	size_t n_cells;
	size_t n_fds, n_fds_max; /* descriptors: those that the cells take, each as its scenario does, and may take */
	size_t n_fds_most;       /* that one cell takes, of whatever scenario */
	size_t n_asked;          /* for cells whose orders have not been read yet */
	bool watches_orders;     /* epoll does: only while there is a place */
	uint64_t wake_cost_us;   /* what a cell costs that wakes up; 0: not known yet */
	bool watches_frames;     /* and while not all of `out` is written */
	bool no_more;            /* the runner has none left */
	struct text out;         /* what the runner has still to be told */
	uint64_t sent_us;
};

/* Nothing can be said any more: not even memory for it is left, or the runner is gone. Dying is the whole clean-up, and
 * the exit status is the errno. */
static _Noreturn void vanish(int errnum)
{
	_exit(errnum);
}

static int worker_watch(struct worker *w, int fd, uint32_t events, void *what, struct error *e)
{
	struct epoll_event event = {.events = events, .data.ptr = what};
	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0
		       ? error_errno(e, ERROR_HARNESS, errno, "cannot watch a descriptor")
		       : 0;
}

/* Tell the runner as much as it takes now; epoll is to say when it takes more. */
static void tell_runner(struct worker *w)
{
	int r = frame_flush(w->frames_fd, &w->out);
	if (r == 0 && w->out.failed)
		r = -ENOMEM;
	if (r < 0)
		vanish(-r);
	w->sent_us = clock_now_us();
	bool watch = w->out.len;
	if (watch == w->watches_frames)
		return;
	w->watches_frames = watch;
	if (!watch)
		epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, w->frames_fd, NULL);
	else if ((r = worker_watch(w, w->frames_fd, EPOLLOUT, &w->frames_fd, NULL)) < 0)
		vanish(-r);
}

static void send_frame(struct worker *w, const struct frame *frame, const void *payload)
{
	frame_add(&w->out, frame, payload);
	tell_runner(w);
}

static void send_error(struct worker *w, enum frame_kind kind, const struct error *e)
{
	CLEANUP(text_done) struct text payload = TEXT_INIT;
	uint32_t error_kind = e->kind;
	text_add_bytes(&payload, &error_kind, sizeof error_kind);
	text_add(&payload, error_text(e));
	frame_add(&w->out, &(struct frame){.kind = kind, .len = (uint32_t)payload.len}, payload.data);
}

static _Noreturn void fail(struct worker *w, const struct error *e)
{
	send_error(w, FRAME_FAILED, e);
	fcntl(w->frames_fd, F_SETFL, 0); /* all of it, as this is the end */
	int r = frame_flush(w->frames_fd, &w->out);
	_exit(r < 0 ? -r : 1);
}

static int add_sysctl(void *context, const char *name, const char *value)
{
	return json_object_set_new_nocheck(context, name, json_string(value)) < 0 ? -ENOMEM : 0;
}

/* A new namespace's sysctls: this one is new, and nothing was written in it. */
static char *read_environment(struct error *e)
{
	CLEANUP(cleanup_json) json_t *environment = json_object();
	struct text t = TEXT_INIT;
	if (environment && sysctl_each(add_sysctl, environment, e) == 0)
		json_write(environment, JSON_COMPACT | JSON_SORT_KEYS, &t);
	if (t.failed)
		text_done(&t);
	if (!t.data && !e->text)
		error_no_memory(e);
	return t.data;
}

/* How many descriptors steps make, at most. */
static size_t count_step_fds(const struct step *steps, size_t n)
{
	size_t count = 0;
	for (const struct step *step = steps; step < steps + n; step++) {
		count += count_step_fds(step->body, step->n_body);
		for (size_t i = 0; i < step->n_words; i++)
			if (step->verb->words[i]->socket == SOCKET_MAKES)
				count += step->verb->words[i]->is_program ? PROGRAM_FDS : 1;
	}
	return count;
}

/* Whether packets are seen: because a step asks for them, or as evidence. */
static bool captures(const struct worker *w, const struct scenario *s)
{
	return w->job->wants_evidence || s->captures;
}

/* How many descriptors a cell of the scenario takes. */
static size_t count_fds(const struct worker *w, const struct scenario *s)
{
	size_t fds_per_namespace = WORKER_FDS_PER_NAMESPACE + (captures(w, s) ? WORKER_FDS_PER_CAPTURE : 0);
	return WORKER_FDS_PER_CELL + count_step_fds(s->steps, s->n_steps) + s->n_namespaces * fds_per_namespace;
}

static void raise_descriptor_limit(struct worker *w)
{
	struct rlimit limit = {.rlim_cur = 1024, .rlim_max = 1024};
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	w->n_fds_max = limit.rlim_cur > WORKER_FDS_OWN ? limit.rlim_cur - WORKER_FDS_OWN : 0;
	for (size_t i = 0; i < w->job->n_scenarios; i++) {
		size_t n = count_fds(w, w->job->scenarios[i]);
		w->n_fds_most = n > w->n_fds_most ? n : w->n_fds_most;
	}
}

/* Whether @n more cells, of whatever scenario, may be in flight. One always may. */
static bool has_room(const struct worker *w, size_t n)
{
	return w->n_cells + n <= 1 ||
	       (w->n_cells + n <= w->job->cells_max && w->n_fds + n * w->n_fds_most <= w->n_fds_max);
}

/* Where packets are no more than evidence, the cells do without them. Those whose steps ask for them cannot. */
static int prepare_captures(struct worker *w, struct error *e)
{
	bool are_needed = false, are_wanted = w->job->wants_evidence;
	for (size_t i = 0; i < w->job->n_scenarios; i++)
		are_needed |= w->job->scenarios[i]->captures;
	w->times_fd = are_needed || are_wanted ? capture_prepare(e) : -1;
	if ((!are_needed && !are_wanted) || w->times_fd >= 0)
		return 0;
	if (namespace_enter(w->whereabouts.home, NULL) < 0)
		return -EIO;
	w->no_times = *e;
	*e = ERROR_INIT;
	if (are_needed)
		send_error(w, FRAME_BLIND, &w->no_times);
	return 0;
}

static int worker_open(struct worker *w, struct error *e)
{
	w->whereabouts.home = namespace_open_own(e);
	if (w->whereabouts.home < 0 || prepare_captures(w, e) < 0)
		return -EIO; /* as @e says */
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll_fd < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make an epoll descriptor");
	w->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (w->timer_fd < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make a timer");
	if (fcntl(w->orders_fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(w->frames_fd, F_SETFL, O_NONBLOCK) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot set up the pipes to the runner");
	return worker_watch(w, w->timer_fd, EPOLLIN, &w->timer_fd, e);
}

static size_t count_working(const struct worker *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->n_cells; i++)
		n += !w->cells[i]->parked;
	return n;
}

/* Whether those that wake up soon have as much work for the worker as it may put off. */
static bool is_booked(const struct worker *w)
{
	uint64_t soon_us = clock_now_us() + SOON_US, booked_us = 0;
	for (size_t i = 0; i < w->n_cells && booked_us < WAKING_US; i++) {
		const struct cell *cell = w->cells[i];
		if (cell->parked && cell->wake_us < soon_us)
			booked_us += cell->wake_cost_us ? cell->wake_cost_us : w->wake_cost_us;
	}
	return booked_us >= WAKING_US;
}

static bool has_place(const struct worker *w)
{
	return !w->no_more && has_room(w, 1) && count_working(w) < w->job->places && !is_booked(w);
}

/* Whether it is time to ask for one more; it counts as asked then. */
static bool wants_more(struct worker *w)
{
	/* As many as have been asked for have room: so has the one that is to lie in the pipe, once one has ended. */
	if (w->no_more || (w->n_asked && !has_room(w, w->n_asked)) || w->n_asked + count_working(w) > w->job->places)
		return false;
	w->n_asked++;
	return true;
}

static void ask_for_more(struct worker *w)
{
	while (wants_more(w))
		send_frame(w, &(struct frame){.kind = FRAME_WANT}, NULL);
}

static void end_cell(struct worker *w, struct cell *cell)
{
	for (size_t i = 0; i < w->n_cells; i++)
		if (w->cells[i] == cell) {
			w->cells[i] = w->cells[--w->n_cells];
			w->n_fds -= count_fds(w, cell->scenario);
			break;
		}
	if (!cell->line)
		vanish(ENOMEM);
	if (cell->evidence)
		frame_add(&w->out,
			&(struct frame){
				.kind = FRAME_EVIDENCE,
				.len = (uint32_t)strlen(cell->evidence),
				.id = cell->id,
			},
			cell->evidence);
	struct frame frame = {
		.kind = FRAME_RESULT,
		.len = (uint32_t)strlen(cell->line),
		.id = cell->id,
		.wants = wants_more(w),
	};
	send_frame(w, &frame, cell->line);
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (cell_free(cell, &e) < 0)
		fail(w, &e);
}

/* The mean, of late ones more than of early ones. */
static void learn_wake_cost(struct worker *w, uint64_t cost_us)
{
	if (cost_us > WAKE_COST_MOST_US)
		cost_us = WAKE_COST_MOST_US;
	w->wake_cost_us = w->wake_cost_us ? (7 * w->wake_cost_us + cost_us) / 8 : cost_us;
}

/* The cell is parked, or over, and the worker has been busy with it. */
static void note_busy(struct worker *w, struct cell *cell)
{
	if (!cell->was_parked && !w->wake_cost_us)
		learn_wake_cost(w, 2 * cell->busy_us); /* a guess, until one has woken up */
	if (cell->was_parked && !cell->wake_cost_us)   /* of one that repeats a step only the first time */
		learn_wake_cost(w, cell->busy_us);
	if (cell->was_parked)
		cell->wake_cost_us = cell->busy_us;
	cell->was_parked = true;
	cell->busy_us = 0;
}

static void advance(struct worker *w, struct cell *cell)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	uint64_t began_us = clock_now_us();
	if (cell->wait_fd >= 0)
		epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, cell->wait_fd, NULL);
	enum cell_status status = cell_advance(cell, &w->whereabouts);
	if (status == CELL_WAITS && cell->wait_fd >= 0 &&
		worker_watch(w, cell->wait_fd, cell->wait_events | EPOLLONESHOT, cell, &e) < 0) {
		cell->wait_fd = -1;
		cell_fail(cell, &e);
		status = CELL_DONE;
	}
	cell->busy_us += clock_now_us() - began_us;
	if (cell->parked || (status == CELL_DONE && cell->was_parked))
		note_busy(w, cell);
	if (status == CELL_DONE)
		end_cell(w, cell);
}

/* Epoll is to say when an order comes, or not. */
static void watch_orders(struct worker *w, bool watch)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (watch == w->watches_orders)
		return;
	w->watches_orders = watch;
	if (!watch)
		epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, w->orders_fd, NULL);
	else if (worker_watch(w, w->orders_fd, EPOLLIN, &w->orders_fd, &e) < 0)
		fail(w, &e);
}

/* Return: whether an order was there. */
static bool take_order(struct worker *w)
{
	struct run_id id;
	ssize_t n;
	do
		n = read(w->orders_fd, &id, sizeof id);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n < 0) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		error_errno(&e, ERROR_HARNESS, errno, "a worker cannot read its orders");
		fail(w, &e);
	}
	if (n != sizeof id) { /* end of file: no more. An order is shorter than PIPE_BUF, so never cut in two. */
		w->no_more = true;
		return false;
	}
	w->n_asked--;
	const struct scenario *s = w->job->scenarios[id.scenario];
	struct cell *cell = cell_start(s, id, w->job->run_began_us, w->job->wants_evidence);
	if (!cell)
		vanish(ENOMEM);
	cell->no_captures = w->no_times.code ? error_text(&w->no_times) : NULL;
	w->cells[w->n_cells++] = cell;
	w->n_fds += count_fds(w, s);
	if (cell->no_captures && s->captures) { /* an answer about packets that were not looked for would be none */
		cell_fail(cell, &w->no_times);
		end_cell(w, cell);
		return true;
	}
	advance(w, cell);
	return true;
}

static void take_orders(struct worker *w)
{
	ask_for_more(w);
	/* One a round of the loop: to build a cell takes milliseconds, and the time of others may come meanwhile. */
	if (has_place(w) && take_order(w))
		ask_for_more(w); /* the cell may have been parked at once */
	watch_orders(w, has_place(w));
}

/* Advance the cells whose time has come. */
static void take_time(struct worker *w)
{
	uint64_t now_us = clock_now_us();
	for (size_t i = 0; i < w->n_cells;) {
		struct cell *cell = w->cells[i];
		if (cell->wake_us <= now_us)
			advance(w, cell);
		if (i < w->n_cells && w->cells[i] == cell)
			i++; /* otherwise another cell has taken its place, and is looked at next */
	}
	/* Where it has been told things that it has not read yet, it is it that is busy. */
	if (w->n_cells && !w->out.len && now_us >= w->sent_us + WORKER_ALIVE_US)
		send_frame(w, &(struct frame){.kind = FRAME_ALIVE}, NULL);
}

static void set_timer(struct worker *w)
{
	uint64_t wake_us = w->n_cells && !w->out.len ? w->sent_us + WORKER_ALIVE_US : CLOCK_NEVER;
	for (size_t i = 0; i < w->n_cells; i++)
		if (w->cells[i]->wake_us < wake_us)
			wake_us = w->cells[i]->wake_us;
	struct itimerspec at = {.it_interval = {0}};
	if (wake_us != CLOCK_NEVER) {
		at.it_value.tv_sec = (time_t)(wake_us / CLOCK_US_PER_S);
		at.it_value.tv_nsec = (long)(wake_us % CLOCK_US_PER_S * 1000) + 1; /* all zeroes would disarm it */
	}
	if (timerfd_settime(w->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) < 0) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		error_errno(&e, ERROR_HARNESS, errno, "a worker cannot set its timer");
		fail(w, &e);
	}
}

static void worker_loop(struct worker *w)
{
	while (!w->no_more || w->n_cells || w->out.len) {
		take_orders(w);
		if (w->no_more && !w->n_cells && !w->out.len)
			break;
		set_timer(w);
		struct epoll_event events[WORKER_EVENTS];
		int n = epoll_wait(w->epoll_fd, events, WORKER_EVENTS, -1);
		if (n < 0 && errno != EINTR) {
			CLEANUP(cleanup_error) struct error e = ERROR_INIT;
			error_errno(&e, ERROR_HARNESS, errno, "a worker cannot wait for events");
			fail(w, &e);
		}
		/* A cell waits for one descriptor at most, so none of these events can be of a cell that an earlier one
		 * of them ended. */
		for (int i = 0; i < n; i++) {
			void *what = events[i].data.ptr;
			if (what == &w->frames_fd)
				tell_runner(w);
			else if (what != &w->orders_fd && what != &w->timer_fd)
				advance(w, what);
		}
		take_time(w);
	}
}

_Noreturn void worker_run(const struct worker_job *job, int orders_fd, int frames_fd)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct worker *w = calloc(1, sizeof *w);
	if (!w)
		vanish(ENOMEM);
	w->job = job;
	int fds[] = {orders_fd, frames_fd};
	int r = isolation_enter("netrepro-worker", fds, 2, &e);
	w->orders_fd = fds[0];
	w->frames_fd = fds[1];
	if (r >= 0)
		r = isolation_prepare_sysctls(&e);
	if (r == 0) {
		raise_descriptor_limit(w);
		r = worker_open(w, &e);
	}
	char *environment = r == 0 && job->wants_environment ? read_environment(&e) : NULL;
	if (r < 0 || (job->wants_environment && !environment))
		fail(w, &e);
	struct frame hello = {.kind = FRAME_HELLO, .len = environment ? (uint32_t)strlen(environment) : 0};
	send_frame(w, &hello, environment);
	free(environment);
	worker_loop(w);
	_exit(0);
}

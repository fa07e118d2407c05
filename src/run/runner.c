// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The runner.
 *
 * Theory of operation. Several scenarios are run together, by the same workers. Workers ask (FRAME_WANT), the runner
 * answers with a run of a schedule, as long as there is one: of all scenarios that which may be parked longest, so that
 * the others run while it waits, and among equals that of the scenario that stands first. A scenario begins when its
 * first run is handed out, and is over when the last of its results has come. What was handed out and has not come back
 * as a result is in flight, and belongs to one worker. A worker that dies makes each of its runs in flight an `error`,
 * and another worker takes its place; so each run is begun once and has one result. A worker's pipe is read to its end
 * before it counts as dead: results that it had sent are results. Orders that it had not read were never begun: the
 * runner keeps the reading end of their pipe too, takes them back, and hands them out again. Cells that may wait longer
 * than they are to are not handed out: they are skipped here.
 *
 * What ends a scenario early (its results cannot be written, say) ends that one alone; what comes of it later is
 * dropped. What is wrong with the workers ends all.
 *
 * The first signal (Ctrl-C) stops the handing out, and takes back what was not begun; the runs in flight end. The
 * second one ends all at once; what was in flight has no result then, and a resumed run does it.
 */
#include "run/runner.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "model/plan.h"
#include "run/cell.h"
#include "run/frame.h"
#include "run/worker_process.h"

#define RUNNER_TICK_MS 100
/* A worker that has runs in flight and says nothing for so long hangs in the kernel (it says WORKER_ALIVE_US
 * otherwise). */
#define RUNNER_SILENCE_US (30 * CLOCK_US_PER_S)
/* Workers that die one after the other without a result between them: something is wrong with all of them. */
#define RUNNER_DEATHS_MAX 5

/* One scenario. */
struct part {
	const struct runner_part *is;
	bool begun, over;
	uint64_t began_us;
	uint64_t n_open; /* runs that came from the schedule and have no result yet: in flight, or taken back */
	struct runner_progress progress;
};

struct runner {
	const struct runner_job *job;
	struct part *parts;                /* as many as the job has; owned */
	const struct scenario **scenarios; /* of them; owned */
	char *environment;                 /* owned; NULL while no worker has told it: nothing was begun */
	struct runner_progress progress;   /* of all */
	struct worker_process *workers;
	size_t n_workers, n_workers_max;
	int epoll_fd, signal_fd;
	uint64_t began_us;
	uint64_t told_us;
	uint64_t turned_us;      /* when the loop last went round */
	unsigned deaths;         /* since the last result */
	bool exhausted;          /* all schedules are */
	struct run_id *returned; /* taken back from workers; to be handed out again */
	size_t n_returned, returned_size;
	int signal; /* that stops the run */
	struct arena arena;
};

unsigned runner_default_jobs(void)
{
	cpu_set_t cpus;
	if (sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > 0)
		return (unsigned)CPU_COUNT(&cpus);
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned)n : 1;
}

static int runner_watch(struct runner *r, int fd, void *what, struct error *e)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
	return epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0
		       ? error_errno(e, ERROR_HARNESS, errno, "cannot watch a descriptor")
		       : 0;
}

static int spawn_worker(struct runner *r, struct worker_process *w, struct error *e)
{
	const struct worker_job job = {
		.scenarios = r->scenarios,
		.n_scenarios = r->job->n_parts,
		.run_began_us = r->began_us,
		.places = w->places,
		.cells_max = RUN_CELLS_MAX / (unsigned)r->n_workers_max,
		.wants_environment = !r->environment,
		.wants_evidence = r->job->wants_evidence,
	};
	int status = worker_process_spawn(w, &job, e);
	return status < 0 ? status : runner_watch(r, w->frames_fd, w, e);
}

/* Nothing more comes of the scenario. @why: taken over */
static void end_part(struct runner *r, struct part *p, int status, struct error *why)
{
	const struct runner_listener *listener = &p->is->listener;
	p->over = true;
	for (size_t i = 0; i < r->n_returned;)
		if (&r->parts[r->returned[i].scenario] == p)
			r->returned[i] = r->returned[--r->n_returned];
		else
			i++;
	listener->end(listener->context, &p->progress, status, why);
	error_clear(why);
}

/* It cannot go on; the others can. */
static void fail_part(struct runner *r, struct part *p, struct error *why)
{
	r->progress.n_runs -= p->progress.n_runs - p->progress.n_before - p->progress.n_done;
	end_part(r, p, -why->code, why);
}

static void end_part_if_done(struct runner *r, struct part *p)
{
	struct error none = ERROR_INIT;
	if (!p->over && !p->n_open && schedule_rank(p->is->schedule) < 0)
		end_part(r, p, 0, &none);
}

static void begin_part(struct runner *r, struct part *p)
{
	struct error e = ERROR_INIT;
	struct schedule *schedule = p->is->schedule;
	const struct runner_listener *listener = &p->is->listener;
	p->begun = true;
	p->began_us = clock_now_us();
	int status = listener->begin(listener->context, r->environment, schedule, &e);
	p->progress.n_before = schedule->n_done;
	r->progress.n_before += schedule->n_done;
	if (status < 0)
		fail_part(r, p, &e);
	else
		end_part_if_done(r, p);
}

static int take_result(struct runner *r, struct part *p, const char *line, size_t len, struct error *e)
{
	arena_reset(&r->arena);
	struct error own = ERROR_INIT;
	struct result result;
	p->n_open--;
	int status = result_from_line(line, len, &r->arena, &result, e);
	if (status == 0)
		status = error_set(e, ERROR_HARNESS, EPROTO, "it is of no cell");
	if (status < 0) {
		if (e)
			e->kind = ERROR_HARNESS; /* nobody but a worker wrote it */
		return error_wrap(e, "a worker sent a result that cannot be read");
	}
	r->progress.n_done++;
	r->progress.counts[result.verdict]++;
	p->progress.n_done++;
	p->progress.counts[result.verdict]++;
	p->progress.elapsed_us = clock_now_us() - p->began_us;
	if (p->is->listener.result(p->is->listener.context, line, len, &result, &own) < 0)
		fail_part(r, p, &own);
	else
		end_part_if_done(r, p);
	return 0;
}

/* Return: the line of a run that would wait longer than it is to; NULL when memory is out. */
static char *too_long_line(const struct runner *r, const struct part *p, struct run_id id)
{
	char waits[DURATION_TEXT], most[DURATION_TEXT], reason[2 * DURATION_TEXT + 64];
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	if (plan_make(&plan, p->is->scenario, id.cell, NULL) < 0) /* it was read: no memory */
		return NULL;
	snprintf(reason, sizeof reason, "waits up to %s, which is longer than --max-wait %s",
		duration_format_exact(plan.waits_us, waits), duration_format_exact(r->job->max_wait_us, most));
	return cell_skip_line(p->is->scenario, id, reason, clock_now_us() - r->began_us);
}

static void skip_run(struct runner *r, struct part *p, struct run_id id)
{
	struct error e = ERROR_INIT;
	CLEANUP(cleanup_free) char *line = too_long_line(r, p, id);
	p->n_open++;
	if (!line)
		error_no_memory(&e);
	if (!line || take_result(r, p, line, strlen(line), &e) < 0)
		fail_part(r, p, &e);
}

static bool end_flight(struct runner *r, struct worker_process *w, struct run_id id)
{
	if (!worker_process_end_flight(w, id))
		return false;
	r->progress.n_in_flight--;
	r->parts[id.scenario].progress.n_in_flight--;
	return true;
}

static bool is_exhausted(const struct runner *r)
{
	return r->exhausted && !r->n_returned;
}

/* What the worker has not read of its orders was never begun. Where memory is out it stays with the worker. Return: how
 * many were taken back. */
static unsigned take_back(struct runner *r, struct worker_process *w)
{
	for (unsigned n = 0;; n++) {
		if (r->n_returned == r->returned_size) {
			size_t size = r->returned_size ? r->returned_size * 2 : 16;
			struct run_id *more = reallocarray(r->returned, size, sizeof *more);
			if (!more)
				return n;
			r->returned = more;
			r->returned_size = size;
		}
		struct run_id id;
		if (!worker_process_take_unread(w, &id))
			return n;
		if (end_flight(r, w, id) && !r->parts[id.scenario].over)
			r->returned[r->n_returned++] = id;
	}
}

/* Of those that have runs left that which may be parked longest, and among equals the first; NULL when none has. */
static struct part *next_part(const struct runner *r)
{
	struct part *next = NULL;
	int highest = -1;
	for (struct part *p = r->parts; p < r->parts + r->job->n_parts; p++) {
		int rank = p->over ? -1 : schedule_rank(p->is->schedule);
		if (rank > highest) {
			highest = rank;
			next = p;
		}
	}
	return next;
}

static bool next_run(struct runner *r, struct run_id *ret)
{
	struct part *p;
	if (r->n_returned) {
		*ret = r->returned[--r->n_returned];
		return true;
	}
	while (!r->exhausted && (p = next_part(r))) {
		if (!p->begun) {
			begin_part(r, p);
			continue;
		}
		schedule_next(p->is->schedule, ret);
		ret->scenario = (uint32_t)(p - r->parts);
		if (!schedule_is_too_long(p->is->schedule, *ret)) {
			p->n_open++;
			return true;
		}
		skip_run(r, p, *ret);
	}
	r->exhausted = true;
	return false;
}

static int hand_out_one(struct runner *r, struct worker_process *w, struct run_id id, struct error *e)
{
	r->progress.n_in_flight++;
	r->parts[id.scenario].progress.n_in_flight++;
	return worker_process_order(w, id, e);
}

/* Worker @asks has a place, and nothing is left for it: another one may hold an order that it has no place for yet. Where both
 * want as many, it goes to the one that asks: the other may be busy with cells that wake up. */
static int share_out(struct runner *r, struct worker_process *asks, struct error *e)
{
	int status = 0;
	for (size_t i = 0; i < r->n_workers; i++)
		r->workers[i].wants += take_back(r, &r->workers[i]);
	while (status == 0 && r->n_returned) {
		struct worker_process *neediest = asks;
		for (size_t i = 0; i < r->n_workers; i++)
			if (r->workers[i].wants > neediest->wants)
				neediest = &r->workers[i];
		struct run_id id = r->returned[--r->n_returned];
		status = hand_out_one(r, neediest, id, e);
	}
	return status;
}

static int hand_out(struct runner *r, struct worker_process *w, struct error *e)
{
	struct run_id id;
	int status = 0;
	while (status == 0 && w->wants && !r->signal && r->environment && next_run(r, &id))
		status = hand_out_one(r, w, id, e);
	/* One order more than there are places is always wanted. */
	bool has_place = w->wants > 1 && !r->signal && r->environment;
	return status == 0 && has_place ? share_out(r, w, e) : status;
}

static int begin(struct runner *r, const char *environment, size_t len, struct error *e)
{
	r->environment = strndup(environment, len);
	if (!r->environment)
		return error_no_memory(e);
	int status = 0;
	for (size_t i = 0; status == 0 && i < r->n_workers; i++)
		status = hand_out(r, &r->workers[i], e);
	return status;
}

/* What a worker says that cannot do something. */
static void read_failure(struct error *ret, const char *payload, size_t len)
{
	uint32_t kind = ERROR_HARNESS;
	if (len < sizeof kind)
		return;
	memcpy(&kind, payload, sizeof kind);
	error_set(ret, kind < ERROR_KIND_COUNT ? (enum error_kind)kind : ERROR_HARNESS, EIO, "%.*s",
		(int)(len - sizeof kind), payload + sizeof kind);
}

/* Scenarios whose steps ask for packets cannot be run. */
static void take_blindness(struct runner *r, const char *payload, size_t len)
{
	for (struct part *p = r->parts; p < r->parts + r->job->n_parts; p++) {
		struct error e = ERROR_INIT;
		if (p->over || !p->is->scenario->captures)
			continue;
		read_failure(&e, payload, len);
		fail_part(r, p, &e);
	}
}

static void take_evidence(struct runner *r, struct worker_process *w, struct part *p, struct run_id id)
{
	struct error e = ERROR_INIT;
	const struct runner_listener *listener = &p->is->listener;
	if (w->evidence.len && listener->evidence(listener->context, id, w->evidence.data, w->evidence.len, &e) < 0)
		fail_part(r, p, &e);
	text_truncate(&w->evidence, 0);
}

static int take_result_frame(
	struct runner *r, struct worker_process *w, const struct frame *frame, const char *payload, struct error *e)
{
	r->deaths = 0;
	if (!end_flight(r, w, frame->id))
		return error_set(e, ERROR_HARNESS, EPROTO, "a worker sent the result of a cell that it was not given");
	struct part *p = &r->parts[frame->id.scenario];
	w->wants += frame->wants;
	int status = hand_out(r, w, e); /* first: the worker waits for it */
	if (status == 0 && !p->over)
		take_evidence(r, w, p, frame->id);
	text_truncate(&w->evidence, 0);
	return status < 0 || p->over ? status : take_result(r, p, payload, frame->len, e);
}

static int take_frame(
	struct runner *r, struct worker_process *w, const struct frame *frame, const char *payload, struct error *e)
{
	w->heard_us = clock_now_us();
	switch ((enum frame_kind)frame->kind) {
	case FRAME_HELLO:
		w->greeted = true;
		return r->environment ? 0 : begin(r, payload, frame->len, e);
	case FRAME_WANT:
		w->wants++;
		return hand_out(r, w, e);
	case FRAME_EVIDENCE:
		text_truncate(&w->evidence, 0);
		text_add_bytes(&w->evidence, payload, frame->len);
		return w->evidence.failed ? error_no_memory(e) : 0;
	case FRAME_RESULT:
		return take_result_frame(r, w, frame, payload, e);
	case FRAME_BLIND:
		take_blindness(r, payload, frame->len);
		return 0;
	case FRAME_FAILED:
		read_failure(&w->failure, payload, frame->len);
		return 0;
	case FRAME_ALIVE:
		return 0;
	case FRAME_KIND_COUNT:
		break;
	}
	return -EPROTO; /* frame_next() knows no other kind */
}

static int take_frames(struct runner *r, struct worker_process *w, struct error *e)
{
	size_t offset = 0;
	struct frame frame;
	const char *payload;
	int status = 0;
	int found = 1;
	while (status == 0 && (found = frame_next(&w->input, offset, &frame, &payload)) > 0) {
		offset += sizeof frame + frame.len;
		status = take_frame(r, w, &frame, payload, e);
	}
	if (found < 0)
		status = error_set(e, ERROR_HARNESS, EPROTO, "a worker sent what is no frame");
	worker_process_drop_input(w, offset);
	return status;
}

/* The worker has closed its pipe. */
static int bury(struct runner *r, struct worker_process *w, struct error *e)
{
	char buffer[128];
	const char *cause = worker_process_reap(w, buffer, sizeof buffer);
	uint64_t now_us = clock_now_us();
	int status = 0;
	take_back(r, w);
	bool is_needed = w->n_flights || !is_exhausted(r);
	while (status == 0 && w->n_flights) {
		const struct flight flight = w->flights[w->n_flights - 1];
		struct part *p = &r->parts[flight.id.scenario];
		end_flight(r, w, flight.id);
		if (p->over)
			continue;
		CLEANUP(cleanup_free)
		char *line = cell_error_line(
			p->is->scenario, flight.id, cause, now_us - flight.began_us, now_us - r->began_us);
		status = line ? take_result(r, p, line, strlen(line), e) : error_no_memory(e);
	}
	if (status == 0 && is_needed && !r->signal) {
		if (!r->environment || ++r->deaths >= RUNNER_DEATHS_MAX)
			status = error_set(e, w->failure.text ? w->failure.kind : ERROR_HARNESS, EIO, "%s%s", cause,
				r->environment ? ", as did the ones before it" : "");
	}
	/* Closing alone would not do: a worker forked meanwhile may have a copy of it open for a moment. */
	epoll_ctl(r->epoll_fd, EPOLL_CTL_DEL, w->frames_fd, NULL);
	worker_process_close(w);
	if (status == 0 && !is_exhausted(r) && !r->signal)
		status = spawn_worker(r, w, e);
	return status;
}

static int read_worker(struct runner *r, struct worker_process *w, struct error *e)
{
	int heard = worker_process_hear(w, e);
	if (heard < 0)
		return heard;
	return heard ? take_frames(r, w, e) : bury(r, w, e);
}

/* Return: whether this signal is the second, and ends all at once. */
static bool take_signal(struct runner *r)
{
	struct signalfd_siginfo info;
	if (read(r->signal_fd, &info, sizeof info) != sizeof info)
		return false;
	if (r->signal)
		return true;
	r->signal = (int)info.ssi_signo;
	r->progress.draining = true;
	for (size_t i = 0; i < r->n_workers; i++)
		take_back(r, &r->workers[i]);
	return false;
}

static void kill_silent_workers(struct runner *r)
{
	uint64_t now_us = clock_now_us();
	/* Where the runner itself was stopped (Ctrl-Z, a suspended machine), so were they. */
	uint64_t gap_us = now_us - r->turned_us;
	bool was_stopped = gap_us > 10 * RUNNER_TICK_MS * CLOCK_US_PER_MS;
	r->turned_us = now_us;
	for (size_t i = 0; was_stopped && i < r->n_workers; i++)
		r->workers[i].heard_us += gap_us;
	for (size_t i = 0; i < r->n_workers; i++) {
		struct worker_process *w = &r->workers[i];
		bool owes_a_word = w->n_flights || !w->greeted;
		if (!w->pid || !owes_a_word || now_us < w->heard_us + RUNNER_SILENCE_US)
			continue;
		error_set(&w->failure, ERROR_HARNESS, ETIMEDOUT, "the worker hung, and was killed");
		kill(w->pid, SIGKILL);
		w->heard_us = now_us;
	}
}

static void tell_progress(struct runner *r)
{
	r->progress.elapsed_us = clock_now_us() - r->began_us;
	if (r->job->progress)
		r->job->progress(r->job->context, &r->progress);
	r->told_us = clock_now_us();
}

static bool has_work(const struct runner *r)
{
	for (const struct part *p = r->parts; p < r->parts + r->job->n_parts; p++)
		if (!p->over && p->progress.n_in_flight)
			return true;
	return !(is_exhausted(r) || r->signal);
}

/* Return: 0, or -errno; -EINTR without an error for the second signal. */
static int runner_loop(struct runner *r, struct error *e)
{
	int status = 0;
	while (status == 0 && has_work(r)) {
		struct epoll_event events[16];
		int n = epoll_wait(r->epoll_fd, events, sizeof events / sizeof *events, RUNNER_TICK_MS);
		if (n < 0 && errno != EINTR)
			return error_errno(e, ERROR_HARNESS, errno, "cannot wait for the workers");
		for (int i = 0; status == 0 && i < n; i++) {
			if (events[i].data.ptr != &r->signal_fd)
				status = read_worker(r, events[i].data.ptr, e);
			else if (take_signal(r))
				return -EINTR;
		}
		kill_silent_workers(r);
		if (clock_now_us() >= r->told_us + RUNNER_TICK_MS * CLOCK_US_PER_MS)
			tell_progress(r);
	}
	return status;
}

/* The signals that stop a run. */
static void list_stops(sigset_t *ret)
{
	struct sigaction hangup;
	sigemptyset(ret);
	sigaddset(ret, SIGINT);
	sigaddset(ret, SIGTERM);
	if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* nohup(1) */
		sigaddset(ret, SIGHUP);
}

static int open_parts(struct runner *r, struct error *e)
{
	size_t n = r->job->n_parts;
	r->parts = calloc(n + 1, sizeof *r->parts);
	r->scenarios = calloc(n + 1, sizeof *r->scenarios);
	if (!r->parts || !r->scenarios)
		return error_no_memory(e);
	for (size_t i = 0; i < n; i++) {
		const struct runner_part *is = &r->job->parts[i];
		r->parts[i] = (struct part){.is = is, .progress = {.n_runs = is->schedule->n_runs}};
		r->scenarios[i] = is->scenario;
		r->progress.n_runs += is->schedule->n_runs;
	}
	return 0;
}

static int runner_open(struct runner *r, struct error *e)
{
	sigset_t stops;
	list_stops(&stops);
	sigprocmask(SIG_BLOCK, &stops, NULL);
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	r->signal_fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r->epoll_fd < 0 || r->signal_fd < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make the runner's descriptors");
	int status = runner_watch(r, r->signal_fd, &r->signal_fd, e);
	if (status == 0)
		status = open_parts(r, e);
	if (status < 0)
		return status;

	unsigned jobs = r->job->jobs;
	unsigned processors = runner_default_jobs();
	size_t n = jobs < processors ? jobs : processors;
	r->workers = calloc(n, sizeof *r->workers);
	if (!r->workers)
		return error_no_memory(e);
	r->n_workers_max = n;
	for (; status == 0 && r->n_workers < n; r->n_workers++) {
		struct worker_process *w = &r->workers[r->n_workers];
		*w = WORKER_PROCESS(jobs / (unsigned)n + (r->n_workers < jobs % n));
		status = spawn_worker(r, w, e);
	}
	return status;
}

/* End the workers. They have nothing to do any more, or are to leave it; and one that is stopped or hangs must not hold
 * up the end of the run. */
static void runner_close(struct runner *r)
{
	for (size_t i = 0; i < r->n_workers; i++)
		if (r->workers[i].pid)
			kill(r->workers[i].pid, SIGKILL);
	for (size_t i = 0; i < r->n_workers; i++) {
		struct worker_process *w = &r->workers[i];
		while (w->pid && waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
			;
		worker_process_close(w);
	}
	free(r->workers);
	fd_close(&r->epoll_fd);
	fd_close(&r->signal_fd);
	free(r->returned);
	free(r->parts);
	free(r->scenarios);
	free(r->environment);
	arena_done(&r->arena);
}

void runner_allow_signals(void)
{
	sigset_t stops;
	list_stops(&stops);
	sigprocmask(SIG_UNBLOCK, &stops, NULL);
}

/* Those that have begun and are not over: all is over now. */
static void end_parts(struct runner *r, int status)
{
	struct error none = ERROR_INIT;
	for (size_t i = 0; r->parts && i < r->job->n_parts; i++)
		if (r->parts[i].begun && !r->parts[i].over)
			end_part(r, &r->parts[i], status, &none);
}

int runner_run(const struct runner_job *job, struct error *e)
{
	struct runner r = {
		.job = job,
		.epoll_fd = -1,
		.signal_fd = -1,
		.began_us = clock_now_us(),
		.turned_us = clock_now_us(),
	};
	signal(SIGPIPE, SIG_IGN); /* a worker that died is seen by its end of file */
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is seen by EFBIG, as a full disk by ENOSPC */
	int status = runner_open(&r, e);
	if (status == 0)
		status = runner_loop(&r, e);
	if (status == -EINTR && r.signal) { /* at once */
		r.progress.n_in_flight = 0;
		status = 0;
	}
	tell_progress(&r);
	end_parts(&r, status < 0 ? -ECANCELED : r.signal);
	runner_close(&r);
	return status < 0 ? status : r.signal;
}

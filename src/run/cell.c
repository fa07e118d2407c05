// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of one cell.
 *
 * Theory of operation:
 *
 *	BUILD ──▶ READY ──▶ STEPS ──▶ OVER
 *
 * BUILD makes the testbed in one go: all of it is requests that the kernel answers at once. READY asks the kernel
 * whether packets get through yet, again after a moment where they do not. STEPS makes one step after the other: a step
 * is done, or waits for a descriptor or a time until its deadline, or parks the cell (sleeps, or will be repeated).
 * OVER: the result's line is written, by the rules below. Between two steps a cell can be held, for someone who looks
 * on (run/lab.h): nothing of it runs then, its deadline neither.
 *
 *	a set-up step that did not succeed          inconc: the cell is not in the condition that it stands for
 *	a measured step, whatever came out          data
 *	any step: the host is out of something      error: says nothing about the question (host_is_exhausted())
 *	a sysctl that this kernel lacks             skip
 *	a sysctl that does not read back            inconc
 *	a check that does not hold                  inconc
 *	the cell's deadline                         inconc
 *	an expectation that does not hold           fail
 *	its worker was held up                      error: see HELD_UP_US
 *	all else that goes wrong                    error
 */
#include "run/cell.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/result.h"
#include "run/cell_evidence.h"
#include "run/judge.h"

/* The kernel's own work after both ends are up: far below a millisecond here; a machine may be busy with other things.
 */
#define READY_DEADLINE_US (5 * CLOCK_US_PER_S)
#define READY_FIRST_WAIT_US 50 /* doubled each time, up to the next line */
#define READY_LONGEST_WAIT_US (10 * CLOCK_US_PER_MS)

/* A cell that goes on this much later than it wanted to (its worker was stopped, or starved), at once or in all, says
 * nothing of what takes time: sleeps were longer, attempts fewer, and deadlines are over that had time left. What is less
 * than LATE_US is common, and not added up: a cell may wake up ten thousand times. Nor is what a step is late that is
 * repeated: each attempt begins when the one before is over, so the time that it took is wrong by the last one alone. */
#define HELD_UP_US CLOCK_US_PER_S
#define LATE_US (100 * CLOCK_US_PER_MS)

#define OUTCOME_TIMEOUT "timeout" /* no errno: nothing came within the step's deadline */

struct cell_record {
	uint64_t at_us, took_us;
	unsigned tries;
	const char *outcome; /* in the plan's arena */
};

struct cell *cell_start(const struct scenario *s, struct run_id id, uint64_t run_began_us, bool wants_evidence)
{
	struct cell *cell = calloc(1, sizeof *cell);
	if (!cell)
		return NULL;
	cell->id = id;
	cell->scenario = s;
	cell->run_began_us = run_began_us;
	cell->wants_evidence = wants_evidence;
	cell->wait_fd = -1;
	cell->wake_us = CLOCK_NEVER;
	cell->hold_at = SIZE_MAX;
	cell->run.helper_fd = -1;
	cell->began_us = clock_now_us();
	cell->plan = PLAN_INIT;
	return cell;
}

static void close_helper(struct cell *cell)
{
	fd_close(&cell->run.helper_fd);
}

int cell_free(struct cell *cell, struct error *e)
{
	close_helper(cell);
	int r = testbed_done(&cell->testbed, e);
	plan_done(&cell->plan);
	watch_done(&cell->watch);
	free(cell->line);
	free(cell->evidence);
	free(cell);
	return r;
}

/* "server: bind listener *:12345" as it stands in the file, so that the reasons of cells that differ are the same text.
 */
static void add_step_as_written(struct text *t, const struct cell *cell, const struct plan_step *planned)
{
	text_addf(t, "'%s: %s'", cell->plan.actors[planned->actor].name, planned->step->text);
}

static struct result_value *list_values(struct cell *cell, size_t *ret_n)
{
	const struct scenario *s = cell->scenario;
	struct result_value *values = arena_array(&cell->plan.arena, s->n_responses, sizeof *values);
	*ret_n = 0;
	for (size_t i = 0; values && cell->observed && i < s->n_responses; i++)
		if (cell->observed[i].text)
			values[(*ret_n)++] = (struct result_value){
				.response = s->responses[i].name,
				.text = cell->observed[i].text,
				.timed = cell->observed[i].timed,
				.took_us = cell->observed[i].took_us,
			};
	return values;
}

static struct result_step *list_steps(struct cell *cell)
{
	struct result_step *steps = arena_array(&cell->plan.arena, cell->n_records, sizeof *steps);
	for (size_t i = 0; steps && i < cell->n_records; i++) {
		const struct plan_step *planned = &cell->plan.steps[i];
		const struct cell_record *record = &cell->records[i];
		steps[i] = (struct result_step){
			.line = planned->step->at.line,
			.action = arena_printf(
				&cell->plan.arena, "%s: %s", cell->plan.actors[planned->actor].name, planned->text),
			.outcome = record->outcome,
			.at_us = record->at_us,
			.took_us = record->took_us,
			.tries = record->tries,
		};
	}
	return steps;
}

static enum cell_status cell_finish(struct cell *cell, enum verdict verdict, const char *reason)
{
	uint64_t now_us = clock_now_us();
	struct result result = {
		.cell = cell->id.cell,
		.replicate = cell->id.replicate,
		.verdict = verdict,
		.reason = verdict == VERDICT_PASS ? NULL : reason,
		.elapsed_us = now_us - cell->began_us,
		.end_us = now_us - cell->run_began_us,
		.steps = list_steps(cell),
		.n_steps = cell->n_records,
	};
	result.values = list_values(cell, &result.n_values);
	cell->phase = CELL_OVER;
	cell->wait_fd = -1;
	cell->wake_us = CLOCK_NEVER;
	cell->parked = false;
	cell->line = result.values && result.steps && cell->plan.levels
			     ? result_to_line(cell->scenario, cell->plan.levels, &result)
			     : NULL;
	if (cell->line && cell->wants_evidence)
		cell->evidence = cell_evidence_line(cell, &result);
	if (!cell->line) /* out of memory, or not even planned */
		cell->line = cell_error_line(cell->scenario, cell->id,
			reason && *reason ? reason : "out of memory (ENOMEM)", result.elapsed_us, result.end_us);
	return CELL_DONE;
}

/* The result of a run of which there are no steps to tell. */
static char *stepless_line(const struct scenario *s, const struct result *result)
{
	CLEANUP(cleanup_free) size_t *levels = calloc(s->matrix.n_factors + 1, sizeof *levels);
	if (!levels)
		return NULL;
	matrix_cell(&s->matrix, result->cell, levels);
	return result_to_line(s, levels, result);
}

char *cell_error_line(
	const struct scenario *s, struct run_id id, const char *reason, uint64_t elapsed_us, uint64_t end_us)
{
	return stepless_line(s, &(struct result){
					.cell = id.cell,
					.replicate = id.replicate,
					.verdict = VERDICT_ERROR,
					.reason = reason,
					.elapsed_us = elapsed_us,
					.end_us = end_us,
				});
}

char *cell_skip_line(const struct scenario *s, struct run_id id, const char *reason, uint64_t end_us)
{
	return stepless_line(s, &(struct result){
					.cell = id.cell,
					.replicate = id.replicate,
					.verdict = VERDICT_SKIP,
					.reason = reason,
					.end_us = end_us,
				});
}

/* The verdict that an error of each kind gives its cell. */
static enum cell_status cell_finish_error(struct cell *cell, const struct error *e)
{
	static const enum verdict verdicts[] = {
		[ERROR_HARNESS] = VERDICT_ERROR,
		[ERROR_USAGE] = VERDICT_ERROR,
		[ERROR_HOST] = VERDICT_ERROR,
		[ERROR_ABSENT] = VERDICT_SKIP,
		[ERROR_UNMET] = VERDICT_INCONC,
	};
	static_assert(sizeof verdicts / sizeof *verdicts == ERROR_KIND_COUNT, "a verdict for each kind of error");
	return cell_finish(cell, verdicts[e->kind], error_text(e));
}

void cell_fail(struct cell *cell, const struct error *e)
{
	cell_finish_error(cell, e);
}

static int cell_build(struct cell *cell, struct whereabouts *whereabouts, struct error *e)
{
	const struct scenario *s = cell->scenario;
	int r = plan_make(&cell->plan, s, cell->id.cell, e);
	if (r < 0)
		return r;
	struct arena *arena = &cell->plan.arena;
	cell->records = arena_array(arena, cell->plan.n_steps, sizeof *cell->records);
	cell->observed = arena_array(arena, s->n_responses, sizeof *cell->observed);
	if (!cell->records || !cell->observed)
		return error_no_memory(e);
	cell->deadline_us = cell->began_us + cell->plan.deadline_us;
	cell->ready_deadline_us = cell->began_us + READY_DEADLINE_US;
	cell->ready_wait_us = READY_FIRST_WAIT_US;
	return testbed_build(&cell->testbed, &cell->plan, whereabouts, e);
}

/* An errno that is about this host and not about the question that the cell asks. */
static bool host_is_exhausted(int errnum)
{
	return errnum == ENOMEM || errnum == EMFILE || errnum == ENFILE || errnum == ENOBUFS || errnum == EIO;
}

static enum cell_status cell_wait(struct cell *cell, int fd, uint32_t events, uint64_t wake_us, bool parked)
{
	cell->wait_fd = fd;
	cell->wait_events = events;
	cell->wake_us = wake_us < cell->deadline_us ? wake_us : cell->deadline_us;
	cell->parked = parked;
	if (cell->testbed.programs.epoll_fd < 0)
		return CELL_WAITS;
	int watched = programs_watch(&cell->testbed.programs, fd, events);
	if (watched < 0) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		error_errno(&e, ERROR_HARNESS, -watched, "cannot watch a descriptor");
		return cell_finish_error(cell, &e);
	}
	cell->wait_fd = watched;
	cell->wait_events = EPOLLIN;
	return CELL_WAITS;
}

/* Whether it was woken for nothing but what a program has printed, which was taken in: it waits on as it did. */
static bool was_only_heard(struct cell *cell, uint64_t now_us)
{
	bool heard;
	if (cell->wait_fd < 0 || cell->testbed.programs.epoll_fd < 0)
		return false;
	if (programs_hear(&cell->testbed.programs, &heard) || (heard && cell->run.hears_programs) ||
		now_us >= cell->wake_us) {
		programs_watch(&cell->testbed.programs, -1, 0);
		return false;
	}
	return true;
}

static const struct plan_step *current_step(const struct cell *cell)
{
	return &cell->plan.steps[cell->step];
}

static bool is_measured(const struct plan_step *planned)
{
	return planned->step->response != SCENARIO_NO_RESPONSE;
}

/* Every socket and program that the step needs is there: one that was never made, as its making failed and was data, is
 * not. */
static bool lacks_name(const struct cell *cell, const struct plan_step *planned, struct text *ret)
{
	for (size_t i = 0; i < planned->n_words; i++) {
		const struct word_kind *kind = planned->step->verb->words[i];
		const struct word *word = &planned->words[i];
		if (kind->socket != SOCKET_USES && kind->socket != SOCKET_ENDS)
			continue;
		const struct testbed_socket *named = &cell->testbed.actors[planned->actor].sockets[word->socket];
		if (kind->is_program ? !!named->program : named->fd >= 0)
			continue;
		text_addf(ret, "finds no %s '%.64s': it was never %s in this cell",
			kind->is_program ? "program" : "socket", word->text, kind->is_program ? "started" : "made");
		return true;
	}
	return false;
}

static void begin_try(struct cell *cell)
{
	const struct plan_step *planned = current_step(cell);
	uint64_t progress = cell->tries ? cell->run.progress : 0; /* what was sent or received is */
	cell->run = (struct step_run){
		.testbed = &cell->testbed,
		.actor = &cell->testbed.actors[planned->actor],
		.step = planned,
		.began_us = clock_now_us(),
		.progress = progress,
		.helper_fd = -1,
		.wait_fd = -1,
	};
	cell->step_deadline_us = cell->run.began_us + planned->deadline_us;
	if (!cell->tries++)
		cell->step_began_us = cell->run.began_us;
	cell->started = true;
}

/* Evidence that cannot be collected changes nothing for the cell: what is missing is said in its place. */
static void note_gap(struct cell *cell, struct error *e)
{
	struct arena *arena = &cell->plan.arena;
	const char *before = cell->evidence_gap;
	const char *gap =
		before ? arena_printf(arena, "%s; %s", before, error_text(e)) : arena_strdup(arena, error_text(e));
	cell->evidence_gap = gap ? gap : "out of memory (ENOMEM)";
	error_clear(e);
}

/* The same in the midst of the steps, after which less is collected. */
static void give_up_watching(struct cell *cell, struct error *e)
{
	cell->is_watched = false;
	error_wrap(e, "of what came after step %zu not all is here", cell->n_records);
	note_gap(cell, e);
}

/* Packets are captured because a step asks for them, or as evidence. */
static int begin_evidence(struct cell *cell, struct error *e)
{
	bool is_asked = cell->scenario->captures;
	cell->is_watched = cell->wants_evidence;
	cell->offset_ns = cell->wants_evidence ? cell_evidence_offset_ns() : 0;
	cell->evidence_gap = cell->no_captures;
	if ((!is_asked && !cell->wants_evidence) || cell->no_captures)
		return 0;
	int r = witness_begin_capture(&cell->testbed, e);
	if (r == 0 || is_asked)
		return r;
	note_gap(cell, e);
	return 0;
}

/* A step makes some ten packets; one that moves much data waits in between, and drains then. */
#define STEPS_PER_DRAIN 8

/* Where a step asks for packets, those that were lost here would be missing in its answer. Return: 0, or -errno then.
 */
static int drain(struct cell *cell, struct error *e)
{
	cell->n_undrained = 0;
	int r = cell->is_watched ? witness_drain(&cell->testbed, e) : 0;
	if (r == 0 || cell->scenario->captures)
		return r;
	give_up_watching(cell, e);
	return 0;
}

/* After a step: the states of the sockets, where it can have changed them; and packets, before the queue is full. */
static int collect_evidence(struct cell *cell, const struct plan_step *planned, struct error *e)
{
	if (!cell->is_watched || planned->step->verb->leaves_states)
		return 0;
	if (watch_look(&cell->watch, &cell->testbed, cell->n_records, cell->began_us, e) < 0)
		give_up_watching(cell, e);
	return ++cell->n_undrained >= STEPS_PER_DRAIN ? drain(cell, e) : 0;
}

/* Keep what came out of the step, and go on to the next. */
static int record_step(struct cell *cell, struct error *e)
{
	const struct plan_step *planned = current_step(cell);
	uint64_t now_us = clock_now_us();
	struct cell_record *record = &cell->records[cell->n_records];
	*record = (struct cell_record){
		.at_us = cell->step_began_us - cell->began_us,
		.took_us = now_us - cell->step_began_us,
		.tries = cell->tries,
		.outcome = arena_strdup(&cell->plan.arena, cell->run.outcome),
	};
	if (!record->outcome)
		return error_no_memory(e);
	cell->n_records++;
	if (!planned->step->verb->only_measured)
		cell->testbed.moved_us = now_us;
	if (is_measured(planned)) {
		size_t response = planned->step->response;
		bool by_verb = planned->step->verb->is_timed;
		cell->observed[response] = (struct observed){
			.text = record->outcome,
			.timed = by_verb ? cell->run.has_duration : cell->scenario->responses[response].timed,
			.took_us = by_verb ? cell->run.duration_us : record->took_us,
		};
	}
	cell->step++;
	cell->tries = 0;
	cell->started = false;
	close_helper(cell);
	return collect_evidence(cell, planned, e);
}

static void step_reason(struct text *reason, const struct cell *cell, const struct plan_step *planned, const char *what)
{
	add_step_as_written(reason, cell, planned);
	text_addf(reason, " %s (%s:%u)", what, cell->scenario->path, planned->step->at.line);
}

static enum cell_status finish_with_step(
	struct cell *cell, enum verdict verdict, const struct plan_step *planned, const char *what)
{
	CLEANUP(text_done) struct text reason = TEXT_INIT;
	step_reason(&reason, cell, planned, what);
	return cell_finish(cell, verdict, text_get(&reason));
}

/* The step is done: is it good, is it data, or is it to be tried again? */
static enum cell_status cell_take_outcome(struct cell *cell, bool *ret_goes_on, struct error *e)
{
	const struct plan_step *planned = current_step(cell);
	bool ok = !strcmp(cell->run.outcome, "ok");
	uint64_t now_us = clock_now_us();
	*ret_goes_on = false;
	if (!ok && planned->repeat_for_us && !host_is_exhausted(cell->run.errnum)) {
		uint64_t next_us = now_us + planned->every_us;
		if (next_us <= cell->step_began_us + planned->repeat_for_us) {
			cell->started = false;
			close_helper(cell);
			return cell_wait(cell, -1, 0, next_us, true);
		}
	}
	char what[OUTCOME_TEXT + 64];
	snprintf(what, sizeof what, "gave %s", cell->run.outcome);
	if (record_step(cell, e) < 0)
		return cell_finish_error(cell, e);
	if (host_is_exhausted(cell->run.errnum))
		return finish_with_step(cell, VERDICT_ERROR, planned, what);
	if (!ok && !is_measured(planned))
		return finish_with_step(cell, VERDICT_INCONC, planned, what);
	*ret_goes_on = true;
	return CELL_WAITS;
}

static enum cell_status cell_fail_step(struct cell *cell, struct error *e)
{
	const struct plan_step *planned = current_step(cell);
	CLEANUP(text_done) struct text where = TEXT_INIT;
	add_step_as_written(&where, cell, planned);
	error_wrap(e, "%s (%s:%u)", text_get(&where), cell->scenario->path, planned->step->at.line);
	return cell_finish_error(cell, e);
}

/* Make the current step, as far as it goes now. */
static enum cell_status cell_step(struct cell *cell, bool *ret_goes_on, struct error *e)
{
	const struct plan_step *planned = current_step(cell);
	*ret_goes_on = false;
	if (!cell->started) {
		CLEANUP(text_done) struct text lack = TEXT_INIT;
		if (lacks_name(cell, planned, &lack))
			return finish_with_step(cell, VERDICT_INCONC, planned, text_get(&lack));
		begin_try(cell);
	}
	bool was_expired = cell->run.expired = clock_now_us() >= cell->step_deadline_us;
	enum step_status status = verb_of(planned->step)->run(&cell->run, e);
	switch (status) {
	case STEP_DONE:
		return cell_take_outcome(cell, ret_goes_on, e);
	case STEP_FAILED:
		return cell_fail_step(cell, e);
	case STEP_PARK_UNTIL:
		return cell_wait(cell, -1, 0, cell->run.wait_until_us, true);
	case STEP_WAIT_FD:
	case STEP_WAIT_UNTIL:
		break;
	case STEP_STATUS_COUNT:
		assert(false);
	}
	if (was_expired) {
		step_observed(&cell->run, OUTCOME_TIMEOUT);
		return cell_take_outcome(cell, ret_goes_on, e);
	}
	if (drain(cell, e) < 0) /* a step that moves much data waits again and again */
		return cell_finish_error(cell, e);
	uint64_t until_us = cell->run.wait_until_us;
	bool is_sooner = until_us && until_us < cell->step_deadline_us;
	bool has_fd = status == STEP_WAIT_FD;
	return cell_wait(cell, has_fd ? cell->run.wait_fd : -1, has_fd ? cell->run.wait_events : 0,
		is_sooner ? until_us : cell->step_deadline_us, planned->may_park);
}

void cell_let_go(struct cell *cell, size_t hold_at)
{
	cell->hold_at = hold_at;
	if (cell->held_since_us)
		cell->deadline_us += clock_now_us() - cell->held_since_us;
	cell->held_since_us = 0;
}

const char *cell_step_outcome(const struct cell *cell, size_t step)
{
	return step < cell->n_records ? cell->records[step].outcome : NULL;
}

static enum cell_status cell_hold(struct cell *cell)
{
	if (!cell->held_since_us)
		cell->held_since_us = clock_now_us();
	return CELL_HELD;
}

/* Its worker wanted to go on at @wanted_us. Return: whether the cell has been held up for too long. */
static bool is_held_up(struct cell *cell, uint64_t wanted_us, uint64_t now_us)
{
	if (wanted_us == CLOCK_NEVER || now_us <= wanted_us + LATE_US)
		return false;
	bool is_repeated = cell->phase == CELL_STEPS && cell->step < cell->plan.n_steps &&
			   cell->plan.steps[cell->step].repeat_for_us;
	uint64_t in_all_us = cell->held_up_us + (now_us - wanted_us);
	if (!is_repeated || in_all_us > HELD_UP_US)
		cell->held_up_us = in_all_us;
	return in_all_us > HELD_UP_US;
}

static enum cell_status finish_held_up(struct cell *cell)
{
	char late[DURATION_TEXT], reason[96];
	snprintf(reason, sizeof reason, "its worker was held up for %s", duration_format(cell->held_up_us, late));
	return cell_finish(cell, VERDICT_ERROR, reason);
}

static enum cell_status cell_steps(struct cell *cell, struct error *e)
{
	while (cell->step < cell->plan.n_steps) {
		const struct plan_step *planned = current_step(cell);
		if (cell->step >= cell->hold_at && !cell->tries)
			return cell_hold(cell);
		if (clock_now_us() >= cell->deadline_us)
			return finish_with_step(cell, VERDICT_INCONC, planned,
				"was reached or waited for when the deadline of the cell came");
		bool goes_on;
		enum cell_status status = cell_step(cell, &goes_on, e);
		if (!goes_on)
			return status;
	}
	CLEANUP(text_done) struct text reason = TEXT_INIT;
	enum verdict verdict = judge_cell(cell->scenario, cell->plan.levels, cell->observed, &reason);
	return cell_finish(cell, verdict, text_get(&reason));
}

static enum cell_status cell_ready(struct cell *cell, struct error *e)
{
	int r = testbed_is_ready(&cell->testbed, e);
	if (r < 0) {
		error_wrap(e, "waiting until the veth is ready");
		return cell_finish_error(cell, e);
	}
	if (r > 0 && begin_evidence(cell, e) < 0)
		return cell_finish_error(cell, e);
	if (r > 0) {
		cell->phase = CELL_STEPS;
		cell->held_up_us = 0; /* nothing has been measured yet */
		return cell_steps(cell, e);
	}
	uint64_t now_us = clock_now_us();
	if (now_us >= cell->ready_deadline_us)
		return cell_finish(cell, VERDICT_ERROR, "the veth did not come up within 5 s");
	enum cell_status status = cell_wait(cell, -1, 0, now_us + cell->ready_wait_us, false);
	cell->ready_wait_us *= 2;
	if (cell->ready_wait_us > READY_LONGEST_WAIT_US)
		cell->ready_wait_us = READY_LONGEST_WAIT_US;
	return status;
}

enum cell_status cell_advance(struct cell *cell, struct whereabouts *whereabouts)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	uint64_t now_us = clock_now_us();
	if (is_held_up(cell, cell->wake_us, now_us))
		return finish_held_up(cell);
	if (cell->phase == CELL_STEPS && was_only_heard(cell, now_us))
		return CELL_WAITS;
	cell->wait_fd = -1;
	cell->wake_us = CLOCK_NEVER;
	cell->parked = false;
	switch (cell->phase) {
	case CELL_BUILD:
		if (cell_build(cell, whereabouts, &e) < 0)
			return cell_finish_error(cell, &e);
		cell->phase = CELL_READY;
		return cell_ready(cell, &e);
	case CELL_READY:
		return cell_ready(cell, &e);
	case CELL_STEPS:
		return cell_steps(cell, &e);
	case CELL_OVER:
		break;
	}
	return CELL_DONE;
}

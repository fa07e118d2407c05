/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of one cell: its testbed is built, becomes ready, its steps are made one after the other, and it is judged.
 */
#ifndef RUN_CELL_H
#define RUN_CELL_H

#include "actor/verb.h"
#include "actor/watch.h"
#include "run/schedule.h"

enum cell_status {
	CELL_WAITS, /* for cell->wait_fd (when not -1) or cell->wake_us, whichever is first */
	CELL_HELD,  /* at cell->hold_at, until cell_let_go() */
	CELL_DONE,  /* cell->line holds its result */
	CELL_STATUS_COUNT
};

struct cell {
	struct run_id id;
	const struct scenario *scenario;
	uint64_t run_began_us;

	/* What the worker acts on while it waits. */
	int wait_fd;          /* -1: none */
	uint32_t wait_events; /* of epoll(7) */
	uint64_t wake_us;     /* on the clock of clock_now_us(); CLOCK_NEVER: not by time */
	bool parked;          /* sleeps, waits to repeat, or for longer than steps do: works on nothing */

	/* Steps that are made before the cell is held; its deadline is put off meanwhile. SIZE_MAX, unless set when it
	 * is started: it is never held, and neither is it once all steps are made. */
	size_t hold_at;

	/* The worker's own: how long it has been busy with the cell since that was begun, or woke up; and how long it
	 * was when the cell woke up last (0: it never did, or has not since it was parked). */
	uint64_t busy_us, wake_cost_us;
	bool was_parked;

	char *line;     /* its line of the results file; owned */
	char *evidence; /* its line of the evidence file; owned; NULL for none */

	/* private to cell.c */
	enum cell_phase { CELL_BUILD, CELL_READY, CELL_STEPS, CELL_OVER } phase;
	uint64_t began_us, deadline_us, ready_deadline_us, ready_wait_us;
	uint64_t held_since_us; /* 0: it is not */
	uint64_t held_up_us;    /* how much later it went on than it wanted to, in all */
	struct plan plan;
	struct testbed testbed;
	size_t step;            /* the one being made */
	struct step_run run;    /* of that step */
	bool started;           /* that step */
	uint64_t step_began_us; /* its first try */
	unsigned tries;
	uint64_t step_deadline_us;
	struct cell_record *records; /* by step */
	size_t n_records;
	struct observed *observed; /* by response */

	/* evidence (run/cell_evidence.h) */
	bool wants_evidence;
	const char *no_captures;  /* why it is to do without packets; borrowed; NULL: it is not */
	bool is_watched;          /* from the first step on, as long as nothing goes wrong with that */
	unsigned n_undrained;     /* steps since packets were last taken from the captures */
	int64_t offset_ns;        /* between the clock of the packets and that of the steps */
	struct watch watch;       /* the sockets from step to step */
	const char *evidence_gap; /* what could not be collected; in the plan's arena; NULL for nothing */
};

/* cell_start() - take a cell up; nothing is made yet. */
struct cell *cell_start(const struct scenario *s, struct run_id id, uint64_t run_began_us, bool wants_evidence);

/**
 * cell_advance() - do all that can be done now; never blocks
 * @whereabouts: of the worker
 *
 * Return: CELL_DONE, also when it went wrong: the result says so. The testbed still stands then.
 */
enum cell_status cell_advance(struct cell *cell, struct whereabouts *whereabouts);

/* cell_let_go() - let a cell that is held make the steps before @hold_at (SIZE_MAX: all), when it is advanced next. */
void cell_let_go(struct cell *cell, size_t hold_at);

/* cell_step_outcome() - what the step @step (from 0) came out as; NULL while it is not made; owned by the cell. */
const char *cell_step_outcome(const struct cell *cell, size_t step);

/* cell_fail() - end a cell that waits, as its worker cannot go on with it: the verdict is by the kind of @e. */
void cell_fail(struct cell *cell, const struct error *e);

/* cell_free() - take the testbed down and free all. Return: as testbed_done(). */
int cell_free(struct cell *cell, struct error *e);

/* cell_error_line() - the result of a run that never came to its end, with the verdict `error`; owned by the caller. */
char *cell_error_line(
	const struct scenario *s, struct run_id id, const char *reason, uint64_t elapsed_us, uint64_t end_us);

/* cell_skip_line() - the result of a run that is not to be made, with the verdict `skip`; owned by the caller. */
char *cell_skip_line(const struct scenario *s, struct run_id id, const char *reason, uint64_t end_us);

#endif

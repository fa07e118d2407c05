/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs: what an actor can do. To add one, write VERB(name) = {…} with its run function in a file
 * src/actor/verb_*.c; nothing else needs to know.
 */
#ifndef ACTOR_VERB_H
#define ACTOR_VERB_H

#include "actor/testbed.h"
#include "model/plan.h"

/* What running a step for a while led to. */
enum step_status {
	STEP_DONE,    /* run->outcome holds what came out */
	STEP_WAIT_FD, /* call again when run->wait_fd is ready for run->wait_events, or at run->wait_until_us where that
		       * is not 0, or at the deadline */
	STEP_WAIT_UNTIL, /* call again at run->wait_until_us, or at the deadline */
	STEP_PARK_UNTIL, /* the same, and the cell gives its place up to another one meanwhile; no deadline */
	STEP_FAILED,     /* the harness failed, or the condition was not met: the error says which */
	STEP_STATUS_COUNT
};

#define OUTCOME_TEXT 200

/* One execution of one step. */
struct step_run {
	struct testbed *testbed;
	struct testbed_actor *actor;
	const struct plan_step *step;
	uint64_t began_us;
	bool expired; /* the deadline has come: this is the last call, and waiting again is a timeout */

	/* kept for the verb between its calls; 0 at the first */
	unsigned phase;
	uint64_t progress; /* kept over the tries of a repeated step as well */
	int helper_fd;     /* -1 at first; closed with the step */

	int wait_fd;
	uint32_t wait_events; /* of epoll(7) */
	uint64_t wait_until_us;
	bool hears_programs; /* call again as well when a program of the cell has printed something */

	/* Of STEP_DONE: errnum is what the kernel said, positive, and 0 where nothing failed; text is the outcome as
	 * it is recorded: "ok", an errno's name, or what was observed. */
	int errnum;
	char outcome[OUTCOME_TEXT];

	/* Of STEP_DONE of a verb that is_timed: the duration that it records. Without it the outcome has none. */
	bool has_duration;
	uint64_t duration_us;
};

struct verb {
	struct verb_syntax syntax; /* first, so that a syntax leads to its verb */
	/* Does what can be done at once. Never blocks. Errors only with STEP_FAILED. */
	enum step_status (*run)(struct step_run *run, struct error *e);
};

/* The linker gathers these rows from all files into one table. */
#define VERB(identifier)                                                                                               \
	static const struct verb verb_##identifier;                                                                    \
	static const struct verb *const verb_entry_##identifier __attribute__((section("netrepro_verbs"), used)) =     \
		&verb_##identifier;                                                                                    \
	static const struct verb verb_##identifier

/* verb_vocabulary() - the grammar of all verbs, sorted by name. */
const struct vocabulary *verb_vocabulary(void);

static inline const struct verb *verb_of(const struct step *step)
{
	return (const struct verb *)step->verb;
}

/* step_ok(), step_errno(), step_observed() - the three ways in which a step is done. Return: STEP_DONE. */
enum step_status step_ok(struct step_run *run);
enum step_status step_errno(struct step_run *run, int errnum);
enum step_status step_observed(struct step_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* step_result() - of a call that returned @result as system calls do, with errno. */
enum step_status step_result(struct step_run *run, int result);

/* step_wait() - for @fd. Return: STEP_WAIT_FD. */
enum step_status step_wait(struct step_run *run, int fd, uint32_t events);

/**
 * step_wait_as() - wait for a socket as a blocking call would, which SO_RCVTIMEO or SO_SNDTIMEO ends (socket(7))
 * @option: which of them
 * @errnum: what the call gives when that time is over
 *
 * Return: STEP_WAIT_FD; or STEP_DONE with @errnum.
 */
enum step_status step_wait_as(struct step_run *run, int fd, uint32_t events, int option, int errnum);

/* step_is_measured() - whether what comes out is recorded, and is data whatever it is. */
static inline bool step_is_measured(const struct step_run *run)
{
	return run->step->step->response != SCENARIO_NO_RESPONSE;
}

/* step_socket() - the socket that word @i names, whose descriptor is -1 when it was never made in this cell. */
struct testbed_socket *step_socket(const struct step_run *run, size_t i);

/* step_program() - the program that the first word names. */
struct program *step_program(const struct step_run *run);

/**
 * step_let_down() - of a set-up step whose program has not done what was waited for
 * @what: it did instead: "gave exit-1"; its last words are told behind it
 *
 * Return: STEP_FAILED, with ERROR_UNMET.
 */
enum step_status step_let_down(struct step_run *run, const char *what, struct error *e);

/**
 * step_keep_socket() - give the actor the socket @fd under the name in word @i
 *
 * Takes @fd over.
 */
void step_keep_socket(struct step_run *run, size_t i, int fd, int family);

#endif

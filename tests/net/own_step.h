/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of net/: one step made as a worker makes it, waiting for what it waits for. */
#ifndef TESTS_NET_OWN_STEP_H
#define TESTS_NET_OWN_STEP_H

#include "own.h"

#include <poll.h>

#include "actor/verb.h"
#include "base/clock.h"

#define OWN_STEP_PATIENCE_US (5 * CLOCK_US_PER_S)

/* It must be done in time, and come out as ok where it is not measured. */
static inline void own_run_step(struct testbed *t, const struct plan_step *step)
{
	struct step_run run = {
		.testbed = t,
		.actor = &t->actors[step->actor],
		.step = step,
		.began_us = clock_now_us(),
		.helper_fd = -1,
	};
	struct error e = ERROR_INIT;
	enum step_status status;
	while ((status = verb_of(step->step)->run(&run, &e)) != STEP_DONE) {
		if (status == STEP_FAILED)
			fail_msg("'%s': %s", step->text, error_text(&e));
		assert_true(clock_now_us() < run.began_us + OWN_STEP_PATIENCE_US);
		struct pollfd wait = {
			.fd = status == STEP_WAIT_FD ? run.wait_fd : -1, .events = (short)run.wait_events};
		poll(&wait, 1, status == STEP_WAIT_FD ? 100 : 1);
	}
	if (step->step->response == SCENARIO_NO_RESPONSE)
		assert_string_equal(run.outcome, "ok");
}

#endif

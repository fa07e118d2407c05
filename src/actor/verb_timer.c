// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A verb that asks how long TIME-WAIT is going to last: timer.
 *
 * It records that there is one, and as the response's duration what the kernel says is left of it. Of several it says
 * how many, and what is left of the one that lasts longest: until then the port is not free of them. A FIN-WAIT-2 that
 * the kernel keeps as it keeps TIME-WAIT, with the same timer, is none.
 */
#include "actor/endpoint.h"
#include "actor/settle.h"
#include "actor/verb.h"
#include "base/clock.h"
#include "model/outcome.h"

static enum step_status run_timer(struct step_run *run, struct error *e)
{
	const struct address *address = &run->step->words[0].address;
	enum step_status status = settle_decide(run, settle_look_there(run, address, e), e);
	if (status != STEP_DONE)
		return status;
	const struct tcp_sockets *look = &run->actor->in->look;
	unsigned n = 0;
	uint64_t longest_ms = 0;
	for (size_t i = 0; i < look->n; i++) {
		const struct tcp_socket *one = &look->all[i];
		if (one->state != TCP_STATE_TIME_WAIT || !endpoint_is_local(address, one))
			continue;
		n++;
		longest_ms = one->expires_ms > longest_ms ? one->expires_ms : longest_ms;
	}
	if (!n)
		return step_observed(run, "none");
	run->has_duration = true;
	run->duration_us = longest_ms * CLOCK_US_PER_MS;
	return n > 1 ? step_observed(run, "time-wait*%u", n) : step_observed(run, "time-wait");
}

static int check_timer(const char *outcome, struct error *e)
{
	static const char *const words[] = {"time-wait", "none", NULL};
	char several[OUTCOME_TEXT];
	const char *times = strchr(outcome, '*');
	long n = times ? strtol(times + 1, NULL, 10) : 1;
	snprintf(several, sizeof several, "time-wait*%ld", n);
	return n > 1 && strcmp(outcome, several) == 0 ? 0 : outcome_check_words(outcome, words, e);
}

VERB(timer) = {
	.syntax =
		{
			.name = "timer",
			.usage = "timer HOST:PORT",
			.help = "record time-wait or none, and as its duration what is left of TIME-WAIT",
			.words = {&word_address},
			.n_required = 1,
			.check_outcome = check_timer,
			.only_measured = true,
			.is_timed = true,
			.deadline_us = SETTLE_DEADLINE_US,
		},
	.run = run_timer,
};

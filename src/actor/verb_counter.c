// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A verb that reads a counter of the kernel: counter.
 *
 * The counters belong to a namespace, which is as old as the cell, and they begin at 0: what one shows is how much it
 * has moved since the cell began. They are read when the connections have settled, so that what the steps so far have
 * set off has been counted.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "actor/settle.h"
#include "actor/verb.h"
#include "base/clock.h"
#include "model/outcome.h"
#include "net/mib.h"

#define COUNTER_NAME_BYTES_MAX 64

/* The lines of /proc/net/netstat and /proc/net/snmp (net/ipv4/proc.c, net/mptcp/mib.c), one that begins another
 * behind it. Which columns they have depends
 * on the kernel, which is asked when the step is made. */
static const char *const lines[] = {"TcpExt", "IpExt", "MPTcpExt", "Tcp", "Ip", "IcmpMsg", "Icmp", "UdpLite", "Udp"};
#define N_LINES (sizeof lines / sizeof *lines)

static int counter_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(ret->text), i = 0;
	while (i < N_LINES && strncmp(ret->text, lines[i], strlen(lines[i])))
		i++;
	/* TcpExt is a line, and no column of Tcp. */
	if (i < N_LINES && len > strlen(lines[i]) && len <= COUNTER_NAME_BYTES_MAX &&
		!ret->text[strspn(ret->text, letters)])
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL,
		"'%.*s' is no name of a counter: it is written as nstat(8) writes it, as in TcpActiveOpens or "
		"TcpExtTCPTimeWaitOverflow",
		COUNTER_NAME_BYTES_MAX, ret->text);
}

static const struct word_kind word_counter = {.what = "a counter", .parse = counter_parse};

static enum step_status run_counter(struct step_run *run, struct error *e)
{
	int64_t value;
	enum step_status status = settle_decide(run, settle_look(run, SETTLE_SENT, e), e);
	if (status != STEP_DONE)
		return status;
	if (testbed_enter(run->testbed, run->actor->in, e) < 0 || mib_find(run->step->words[0].text, &value, e) < 0)
		return STEP_FAILED;
	return step_observed(run, "%" PRId64, value);
}

VERB(counter) = {
	.syntax =
		{
			.name = "counter",
			.usage = "counter NAME",
			.help = "record how much a counter of the namespace has moved since the cell began",
			.words = {&word_counter},
			.n_required = 1,
			.check_outcome = outcome_check_number,
			.only_measured = true,
			.deadline_us = SETTLE_DEADLINE_US,
		},
	.run = run_counter,
};

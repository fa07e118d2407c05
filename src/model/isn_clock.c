// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether initial sequence numbers are the times that one clock shows.
 *
 * Theory of operation. A step is what a number has gone on by since the one before it. Of a clock all steps are as long
 * as the time that went by, at one pace, which is that of all of them together; of random numbers they are not. When a
 * segment is seen is a little later than when its number was drawn, and not always by as much: hence the tolerance. It
 * is relative, so the times between should be long compared with that, and should differ from each other: a number that
 * goes on by the same amount each time looks like a clock where they do not.
 */
#include "model/isn_clock.h"

#include <stdbool.h>

#define NUMBERS 4294967296.0 /* 2^32 */
#define NS_PER_US 1000.0

struct step {
	uint32_t by;
	uint64_t ns;
};

/* The step to the first number behind @isns[*i] that is another one, to which *i goes. Return: whether there is one. */
static bool next_step(const struct isn *isns, size_t n, size_t *i, struct step *ret)
{
	size_t from = *i, to = from + 1;
	while (to < n && isns[to].number == isns[from].number)
		to++;
	if (to >= n)
		return false;
	*ret = (struct step){.by = isns[to].number - isns[from].number, .ns = isns[to].at_ns - isns[from].at_ns};
	*i = to;
	return true;
}

enum isn_pace isn_clock(const struct isn *isns, size_t n, uint64_t *ret_period_us)
{
	struct step step;
	double by = 0, ns = 0;
	size_t n_numbers = 1;
	for (size_t i = 0; next_step(isns, n, &i, &step); n_numbers++) {
		by += step.by;
		ns += (double)step.ns;
	}
	if (n_numbers < ISN_LEAST)
		return ISN_TOO_FEW;
	if (ns <= 0)
		return ISN_IRREGULAR;
	double pace = by / ns;
	for (size_t i = 0; next_step(isns, n, &i, &step);) {
		double due = pace * (double)step.ns;
		double off = step.by > due ? step.by - due : due - step.by;
		if (off > due / ISN_TOLERANCE)
			return ISN_IRREGULAR;
	}
	*ret_period_us = (uint64_t)(NUMBERS / pace / NS_PER_US);
	return ISN_CLOCK;
}

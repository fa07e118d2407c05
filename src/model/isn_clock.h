/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether initial sequence numbers are the times that one clock shows. */
#ifndef MODEL_ISN_CLOCK_H
#define MODEL_ISN_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* An initial sequence number, and when its segment was seen. */
struct isn {
	uint32_t number;
	uint64_t at_ns; /* on any clock, the same for all */
};

enum isn_pace {
	ISN_TOO_FEW,   /* to tell */
	ISN_CLOCK,     /* they go on in proportion to the time that goes by */
	ISN_IRREGULAR, /* they do not */
	ISN_PACE_COUNT
};

/* So many numbers it takes, and so far each step may be from the pace of the whole: 1 / ISN_TOLERANCE of it. Of numbers
 * that are random the steps then agree by chance in one of some ten thousand cases; a number more makes that 25 times
 * as rare. */
#define ISN_LEAST 5
#define ISN_TOLERANCE 50

/**
 * isn_clock() - the pace of @n initial sequence numbers
 * @isns: in the order of time; a number that is the same as the one before it is the same segment, sent again
 * @ret_period_us: of ISN_CLOCK: in what time the 32 bits come round once, in microseconds
 *
 * A number can only have gone on, by less than 2^32: a clock that comes round sooner than the next number is drawn is
 * taken for another one, or for none.
 */
enum isn_pace isn_clock(const struct isn *isns, size_t n, uint64_t *ret_period_us);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One clock (CLOCK_MONOTONIC, in microseconds), the time of day, and durations as people write them. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/error.h"

#define CLOCK_US_PER_MS 1000ULL
#define CLOCK_US_PER_S 1000000ULL
#define CLOCK_NEVER UINT64_MAX /* a deadline that does not come */

/* clock_now_us() - microseconds since some moment in the past that never changes. */
uint64_t clock_now_us(void);

/* clock_real_now_ns() - CLOCK_REALTIME, in which the kernel tells when packets were seen, in nanoseconds. */
uint64_t clock_real_now_ns(void);

/**
 * duration_parse() - "1.3s", "200ms", "50us", "2m" or "1h" to microseconds
 * @text: a decimal number of at most 9 digits and a unit, without a space between; a bare 0 is good
 * @ret_us: written on success only
 *
 * Return: 0, or -EINVAL (ERROR_USAGE) with what is wrong with @text.
 */
int duration_parse(const char *text, uint64_t *ret_us, struct error *e);

/* duration_format() - the shortest exact-to-three-digits form, such as "1.3s" or "61.2s"; @buffer of DURATION_TEXT. */
#define DURATION_TEXT 32
const char *duration_format(uint64_t us, char buffer[static DURATION_TEXT]);

/* duration_format_exact() - the same with as many digits as it takes: "1.234567s". */
const char *duration_format_exact(uint64_t us, char buffer[static DURATION_TEXT]);

#endif

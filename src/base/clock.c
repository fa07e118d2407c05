// SPDX-License-Identifier: GPL-2.0-or-later
// One clock, and durations as people write them.
#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t clock_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * CLOCK_US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_real_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static const struct {
	const char *name;
	uint64_t us;
} duration_units[] = {
	{"us", 1},
	{"ms", CLOCK_US_PER_MS},
	{"s", CLOCK_US_PER_S},
	{"m", 60 * CLOCK_US_PER_S},
	{"h", 3600 * CLOCK_US_PER_S},
};

#define DURATION_DIGITS_MAX 9 /* 10^9 hours in microseconds still fit 64 bits */
#define DURATION_MAX_US (24 * 3600 * CLOCK_US_PER_S)

int duration_parse(const char *text, uint64_t *ret_us, struct error *e)
{
	const char *rest = text;
	uint64_t digits = 0, scale = 1;
	unsigned n_digits = 0;
	for (; isdigit((unsigned char)*rest) && n_digits <= DURATION_DIGITS_MAX; rest++, n_digits++)
		digits = digits * 10 + (uint64_t)(*rest - '0');
	bool whole = n_digits > 0;
	if (whole && *rest == '.' && isdigit((unsigned char)rest[1]))
		for (rest++; isdigit((unsigned char)*rest) && n_digits <= DURATION_DIGITS_MAX; rest++, n_digits++) {
			digits = digits * 10 + (uint64_t)(*rest - '0');
			scale *= 10;
		}
	if (whole && n_digits <= DURATION_DIGITS_MAX) {
		if (!*rest && !digits) {
			*ret_us = 0;
			return 0;
		}
		for (size_t i = 0; i < sizeof duration_units / sizeof *duration_units; i++)
			if (!strcmp(rest, duration_units[i].name)) {
				uint64_t us = digits * duration_units[i].us / scale;
				if (us > DURATION_MAX_US)
					return error_set(e, ERROR_USAGE, EINVAL,
						"'%s' is longer than a day, the longest that a duration may be", text);
				*ret_us = us;
				return 0;
			}
		if (!*rest)
			return error_set(e, ERROR_USAGE, EINVAL, "'%s' has no unit: write for instance %ss or %sms",
				text, text, text);
	}
	return error_set(e, ERROR_USAGE, EINVAL,
		"'%s' is no duration: a number with one of the units us, ms, s, m, h is wanted, such as 200ms or 1.3s",
		text);
}

const char *duration_format(uint64_t us, char buffer[static DURATION_TEXT])
{
	if (us < CLOCK_US_PER_MS)
		snprintf(buffer, DURATION_TEXT, "%gus", (double)us);
	else if (us < 999500) /* and not 1e+03ms */
		snprintf(buffer, DURATION_TEXT, "%.3gms", (double)us / CLOCK_US_PER_MS);
	else if (us < 999500 * CLOCK_US_PER_MS)
		snprintf(buffer, DURATION_TEXT, "%.3gs", (double)us / CLOCK_US_PER_S);
	else
		snprintf(buffer, DURATION_TEXT, "%.0fs", (double)us / CLOCK_US_PER_S);
	return buffer;
}

const char *duration_format_exact(uint64_t us, char buffer[static DURATION_TEXT])
{
	if (us < CLOCK_US_PER_MS)
		snprintf(buffer, DURATION_TEXT, "%" PRIu64 "us", us);
	else if (us < CLOCK_US_PER_S)
		snprintf(buffer, DURATION_TEXT, "%.12gms", (double)us / CLOCK_US_PER_MS);
	else
		snprintf(buffer, DURATION_TEXT, "%.12gs", (double)us / CLOCK_US_PER_S);
	return buffer;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The progress line.
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#define CLEAR_LINE "\r\033[K" /* ECMA-48: to the first column, erase to the end of the line */

bool progress_is_on(void)
{
	return isatty(STDERR_FILENO);
}

static size_t terminal_columns(void)
{
	struct winsize size;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

void progress_draw(const struct runner_progress *p)
{
	if (!progress_is_on())
		return;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	uint64_t done = p->n_before + p->n_done;
	double rate = p->elapsed_us ? (double)p->n_done * (double)CLOCK_US_PER_S / (double)p->elapsed_us : 0;
	text_addf(&t, "%" PRIu64 " of %" PRIu64 " runs", done, p->n_runs);
	if (rate > 0)
		text_addf(&t, "  %.0f/s", rate);
	if (p->draining) {
		text_addf(&t, "  stopping: %" PRIu64 " still running (Ctrl-C again: now)", p->n_in_flight);
	} else if (p->n_runs > done && p->n_runs - done <= p->n_in_flight) {
		/* Those that are left may all be waiting for something: the rate of the others says nothing of them. */
		text_addf(&t, "  %" PRIu64 " under way", p->n_in_flight);
	} else if (rate > 0 && p->n_runs > done) {
		uint64_t left_s = (uint64_t)((double)(p->n_runs - done) / rate) + 1;
		text_addf(&t, "  %" PRIu64 ":%02" PRIu64 " left", left_s / 60, left_s % 60);
	}
	for (int i = VERDICT_FAIL; i < VERDICT_COUNT; i++)
		if (p->counts[i])
			text_addf(&t, "  %" PRIu64 " %s", p->counts[i], verdict_names[i]);
	text_truncate(&t, terminal_columns() - 1); /* all of it is ASCII */
	fprintf(stderr, CLEAR_LINE "%s", text_get(&t));
	fflush(stderr);
}

void progress_clear(void)
{
	if (progress_is_on()) {
		fputs(CLEAR_LINE, stderr);
		fflush(stderr);
	}
}

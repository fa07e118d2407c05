// SPDX-License-Identifier: GPL-2.0-or-later
// What is printed, and the exit status that goes with it.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cli.h"

int cli_fail(const struct error *e)
{
	static const int statuses[] = {
		[ERROR_HARNESS] = STATUS_HARNESS,
		[ERROR_USAGE] = STATUS_USAGE,
		[ERROR_HOST] = STATUS_HOST,
		[ERROR_ABSENT] = STATUS_HOST,
		[ERROR_UNMET] = STATUS_HARNESS,
	};
	static_assert(sizeof statuses / sizeof *statuses == ERROR_KIND_COUNT, "a status for each kind of error");
	fflush(stdout);
	fprintf(stderr, "netrepro: %s\n", error_text(e));
	return statuses[e->kind];
}

bool cli_has_colour(int fd)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(fd) && !(no_colour && *no_colour) && !(term && !strcmp(term, "dumb"));
}

int cli_print(const struct text *t)
{
	if (!t->failed && fwrite(text_get(t), 1, t->len, stdout) == t->len && fflush(stdout) == 0)
		return STATUS_OK;
	fprintf(stderr, "netrepro: cannot write to the standard output\n");
	return STATUS_HARNESS;
}

int cli_print_summary(const struct format *format, const struct summary *summary, bool brief)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	format->write(summary, style_get(cli_has_colour(STDOUT_FILENO)), brief, &t);
	return cli_print(&t);
}

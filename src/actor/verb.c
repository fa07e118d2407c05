// SPDX-License-Identifier: GPL-2.0-or-later
// The table of verbs, and what all of them share.
#include "actor/verb.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"

#define VERBS_MAX 64

/* The bounds of the section, made by the linker because its name is one of C's. */
extern const struct verb *const __start_netrepro_verbs[];
extern const struct verb *const __stop_netrepro_verbs[];

static int verb_compare(const void *a, const void *b)
{
	return strcmp((*(const struct verb_syntax *const *)a)->name, (*(const struct verb_syntax *const *)b)->name);
}

const struct vocabulary *verb_vocabulary(void)
{
	static const struct verb_syntax *sorted[VERBS_MAX];
	static struct vocabulary vocabulary = {.verbs = sorted};
	if (!vocabulary.n_verbs) {
		size_t n = (size_t)(__stop_netrepro_verbs - __start_netrepro_verbs);
		assert(n <= VERBS_MAX);
		for (size_t i = 0; i < n; i++)
			sorted[i] = &__start_netrepro_verbs[i]->syntax;
		qsort(sorted, n, sizeof *sorted, verb_compare);
		vocabulary.n_verbs = n;
	}
	return &vocabulary;
}

enum step_status step_observed(struct step_run *run, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(run->outcome, sizeof run->outcome, format, args);
	va_end(args);
	run->errnum = 0;
	return STEP_DONE;
}

enum step_status step_ok(struct step_run *run)
{
	return step_observed(run, "ok");
}

enum step_status step_errno(struct step_run *run, int errnum)
{
	const char *name = strerrorname_np(errnum);
	if (name)
		step_observed(run, "%s", name);
	else
		step_observed(run, "errno-%d", errnum);
	run->errnum = errnum;
	return STEP_DONE;
}

enum step_status step_result(struct step_run *run, int result)
{
	return result < 0 ? step_errno(run, errno) : step_ok(run);
}

enum step_status step_wait(struct step_run *run, int fd, uint32_t events)
{
	run->wait_fd = fd;
	run->wait_events = events;
	return STEP_WAIT_FD;
}

enum step_status step_wait_as(struct step_run *run, int fd, uint32_t events, int option, int errnum)
{
	struct timeval limit = {0};
	socklen_t len = sizeof limit;
	run->wait_until_us = 0;
	if (getsockopt(fd, SOL_SOCKET, option, &limit, &len) == 0 && (limit.tv_sec || limit.tv_usec)) {
		run->wait_until_us = run->began_us + (uint64_t)limit.tv_sec * CLOCK_US_PER_S + (uint64_t)limit.tv_usec;
		if (clock_now_us() >= run->wait_until_us)
			return step_errno(run, errnum);
	}
	return step_wait(run, fd, events);
}

struct testbed_socket *step_socket(const struct step_run *run, size_t i)
{
	return &run->actor->sockets[run->step->words[i].socket];
}

struct program *step_program(const struct step_run *run)
{
	return step_socket(run, 0)->program;
}

enum step_status step_let_down(struct step_run *run, const char *what, struct error *e)
{
	char words[PROGRAM_WORDS_TEXT];
	program_last_words(step_program(run), words);
	error_set(e, ERROR_UNMET, 0, "%s; %s%s%s", what, *words ? "its last words: '" : "it has printed nothing", words,
		*words ? "'" : "");
	return STEP_FAILED;
}

static unsigned lowest_free_number(const struct testbed_actor *actor)
{
	unsigned number = 0;
	for (size_t i = 0; i < actor->n_sockets; i++)
		if (actor->sockets[i].fd >= 0 && actor->sockets[i].number == number) {
			number++;
			i = (size_t)-1; /* look at all of them again */
		}
	return number;
}

void step_keep_socket(struct step_run *run, size_t i, int fd, int family)
{
	*step_socket(run, i) = (struct testbed_socket){
		.fd = fd,
		.family = family,
		.number = lowest_free_number(run->actor),
	};
}

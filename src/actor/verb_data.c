// SPDX-License-Identifier: GPL-2.0-or-later
// Verbs that move data: send, recv.
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "model/outcome.h"

#define DATA_CHUNK 65536

/* A small part of the room that a capture has (CAPTURE_ROOM_BYTES). */
#define DATA_PER_DRAIN (4 * DATA_CHUNK)

/* What was sent so far has left, and may have come in, within the calls that sent it: before the captures are full they
 * are emptied. Where that fails it does so again behind the step, and is told then. */
static void drain(struct step_run *run)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	witness_drain(run->testbed, &e);
}

static enum step_status run_send(struct step_run *run, struct error *e)
{
	(void)e;
	static const char zeroes[DATA_CHUNK];
	int fd = step_socket(run, 0)->fd;
	uint64_t want = (uint64_t)run->step->words[1].number;
	while (run->progress < want) {
		uint64_t rest = want - run->progress;
		ssize_t n = send(fd, zeroes, rest < DATA_CHUNK ? rest : DATA_CHUNK, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN ? step_wait_as(run, fd, EPOLLOUT, SO_SNDTIMEO, EAGAIN)
					       : step_errno(run, errno);
		run->progress += (uint64_t)n;
		if (run->progress % DATA_PER_DRAIN < (uint64_t)n)
			drain(run);
	}
	return step_ok(run);
}

VERB(send) = {
	.syntax = {
		.name = "send",
		.usage = "send SOCKET BYTES",
		.help = "send that many bytes (zeroes); done when the kernel has taken them all",
		.words = {&word_socket, &word_bytes},
		.n_required = 2,
	},
	.run = run_send,
};

#define RECV_EOF -1

static int amount_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	if (!strcmp(ret->text, "eof")) {
		ret->number = RECV_EOF;
		return 0;
	}
	if (word_bytes.parse(scope, ret, NULL) == 0)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "'%s' is neither a number of bytes nor 'eof'", ret->text);
}

static const struct word_kind word_amount = {.what = "a number of bytes, or eof", .parse = amount_parse};

static enum step_status run_recv(struct step_run *run, struct error *e)
{
	(void)e;
	static char data[DATA_CHUNK];
	int fd = step_socket(run, 0)->fd;
	long long amount = run->step->words[1].number;
	uint64_t want = amount == RECV_EOF ? 1 : (uint64_t)amount;
	while (run->progress < want) {
		uint64_t rest = want - run->progress;
		ssize_t n = recv(fd, data, rest < sizeof data ? rest : sizeof data, 0);
		if (n < 0)
			return errno == EAGAIN ? step_wait_as(run, fd, EPOLLIN, SO_RCVTIMEO, EAGAIN)
					       : step_errno(run, errno);
		if (n == 0)
			return amount == RECV_EOF ? step_ok(run) : step_observed(run, "eof");
		run->progress += (uint64_t)n;
		if (run->progress % DATA_PER_DRAIN < (uint64_t)n)
			drain(run);
	}
	return amount == RECV_EOF ? step_observed(run, "data") : step_ok(run);
}

static int check_received(const char *outcome, struct error *e)
{
	static const char *const also[] = {"eof", "data", NULL};
	return outcome_check_call(outcome, also, e);
}

VERB(recv) = {
	.syntax = {
		.name = "recv",
		.usage = "recv SOCKET BYTES|eof",
		.help = "wait for that many bytes (else: eof), or for the end (else: data)",
		.words = {&word_socket, &word_amount},
		.n_required = 2,
		.check_outcome = check_received,
	},
	.run = run_recv,
};

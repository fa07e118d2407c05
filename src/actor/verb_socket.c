// SPDX-License-Identifier: GPL-2.0-or-later
// Verbs that make, name and configure sockets: socket, bind, listen, accept, connect, getsockname, setsockopt,
// getsockopt.
#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "actor/endpoint.h"
#include "actor/look.h"
#include "actor/sockopt.h"
#include "actor/verb.h"
#include "base/clock.h"

static const struct family {
	const char *name;
	int family;
} families[] = {
	{"tcp", AF_INET},
	{"tcp6", AF_INET6},
};

static int family_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	const struct family *family = ret->entry = word_find_entry(
		ret->text, families, sizeof families / sizeof *families, sizeof *families, "kind of socket", e);
	ret->ipv6 = family && family->family == AF_INET6;
	return family ? 0 : -EINVAL;
}

static const struct word_kind word_family = {.what = "tcp or tcp6", .parse = family_parse};

static enum step_status run_socket(struct step_run *run, struct error *e)
{
	const struct word *family = &run->step->words[1];
	int af = family->text ? ((const struct family *)family->entry)->family : AF_INET;
	/* A socket belongs for life to the namespace in which it is made. */
	if (testbed_enter(run->testbed, run->actor->in, e) < 0)
		return STEP_FAILED;
	int fd = socket(af, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0)
		return step_errno(run, errno);
	step_keep_socket(run, 0, fd, af);
	return step_ok(run);
}

VERB(socket) = {
	.syntax = {
		.name = "socket",
		.usage = "socket NAME [tcp|tcp6]",
		.help = "make a TCP socket (tcp: IPv4, the default; tcp6: IPv6)",
		.words = {&word_new_socket, &word_family},
		.n_required = 1,
		.leaves_states = true,
	},
	.run = run_socket,
};

static enum step_status run_bind(struct step_run *run, struct error *e)
{
	(void)e;
	struct testbed_socket *s = step_socket(run, 0);
	struct sockaddr_storage address;
	socklen_t len = endpoint_fill(&run->step->words[1].address, s->family, &address);
	return step_result(run, bind(s->fd, (struct sockaddr *)&address, len));
}

VERB(bind) = {
	.syntax = {
		.name = "bind",
		.usage = "bind SOCKET HOST:PORT",
		.help = "give the socket a local address; * is any, port 0 lets the kernel choose",
		.words = {&word_socket, &word_address},
		.n_required = 2,
		.leaves_states = true,
	},
	.run = run_bind,
};

static enum step_status run_listen(struct step_run *run, struct error *e)
{
	(void)e;
	const struct word *backlog = &run->step->words[1];
	return step_result(run, listen(step_socket(run, 0)->fd, backlog->text ? (int)backlog->number : SOMAXCONN));
}

VERB(listen) = {
	.syntax = {
		.name = "listen",
		.usage = "listen SOCKET [BACKLOG]",
		.help = "take connections",
		.words = {&word_socket, &word_count},
		.n_required = 1,
	},
	.run = run_listen,
};

static enum step_status run_accept(struct step_run *run, struct error *e)
{
	(void)e;
	struct testbed_socket *listener = step_socket(run, 0);
	int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return errno == EAGAIN ? step_wait_as(run, listener->fd, EPOLLIN, SO_RCVTIMEO, EAGAIN)
				       : step_errno(run, errno);
	look_note_accept(run->testbed, run->actor, fd);
	step_keep_socket(run, 1, fd, listener->family);
	return step_ok(run);
}

VERB(accept) = {
	.syntax = {
		.name = "accept",
		.usage = "accept LISTENER NAME",
		.help = "wait for a connection and give its socket a name",
		.words = {&word_socket, &word_new_socket},
		.n_required = 2,
		.leaves_states = true, /* the connection was there before it was accepted */
	},
	.run = run_accept,
};

/*
 * connect(2) of a non-blocking socket, asked again until it is decided: it is the call itself that says so, as it would
 * to a blocking caller (EALREADY: not yet; then 0, or why not). SO_ERROR would not do: it is 0 for a socket that has
 * lost an earlier error to another reader, and polls as ready for an error that is none of the connection's.
 */
static enum step_status run_connect(struct step_run *run, struct error *e)
{
	(void)e;
	struct testbed_socket *s = step_socket(run, 0);
	struct sockaddr_storage address;
	socklen_t len = endpoint_fill(&run->step->words[1].address, s->family, &address);
	bool is_ok = connect(s->fd, (struct sockaddr *)&address, len) == 0;
	int errnum = errno;
	look_note_connect(run->testbed, run->actor, s->fd, run->began_us, is_ok, &run->progress);
	if (is_ok)
		return step_ok(run);
	errno = errnum;
	if (errno != EINPROGRESS && errno != EALREADY)
		return step_errno(run, errno);
	/* Woken up and not decided: what woke it would do so again at once, so the next looks go by time. */
	/* A blocking call gives in the end what it found at first: EALREADY where an earlier one had begun. */
	if (!run->phase)
		run->errnum = errno;
	enum step_status status = step_wait_as(run, s->fd, EPOLLOUT, SO_SNDTIMEO, run->errnum);
	if (status == STEP_DONE || !run->phase++)
		return status;
	uint64_t soon_us = clock_now_us() + CLOCK_US_PER_MS;
	if (!run->wait_until_us || soon_us < run->wait_until_us)
		run->wait_until_us = soon_us;
	return STEP_WAIT_UNTIL;
}

VERB(connect) = {
	.syntax = {
		.name = "connect",
		.usage = "connect SOCKET HOST:PORT",
		.help = "connect, and wait until that has succeeded or failed",
		.words = {&word_socket, &word_destination},
		.n_required = 2,
	},
	.run = run_connect,
};

static const struct name_part {
	const char *name;
	bool port, host;
} name_parts[] = {
	{"address", false, true},
	{"port", true, false},
};

static int name_part_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	ret->entry = word_find_entry(ret->text, name_parts, sizeof name_parts / sizeof *name_parts, sizeof *name_parts,
		"part of an address", e);
	return ret->entry ? 0 : -EINVAL;
}

static const struct word_kind word_name_part = {.what = "address or port", .parse = name_part_parse};

static enum step_status run_getsockname(struct step_run *run, struct error *e)
{
	(void)e;
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	if (getsockname(step_socket(run, 0)->fd, (struct sockaddr *)&address, &len) < 0)
		return step_errno(run, errno);
	const struct name_part *part = run->step->words[1].text ? run->step->words[1].entry : NULL;
	char text[ENDPOINT_TEXT];
	if (part && part->port)
		return step_observed(run, "%u", endpoint_port(&address));
	if (part && part->host)
		endpoint_format_host(&address, text);
	else
		endpoint_format(&address, text);
	return step_observed(run, "%s", text);
}

VERB(getsockname) = {
	.syntax = {
		.name = "getsockname",
		.usage = "getsockname SOCKET [address|port]",
		.help = "record the socket's local address and port, or one of them",
		.words = {&word_socket, &word_name_part},
		.n_required = 1,
		.leaves_states = true,
		.only_measured = true,
		.tells_port = true,
	},
	.run = run_getsockname,
};

static enum step_status run_setsockopt(struct step_run *run, struct error *e)
{
	(void)e;
	const struct word *words = run->step->words;
	int errnum = sockopt_set(step_socket(run, 0)->fd, words[1].entry, &words[2]);
	return errnum ? step_errno(run, errnum) : step_ok(run);
}

VERB(setsockopt) = {
	.syntax = {
		.name = "setsockopt",
		.usage = "setsockopt SOCKET OPTION VALUE",
		.help = "set a socket option; SO_LINGER: seconds or off, SO_RCVTIMEO: a duration, "
			"SO_BINDTODEVICE: a link",
		.words = {&word_socket, &word_sockopt, &word_sockopt_value},
		.n_required = 3,
		.leaves_states = true,
	},
	.run = run_setsockopt,
};

static enum step_status run_getsockopt(struct step_run *run, struct error *e)
{
	(void)e;
	char text[SOCKOPT_TEXT];
	int errnum = sockopt_get(step_socket(run, 0)->fd, run->step->words[1].entry, text);
	return errnum ? step_errno(run, errnum) : step_observed(run, "%s", text);
}

VERB(getsockopt) = {
	.syntax = {
		.name = "getsockopt",
		.usage = "getsockopt SOCKET OPTION",
		.help = "record the value of a socket option, written as setsockopt takes it",
		.words = {&word_socket, &word_sockopt},
		.n_required = 2,
		.leaves_states = true,
		.only_measured = true,
	},
	.run = run_getsockopt,
};

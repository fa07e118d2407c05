// SPDX-License-Identifier: GPL-2.0-or-later
// A netlink socket of libnl that keeps what the kernel really said.
//
// The socket is made here and given to libnl: nl_connect() has 1024 port numbers a process, which cells that wait would
// use up, halves the kernel's default buffers, and folds the errno of what fails.
#include "net/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/cleanup.h"

/* What the kernel puts in one datagram of a dump at most (net/netlink/af_netlink.c, netlink_dump()). */
#define RECEIVE_BYTES 32768

/* A request, or several sent in one go, and the answer so far. */
struct exchange {
	struct netlink *nl;
	unsigned first, last; /* sequence numbers */
	nl_recvmsg_msg_cb_t each;
	void *context;
	bool done;
};

static void cleanup_cb(struct nl_cb **cb)
{
	if (*cb)
		nl_cb_put(*cb);
}

static void forget(struct netlink *nl)
{
	nl->refused = 0;
	nl->failed = 0;
	nl->words[0] = '\0';
}

/* Attributes follow the error: behind the request, or behind its header where the request is left out (CAP_ACK). */
static void keep_words(struct netlink *nl, const struct nlmsghdr *header, const struct nlmsgerr *answer)
{
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	size_t skip = sizeof(*answer);
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(answer->msg.nlmsg_len) - NLMSG_HDRLEN;
	size_t payload = (size_t)nlmsg_datalen(header);
	if (skip >= payload)
		return;
	struct nlattr *words =
		nla_find((struct nlattr *)((char *)answer + skip), (int)(payload - skip), NLMSGERR_ATTR_MSG);
	if (words)
		nla_strlcpy(nl->words, words, sizeof(nl->words));
}

static void keep_refusal(struct netlink *nl, struct nlmsgerr *answer)
{
	if (nl->refused)
		return;
	nl->refused = -answer->error;
	/* libnl hands out the payload; the header is right in front of it. */
	keep_words(nl, (const struct nlmsghdr *)((char *)answer - NLMSG_HDRLEN), answer);
}

/* For functions of libnl that receive by themselves. */
static int on_refusal(struct sockaddr_nl *from, struct nlmsgerr *answer, void *argument)
{
	(void)from;
	struct netlink *nl = argument;
	forget(nl);
	keep_refusal(nl, answer);
	return -nl_syserr2nlerr(answer->error);
}

static int exchange_on_refusal(struct sockaddr_nl *from, struct nlmsgerr *answer, void *argument)
{
	(void)from;
	struct exchange *x = argument;
	unsigned sequence = answer->msg.nlmsg_seq;
	if (sequence - x->first > x->last - x->first)
		return NL_SKIP; /* to a request that was given up */
	keep_refusal(x->nl, answer);
	if (sequence == x->last)
		x->done = true;
	return NL_SKIP;
}

/* Instead of libnl's own check, which takes neither several requests at a time nor an answer that comes late. */
static int exchange_on_sequence(struct nl_msg *message, void *argument)
{
	const struct exchange *x = argument;
	return nlmsg_hdr(message)->nlmsg_seq - x->first > x->last - x->first ? NL_SKIP : NL_OK;
}

static int exchange_on_ack(struct nl_msg *message, void *argument)
{
	struct exchange *x = argument;
	if (nlmsg_hdr(message)->nlmsg_seq == x->last)
		x->done = true;
	return NL_OK;
}

static int exchange_on_valid(struct nl_msg *message, void *argument)
{
	struct exchange *x = argument;
	if (!x->each)
		return NL_OK; /* an event or an echo; what we wait for is the acknowledgement */
	if (!(nlmsg_hdr(message)->nlmsg_flags & NLM_F_MULTI))
		x->done = true;
	return x->each(message, x->context);
}

static int exchange_on_finish(struct nl_msg *message, void *argument)
{
	struct exchange *x = argument;
	int status = 0;
	if (nlmsg_datalen(nlmsg_hdr(message)) >= (int)sizeof(status))
		memcpy(&status, nlmsg_data(nlmsg_hdr(message)), sizeof(status));
	if (status < 0)
		x->nl->refused = -status;
	x->done = true;
	return NL_OK;
}

/* Which errno it was that libnl folded into @status. */
static int note_failure(struct netlink *nl, int status, int code)
{
	if (status == -NLE_AGAIN)
		code = ETIMEDOUT;
	if (!nl->refused && status != -NLE_DUMP_INTR)
		nl->failed = code;
	return status;
}

static int exchange_receive(struct exchange *x)
{
	CLEANUP(cleanup_cb) struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!cb)
		return note_failure(x->nl, -NLE_NOMEM, ENOMEM);
	nl_cb_err(cb, NL_CB_CUSTOM, exchange_on_refusal, x);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, exchange_on_sequence, x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, exchange_on_ack, x);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, exchange_on_valid, x);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, exchange_on_finish, x);
	while (!x->done) {
		errno = 0;
		int got = nl_recvmsgs_report(x->nl->sock, cb);
		if (got < 0)
			return note_failure(x->nl, got, errno);
		if (got == 0)
			return -NLE_FAILURE;
	}
	return x->nl->refused ? -nl_syserr2nlerr(x->nl->refused) : 0;
}

int netlink_open(struct netlink *nl, int protocol, struct error *e)
{
	static const struct timeval patience = {.tv_sec = NETLINK_PATIENCE_S};
	static const int on = 1;
	*nl = NETLINK_INIT;
	CLEANUP(cleanup_close) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a netlink socket (protocol %d)", protocol);
	/* The kernel chooses a port that is free. */
	struct sockaddr_nl local = {.nl_family = AF_NETLINK};
	if (bind(fd, (const struct sockaddr *)&local, sizeof(local)) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "bind of a netlink socket");
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
		setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "an option of a netlink socket");
	struct nl_sock *sock = nl_socket_alloc();
	if (!sock)
		return error_no_memory(e);
	errno = 0;
	int status = nl_socket_set_fd(sock, protocol, fd);
	if (status < 0) {
		nl->failed = errno;
		nl_socket_free(sock);
		return netlink_error(nl, status, e, "a netlink socket (protocol %d)", protocol);
	}
	TAKE_FD(fd);
	nl->sock = sock;
	nl_socket_disable_auto_ack(sock);
	nl_socket_disable_msg_peek(sock);
	nl_socket_set_msg_buf_size(sock, RECEIVE_BYTES);
	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, on_refusal, nl);
	return 0;
}

void netlink_close(struct netlink *nl)
{
	if (nl->sock)
		nl_socket_free(nl->sock);
	*nl = NETLINK_INIT;
}

static int exchange_send(struct exchange *x, struct nl_msg *const messages[], size_t n, uint16_t last_flags)
{
	struct nl_sock *sock = x->nl->sock;
	struct iovec parts[NETLINK_REQUESTS_MAX];
	forget(x->nl);
	if (n == 0 || n > NETLINK_REQUESTS_MAX)
		return -NLE_INVAL;
	for (size_t i = 0; i < n; i++) {
		struct nlmsghdr *header = nlmsg_hdr(messages[i]);
		header->nlmsg_seq = x->last = nl_socket_use_seq(sock);
		header->nlmsg_pid = nl_socket_get_local_port(sock);
		header->nlmsg_flags |= NLM_F_REQUEST | (i + 1 == n ? last_flags : 0);
		if (i == 0)
			x->first = x->last;
		/* What libnl builds is padded to this in its buffer. */
		parts[i] = (struct iovec){.iov_base = header, .iov_len = NLMSG_ALIGN(header->nlmsg_len)};
	}
	errno = 0;
	int status = nl_send_iovec(sock, messages[0], parts, (unsigned)n);
	return status < 0 ? note_failure(x->nl, status, errno) : 0;
}

int netlink_request(struct netlink *nl, struct nl_msg *const messages[], size_t n)
{
	struct exchange x = {.nl = nl};
	int status = exchange_send(&x, messages, n, NLM_F_ACK);
	return status < 0 ? status : exchange_receive(&x);
}

int netlink_query(struct netlink *nl, struct nl_msg *message, nl_recvmsg_msg_cb_t each, void *context)
{
	struct exchange x = {.nl = nl, .each = each, .context = context};
	int status = exchange_send(&x, &message, 1, 0);
	return status < 0 ? status : exchange_receive(&x);
}

int netlink_collect(struct netlink *nl, unsigned sequence, nl_recvmsg_msg_cb_t each, void *context)
{
	struct exchange x = {.nl = nl, .first = sequence, .last = sequence, .each = each, .context = context};
	forget(nl);
	return exchange_receive(&x);
}

int netlink_error(struct netlink *nl, int status, struct error *e, const char *what, ...)
{
	CLEANUP(cleanup_free) char *asked = NULL;
	va_list args;
	va_start(args, what);
	if (vasprintf(&asked, what, args) < 0)
		asked = NULL;
	va_end(args);
	const char *subject = asked ? asked : "netlink";
	if (nl->refused && nl->words[0])
		return error_errno(e, ERROR_HARNESS, nl->refused, "%s: %s", subject, nl->words);
	if (nl->refused)
		return error_errno(e, ERROR_HARNESS, nl->refused, "%s", subject);
	if (nl->failed == ETIMEDOUT)
		return error_errno(
			e, ERROR_HARNESS, ETIMEDOUT, "%s: no answer within %d s", subject, NETLINK_PATIENCE_S);
	if (nl->failed)
		return error_errno(e, ERROR_HARNESS, nl->failed, "%s", subject);
	if (status == -NLE_NOMEM)
		return error_errno(e, ERROR_HARNESS, ENOMEM, "%s", subject);
	return error_set(e, ERROR_HARNESS, EIO, "%s: libnl: %s (EIO)", subject, nl_geterror(status));
}

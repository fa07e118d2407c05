// SPDX-License-Identifier: GPL-2.0-or-later
// What a lab and those who take part in it say to each other.
#include "run/lab_message.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Its first byte is a NUL: an abstract name (unix(7)), which each network namespace has for itself. */
#define LAB_NAME "\0netrepro-lab"
#define LAB_BACKLOG 32

static socklen_t lab_address(struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret->sun_path, LAB_NAME, sizeof LAB_NAME - 1);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof LAB_NAME - 1);
}

int lab_listen(struct error *e)
{
	struct sockaddr_un address;
	socklen_t len = lab_address(&address);
	CLEANUP(cleanup_close) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, LAB_BACKLOG) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "the socket of the lab");
	return TAKE_FD(fd);
}

int lab_connect(struct error *e)
{
	struct sockaddr_un address;
	socklen_t len = lab_address(&address);
	CLEANUP(cleanup_close) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, len) < 0)
		return error_errno(e, ERROR_USAGE, errno, "there is no lab here");
	return TAKE_FD(fd);
}

int lab_send(int fd, enum lab_message_kind kind, const void *payload, size_t len, const int *fds, size_t n_fds)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int) * SCENARIO_NAMESPACES_MAX)];
	} control = {.room = {0}};
	struct iovec parts[] = {{&kind, sizeof kind}, {(void *)(uintptr_t)payload, len}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	if (n_fds) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(&control.header), fds, sizeof(int) * n_fds);
	}
	ssize_t n;
	do
		n = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int lab_send_text(int fd, const char *text)
{
	int r = 0;
	for (size_t left = strlen(text), len; r == 0 && left; text += len, left -= len) {
		len = left;
		if (len > LAB_MESSAGE_BYTES_MAX) {
			const char *newline = memrchr(text, '\n', LAB_MESSAGE_BYTES_MAX);
			len = newline ? (size_t)(newline - text) + 1 : LAB_MESSAGE_BYTES_MAX;
		}
		r = lab_send(fd, LAB_TEXT, text, len, NULL, 0);
	}
	return r;
}

static void take_descriptors(struct msghdr *header, struct lab_message *ret)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		ret->n_fds = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(ret->fds, CMSG_DATA(c), ret->n_fds * sizeof(int));
	}
}

int lab_receive(int fd, struct lab_message *ret, struct error *e)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int) * SCENARIO_NAMESPACES_MAX)];
	} control;
	struct iovec parts[] = {{&ret->kind, sizeof ret->kind}, {ret->payload, LAB_MESSAGE_BYTES_MAX}};
	struct msghdr header = {
		.msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = control.room,
		.msg_controllen = sizeof control.room,
	};
	ret->n_fds = 0;
	ssize_t n;
	do
		n = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return 0;
	if (n < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot hear from the other side of the lab");
	take_descriptors(&header, ret);
	if ((size_t)n < sizeof ret->kind || ret->kind >= LAB_MESSAGE_KIND_COUNT || header.msg_flags & MSG_TRUNC) {
		lab_message_close(ret);
		return error_set(e, ERROR_HARNESS, EPROTO, "what the other side of the lab says is no message");
	}
	ret->len = (size_t)n - sizeof ret->kind;
	ret->payload[ret->len] = '\0';
	return 1;
}

void lab_message_close(struct lab_message *message)
{
	for (size_t i = 0; i < message->n_fds; i++)
		fd_close(&message->fds[i]);
	message->n_fds = 0;
}

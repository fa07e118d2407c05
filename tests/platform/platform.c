// SPDX-License-Identifier: GPL-2.0-or-later
/* Namespaces, a veth, sysctls, one TCP connection and sock_diag for the programs of this folder. */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* An address of either family, as bind(2) and connect(2) take it. */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Between two looks at something that the kernel sends no event for. */
static void breathe(void)
{
	poll(NULL, 0, 1);
}

void platform_skip(const char *format, ...)
{
	char why[256];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	print_message("SKIP: %s\n", why);
	skip();
	abort();	/* skip() jumps back into cmocka, and does not say so to the compiler */
}

static int own_namespace(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

int platform_leave_host(void)
{
	static bool left;
	uid_t uid = geteuid();
	char map[64];

	if (left || uid == 0) {
		if (unshare(CLONE_NEWNET) != 0)
			platform_skip("no network namespace: %s", strerror(errno));
	} else {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
			platform_skip("not root, and no user namespace: %s", strerror(errno));
		snprintf(map, sizeof(map), "0 %u 1", uid);
		if (platform_file_write("/proc/self/uid_map", map) != 0)
			platform_skip("no mapping of the user into a user namespace");
	}
	left = true;
	return own_namespace();
}

int platform_new_namespace(void)
{
	assert_return_code(unshare(CLONE_NEWNET), errno);
	return own_namespace();
}

void platform_enter(int ns)
{
	assert_return_code(setns(ns, CLONE_NEWNET), errno);
}

int platform_netlink(int protocol, uint32_t groups)
{
	struct sockaddr_nl self = {.nl_family = AF_NETLINK, .nl_groups = groups};
	const int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	assert_return_code(fd, errno);
	assert_return_code(bind(fd, (struct sockaddr *)&self, sizeof(self)), errno);
	assert_return_code(setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)), errno);
	/* Not the request again, but only its header, before the kernel's message. */
	assert_return_code(setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)), errno);
	return fd;
}

static void append(struct platform_request *r, const void *data, size_t len_bytes)
{
	assert_true(r->len_bytes + NLMSG_ALIGN(len_bytes) <= sizeof(r->buf));
	memset(r->buf + r->len_bytes, 0, NLMSG_ALIGN(len_bytes));
	if (len_bytes)
		memcpy(r->buf + r->len_bytes, data, len_bytes);
	r->len_bytes += NLMSG_ALIGN(len_bytes);
	((struct nlmsghdr *)(void *)r->buf)->nlmsg_len = (uint32_t)r->len_bytes;
}

void platform_request_init(struct platform_request *r, uint16_t type, uint16_t flags, const void *body,
			   size_t body_bytes)
{
	const struct nlmsghdr h = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags};

	r->len_bytes = 0;
	append(r, &h, sizeof(h));
	append(r, body, body_bytes);
}

void platform_request_put(struct platform_request *r, uint16_t type, const void *data, size_t len_bytes)
{
	const struct rtattr a = {.rta_type = type, .rta_len = (uint16_t)RTA_LENGTH(len_bytes)};

	append(r, &a, sizeof(a));
	append(r, data, len_bytes);
}

size_t platform_request_nest(struct platform_request *r, uint16_t type, const void *header, size_t header_bytes)
{
	size_t nest = r->len_bytes;

	platform_request_put(r, type, header, header_bytes);
	return nest;
}

void platform_request_end(struct platform_request *r, size_t nest)
{
	((struct rtattr *)(void *)(r->buf + nest))->rta_len = (uint16_t)(r->len_bytes - nest);
}

/* The NLMSGERR_ATTR_MSG behind an error, with NETLINK_CAP_ACK on. */
static void take_message(const struct nlmsghdr *h, char *message, size_t message_bytes)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	int left = (int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(*e)));

	message[0] = '\0';
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	for (const struct rtattr *a = (const void *)(e + 1); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == NLMSGERR_ATTR_MSG)
			snprintf(message, message_bytes, "%s", (const char *)RTA_DATA(a));
}

int platform_talk(int fd, struct platform_request *r, char *message, size_t message_bytes)
{
	_Alignas(NLMSG_ALIGNTO) char answer[1024];
	struct nlmsghdr *h = (void *)answer;
	ssize_t got;

	((struct nlmsghdr *)(void *)r->buf)->nlmsg_flags |= NLM_F_ACK;
	assert_int_equal(send(fd, r->buf, r->len_bytes, 0), r->len_bytes);
	got = recv(fd, answer, sizeof(answer), 0);
	assert_true(got >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)));
	assert_int_equal(h->nlmsg_type, NLMSG_ERROR);
	if (message)
		take_message(h, message, message_bytes);
	return ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
}

/* The same from a socket that lives for this request only. */
static int talk_once(struct platform_request *r, char *message, size_t message_bytes)
{
	int fd = platform_netlink(NETLINK_ROUTE, 0);
	int rc = platform_talk(fd, r, message, message_bytes);

	close(fd);
	return rc;
}

int platform_veth_try(int main_ns, int peer_ns, unsigned int main_flags, unsigned int peer_flags, char *message,
		      size_t message_bytes)
{
	const struct ifinfomsg main_end = {
		.ifi_index = PLATFORM_MAIN_IFINDEX,
		.ifi_flags = main_flags,
		.ifi_change = main_flags,
	};
	const struct ifinfomsg peer_end = {
		.ifi_index = PLATFORM_PEER_IFINDEX,
		.ifi_flags = peer_flags,
		.ifi_change = peer_flags,
	};
	struct platform_request r;
	size_t info, data, peer;

	platform_request_init(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &main_end, sizeof(main_end));
	platform_request_put(&r, IFLA_IFNAME, "main", sizeof("main"));
	platform_request_put(&r, IFLA_NET_NS_FD, &main_ns, sizeof(main_ns));
	info = platform_request_nest(&r, IFLA_LINKINFO, NULL, 0);
	platform_request_put(&r, IFLA_INFO_KIND, "veth", strlen("veth"));
	data = platform_request_nest(&r, IFLA_INFO_DATA, NULL, 0);
	peer = platform_request_nest(&r, VETH_INFO_PEER, &peer_end, sizeof(peer_end));
	platform_request_put(&r, IFLA_IFNAME, "peer", sizeof("peer"));
	platform_request_put(&r, IFLA_NET_NS_FD, &peer_ns, sizeof(peer_ns));
	platform_request_end(&r, peer);
	platform_request_end(&r, data);
	platform_request_end(&r, info);
	return talk_once(&r, message, message_bytes);
}

void platform_link_up(int ifindex)
{
	const struct ifinfomsg body = {.ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct platform_request r;

	platform_request_init(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	assert_int_equal(talk_once(&r, NULL, 0), 0);
}

int platform_link_operstate(int ifindex, unsigned int *ret_flags)
{
	const struct ifinfomsg body = {.ifi_index = ifindex};
	_Alignas(NLMSG_ALIGNTO) char answer[8192];
	struct nlmsghdr *h = (void *)answer;
	const struct ifinfomsg *link = NLMSG_DATA(h);
	struct platform_request r;
	int fd = platform_netlink(NETLINK_ROUTE, 0), left, operstate = -1;

	platform_request_init(&r, RTM_GETLINK, 0, &body, sizeof(body));
	assert_int_equal(send(fd, r.buf, r.len_bytes, 0), r.len_bytes);
	assert_true(recv(fd, answer, sizeof(answer), 0) > (ssize_t)NLMSG_LENGTH(sizeof(*link)));
	assert_int_equal(h->nlmsg_type, RTM_NEWLINK);
	if (ret_flags)
		*ret_flags = link->ifi_flags;
	left = (int)IFLA_PAYLOAD(h);
	for (const struct rtattr *a = IFLA_RTA(link); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_OPERSTATE)
			operstate = *(const uint8_t *)RTA_DATA(a);
	close(fd);
	return operstate;
}

void platform_link_wait_ready(int ifindex)
{
	uint64_t give_up_ms = now_ms() + PLATFORM_PATIENCE_MS;

	while (platform_link_operstate(ifindex, NULL) != PLATFORM_OPER_UP) {
		assert_true(now_ms() < give_up_ms);
		breathe();
	}
}

static socklen_t parse_address(const char *text, uint16_t port, union address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, text, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(port);
		return sizeof(ret->v4);
	}
	assert_int_equal(inet_pton(AF_INET6, text, &ret->v6.sin6_addr), 1);
	ret->v6.sin6_family = AF_INET6;
	ret->v6.sin6_port = htons(port);
	return sizeof(ret->v6);
}

void platform_address_add(int ifindex, const char *text, uint32_t flags)
{
	union address address;
	bool v6 = parse_address(text, 0, &address) == sizeof(address.v6);
	const struct ifaddrmsg body = {
		.ifa_family = v6 ? AF_INET6 : AF_INET,
		.ifa_prefixlen = v6 ? 64 : 24,
		.ifa_index = (uint32_t)ifindex,
	};
	struct platform_request r;

	platform_request_init(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	if (v6)
		platform_request_put(&r, IFA_LOCAL, &address.v6.sin6_addr, sizeof(address.v6.sin6_addr));
	else
		platform_request_put(&r, IFA_LOCAL, &address.v4.sin_addr, sizeof(address.v4.sin_addr));
	platform_request_put(&r, IFA_FLAGS, &flags, sizeof(flags));
	assert_int_equal(talk_once(&r, NULL, 0), 0);
}

void platform_veth(int server_ns, int client_ns)
{
	char message[128];
	int rc = platform_veth_try(client_ns, server_ns, IFF_UP, 0, message, sizeof(message));

	if (rc == -EOPNOTSUPP)
		platform_skip("no veth in this kernel: %s", message);
	assert_int_equal(rc, 0);
	platform_enter(server_ns);
	platform_address_add(PLATFORM_PEER_IFINDEX, "10.0.0.1", 0);
	platform_link_up(PLATFORM_PEER_IFINDEX);
	platform_enter(client_ns);
	platform_address_add(PLATFORM_MAIN_IFINDEX, "10.0.0.2", 0);
	platform_link_wait_ready(PLATFORM_MAIN_IFINDEX);
}

int platform_file_read(const char *path, char *text, size_t text_bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, text, text_bytes - 1);
	close(fd);
	if (got < 0)
		return -errno;
	text[got] = '\0';
	if (got > 0 && text[got - 1] == '\n')
		text[got - 1] = '\0';
	return 0;
}

int platform_file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		rc = -errno;
	close(fd);
	return rc;
}

void platform_tcp_connect(struct platform_tcp *t, int server_ns, int client_ns, const char *text, uint16_t port)
{
	const struct timeval patience = {.tv_sec = PLATFORM_PATIENCE_MS / 1000};
	union address address;
	socklen_t len = parse_address(text, port, &address);

	platform_enter(server_ns);
	t->listener = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_return_code(t->listener, errno);
	assert_return_code(bind(t->listener, &address.any, len), errno);
	assert_return_code(listen(t->listener, 1), errno);
	platform_enter(client_ns);
	t->client = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_return_code(t->client, errno);
	/* Of connect(2), that is: a connection that cannot be made must fail the test, not hang it. */
	assert_return_code(setsockopt(t->client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)), errno);
	assert_return_code(connect(t->client, &address.any, len), errno);
	t->server = accept4(t->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_return_code(t->server, errno);
}

void platform_tcp_close_server_first(struct platform_tcp *t)
{
	char byte;

	close(t->server);
	assert_int_equal(recv(t->client, &byte, 1, 0), 0);
	close(t->client);
	close(t->listener);
}

size_t platform_sockets(struct platform_socket *sockets, size_t max)
{
	const struct inet_diag_req body = {.idiag_family = AF_UNSPEC, .idiag_states = ~0U};
	_Alignas(NLMSG_ALIGNTO) char answer[32768];
	struct platform_request r;
	size_t n = 0;
	int fd = platform_netlink(NETLINK_SOCK_DIAG, 0);

	platform_request_init(&r, TCPDIAG_GETSOCK, NLM_F_DUMP, &body, sizeof(body));
	assert_int_equal(send(fd, r.buf, r.len_bytes, 0), r.len_bytes);
	for (;;) {
		ssize_t got = recv(fd, answer, sizeof(answer), 0);

		assert_true(got > 0);
		for (const struct nlmsghdr *h = (void *)answer; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			const struct inet_diag_msg *m = NLMSG_DATA(h);

			if (h->nlmsg_type == NLMSG_DONE) {
				close(fd);
				return n;
			}
			assert_int_not_equal(h->nlmsg_type, NLMSG_ERROR);
			assert_true(n < max);
			sockets[n++] = (struct platform_socket){
				.family = m->idiag_family,
				.state = m->idiag_state,
				.timer = m->idiag_timer,
				.expires_ms = m->idiag_expires,
				.local_port = ntohs(m->id.idiag_sport),
				.remote_port = ntohs(m->id.idiag_dport),
			};
		}
	}
}

struct platform_socket platform_wait_state(uint16_t local_port, uint8_t state)
{
	uint64_t give_up_ms = now_ms() + PLATFORM_PATIENCE_MS;

	for (;;) {
		struct platform_socket sockets[64];
		size_t n = platform_sockets(sockets, 64);

		for (size_t i = 0; i < n; i++)
			if (sockets[i].local_port == local_port && sockets[i].state == state)
				return sockets[i];
		assert_true(now_ms() < give_up_ms);
		breathe();
	}
}

void platform_wait_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&p, 1, PLATFORM_PATIENCE_MS), 1);
}

size_t platform_wait_link_event(int fd, uint16_t type, int ifindex)
{
	_Alignas(NLMSG_ALIGNTO) char event[32768];
	size_t others = 0;

	for (;;) {
		ssize_t got;

		platform_wait_readable(fd);
		got = recv(fd, event, sizeof(event), 0);
		assert_true(got > 0);
		for (const struct nlmsghdr *h = (void *)event; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			if (h->nlmsg_type == type && ((const struct ifinfomsg *)NLMSG_DATA(h))->ifi_index == ifindex)
				return others;
			others++;
		}
	}
}

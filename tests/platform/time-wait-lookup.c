// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sock_diag finds a TIME-WAIT socket by its 4-tuple alone, without a dump, and
 * says ENOENT in any other namespace.
 *
 * Relied on: a dump walks the hash table that all namespaces share (0.3 ms with
 * 262,144 buckets), a lookup does not (8 us).
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define LO_IFINDEX 1	/* LOOPBACK_IFINDEX in include/net/flow.h */
#define PORT 12345

/* The state of 127.0.0.1:PORT with that remote port in the current namespace, or -errno. */
static int look_up(uint16_t remote_port)
{
	const struct inet_diag_req_v2 body = {
		.sdiag_family = AF_INET,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0U,
		.id = {
			.idiag_sport = htons(PORT),
			.idiag_dport = htons(remote_port),
			.idiag_src = {htonl(INADDR_LOOPBACK)},
			.idiag_dst = {htonl(INADDR_LOOPBACK)},
			.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE},
		},
	};
	_Alignas(NLMSG_ALIGNTO) char answer[4096];
	const struct nlmsghdr *h = (void *)answer;
	struct platform_request r;
	int fd = platform_netlink(NETLINK_SOCK_DIAG, 0);

	platform_request_init(&r, SOCK_DIAG_BY_FAMILY, 0, &body, sizeof(body));
	assert_int_equal(send(fd, r.buf, r.len_bytes, 0), r.len_bytes);
	assert_true(recv(fd, answer, sizeof(answer), 0) > 0);
	close(fd);
	if (h->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
	assert_int_equal(h->nlmsg_type, SOCK_DIAG_BY_FAMILY);
	return ((const struct inet_diag_msg *)NLMSG_DATA(h))->idiag_state;
}

static void by_the_4_tuple(void **state)
{
	int host = platform_leave_host();
	int a = platform_new_namespace(), b;
	struct sockaddr_in remote;
	socklen_t len = sizeof(remote);
	struct platform_tcp t;

	(void)state;
	platform_link_up(LO_IFINDEX);
	platform_tcp_connect(&t, a, a, "127.0.0.1", PORT);
	assert_return_code(getpeername(t.server, (struct sockaddr *)&remote, &len), errno);
	assert_int_equal(look_up(ntohs(remote.sin_port)), TCP_ESTABLISHED);
	platform_tcp_close_server_first(&t);
	platform_wait_state(PORT, TCP_TIME_WAIT);
	assert_int_equal(look_up(ntohs(remote.sin_port)), TCP_TIME_WAIT);
	b = platform_new_namespace();
	assert_int_equal(look_up(ntohs(remote.sin_port)), -ENOENT);

	close(b);
	close(a);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_4_tuple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// A veth straight into two namespaces: made, ready, refused.
#include "own.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/tcp.h>
#include <netlink/msg.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/link.h"
#include "net/namespace.h"

#define CELLS 100
/* The first SYN waits while the neighbour is solicited again, after 1 s (RETRANS_TIMER, RFC 4861). */
#define SOLICITATION_LOST_US 800000
#define PATIENCE_US (5 * CLOCK_US_PER_S)

static int home = -1;

/* One end: a namespace and what is in it. */
struct side {
	int fd;
	struct netlink route;
	struct veth_end end;
};

static void side_open(struct side *s, int number)
{
	s->fd = namespace_new(NULL);
	assert_true(s->fd >= 0);
	assert_int_equal(netlink_open(&s->route, NETLINK_ROUTE, NULL), 0);
	s->end = (struct veth_end){
		.name = "veth0",
		.ifindex = 1 + number,
		.ipv4.s_addr = htonl(0x0a000000U + (unsigned)number),
		.ipv6 = {{{[0] = 0xfd, [15] = (uint8_t)number}}},
		.with_ipv6 = access("/proc/sys/net/ipv6", F_OK) == 0,
	};
}

static void side_close(struct side *s)
{
	netlink_close(&s->route);
	close(s->fd);
}

struct two {
	struct side a, b;
};

static void two_open(struct two *t)
{
	side_open(&t->a, 1);
	side_open(&t->b, 2);
	assert_int_equal(namespace_enter(home, NULL), 0);
}

static void two_join(struct two *t)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int rc = link_veth_new(&t->a.route, &t->a.end, &t->b.end, t->b.fd, &e);
	if (rc == 0)
		rc = link_add_addresses(&t->a.route, &t->a.end, &t->b.end, &e);
	if (rc == 0)
		rc = link_add_addresses(&t->b.route, &t->b.end, &t->a.end, &e);
	if (rc < 0)
		fail_msg("%s", error_text(&e));
}

static bool is_yes(int answer)
{
	assert_true(answer >= 0);
	return answer > 0;
}

static bool is_ready(struct two *t)
{
	return is_yes(link_is_up(&t->a.route, t->a.end.ifindex, NULL)) &&
	       (!t->a.end.with_ipv6 || (is_yes(link_can_be_found(&t->a.route, &t->a.end, NULL)) &&
					       is_yes(link_can_be_found(&t->b.route, &t->b.end, NULL))));
}

static void wait_ready(struct two *t)
{
	uint64_t give_up_us = clock_now_us() + PATIENCE_US;
	while (!is_ready(t))
		assert_true(clock_now_us() < give_up_us);
}

static void two_close(struct two *t)
{
	assert_int_equal(namespace_enter(home, NULL), 0);
	side_close(&t->a);
	side_close(&t->b);
}

static int keep_flags(struct nl_msg *message, void *context)
{
	const struct ifinfomsg *body = nlmsg_data(nlmsg_hdr(message));
	*(unsigned *)context = body->ifi_flags;
	return NL_OK;
}

static unsigned flags_of(struct netlink *route, int ifindex)
{
	struct ifinfomsg body = {.ifi_index = ifindex};
	struct nl_msg *message = nlmsg_alloc_simple(RTM_GETLINK, 0);
	unsigned flags = 0;
	assert_int_equal(nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO), 0);
	assert_int_equal(netlink_query(route, message, keep_flags, &flags), 0);
	nlmsg_free(message);
	return flags;
}

/* Connects from @from to @to. Return: whether nothing on the way was lost: neither a segment nor a neighbour
 * solicitation. */
static bool connects_at_once(struct side *from, struct side *to, int family)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(12345), .sin_addr = to->end.ipv4};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(12345), .sin6_addr = to->end.ipv6};
	const struct sockaddr *address = family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t len = family == AF_INET ? sizeof(v4) : sizeof(v6);

	assert_int_equal(namespace_enter(to->fd, NULL), 0);
	CLEANUP(cleanup_close) int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(namespace_enter(from->fd, NULL), 0);
	CLEANUP(cleanup_close) int conn = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(conn, address, len), 0);
	struct tcp_info info;
	socklen_t info_len = sizeof(info);
	assert_int_equal(getsockopt(conn, IPPROTO_TCP, TCP_INFO, &info, &info_len), 0);
	assert_int_equal(namespace_enter(home, NULL), 0);
	return info.tcpi_total_retrans == 0 && info.tcpi_rtt < SOLICITATION_LOST_US;
}

static void test_loopback(void **state)
{
	(void)state;
	struct side s;
	side_open(&s, 1);
	assert_false(flags_of(&s.route, 1) & IFF_UP);
	assert_int_equal(link_loopback_up(&s.route, NULL), 0);
	assert_true(flags_of(&s.route, 1) & IFF_UP);
	/* Again is no mistake. */
	assert_int_equal(link_loopback_up(&s.route, NULL), 0);
	assert_int_equal(namespace_enter(home, NULL), 0);
	side_close(&s);
}

static void test_which_end_is_opened_first(void **state)
{
	(void)state;
	struct two t;
	two_open(&t);
	assert_int_equal(link_veth_new(&t.a.route, &t.a.end, &t.b.end, t.b.fd, NULL), 0);
	assert_true(flags_of(&t.a.route, t.a.end.ifindex) & IFF_UP);
	assert_false(flags_of(&t.b.route, t.b.end.ifindex) & IFF_UP);
	assert_int_equal(link_is_up(&t.a.route, t.a.end.ifindex, NULL), 0);
	assert_int_equal(link_add_addresses(&t.a.route, &t.a.end, &t.b.end, NULL), 0);
	assert_int_equal(link_is_up(&t.a.route, t.a.end.ifindex, NULL), 0);
	assert_int_equal(link_add_addresses(&t.b.route, &t.b.end, &t.a.end, NULL), 0);
	wait_ready(&t);
	assert_int_equal(link_is_up(&t.b.route, t.b.end.ifindex, NULL), 1);
	two_close(&t);
}

static void connect_in_many_cells(int family)
{
	for (int i = 0; i < CELLS; i++) {
		struct two t;
		two_open(&t);
		if (family == AF_INET6 && !t.a.end.with_ipv6) {
			two_close(&t);
			OWN_SKIP("no IPv6");
		}
		two_join(&t);
		wait_ready(&t);
		/* From either end: nothing was lost, and no address was held back. */
		bool at_once = i % 2 ? connects_at_once(&t.a, &t.b, family) : connects_at_once(&t.b, &t.a, family);
		two_close(&t);
		assert_true(at_once);
	}
}

static void test_ready_is_ready(void **state)
{
	(void)state;
	connect_in_many_cells(AF_INET);
}

static void test_ready_is_ready_ipv6(void **state)
{
	(void)state;
	connect_in_many_cells(AF_INET6);
}

static int keep_neighbour(struct nl_msg *message, void *context)
{
	const struct ndmsg *body = nlmsg_data(nlmsg_hdr(message));
	unsigned *counts = context;
	/* lo has some as well, of no address. */
	if (body->ndm_ifindex != 1)
		counts[body->ndm_state == NUD_PERMANENT]++;
	return NL_OK;
}

/* Neighbours of @s, but for those of lo: [0] found by asking, [1] permanent. */
static void count_neighbours(struct side *s, int family, unsigned counts[2])
{
	struct ndmsg body = {.ndm_family = (unsigned char)family};
	struct nl_msg *message = nlmsg_alloc_simple(RTM_GETNEIGH, NLM_F_DUMP);
	counts[0] = counts[1] = 0;
	assert_int_equal(nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO), 0);
	assert_int_equal(netlink_query(&s->route, message, keep_neighbour, counts), 0);
	nlmsg_free(message);
}

static void test_nobody_is_asked_for(void **state)
{
	(void)state;
	struct two t;
	two_open(&t);
	two_join(&t);
	wait_ready(&t);
	assert_true(connects_at_once(&t.a, &t.b, AF_INET));
	unsigned counts[2];
	for (int i = 0; i < 2; i++) {
		count_neighbours(i ? &t.b : &t.a, AF_INET, counts);
		assert_int_equal(counts[0], 0);
		assert_int_equal(counts[1], 1);
	}
	two_close(&t);
}

static void test_others_see_no_event(void **state)
{
	(void)state;
	struct netlink events = NETLINK_INIT;
	assert_int_equal(netlink_open(&events, NETLINK_ROUTE, NULL), 0);
	assert_int_equal(nl_socket_add_memberships(events.sock, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, 0), 0);
	struct two t;
	two_open(&t);
	two_join(&t);
	wait_ready(&t);
	two_close(&t);
	/* Events are sent from within the request that causes them. */
	struct pollfd p = {.fd = nl_socket_get_fd(events.sock), .events = POLLIN};
	assert_int_equal(poll(&p, 1, 0), 0);
	assert_int_equal(link_loopback_up(&events, NULL), 0);
	netlink_close(&events);
}

static void test_refused_twice_the_same(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct two t;
	two_open(&t);
	two_join(&t);
	assert_int_equal(link_veth_new(&t.a.route, &t.a.end, &t.b.end, t.b.fd, &e), -EEXIST);
	assert_int_equal(e.kind, ERROR_HARNESS);
	assert_string_equal(error_text(&e), "a veth 'veth0' with peer 'veth0': File exists (EEXIST)");
	assert_int_equal(link_add_addresses(&t.a.route, &t.a.end, &t.b.end, &e), -EEXIST);
	print_message("# %s\n", error_text(&e));
	assert_non_null(strstr(error_text(&e), "'veth0' up with its addresses: "));
	assert_non_null(strstr(error_text(&e), "(EEXIST)"));
	two_close(&t);
}

static void test_refused_with_the_kernels_words(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct two t;
	two_open(&t);
	/* An index that no link can have. */
	t.a.end.ifindex = -2;
	int rc = link_veth_new(&t.a.route, &t.a.end, &t.b.end, t.b.fd, &e);
	print_message("# %s\n", error_text(&e));
	char words[sizeof(t.a.route.words)];
	strcpy(words, t.a.route.words);
	two_close(&t);
	assert_true(rc < 0);
	assert_int_equal(e.kind, ERROR_HARNESS);
	assert_non_null(strstr(error_text(&e), strerrorname_np(-rc)));
	if (!words[0])
		OWN_SKIP("this kernel has no words for it");
	assert_non_null(strstr(error_text(&e), words));
}

static void test_refused_namespace(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct two t;
	two_open(&t);
	CLEANUP(cleanup_close) int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int rc = link_veth_new(&t.a.route, &t.a.end, &t.b.end, file, &e);
	print_message("# %s\n", error_text(&e));
	assert_true(rc < 0);
	assert_non_null(strstr(error_text(&e), strerrorname_np(-rc)));
	two_close(&t);
}

static void test_no_such_link(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct side s;
	side_open(&s, 1);
	assert_int_equal(link_is_up(&s.route, 7, &e), -ENODEV);
	assert_int_equal(link_can_be_found(&s.route, &s.end, &e), 0);
	assert_non_null(strstr(error_text(&e), "(ENODEV)"));
	assert_int_equal(link_add_addresses(&s.route, &s.end, &s.end, &e), -ENODEV);
	assert_int_equal(namespace_enter(home, NULL), 0);
	side_close(&s);
}

int main(void)
{
	own_enter();
	home = namespace_open_own(NULL);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_which_end_is_opened_first),
		cmocka_unit_test(test_ready_is_ready),
		cmocka_unit_test(test_ready_is_ready_ipv6),
		cmocka_unit_test(test_nobody_is_asked_for),
		cmocka_unit_test(test_others_see_no_event),
		cmocka_unit_test(test_refused_twice_the_same),
		cmocka_unit_test(test_refused_with_the_kernels_words),
		cmocka_unit_test(test_refused_namespace),
		cmocka_unit_test(test_no_such_link),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	close(home);
	return failed;
}

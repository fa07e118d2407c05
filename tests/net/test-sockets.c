// SPDX-License-Identifier: GPL-2.0-or-later
// What sock_diag says of sockets: every state, both families, TIME-WAIT with the time that it has left.
#include "own_namespace.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/sockets.h"

#define PORT 12345
#define PATIENCE_US (5 * CLOCK_US_PER_S)
/* TCP_TIMEWAIT_LEN (include/net/tcp.h) and what the timer wheel may add to it. */
#define TIME_WAIT_MS_MAX 64400

/* A namespace of its own for each test, with its loopback up. */
struct fixture {
	int home, fd;
	struct netlink diag;
	struct tcp_sockets list;
	bool with_ipv6;
};

static int setup(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));
	f->home = namespace_open_own(NULL);
	f->fd = own_enter_new();
	f->with_ipv6 = access("/proc/sys/net/ipv6", F_OK) == 0;
	*state = f;
	return f->home >= 0 && netlink_open(&f->diag, NETLINK_INET_DIAG, NULL) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	netlink_close(&f->diag);
	tcp_sockets_done(&f->list);
	own_leave(f->home, f->fd);
	close(f->home);
	test_free(f);
	return 0;
}

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t len;
};

static struct address loopback(int family)
{
	struct address a = {.len = sizeof(a.v4)};
	if (family == AF_INET) {
		a.v4 = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	} else {
		a.v6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		a.len = sizeof(a.v6);
	}
	return a;
}

static int new_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	return fd;
}

static int new_listener(int family)
{
	struct address a = loopback(family);
	int fd = new_socket(family);
	assert_int_equal(bind(fd, &a.any, a.len), 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}

static int new_connection(int family)
{
	struct address a = loopback(family);
	int fd = new_socket(family);
	assert_int_equal(connect(fd, &a.any, a.len), 0);
	return fd;
}

/* The one socket with this state on the local or the remote port; NULL for none. */
static const struct tcp_socket *find(struct fixture *f, enum tcp_state state, bool port_is_local)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (tcp_sockets_list(&f->diag, &f->list, &e) < 0)
		fail_msg("%s", error_text(&e));
	const struct tcp_socket *found = NULL;
	for (size_t i = 0; i < f->list.n; i++) {
		const struct tcp_socket *s = &f->list.all[i];
		if (s->state == state && (port_is_local ? s->local_port : s->remote_port) == PORT) {
			assert_null(found);
			found = s;
		}
	}
	return found;
}

static const struct tcp_socket *wait_for(struct fixture *f, enum tcp_state state, bool port_is_local)
{
	uint64_t give_up_us = clock_now_us() + PATIENCE_US;
	const struct tcp_socket *found;
	while (!(found = find(f, state, port_is_local)))
		assert_true(clock_now_us() < give_up_us);
	return found;
}

static void assert_loopback(const struct tcp_socket *s, int family)
{
	static const struct in6_addr mapped = {{{[10] = 0xff, 0xff, 127, 0, 0, 1}}};
	const struct in6_addr *expected = family == AF_INET ? &mapped : &in6addr_loopback;
	assert_int_equal(s->family, family);
	assert_memory_equal(&s->local, expected, sizeof(*expected));
	assert_memory_equal(&s->remote, expected, sizeof(*expected));
}

static void test_nothing(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(tcp_sockets_list(&f->diag, &f->list, NULL), 0);
	assert_int_equal(f->list.n, 0);
}

static void through_the_states(struct fixture *f, int family)
{
	if (family == AF_INET6 && !f->with_ipv6)
		OWN_SKIP("no IPv6");
	CLEANUP(cleanup_close) int listener = new_listener(family);
	const struct tcp_socket *s = find(f, TCP_STATE_LISTEN, true);
	assert_non_null(s);
	assert_int_equal(s->family, family);
	assert_int_equal(s->remote_port, 0);
	assert_int_equal(s->send_queue, 5); /* of a listener: its backlog */
	assert_int_equal(s->receive_queue, 0);

	int conn = new_connection(family);
	wait_for(f, TCP_STATE_ESTABLISHED, false);
	s = wait_for(f, TCP_STATE_ESTABLISHED, true);
	assert_loopback(s, family);
	assert_int_equal(find(f, TCP_STATE_LISTEN, true)->receive_queue, 1); /* not yet accepted */
	int child = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(child >= 0);
	assert_int_equal(send(conn, "12345", 5, 0), 5);
	uint64_t give_up_us = clock_now_us() + PATIENCE_US;
	while (find(f, TCP_STATE_ESTABLISHED, true)->receive_queue != 5)
		assert_true(clock_now_us() < give_up_us);
	char bytes[5];
	assert_int_equal(recv(child, bytes, sizeof(bytes), MSG_WAITALL), 5);

	close(child);
	assert_loopback(wait_for(f, TCP_STATE_CLOSE_WAIT, false), family);
	assert_loopback(wait_for(f, TCP_STATE_FIN_WAIT_2, true), family);
	close(conn);
	s = wait_for(f, TCP_STATE_TIME_WAIT, true);
	assert_loopback(s, family);
	assert_int_equal(s->timer, TCP_TIMER_TIME_WAIT);
	assert_in_range(s->expires_ms, TIME_WAIT_MS_MAX - 10000, TIME_WAIT_MS_MAX);
	/* Nobody else has any of it. */
	assert_int_equal(f->list.n, 2);
}

static void test_states_ipv4(void **state)
{
	through_the_states(*state, AF_INET);
}

static void test_states_ipv6(void **state)
{
	through_the_states(*state, AF_INET6);
}

static void test_both_families_at_once(void **state)
{
	struct fixture *f = *state;
	if (!f->with_ipv6)
		OWN_SKIP("no IPv6");
	CLEANUP(cleanup_close) int v4 = new_listener(AF_INET);
	CLEANUP(cleanup_close) int v6 = new_listener(AF_INET6);
	assert_true(v4 >= 0 && v6 >= 0);
	assert_int_equal(tcp_sockets_list(&f->diag, &f->list, NULL), 0);
	assert_int_equal(f->list.n, 2);
	assert_int_equal(f->list.all[0].family + f->list.all[1].family, AF_INET + AF_INET6);
}

static void test_bound_and_no_more(void **state)
{
	struct fixture *f = *state;
	struct address a = loopback(AF_INET);
	CLEANUP(cleanup_close) int fd = new_socket(AF_INET);
	assert_int_equal(bind(fd, &a.any, a.len), 0);
	/* On no kernel: what a scenario records must not depend on that. */
	assert_int_equal(tcp_sockets_list(&f->diag, &f->list, NULL), 0);
	assert_int_equal(f->list.n, 0);
}

static void test_more_than_one_datagram(void **state)
{
	enum { MANY = 600 };
	struct fixture *f = *state;
	int fds[MANY];
	for (int i = 0; i < MANY; i++) {
		fds[i] = new_socket(AF_INET);
		assert_int_equal(listen(fds[i], 1), 0); /* on a port that the kernel chooses */
	}
	assert_int_equal(tcp_sockets_list(&f->diag, &f->list, NULL), 0);
	assert_int_equal(f->list.n, MANY);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	assert_int_equal(tcp_sockets_list(&f->diag, &f->list, NULL), 0);
	assert_int_equal(f->list.n, 0);
}

static void test_refused(void **state)
{
	struct fixture *f = *state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_close) int file = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_true(dup3(file, nl_socket_get_fd(f->diag.sock), O_CLOEXEC) >= 0);
	assert_int_equal(tcp_sockets_list(&f->diag, &f->list, &e), -ENOTSOCK);
	assert_non_null(strstr(error_text(&e), "sock_diag"));
	assert_non_null(strstr(error_text(&e), "(ENOTSOCK)"));
	assert_int_equal(f->list.n, 0);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(tcp_state_name(TCP_STATE_TIME_WAIT), "TIME-WAIT");
	assert_string_equal(tcp_state_name(TCP_STATE_BOUND_INACTIVE), "BOUND-INACTIVE");
	assert_null(tcp_state_name((enum tcp_state)0));
	assert_null(tcp_state_name(TCP_STATE_COUNT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_states_ipv4),
		TEST(test_states_ipv6),
		TEST(test_both_families_at_once),
		TEST(test_bound_and_no_more),
		TEST(test_more_than_one_datagram),
		TEST(test_refused),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

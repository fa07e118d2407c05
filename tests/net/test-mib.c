// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's counters: all 0 in a new namespace, then what moved, and each by its name.
#include "own_namespace.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "net/mib.h"

#define PORT 12345

static int home = -1;

struct counters {
	struct arena arena;
	struct mib_counter *all;
	size_t n;
};

static struct counters counters(void)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct counters c = {.arena = ARENA_INIT};
	if (mib_read(&c.arena, &c.all, &c.n, &e) < 0)
		fail_msg("%s", error_text(&e));
	for (size_t i = 0; i < c.n; i++) {
		print_message("# %s %lld\n", c.all[i].name, (long long)c.all[i].value);
		assert_int_not_equal(c.all[i].value, 0);
		assert_true(i == 0 || strcmp(c.all[i - 1].name, c.all[i].name) < 0);
	}
	return c;
}

/* 0 where it is not in the list. */
static int64_t listed(const struct counters *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->all[i].name, name) == 0)
			return c->all[i].value;
	return 0;
}

static int64_t found(const char *name)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int64_t value = -1;
	if (mib_find(name, &value, &e) < 0)
		fail_msg("%s", error_text(&e));
	return value;
}

static void test_new_namespace(void **state)
{
	(void)state;
	int namespace = own_enter_new();
	struct counters c = counters();
	assert_int_equal(c.n, 0);
	assert_int_equal(found("TcpActiveOpens"), 0);
	assert_int_equal(found("TcpExtTCPTimeWaitOverflow"), 0);
	arena_done(&c.arena);
	own_leave(home, namespace);
}

static void test_what_moved(void **state)
{
	(void)state;
	struct sockaddr_in self = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int namespace = own_enter_new();
	CLEANUP(cleanup_close) int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&self, sizeof(self)), 0);
	assert_int_equal(listen(listener, 1), 0);
	CLEANUP(cleanup_close) int conn = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(conn, (struct sockaddr *)&self, sizeof(self)), 0);
	CLEANUP(cleanup_close) int child = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(child >= 0);

	struct counters c = counters();
	assert_int_equal(listed(&c, "TcpActiveOpens"), 1);
	assert_int_equal(listed(&c, "TcpPassiveOpens"), 1);
	/* A SYN, a SYN,ACK and an ACK, on lo. */
	assert_int_equal(listed(&c, "TcpOutSegs"), 3);
	assert_int_equal(listed(&c, "TcpInSegs"), 3);
	assert_int_equal(listed(&c, "IpExtInOctets"), 60 + 60 + 52);
	/* What is shown beside them and is not 0, but is no counter. */
	static const char *const others[] = {"IpForwarding", "IpDefaultTTL", "TcpRtoAlgorithm", "TcpRtoMin",
		"TcpRtoMax", "TcpMaxConn", "TcpCurrEstab"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(listed(&c, others[i]), 0);
	for (size_t i = 0; i < c.n; i++)
		assert_int_equal(found(c.all[i].name), c.all[i].value);

	/* And only here. */
	int other = own_enter_new();
	assert_int_equal(found("TcpActiveOpens"), 0);
	assert_int_equal(namespace_enter(namespace, NULL), 0);
	assert_int_equal(found("TcpActiveOpens"), 1);
	close(other);
	arena_done(&c.arena);
	own_leave(home, namespace);
}

static void test_shown_when_seen(void **state)
{
	(void)state;
	struct sockaddr_in nobody = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int namespace = own_enter_new();
	assert_int_equal(found("IcmpMsgOutType3"), 0);
	assert_int_equal(found("IcmpMsgInType255"), 0);
	/* The answer is destination unreachable, type 3 (RFC 792); that it has come is the error. */
	CLEANUP(cleanup_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&nobody, sizeof(nobody)), 0);
	assert_int_equal(send(fd, "", 1, 0), 1);
	char byte;
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(found("IcmpMsgOutType3"), 1);
	assert_int_equal(found("IcmpMsgInType3"), 1);
	assert_int_equal(found("IcmpMsgInType8"), 0);
	own_leave(home, namespace);
}

static const struct refusal {
	const char *name, *text;
} refusals[] = {
	{"TcpActivOpens", "this kernel has no counter 'TcpActivOpens' (did you mean 'TcpActiveOpens'?)"},
	{"tcpactiveopens", "this kernel has no counter 'tcpactiveopens' (did you mean 'TcpActiveOpens'?)"},
	{"TCPTimeWaitOverflow",
		"this kernel has no counter 'TCPTimeWaitOverflow' (did you mean 'TcpExtTCPTimeWaitOverflow'?)"},
	{"TcpActiveOpensAndMoreThanThat", "this kernel has no counter 'TcpActiveOpensAndMoreThanThat'"},
	{"activeopens", "this kernel has no counter 'activeopens' (did you mean 'TcpActiveOpens'?)"},
	{"IcmpMsgInType256", "this kernel has no counter 'IcmpMsgInType256'"},
	{"IcmpMsgInType03", "this kernel has no counter 'IcmpMsgInType03'"},
	{"IcmpMsgInType-0", "this kernel has no counter 'IcmpMsgInType-0'"},
	{"IcmpMsgInType", "this kernel has no counter 'IcmpMsgInType'"},
	{"", "this kernel has no counter ''"},
	{"TcpCurrEstab", "'TcpCurrEstab' is no counter: it does not begin at 0 and count up"},
	{"IpForwarding", "'IpForwarding' is no counter: it does not begin at 0 and count up"},
};

static void test_no_such_counter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		int64_t value = 7;
		assert_int_equal(mib_find(refusals[i].name, &value, &e), -ENOENT);
		assert_int_equal(e.kind, ERROR_ABSENT);
		assert_string_equal(error_text(&e), refusals[i].text);
		assert_int_equal(value, 7);
	}
}

static void test_cannot_be_read(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct rlimit old;
	struct arena arena = ARENA_INIT;
	struct mib_counter *all = NULL;
	size_t n = 7;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, old.rlim_max}), 0);
	int r = mib_read(&arena, &all, &n, &e);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(r, -EMFILE);
	assert_int_equal(e.kind, ERROR_HARNESS);
	assert_string_equal(
		error_text(&e), "the kernel's counters: /proc/thread-self/net/snmp: Too many open files (EMFILE)");
	assert_null(all);
	assert_int_equal(n, 7);
	arena_done(&arena);
}

int main(void)
{
	own_enter();
	home = namespace_open_own(NULL);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_namespace),
		cmocka_unit_test(test_what_moved),
		cmocka_unit_test(test_shown_when_seen),
		cmocka_unit_test(test_no_such_counter),
		cmocka_unit_test(test_cannot_be_read),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	close(home);
	return failed;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel says through a netlink socket is what the caller hears.
#include "own.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "net/netlink.h"

static struct nl_msg *ask_for_link(int ifindex)
{
	struct ifinfomsg body = {.ifi_index = ifindex};
	struct nl_msg *message = nlmsg_alloc_simple(RTM_GETLINK, 0);
	assert_non_null(message);
	assert_int_equal(nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO), 0);
	return message;
}

static int count(struct nl_msg *message, void *context)
{
	assert_int_equal(nlmsg_hdr(message)->nlmsg_type, RTM_NEWLINK);
	++*(int *)context;
	return NL_OK;
}

static void test_open_close(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct netlink nl = NETLINK_INIT;
	assert_int_equal(netlink_open(&nl, NETLINK_ROUTE, &e), 0);
	own_assert_cloexec(nl_socket_get_fd(nl.sock));
	netlink_close(&nl);
	assert_null(nl.sock);
	netlink_close(&nl);
}

static void test_more_than_1024(void **state)
{
	(void)state;
	enum { MANY = 1100 };
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max < 2 * MANY ? limit.rlim_max : 2 * MANY;
	if (limit.rlim_cur < MANY + 64 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
		OWN_SKIP("RLIMIT_NOFILE is below %d", MANY);
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct netlink *all = calloc(MANY, sizeof(*all));
	assert_non_null(all);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(netlink_open(&all[i], NETLINK_ROUTE, &e), 0);
	for (int i = 0; i < MANY; i++)
		netlink_close(&all[i]);
	free(all);
}

static void test_open_refused(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct netlink nl = NETLINK_INIT;
	assert_int_equal(netlink_open(&nl, 31, &e), -EPROTONOSUPPORT);
	assert_null(nl.sock);
	assert_non_null(strstr(error_text(&e), "(EPROTONOSUPPORT)"));
}

static void test_query_and_dump(void **state)
{
	(void)state;
	struct netlink nl = NETLINK_INIT;
	assert_int_equal(netlink_open(&nl, NETLINK_ROUTE, NULL), 0);
	int links = 0;
	struct nl_msg *one = ask_for_link(1);
	assert_int_equal(netlink_query(&nl, one, count, &links), 0);
	assert_int_equal(links, 1);
	nlmsg_free(one);
	struct nl_msg *all = ask_for_link(0);
	nlmsg_hdr(all)->nlmsg_flags |= NLM_F_DUMP;
	assert_int_equal(netlink_query(&nl, all, count, &links), 0);
	assert_true(links >= 2); /* lo, and what tunnel drivers put into each namespace */
	nlmsg_free(all);
	netlink_close(&nl);
}

static void test_refusal_keeps_errno_and_words(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct netlink nl = NETLINK_INIT;
	assert_int_equal(netlink_open(&nl, NETLINK_ROUTE, &e), 0);
	/* A name longer than IFNAMSIZ is against the kernel's own table of attributes: it says which. */
	struct ifinfomsg body = {.ifi_index = 0};
	struct nl_msg *message = nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_CREATE);
	assert_int_equal(nlmsg_append(message, &body, sizeof(body), NLMSG_ALIGNTO), 0);
	assert_int_equal(nla_put_string(message, IFLA_IFNAME, "a-name-of-more-than-15-bytes"), 0);
	int status = netlink_request(&nl, &message, 1);
	assert_true(status < 0);
	assert_int_equal(nl.refused, ERANGE);
	assert_int_equal(netlink_error(&nl, status, &e, "link '%s'", "x"), -ERANGE);
	print_message("# %s\n", error_text(&e));
	assert_memory_equal(error_text(&e), "link 'x': ", strlen("link 'x': "));
	assert_non_null(strstr(error_text(&e), "(ERANGE)"));
	nlmsg_free(message);

	/* What was said last time is not said again. */
	message = ask_for_link(4711);
	int links = 0;
	char words[sizeof(nl.words)];
	strcpy(words, nl.words);
	assert_true(netlink_query(&nl, message, count, &links) < 0);
	assert_int_equal(nl.refused, ENODEV);
	assert_string_equal(nl.words, "");
	nlmsg_free(message);
	netlink_close(&nl);
	if (!words[0])
		OWN_SKIP("this kernel has no words for a name that is too long");
}

static void test_first_of_several_refusals(void **state)
{
	(void)state;
	struct netlink nl = NETLINK_INIT;
	assert_int_equal(netlink_open(&nl, NETLINK_ROUTE, NULL), 0);
	/* No such link; then lo up, which works. The middle one asks for no acknowledgement. */
	struct ifinfomsg nowhere = {.ifi_index = 4711, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct ifinfomsg lo = {.ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct nl_msg *messages[3];
	for (int i = 0; i < 3; i++) {
		messages[i] = nlmsg_alloc_simple(RTM_NEWLINK, 0);
		assert_int_equal(nlmsg_append(messages[i], i ? &lo : &nowhere, sizeof(lo), NLMSG_ALIGNTO), 0);
	}
	assert_true(netlink_request(&nl, messages, 3) < 0);
	assert_int_equal(nl.refused, ENODEV);
	/* The socket is as good as before. */
	assert_int_equal(netlink_request(&nl, messages + 1, 2), 0);
	assert_int_equal(nl.refused, 0);
	for (int i = 0; i < 3; i++)
		nlmsg_free(messages[i]);
	netlink_close(&nl);
}

static void test_answers_that_come_late(void **state)
{
	(void)state;
	struct netlink nl = NETLINK_INIT;
	assert_int_equal(netlink_open(&nl, NETLINK_ROUTE, NULL), 0);
	/* Two answers that nobody waits for: a link and a refusal. */
	for (int ifindex = 1; ifindex < 5000; ifindex += 4710) {
		struct nl_msg *given_up = ask_for_link(ifindex);
		assert_true(nl_send_auto(nl.sock, given_up) > 0);
		nlmsg_free(given_up);
	}
	int links = 0;
	struct nl_msg *message = ask_for_link(1);
	assert_int_equal(netlink_query(&nl, message, count, &links), 0);
	assert_int_equal(links, 1);
	nlmsg_free(message);
	netlink_close(&nl);
}

static void test_no_answer(void **state)
{
	(void)state;
	static const struct timeval short_patience = {.tv_usec = 1000};
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct netlink nl = NETLINK_INIT;
	assert_int_equal(netlink_open(&nl, NETLINK_ROUTE, NULL), 0);
	struct timeval patience;
	socklen_t len = sizeof(patience);
	int fd = nl_socket_get_fd(nl.sock);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, &len), 0);
	assert_int_equal(patience.tv_sec, NETLINK_PATIENCE_S);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &short_patience, sizeof(short_patience)), 0);
	int links = 0, status = netlink_collect(&nl, 1, count, &links);
	assert_true(status < 0);
	assert_int_equal(netlink_error(&nl, status, &e, "nothing"), -ETIMEDOUT);
	assert_non_null(strstr(error_text(&e), "(ETIMEDOUT)"));
	netlink_close(&nl);
}

static void test_system_call_that_fails(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct netlink nl = NETLINK_INIT;
	assert_int_equal(netlink_open(&nl, NETLINK_ROUTE, NULL), 0);
	/* A pipe in the socket's place: sendmsg(2) says ENOTSOCK, which libnl would fold into "invalid input". */
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(dup3(ends[0], nl_socket_get_fd(nl.sock), O_CLOEXEC) >= 0);
	struct nl_msg *message = ask_for_link(1);
	int links = 0, status = netlink_query(&nl, message, count, &links);
	assert_true(status < 0);
	assert_int_equal(netlink_error(&nl, status, &e, "a link"), -ENOTSOCK);
	assert_non_null(strstr(error_text(&e), "(ENOTSOCK)"));
	nlmsg_free(message);
	close(ends[0]);
	close(ends[1]);
	netlink_close(&nl);
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_close),
		cmocka_unit_test(test_more_than_1024),
		cmocka_unit_test(test_open_refused),
		cmocka_unit_test(test_query_and_dump),
		cmocka_unit_test(test_refusal_keeps_errno_and_words),
		cmocka_unit_test(test_first_of_several_refusals),
		cmocka_unit_test(test_answers_that_come_late),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_system_call_that_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

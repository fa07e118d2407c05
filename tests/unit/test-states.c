// SPDX-License-Identifier: GPL-2.0-or-later
// report/states: what is drawn of sockets that come, change and go.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "report/states.h"

#define T0 (100 * CLOCK_US_PER_S)
#define AFTER (STATES_MARK_US + 1) /* nothing is marked any more */

static struct in6_addr ipv4(uint8_t last)
{
	return (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff, 10, 0, 0, last}};
}

static struct tcp_socket connection(uint8_t local, uint16_t local_port, uint8_t remote, uint16_t remote_port)
{
	return (struct tcp_socket){
		.state = TCP_STATE_ESTABLISHED,
		.family = AF_INET,
		.local = ipv4(local),
		.local_port = local_port,
		.remote = ipv4(remote),
		.remote_port = remote_port,
	};
}

static struct tcp_socket listener(uint16_t port)
{
	return (struct tcp_socket){
		.state = TCP_STATE_LISTEN,
		.family = AF_INET,
		.local = {.s6_addr = {[10] = 0xff, [11] = 0xff}},
		.local_port = port,
		.remote = {.s6_addr = {[10] = 0xff, [11] = 0xff}},
	};
}

static struct in6_addr server_address, client_address, server_ipv6, client_ipv6;
static struct states_side sides[2];
static struct text drawn;

static int set_up(void **state)
{
	(void)state;
	server_address = ipv4(1);
	client_address = ipv4(2);
	server_ipv6 = (struct in6_addr){.s6_addr = {0xfd, [15] = 1}};
	client_ipv6 = (struct in6_addr){.s6_addr = {0xfd, [15] = 2}};
	sides[0] = (struct states_side){.title = "server 10.0.0.1", .ipv4 = &server_address, .ipv6 = &server_ipv6};
	sides[1] = (struct states_side){.title = "client 10.0.0.2", .ipv4 = &client_address, .ipv6 = &client_ipv6};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	states_done(&sides[0]);
	states_done(&sides[1]);
	text_done(&drawn);
	return 0;
}

static const char *draw_these(const struct states_side *these, size_t n, size_t columns, size_t rows, uint64_t now_us)
{
	text_truncate(&drawn, 0);
	states_draw(these, n, columns, rows, now_us, style_get(false), &drawn);
	assert_false(drawn.failed);
	return text_get(&drawn);
}

static const char *draw(size_t n, size_t columns, size_t rows, uint64_t now_us)
{
	return draw_these(sides, n, columns, rows, now_us);
}

static void update(struct states_side *side, uint64_t now_us, const struct tcp_socket *sockets, size_t n)
{
	assert_int_equal(states_update(side, sockets, n, now_us, NULL), 0);
}

static void test_side_by_side(void **state)
{
	(void)state;
	const struct tcp_socket of_server[] = {connection(1, 80, 2, 40000), listener(80)};
	const struct tcp_socket of_client[] = {connection(2, 40000, 1, 80)};
	update(&sides[0], T0, of_server, 2);
	update(&sides[1], T0, of_client, 1);
	assert_string_equal(draw(2, 80, 0, T0 + AFTER),
		"server 10.0.0.1                         client 10.0.0.2\n"
		"  LISTEN *:80                             ESTABLISHED :40000 ↔ :80\n"
		"  ESTABLISHED :80 ↔ :40000\n");
}

/* Of three, each shortens its own address alone: whose the other end is, its address tells. Where there is no room for
 * them side by side, they stand one below the other. */
static void test_three(void **state)
{
	(void)state;
	struct in6_addr third_address = ipv4(3);
	struct states_side three[3] = {sides[0], sides[1],
		{.title = "third 10.0.0.3", .ipv4 = &third_address, .ipv6 = &server_ipv6}};
	const struct tcp_socket of_server[] = {connection(1, 80, 3, 40000), listener(80)};
	const struct tcp_socket of_third[] = {connection(3, 40000, 1, 80)};
	update(&three[0], T0, of_server, 2);
	update(&three[2], T0, of_third, 1);
	assert_string_equal(draw_these(three, 3, 120, 0, T0 + AFTER),
		"server 10.0.0.1                         client 10.0.0.2                         third 10.0.0.3\n"
		"  LISTEN *:80                                                                     "
		"ESTABLISHED :40000 ↔ 10.0.0.1:80\n"
		"  ESTABLISHED :80 ↔ 10.0.0.3:40000\n");
	assert_string_equal(draw_these(three, 3, 100, 0, T0 + AFTER), "server 10.0.0.1\n"
								      "  LISTEN *:80\n"
								      "  ESTABLISHED :80 ↔ 10.0.0.3:40000\n"
								      "client 10.0.0.2\n"
								      "third 10.0.0.3\n"
								      "  ESTABLISHED :40000 ↔ 10.0.0.1:80\n");
	assert_string_equal(draw_these(three, 3, 100, 6, T0 + AFTER), "server 10.0.0.1\n"
								      "  … and 2 more\n"
								      "client 10.0.0.2\n"
								      "third 10.0.0.3\n"
								      "  ESTABLISHED :40000 ↔ 10.0.0.1:80\n");
	assert_string_equal(draw_these(three, 3, 100, 2, T0 + AFTER), "server 10.0.0.1\nclient 10.0.0.2\n");
	for (int i = 0; i < 3; i++)
		states_done(&three[i]);
}

static void test_ipv6(void **state)
{
	(void)state;
	struct tcp_socket s = connection(1, 80, 2, 40000);
	s.family = AF_INET6;
	s.local = server_ipv6;
	s.remote = client_ipv6;
	update(&sides[0], T0, &s, 1);
	assert_string_equal(draw(2, 60, 0, T0 + AFTER), "server 10.0.0.1               client 10.0.0.2\n"
							"  ESTABLISHED :80 ↔ :40000\n");
}

/* Neither side has it as its own: loopback, another address of the same namespace. */
static void test_other_addresses(void **state)
{
	(void)state;
	const struct tcp_socket other = connection(7, 80, 8, 40000);
	update(&sides[0], T0, &other, 1);
	assert_string_equal(draw(1, 80, 0, T0 + AFTER), "server 10.0.0.1\n"
							"  ESTABLISHED 10.0.0.7:80 ↔ 10.0.0.8:40000\n");
}

/* SO_REUSEPORT: as many as there are, and of one that goes it is seen that it went. */
static void test_alike(void **state)
{
	(void)state;
	const struct tcp_socket three[] = {listener(80), listener(80), listener(80)};
	update(&sides[0], T0, three, 3);
	update(&sides[0], T0 + AFTER, three, 3);
	assert_string_equal(draw(1, 80, 0, T0 + AFTER), "server 10.0.0.1\n"
							"  LISTEN *:80\n"
							"  LISTEN *:80\n"
							"  LISTEN *:80\n");
	update(&sides[0], T0 + AFTER, three, 2);
	update(&sides[0], T0 + AFTER + 1, three, 2);
	assert_string_equal(draw(1, 80, 0, T0 + AFTER + 1), "server 10.0.0.1\n"
							    "  LISTEN *:80\n"
							    "  LISTEN *:80\n"
							    "▸ LISTEN *:80 is gone\n");
	update(&sides[0], T0 + 3 * AFTER, three, 2);
	assert_string_equal(draw(1, 80, 0, T0 + 3 * AFTER), "server 10.0.0.1\n"
							    "  LISTEN *:80\n"
							    "  LISTEN *:80\n");
}

static void test_changes_are_marked(void **state)
{
	(void)state;
	struct tcp_socket s = connection(1, 80, 2, 40000);
	update(&sides[0], T0, &s, 1);
	assert_string_equal(draw(1, 40, 0, T0), "server 10.0.0.1\n▸ ESTABLISHED :80 ↔ 10.0.0.2:40000\n");
	update(&sides[0], T0 + AFTER, &s, 1);
	assert_string_equal(draw(1, 40, 0, T0 + AFTER), "server 10.0.0.1\n  ESTABLISHED :80 ↔ 10.0.0.2:40000\n");
	s.state = TCP_STATE_TIME_WAIT;
	s.timer = TCP_TIMER_TIME_WAIT;
	s.expires_ms = 59001;
	update(&sides[0], T0 + 2 * AFTER, &s, 1);
	assert_string_equal(
		draw(1, 60, 0, T0 + 2 * AFTER), "server 10.0.0.1\n▸ TIME-WAIT :80 ↔ 10.0.0.2:40000, 60s left\n");
	/* A timer that runs is no change. */
	s.expires_ms = 56000;
	update(&sides[0], T0 + 3 * AFTER, &s, 1);
	assert_string_equal(
		draw(1, 60, 0, T0 + 3 * AFTER), "server 10.0.0.1\n  TIME-WAIT :80 ↔ 10.0.0.2:40000, 56s left\n");
	/* What is gone is told of for a moment. */
	update(&sides[0], T0 + 4 * AFTER, NULL, 0);
	assert_string_equal(
		draw(1, 60, 0, T0 + 4 * AFTER), "server 10.0.0.1\n▸ TIME-WAIT :80 ↔ 10.0.0.2:40000 is gone\n");
	update(&sides[0], T0 + 5 * AFTER, NULL, 0);
	assert_string_equal(draw(1, 60, 0, T0 + 5 * AFTER), "server 10.0.0.1\n");
}

static void test_back_again(void **state)
{
	(void)state;
	const struct tcp_socket s = connection(1, 80, 2, 40000);
	update(&sides[0], T0, &s, 1);
	update(&sides[0], T0 + 1, NULL, 0);
	update(&sides[0], T0 + 2, &s, 1);
	assert_int_equal(sides[0].n, 1);
	assert_string_equal(draw(1, 40, 0, T0 + 2), "server 10.0.0.1\n▸ ESTABLISHED :80 ↔ 10.0.0.2:40000\n");
}

static void test_small_terminal(void **state)
{
	(void)state;
	struct tcp_socket s[5];
	for (uint16_t i = 0; i < 5; i++)
		s[i] = connection(1, 80, 2, (uint16_t)(40004 - i));
	update(&sides[0], T0, s, 5);
	update(&sides[1], T0, s, 1);
	assert_string_equal(draw(2, 50, 4, T0 + AFTER), "server 10.0.0.1          client 10.0.0.2\n"
							"  ESTABLISHED :80 ↔ :40…   ESTABLISHED 10.0.0.1:…\n"
							"  ESTABLISHED :80 ↔ :40…\n"
							"  … and 3 more\n");
	/* No line is as wide as the terminal, and none is too many. */
	for (size_t columns = 10; columns < 60; columns++)
		for (size_t rows = 1; rows < 8; rows++) {
			const char *text = draw(2, columns, rows, T0 + AFTER);
			size_t n = 0;
			for (; *text; text += strcspn(text, "\n") + 1, n++) {
				char line[256] = "";
				memcpy(line, text, strcspn(text, "\n"));
				assert_true(text_columns(line) < columns);
			}
			assert_true(n <= rows);
		}
}

static void test_colour_takes_no_columns(void **state)
{
	(void)state;
	const struct tcp_socket of_server = connection(1, 80, 2, 40000), of_client = connection(2, 40000, 1, 80);
	update(&sides[0], T0, &of_server, 1);
	update(&sides[1], T0, &of_client, 1);
	text_truncate(&drawn, 0);
	states_draw(sides, 2, 80, 0, T0, style_get(true), &drawn);
	assert_string_equal(text_get(&drawn),
		"\033[1mserver 10.0.0.1\033[0m                         \033[1mclient 10.0.0.2\033[0m\n"
		"▸ \033[1mESTABLISHED :80 ↔ :40000\033[0m              ▸ \033[1mESTABLISHED :40000 ↔ :80\033[0m\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_three, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_side_by_side, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ipv6, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_addresses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_alike, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changes_are_marked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_back_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_small_terminal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_colour_takes_no_columns, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

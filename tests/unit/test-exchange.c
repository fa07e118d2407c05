// SPDX-License-Identifier: GPL-2.0-or-later
// What the packets tell of where the kernel at one end of a connection is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "actor/exchange.h"
#include "test_packets.h"

#define SEEN_MAX 8

/* The server's namespace, and what has left it. */
struct seen {
	struct testbed t;
	uint8_t bytes[SEEN_MAX][TEST_PACKET_BYTES];
	struct packet packets[SEEN_MAX];
};

static void say(struct seen *s, uint8_t flags, uint32_t sequence, uint32_t acknowledgement)
{
	size_t i = s->t.witness.n_packets++;
	assert_true(i < SEEN_MAX);
	test_fill_segment(s->bytes[i], true, flags, sequence, acknowledgement);
	s->packets[i] = (struct packet){
		.outgoing = true, .len = TEST_PACKET_BYTES, .n_bytes = TEST_PACKET_BYTES, .bytes = s->bytes[i]};
	s->t.witness.packets = s->packets;
}

static struct exchange find(const struct seen *s)
{
	uint8_t bytes[TEST_PACKET_BYTES];
	struct segment to_server;
	struct exchange x;
	test_fill_segment(bytes, false, SEGMENT_ACK, 0, 0);
	const struct packet packet = {.len = sizeof bytes, .n_bytes = sizeof bytes, .bytes = bytes};
	assert_true(segment_parse(&packet, &to_server));
	exchange_find(&s->t, &s->t.namespaces[0], &to_server, &x);
	return x;
}

static void test_numbers(void **state)
{
	(void)state;
	struct seen s = {.t = {.n_namespaces = 1}};
	struct exchange x = find(&s);
	assert_false(x.has_sent || x.has_acknowledged || x.has_timestamps);
	say(&s, SEGMENT_SYN | SEGMENT_ACK, UINT32_MAX, 501); /* its numbers come round */
	x = find(&s);
	assert_true(x.has_sent && x.has_acknowledged && x.has_timestamps);
	assert_int_equal(x.send_next, 0);
	say(&s, SEGMENT_FIN | SEGMENT_ACK, 0, 601);
	say(&s, SEGMENT_ACK, UINT32_MAX, 602); /* as a keepalive: behind what was sent */
	say(&s, SEGMENT_RST, 4711, 0);
	x = find(&s);
	assert_int_equal(x.send_next, 1);
	assert_int_equal(x.receive_next, 602);
}

/* A kernel that begins anew between the same ends expects nothing yet. */
static void test_new_connection(void **state)
{
	(void)state;
	struct seen s = {.t = {.n_namespaces = 1}};
	say(&s, SEGMENT_SYN | SEGMENT_ACK, 1000, 501);
	say(&s, SEGMENT_ACK, 1001, 777);
	say(&s, SEGMENT_SYN, 90, 0);
	struct exchange x = find(&s);
	assert_true(x.has_sent);
	assert_int_equal(x.send_next, 91);
	assert_false(x.has_acknowledged);
	say(&s, SEGMENT_ACK, 91, 31);
	x = find(&s);
	assert_true(x.has_acknowledged);
	assert_int_equal(x.receive_next, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_new_connection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

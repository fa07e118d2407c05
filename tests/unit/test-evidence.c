// SPDX-License-Identifier: GPL-2.0-or-later
// model/evidence: the evidence of a run and its line: there and back, the line itself, and lines that nobody wrote.
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/evidence.h"
#include "test_packets.h"

static int from_line(const char *line, struct arena *arena, struct evidence *ret)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int r = evidence_from_line(line, strlen(line), arena, ret, &e);
	assert_true(r == 0 || (r == -EINVAL && e.kind == ERROR_USAGE && *error_text(&e)));
	return r;
}

static struct tcp_socket socket_of(enum tcp_state state, int family, const char *local, const char *remote)
{
	struct tcp_socket s = {.state = state, .family = family, .local_port = 12345};
	assert_int_equal(inet_pton(AF_INET6, local, &s.local), 1);
	assert_int_equal(inet_pton(AF_INET6, remote, &s.remote), 1);
	s.remote_port = state == TCP_STATE_LISTEN ? 0 : 40000;
	return s;
}

/* With the packets of test_capture(); what it points to in @t is the caller's. */
static struct evidence some_evidence(struct text *t)
{
	static struct tcp_socket sockets[6];
	static struct evidence_look looks[3];
	static struct evidence_counter counters[] = {
		{0, "TcpActiveOpens", 1},
		{0, "TcpExtTCPTimeWaitOverflow", -3},
		{1, "IpInReceives", INT64_MAX},
	};
	sockets[0] = socket_of(TCP_STATE_LISTEN, AF_INET, "::ffff:0.0.0.0", "::ffff:0.0.0.0");
	sockets[0].send_queue = 20;
	sockets[1] = socket_of(TCP_STATE_LISTEN, AF_INET6, "::", "::");
	sockets[2] = socket_of(TCP_STATE_TIME_WAIT, AF_INET, "::ffff:10.0.0.1", "::ffff:10.0.0.2");
	sockets[2].timer = TCP_TIMER_TIME_WAIT;
	sockets[2].expires_ms = 59980;
	sockets[3] = socket_of(TCP_STATE_ESTABLISHED, AF_INET6, "fd00::1", "fd00::2");
	sockets[3].receive_queue = 5;
	sockets[3].send_queue = UINT32_MAX;
	sockets[4] = socket_of(TCP_STATE_SYN_SENT, AF_INET6, "::ffff:10.0.0.1", "::ffff:10.0.0.2");
	sockets[4].timer = (enum tcp_timer)9;
	sockets[5] = socket_of((enum tcp_state)77, AF_INET, "::ffff:255.255.255.255", "::ffff:0.0.0.0");
	looks[0] = (struct evidence_look){.after = 0, .namespace = 0, .at_us = 0};
	looks[1] = (struct evidence_look){.after = 4, .namespace = 1, .at_us = 52, .sockets = sockets, .n_sockets = 2};
	looks[2] = (struct evidence_look){4, 0, 61234567, sockets + 2, 4};
	struct evidence evidence = {
		.cell = UINT64_MAX - 1,
		.replicate = 7,
		.verdict = VERDICT_INCONC,
		.gap = "a \"gap\"",
		.began_ns = TEST_BEGAN_NS,
		.looks = looks,
		.n_looks = 3,
		.counters = counters,
		.n_counters = 3,
		.left_out = 11,
		.capture = test_capture(),
	};
	pcapng_write(&evidence.capture, t);
	evidence.pcapng = t->data;
	evidence.pcapng_len = t->len;
	return evidence;
}

static void assert_same_socket(const struct tcp_socket *a, const struct tcp_socket *b)
{
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->family, b->family);
	assert_memory_equal(&a->local, &b->local, sizeof a->local);
	assert_memory_equal(&a->remote, &b->remote, sizeof a->remote);
	assert_int_equal(a->local_port, b->local_port);
	assert_int_equal(a->remote_port, b->remote_port);
	assert_int_equal(a->timer, b->timer);
	assert_int_equal(a->expires_ms, b->expires_ms);
	assert_int_equal(a->receive_queue, b->receive_queue);
	assert_int_equal(a->send_queue, b->send_queue);
}

static void assert_same_looks(const struct evidence *a, const struct evidence *b)
{
	assert_int_equal(a->n_looks, b->n_looks);
	for (size_t i = 0; i < a->n_looks; i++) {
		assert_int_equal(a->looks[i].after, b->looks[i].after);
		assert_int_equal(a->looks[i].namespace, b->looks[i].namespace);
		assert_int_equal(a->looks[i].at_us, b->looks[i].at_us);
		assert_int_equal(a->looks[i].n_sockets, b->looks[i].n_sockets);
		for (size_t j = 0; j < a->looks[i].n_sockets; j++)
			assert_same_socket(&a->looks[i].sockets[j], &b->looks[i].sockets[j]);
	}
}

static void test_there_and_back(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct evidence evidence = some_evidence(&t), back;
	CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
	assert_int_equal(from_line(line, &arena, &back), 0);
	assert_int_equal(back.cell, evidence.cell);
	assert_int_equal(back.replicate, evidence.replicate);
	assert_int_equal(back.began_ns, evidence.began_ns);
	assert_int_equal(back.left_out, evidence.left_out);
	assert_int_equal(back.verdict, evidence.verdict);
	assert_string_equal(back.gap, evidence.gap);
	assert_same_looks(&evidence, &back);
	assert_int_equal(back.n_counters, evidence.n_counters);
	for (size_t i = 0; i < back.n_counters; i++) {
		assert_int_equal(back.counters[i].namespace, evidence.counters[i].namespace);
		assert_string_equal(back.counters[i].name, evidence.counters[i].name);
		assert_int_equal(back.counters[i].moved, evidence.counters[i].moved);
	}
	assert_int_equal(back.pcapng_len, evidence.pcapng_len);
	assert_memory_equal(back.pcapng, evidence.pcapng, evidence.pcapng_len);
	assert_int_equal(back.capture.n_namespaces, 2);
	assert_string_equal(back.capture.namespaces[1], "client");
	assert_int_equal(back.capture.dropped[1], 7);
	assert_int_equal(back.capture.n_packets, TEST_PACKETS);
	for (size_t i = 0; i < TEST_PACKETS; i++) {
		const struct packet *packet = &back.capture.packets[i];
		assert_true((const char *)packet->bytes >= back.pcapng);
		assert_true((const char *)packet->bytes + packet->n_bytes <= back.pcapng + back.pcapng_len);
		assert_memory_equal(packet->bytes, evidence.capture.packets[i].bytes, packet->n_bytes);
	}
	CLEANUP(cleanup_free) char *again = evidence_to_line(&back);
	assert_string_equal(again, line);
}

static void test_of_nothing(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct evidence nothing = {.replicate = 1}, back;
	pcapng_write(&nothing.capture, &t);
	nothing.pcapng = t.data;
	nothing.pcapng_len = t.len;
	CLEANUP(cleanup_free) char *line = evidence_to_line(&nothing);
	assert_int_equal(from_line(line, &arena, &back), 0);
	assert_int_equal(back.n_looks + back.n_counters + back.capture.n_namespaces + back.capture.n_packets, 0);
}

/* What other programs read. */
static void test_the_line(void **state)
{
	(void)state;
	static const char wanted[] =
		"{\"type\":\"evidence\",\"id\":\"18446744073709551614\",\"replicate\":7,\"verdict\":\"inconc\",\"began_"
		"ns\":"
		"1700000000123456789,"
		"\"namespaces\":[\"server\",\"client\"],\"looks\":[{\"after\":0,\"in\":\"server\",\"at_us\":0,"
		"\"sockets\":[]},"
		"{\"after\":4,\"in\":\"client\",\"at_us\":52,\"sockets\":["
		"{\"state\":\"LISTEN\",\"local\":\"*:12345\",\"send_queue\":20},"
		"{\"state\":\"LISTEN\",\"local\":\"[::]:12345\"}]},"
		"{\"after\":4,\"in\":\"server\",\"at_us\":61234567,\"sockets\":["
		"{\"state\":\"TIME-WAIT\",\"local\":\"10.0.0.1:12345\",\"remote\":\"10.0.0.2:40000\","
		"\"timer\":\"time-wait\",\"expires_ms\":59980},"
		"{\"state\":\"ESTABLISHED\",\"local\":\"[fd00::1]:12345\",\"remote\":\"[fd00::2]:40000\","
		"\"receive_queue\":5,\"send_queue\":4294967295},"
		"{\"state\":\"SYN-SENT\",\"local\":\"[::ffff:10.0.0.1]:12345\",\"remote\":\"[::ffff:10.0.0.2]:40000\","
		"\"timer\":\"timer-9\",\"expires_ms\":0},"
		"{\"state\":\"state-77\",\"local\":\"255.255.255.255:12345\",\"remote\":\"*:40000\"}]}],"
		"\"counters\":{\"server\":{\"TcpActiveOpens\":1,\"TcpExtTCPTimeWaitOverflow\":-3},"
		"\"client\":{\"IpInReceives\":9223372036854775807}},"
		"\"dropped\":{\"server\":0,\"client\":7},\"left_out\":11,\"gap\":\"a "
		"\\\"gap\\\"\",\"pcapng\":\"/wBwY2Fwbmc=\"}\n";
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct evidence evidence = some_evidence(&t);
	evidence.pcapng = "\xff\x00pcapng";
	evidence.pcapng_len = 8;
	CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
	assert_string_equal(line, wanted);
}

/* The bits of 4 digits of base64. */
static uint32_t bits_of(const char text[static 4])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	for (size_t i = 0; i < 4; i++) {
		const char *digit = strchr(digits, text[i]);
		bits = bits << 6 | (text[i] == '=' || !digit ? 0 : (uint32_t)(digit - digits));
	}
	return bits;
}

/* A file is written in base64 by pieces of 3072 bytes: whole units of 4 digits, filled up at the end alone. */
static void test_lengths(void **state)
{
	(void)state;
	static const size_t lengths[] = {0, 1, 2, 3, 4, 3071, 3072, 3073, 3074, 3075, 6143, 6144, 6145};
	char bytes[6145];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 31);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		size_t len = lengths[i];
		struct evidence evidence = {.replicate = 1, .pcapng = bytes, .pcapng_len = len};
		CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
		CLEANUP(cleanup_json) json_t *json = json_loads(line, 0, NULL);
		const char *text = json_string_value(json_object_get(json, "pcapng"));
		assert_non_null(text);
		assert_int_equal(strlen(text), (len + 2) / 3 * 4);
		assert_int_equal(strcspn(text, "="), (len * 8 + 5) / 6);
		for (size_t j = 0; j < len; j++)
			assert_int_equal(bits_of(text + j / 3 * 4) >> (16 - j % 3 * 8) & 0xff, (uint8_t)bytes[j]);
	}
}

static void test_packet_us(void **state)
{
	(void)state;
	const struct evidence evidence = {.began_ns = 5000};
	assert_int_equal(evidence_packet_us(&evidence, &(struct packet){.at_ns = 4999}), 0);
	assert_int_equal(evidence_packet_us(&evidence, &(struct packet){.at_ns = 5000}), 0);
	assert_int_equal(evidence_packet_us(&evidence, &(struct packet){.at_ns = 5999}), 0);
	assert_int_equal(evidence_packet_us(&evidence, &(struct packet){.at_ns = 6000}), 1);
	assert_int_equal(
		evidence_packet_us(&evidence, &(struct packet){.at_ns = UINT64_C(61234567005000)}), 61234567000);
}

static void test_every_beginning_is_refused(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct evidence evidence = some_evidence(&t), back;
	CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
	size_t len = strlen(line) - 1; /* without its newline it is whole */
	for (size_t i = 0; i < len; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		assert_int_equal(evidence_from_line(line, i, &arena, &back, NULL), -EINVAL);
	}
}

/* One place of the line made another: it is refused, and nothing is said of it. */
static void test_malformed(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} changes[] = {
		{"{\"type\"", "[{\"type\""},
		{"\"evidence\"", "\"cell\""},
		{"\"evidence\"", "7"},
		{"\"id\":\"18446744073709551614\"", "\"id\":1"},
		{"\"id\":\"18446744073709551614\"", "\"id\":\"18446744073709551616\""},
		{"\"id\":\"18446744073709551614\"", "\"id\":\"1x\""},
		{"\"id\":", "\"it\":"},
		{"\"inconc\"", "\"good\""},
		{"\"verdict\"", "\"verdikt\""},
		{"\"gap\":\"", "\"gap\":7,\"g\":\""},
		{"\"replicate\":7", "\"replicate\":0"},
		{"\"replicate\":7", "\"replicate\":-1"},
		{"\"replicate\":7", "\"replicate\":2147483648"},
		{"\"replicate\":7", "\"replicate\":7.0"},
		{"\"began_ns\":1", "\"began_ns\":-1"},
		{"\"began_ns\"", "\"begun_ns\""},
		{"\"left_out\":11", "\"left_out\":null"},
		{"\"left_out\":11", "\"left_out\":11,\"left_out\":11"},
		{"[\"server\",\"client\"]", "{}"},
		{"[\"server\",\"client\"]", "[]"},
		{"[\"server\",\"client\"]", "[\"server\"]"},
		{"[\"server\",\"client\"]", "[\"server\",\"server\"]"},
		{"[\"server\",\"client\"]", "[\"client\",\"server\"]"},
		{"[\"server\",\"client\"]", "[\"server\",7]"},
		{"[\"server\",\"client\"]", "[\"server\",\"a b\"]"},
		{"[\"server\",\"client\"]", "[\"server\",\"client\",\"third\"]"},
		{"\"looks\":[", "\"looks\":[7,"},
		{"\"looks\":[", "\"looks\":{},\"lurks\":["},
		{"\"after\":0", "\"after\":-1"},
		{"\"after\":0", "\"after\":\"0\""},
		{"\"in\":\"client\"", "\"in\":\"third\""},
		{"\"in\":\"client\"", "\"in\":1"},
		{"\"at_us\":52", "\"at_us\":9223372036854775808"},
		{"\"at_us\":52", "\"at_us\":-52"},
		{"\"sockets\":[]", "\"sockets\":null"},
		{"\"sockets\":[]", "\"sockets\":[null]"},
		{"\"sockets\":[]", "\"sockets\":[{}]"},
		{"\"LISTEN\"", "\"LISTENING\""},
		{"\"LISTEN\"", "10"},
		{"\"state-77\"", "\"state-256\""},
		{"\"state-77\"", "\"state-\""},
		{"\"state-77\"", "\"state--1\""},
		{"\"TIME-WAIT\"", "\"LISTEN\""},   /* it has a peer */
		{"\"LISTEN\"", "\"ESTABLISHED\""}, /* it has none */
		{"\"*:12345\"", "12345"},
		{"\"*:12345\"", "\"*\""},
		{"\"*:12345\"", "\"*:\""},
		{"\"*:12345\"", "\":12345\""},
		{"\"*:12345\"", "\"*:65536\""},
		{"\"*:12345\"", "\"*:-1\""},
		{"\"*:12345\"", "\"*:1x\""},
		{"\"*:12345\"", "\"**:12345\""},
		{"\"*:12345\"", "\"[*]:12345\""},
		{"\"10.0.0.1:12345\"", "\"[fd00::1]:12345\""}, /* its peer is of the other family */
		{"\"10.0.0.1:12345\"", "\"10.0.0.256:12345\""},
		{"\"10.0.0.1:12345\"", "\"10.0.1:12345\""},
		{"\"[fd00::1]:12345\"", "\"fd00::1:12345\""},
		{"\"[fd00::1]:12345\"", "\"[fd00::1:12345\""},
		{"\"[fd00::1]:12345\"", "\"fd00::1]:12345\""},
		{"\"[fd00::1]:12345\"", "\"[:12345\""},
		{"\"[fd00::1]:12345\"", "\"[]:12345\""},
		{"\"[fd00::1]:12345\"", "\"[fd00::1%lo]:12345\""},
		{"\"[fd00::1]:12345\"", "\"[0000000000000000000000000000000000000000000000000000000000000]:12345\""},
		{"\"time-wait\"", "\"none\""},
		{"\"time-wait\"", "\"timer-300\""},
		{"\"time-wait\"", "3"},
		{"\"timer\":\"time-wait\",", ""},
		{",\"expires_ms\":59980", ""},
		{"\"expires_ms\":59980", "\"expires_ms\":-1"},
		{"\"receive_queue\":5", "\"receive_queue\":4294967296"},
		{"\"receive_queue\":5", "\"receive_queue\":\"5\""},
		{"\"send_queue\":20", "\"send_queue\":-1"},
		{"\"counters\":{", "\"counters\":{\"third\":{},"},
		{"\"counters\":{\"server\"", "\"counters\":{\"third\""},
		{"\"counters\":", "\"counter\":"},
		{"{\"TcpActiveOpens\":1", "{\"TcpActiveOpens\":1.5"},
		{"{\"TcpActiveOpens\":1", "{\"Tcp Active\":1"},
		{"{\"TcpActiveOpens\":1", "{\"\":1"},
		{"{\"IpInReceives\":9223372036854775807}", "7"},
		{"\"client\":7}", "\"client\":8}"}, /* the file says 7 */
		{"\"client\":7}", "\"client\":null}"},
		{"\"client\":7}", "\"client\":7,\"third\":0}"},
		{"\"server\":0,\"client\":7}", "\"client\":7}"},
		{"\"dropped\"", "\"dropt\""},
		{"\"pcapng\":\"", "\"pcapng\":7,\"pcap\":\""},
		{"\"pcapng\":\"", "\"pcapng\":\"\",\"pcap\":\""},
		{"\"pcapng\":\"", "\"pcapng\":\"AAAA"},
		{"\"pcapng\":\"", "\"pcapng\":\"A"},
		{"\"pcapng\":\"", "\"pcapng\":\"A-_A"},
		{"\"pcapng\":\"", "\"pcapng\":\"AA=="},
	};
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct evidence evidence = some_evidence(&t);
	CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		CLEANUP(text_done) struct text changed = TEXT_INIT;
		struct evidence back = {.cell = 77};
		const char *at = strstr(line, changes[i].from);
		if (!at)
			fail_msg("not in the line: %s", changes[i].from);
		text_add_bytes(&changed, line, (size_t)(at - line));
		text_add(&changed, changes[i].to);
		text_add(&changed, at + strlen(changes[i].from));
		if (from_line(changed.data, &arena, &back) == 0)
			fail_msg("taken: %s instead of %s", changes[i].to, changes[i].from);
		assert_int_equal(back.cell, 77); /* left alone */
	}
}

static void test_hostile_lines(void **state)
{
	(void)state;
	static const char *const lines[] = {"", "\n", "null", "[]", "7", "{}", "\xff", "{\"type\":\"evidence\"}"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		struct evidence back;
		assert_int_equal(from_line(lines[i], &arena, &back), -EINVAL);
	}
	/* Nothing of them gets into the message. */
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct evidence back;
	assert_int_equal(evidence_from_line("{\x1b", 2, &arena, &back, &e), -EINVAL);
	assert_null(strchr(error_text(&e), '\x1b'));
}

/* What a later version adds is passed over. */
static void test_more(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT, more = TEXT_INIT;
	struct evidence evidence = some_evidence(&t), back;
	CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
	text_add(&more, "{\"more\":[{}],");
	text_add(&more, line + 1);
	assert_int_equal(from_line(more.data, &arena, &back), 0);
	assert_same_looks(&evidence, &back);
}

/* Without a capture there is no file, and nothing is said of one. */
static void test_without_packets(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text packets = TEXT_INIT;
	struct evidence nothing = {.replicate = 1}, back;
	CLEANUP(cleanup_free) char *line = evidence_to_line(&nothing);
	assert_null(strstr(line, "pcapng"));
	assert_int_equal(from_line(line, &arena, &back), 0);
	assert_null(back.pcapng);
	assert_int_equal(evidence_line_pcapng(line, strlen(line), &packets, NULL), 0);
}

static void test_head(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct evidence evidence = some_evidence(&t);
	struct evidence_head head;
	CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
	size_t len = strlen(line);
	assert_true(evidence_line_head(line, len, &head));
	assert_true(head.cell == evidence.cell);
	assert_int_equal(head.replicate, 7);
	assert_int_equal(head.verdict, VERDICT_INCONC);
	for (size_t i = 0; i < len; i++)
		assert_false(evidence_line_head(line, i, &head));
}

static void test_too_many_packets(void **state)
{
	(void)state;
	CLEANUP(cleanup_free) struct packet *packets = calloc(EVIDENCE_PACKETS_MAX + 1, sizeof *packets);
	struct evidence evidence = {.replicate = 1, .capture = test_capture()}, back;
	assert_non_null(packets);
	for (size_t i = 0; i <= EVIDENCE_PACKETS_MAX; i++)
		packets[i] = evidence.capture.packets[0];
	evidence.capture.packets = packets;
	evidence.capture.comments = NULL;
	for (size_t more = 0; more < 2; more++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		CLEANUP(text_done) struct text t = TEXT_INIT;
		evidence.capture.n_packets = EVIDENCE_PACKETS_MAX + more;
		pcapng_write(&evidence.capture, &t);
		evidence.pcapng = t.data;
		evidence.pcapng_len = t.len;
		CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
		assert_int_equal(from_line(line, &arena, &back), more ? -EINVAL : 0);
	}
}

static void test_packets_alone(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT, packets = TEXT_INIT;
	struct evidence evidence = some_evidence(&t);
	CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
	size_t len = strlen(line);
	assert_int_equal(evidence_line_pcapng(line, len, &packets, NULL), 1);
	assert_int_equal(packets.len, evidence.pcapng_len);
	assert_memory_equal(packets.data, evidence.pcapng, packets.len);
	/* cut off within it */
	assert_int_equal(evidence_line_pcapng(line, len - 3, &packets, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_of_nothing),
		cmocka_unit_test(test_the_line),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_packet_us),
		cmocka_unit_test(test_every_beginning_is_refused),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_hostile_lines),
		cmocka_unit_test(test_more),
		cmocka_unit_test(test_without_packets),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_packets_alone),
		cmocka_unit_test(test_too_many_packets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// model/packet: the TCP segment in packets made by hand: whole, cut off anywhere, and malformed.
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/packet.h"

/* A SYN as Linux sends it: 10.0.0.2:40000 to 10.0.0.1:12345, with all options. */
static const uint8_t syn_ipv4[] = {
	2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,                                     /* Ethernet */
	0x45, 0, 0, 60, 0x12, 0x34, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1,         /* IPv4 */
	0x9c, 0x40, 0x30, 0x39, 1, 2, 3, 4, 0, 0, 0, 0, 0xa0, 0x02, 0xfa, 0xf0, 0, 0, 0, 0, /* TCP */
	2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0xff, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7,               /* its options */
};
#define IPV4_AT 14
#define TCP_AT 34
#define OPTIONS_AT 54

/* Five bytes of data, PSH,ACK: [fd00::1]:80 to [fd00::2]:40000. */
static const uint8_t data_ipv6[] = {
	2,
	0,
	0,
	0,
	0,
	1,
	2,
	0,
	0,
	0,
	0,
	2,
	0x86,
	0xdd, /* Ethernet */
	0x60,
	0,
	0,
	0,
	0,
	37,
	6,
	64, /* IPv6 */
	0xfd,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	1,
	0xfd,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	2,
	0,
	80,
	0x9c,
	0x40,
	0xde,
	0xad,
	0xbe,
	0xef,
	1,
	2,
	3,
	5,
	0x80,
	0x18,
	0,
	64,
	0,
	0,
	0,
	0, /* TCP */
	1,
	1,
	8,
	10,
	0,
	0,
	0,
	7,
	0,
	0,
	0,
	6, /* its options */
	'h',
	'e',
	'l',
	'l',
	'o',
};
#define IPV6_EXTENSION_AT 54

static bool parse(const void *bytes, size_t n_bytes, size_t len, struct segment *ret)
{
	/* In memory of just that size, for the sanitizer to see what is read behind it. */
	CLEANUP(cleanup_free) uint8_t *copy = malloc(n_bytes ? n_bytes : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, n_bytes);
	struct packet packet = {.len = (uint32_t)len, .n_bytes = (uint32_t)n_bytes, .bytes = copy};
	return segment_parse(&packet, ret);
}

/* The SYN with the byte at @at made @byte. */
static bool parse_changed(size_t at, uint8_t byte, struct segment *ret)
{
	uint8_t bytes[sizeof syn_ipv4];
	memcpy(bytes, syn_ipv4, sizeof bytes);
	bytes[at] = byte;
	return parse(bytes, sizeof bytes, sizeof bytes, ret);
}

static void assert_address(const struct in6_addr *address, const char *wanted)
{
	char text[INET6_ADDRSTRLEN];
	assert_string_equal(inet_ntop(AF_INET6, address, text, sizeof text), wanted);
}

static void assert_syn(const struct segment *s)
{
	assert_int_equal(s->family, AF_INET);
	assert_address(&s->from, "::ffff:10.0.0.2");
	assert_address(&s->to, "::ffff:10.0.0.1");
	assert_int_equal(s->from_port, 40000);
	assert_int_equal(s->to_port, 12345);
	assert_int_equal(s->sequence, 0x01020304);
	assert_int_equal(s->acknowledgement, 0);
	assert_int_equal(s->flags, SEGMENT_SYN);
	assert_int_equal(s->window, 64240);
	assert_int_equal(s->n_data, 0);
}

static void test_ipv4(void **state)
{
	(void)state;
	struct segment s;
	assert_true(parse(syn_ipv4, sizeof syn_ipv4, sizeof syn_ipv4, &s));
	assert_syn(&s);
	assert_int_equal(s.mss, 1460);
	assert_int_equal(s.window_scale, 7);
	assert_true(s.sack_permitted);
	assert_true(s.has_timestamps);
	assert_int_equal(s.timestamp, 0xff000001);
	assert_int_equal(s.timestamp_echo, 0);
}

static void assert_data(const struct segment *s, uint32_t n_data)
{
	assert_int_equal(s->family, AF_INET6);
	assert_address(&s->from, "fd00::1");
	assert_address(&s->to, "fd00::2");
	assert_int_equal(s->from_port, 80);
	assert_int_equal(s->to_port, 40000);
	assert_int_equal(s->sequence, 0xdeadbeef);
	assert_int_equal(s->acknowledgement, 0x01020305);
	assert_int_equal(s->flags, SEGMENT_PSH | SEGMENT_ACK);
	assert_int_equal(s->window, 64);
	assert_int_equal(s->n_data, n_data);
}

static void test_ipv6(void **state)
{
	(void)state;
	struct segment s;
	assert_true(parse(data_ipv6, sizeof data_ipv6, sizeof data_ipv6, &s));
	assert_data(&s, 5);
	assert_int_equal(s.mss, 0);
	assert_int_equal(s.window_scale, -1);
	assert_false(s.sack_permitted);
	assert_true(s.has_timestamps);
	assert_int_equal(s.timestamp, 7);
	assert_int_equal(s.timestamp_echo, 6);
}

/* What was kept ends anywhere, and the packet went on: the fixed header must be whole, an option is whole or not there.
 */
static void test_kept_in_part(void **state)
{
	(void)state;
	struct segment s;
	for (size_t n = 0; n < sizeof syn_ipv4; n++) {
		assert_int_equal(parse(syn_ipv4, n, sizeof syn_ipv4, &s), n >= OPTIONS_AT);
		if (n < OPTIONS_AT)
			continue;
		assert_syn(&s);
		assert_int_equal(s.mss, n >= OPTIONS_AT + 4 ? 1460 : 0);
		assert_int_equal(s.sack_permitted, n >= OPTIONS_AT + 6);
		assert_int_equal(s.has_timestamps, n >= OPTIONS_AT + 16);
		assert_int_equal(s.window_scale, -1);
	}
	for (size_t n = 0; n < sizeof data_ipv6; n++) {
		assert_int_equal(parse(data_ipv6, n, sizeof data_ipv6, &s), n >= 74);
		if (n >= 74)
			assert_data(&s, 5);
	}
}

/* A packet that says it is longer than its frame is dropped by the kernel. */
static void test_frame_too_short(void **state)
{
	(void)state;
	struct segment s;
	for (size_t len = 0; len < sizeof syn_ipv4; len++)
		assert_false(parse(syn_ipv4, len, len, &s));
	for (size_t len = 0; len < sizeof data_ipv6; len++)
		assert_false(parse(data_ipv6, len, len, &s));
}

/* What is behind the packet in its frame is none of it: neither data nor options. */
static void test_padding(void **state)
{
	(void)state;
	struct segment s;
	uint8_t bytes[sizeof data_ipv6 + 60];
	memset(bytes, 3, sizeof bytes);
	memcpy(bytes, data_ipv6, sizeof data_ipv6);
	assert_true(parse(bytes, sizeof bytes, sizeof bytes, &s));
	assert_data(&s, 5);
	memcpy(bytes, syn_ipv4, sizeof syn_ipv4);
	bytes[IPV4_AT + 3] = 44; /* two headers, and four of the 20 bytes of options */
	assert_false(parse(bytes, sizeof bytes, sizeof bytes, &s));
	bytes[TCP_AT + 12] = 0x60;
	assert_true(parse(bytes, sizeof bytes, sizeof bytes, &s));
	assert_syn(&s);
	assert_int_equal(s.mss, 1460);
	assert_false(s.sack_permitted || s.has_timestamps);
}

/* Data of which nothing was kept counts; a length of 0 stands for one that has no room in its field. */
static void test_much_data(void **state)
{
	(void)state;
	struct segment s;
	uint8_t bytes[sizeof data_ipv6];
	memcpy(bytes, data_ipv6, sizeof bytes);
	bytes[IPV4_AT + 4] = 0xff, bytes[IPV4_AT + 5] = 0xff;
	assert_true(parse(bytes, 86, 14 + 40 + 65535, &s));
	assert_data(&s, 65535 - 32);
	bytes[IPV4_AT + 4] = 0, bytes[IPV4_AT + 5] = 0;
	assert_true(parse(bytes, 86, 14 + 40 + 65536, &s));
	assert_data(&s, 65536 - 32);
	assert_true(parse(bytes, 86, UINT32_MAX, &s));
	assert_data(&s, UINT32_MAX - 14 - 40 - 32);
	assert_false(parse(bytes, 86, 14 + 40 + 65535, &s));
	assert_false(parse(bytes, sizeof bytes, sizeof bytes, &s));

	uint8_t big[sizeof syn_ipv4];
	memcpy(big, syn_ipv4, sizeof big);
	big[IPV4_AT + 2] = big[IPV4_AT + 3] = 0;
	assert_true(parse(big, sizeof big, 14 + 65536, &s));
	assert_int_equal(s.n_data, 65536 - 60);
	assert_false(parse(big, sizeof big, 14 + 65535, &s));
}

static void test_no_tcp(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t byte;
	} changes[] = {
		{12, 0x86},          /* no type of a frame */
		{13, 0x06},          /* ARP */
		{IPV4_AT, 0x65},     /* IPv6 within IPv4's */
		{IPV4_AT, 0x44},     /* a header of 16 bytes */
		{IPV4_AT, 0x4f},     /* one of 60 bytes: no room for TCP's */
		{IPV4_AT + 3, 39},   /* the packet ends within TCP's header */
		{IPV4_AT + 3, 59},   /* … within its options */
		{IPV4_AT + 3, 19},   /* … within its own header */
		{IPV4_AT + 2, 1},    /* it ends behind its frame */
		{IPV4_AT + 7, 1},    /* a later fragment */
		{IPV4_AT + 6, 0x10}, /* a much later one */
		{IPV4_AT + 9, 17},   /* UDP */
		{TCP_AT + 12, 0x40}, /* a TCP header of 16 bytes */
		{TCP_AT + 12, 0xb0}, /* one of 44, of 40 that are there */
	};
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct segment s = {.sequence = 77};
		if (parse_changed(changes[i].at, changes[i].byte, &s))
			fail_msg("taken: byte %zu being %#x", changes[i].at, changes[i].byte);
		assert_int_equal(s.sequence, 77); /* left alone */
	}
	struct segment s;
	assert_true(parse_changed(IPV4_AT + 6, 0x20, &s)); /* the first fragment has the header */
}

/* IPv4's own options stand before TCP's header. */
static void test_ipv4_options(void **state)
{
	(void)state;
	struct segment s;
	uint8_t bytes[sizeof syn_ipv4 + 8];
	memcpy(bytes, syn_ipv4, TCP_AT);
	memset(bytes + TCP_AT, 1, 8);
	memcpy(bytes + TCP_AT + 8, syn_ipv4 + TCP_AT, sizeof syn_ipv4 - TCP_AT);
	bytes[IPV4_AT] = 0x47;
	bytes[IPV4_AT + 3] = 68;
	assert_true(parse(bytes, sizeof bytes, sizeof bytes, &s));
	assert_syn(&s);
	assert_int_equal(s.window_scale, 7);
}

/* The IPv6 packet with extension headers between: each @n bytes, and the whole cut off anywhere. */
static void test_ipv6_extensions(void **state)
{
	(void)state;
	static const struct {
		uint8_t type;
		size_t len;
		uint8_t bytes[24]; /* the first is the type of what follows */
		bool good;
	} extensions[] = {
		{0, 8, {6, 0, 1, 4}, true},                           /* hop-by-hop, padded */
		{0, 16, {6, 1, 1, 12}, true},                         /* a longer one */
		{43, 24, {6, 2, 4}, true},                            /* routing */
		{60, 8, {6, 0, 1, 4}, true},                          /* destination options */
		{44, 8, {6, 0, 0, 1, 1, 2, 3, 4}, true},              /* the first fragment of several */
		{44, 8, {6, 0, 0, 8}, false},                         /* the second */
		{51, 24, {6, 4}, true},                               /* authentication: in units of four bytes */
		{0, 16, {60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4}, true}, /* two */
		{50, 8, {6, 0}, false},                               /* encrypted */
		{59, 8, {6, 0}, false},                               /* nothing follows */
		{17, 8, {6, 0}, false},                               /* UDP */
		{0, 8, {17, 0, 1, 4}, false},                         /* UDP behind it */
		{0, 8, {6, 255}, false},                              /* it goes on behind the packet */
	};
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
		uint8_t bytes[sizeof data_ipv6 + 24];
		size_t len = extensions[i].len, n = sizeof data_ipv6 + len;
		memcpy(bytes, data_ipv6, IPV6_EXTENSION_AT);
		memcpy(bytes + IPV6_EXTENSION_AT, extensions[i].bytes, len);
		memcpy(bytes + IPV6_EXTENSION_AT + len, data_ipv6 + IPV6_EXTENSION_AT,
			sizeof data_ipv6 - IPV6_EXTENSION_AT);
		bytes[IPV4_AT + 5] = (uint8_t)(37 + len);
		bytes[IPV4_AT + 6] = extensions[i].type;
		for (size_t kept = 0; kept <= n; kept++) {
			struct segment s;
			bool has_header = kept >= IPV6_EXTENSION_AT + len + 20;
			if (parse(bytes, kept, n, &s) != (has_header && extensions[i].good))
				fail_msg("extension %zu with %zu bytes kept", i, kept);
			if (has_header && extensions[i].good)
				assert_data(&s, 5);
		}
	}
}

/* Options that are malformed are not there, those before them are. */
static void test_options(void **state)
{
	(void)state;
	static const struct {
		uint8_t bytes[20];
		bool mss, sack, timestamps, scale;
	} options[] = {
		{{0, 2, 4, 5, 180}, false, false, false, false},          /* the end */
		{{1, 1, 1, 4, 2, 0}, false, true, false, false},          /* nothing, and nothing */
		{{2, 4, 5, 180, 4, 0, 8, 10}, true, false, false, false}, /* one of length 0 */
		{{2, 4, 5, 180, 4, 1, 8, 10}, true, false, false, false}, /* of length 1 */
		{{2, 3, 5, 4, 2, 3, 3, 7}, false, true, false, true},     /* of a wrong length */
		{{3, 4, 7, 0, 4, 3, 0, 2, 4, 5, 180}, true, false, false, false},
		{{2, 255, 5, 180}, false, false, false, false}, /* behind the header */
		{{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0}, false, false, false, false},
		{{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0}, false, false, true, false},
		{{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, false, false, false, false},
		{{30, 8, 2, 4, 5, 180, 4, 2, 254, 4, 1, 1, 4, 2}, false, true, false, false}, /* unknown ones */
	};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		uint8_t bytes[sizeof syn_ipv4];
		struct segment s;
		memcpy(bytes, syn_ipv4, OPTIONS_AT);
		memcpy(bytes + OPTIONS_AT, options[i].bytes, 20);
		assert_true(parse(bytes, sizeof bytes, sizeof bytes, &s));
		assert_syn(&s);
		if ((s.mss == 1460) != options[i].mss || s.sack_permitted != options[i].sack ||
			s.has_timestamps != options[i].timestamps || (s.window_scale == 7) != options[i].scale)
			fail_msg("options %zu", i);
	}
}

/* Whatever a byte becomes, nothing is read that was not kept (the sanitizer sees it), and no data is more than there
 * is. */
static void test_every_byte_replaced(void **state)
{
	(void)state;
	for (size_t at = 0; at < sizeof syn_ipv4; at++)
		for (unsigned byte = 0; byte < 256; byte++) {
			struct segment s;
			if (parse_changed(at, (uint8_t)byte, &s))
				assert_true(s.n_data <= sizeof syn_ipv4);
		}
}

static void test_flags_text(void **state)
{
	(void)state;
	static const struct {
		uint8_t flags;
		const char *text;
	} flags[] = {
		{0, "none"},
		{SEGMENT_PSH, "none"},
		{SEGMENT_SYN, "SYN"},
		{SEGMENT_SYN | SEGMENT_ACK, "SYN,ACK"},
		{SEGMENT_FIN | SEGMENT_PSH | SEGMENT_ACK, "FIN,ACK"},
		{SEGMENT_RST, "RST"},
		{SEGMENT_RST | SEGMENT_ACK, "RST,ACK"},
		{SEGMENT_ACK, "ACK"},
		{SEGMENT_SYN | SEGMENT_ECE | SEGMENT_CWR, "SYN,ECE,CWR"},
		{0xff, "SYN,FIN,RST,ACK,ECE,CWR,URG"},
	};
	char text[SEGMENT_FLAGS_TEXT];
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		assert_string_equal(segment_flags_text(flags[i].flags, text), flags[i].text);
}

static void test_reverse(void **state)
{
	(void)state;
	struct segment a, b;
	assert_true(parse(syn_ipv4, sizeof syn_ipv4, sizeof syn_ipv4, &a));
	assert_false(segment_is_reverse(&a, &a));
	b = a;
	b.from = a.to, b.to = a.from, b.from_port = a.to_port, b.to_port = a.from_port;
	b.flags = SEGMENT_RST;
	assert_true(segment_is_reverse(&a, &b));
	assert_true(segment_is_reverse(&b, &a));
	struct segment others[] = {b, b, b, b, b};
	others[0].family = AF_INET6;
	others[1].from.s6_addr[15]++;
	others[2].to.s6_addr[15]++;
	others[3].from_port++;
	others[4].to_port++;
	for (size_t i = 0; i < 5; i++)
		assert_false(segment_is_reverse(&a, &others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_kept_in_part),
		cmocka_unit_test(test_frame_too_short),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_much_data),
		cmocka_unit_test(test_no_tcp),
		cmocka_unit_test(test_ipv4_options),
		cmocka_unit_test(test_ipv6_extensions),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_every_byte_replaced),
		cmocka_unit_test(test_flags_text),
		cmocka_unit_test(test_reverse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

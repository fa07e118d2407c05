// SPDX-License-Identifier: GPL-2.0-or-later
// model/packet_filter: which filters are taken, and which segments they take.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/packet_filter.h"

/* A SYN from 10.0.0.2:40001 to 10.0.0.1:12345. */
static const uint8_t syn_ipv4[] = {
	/* Ethernet */ 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00, /* IPv4 */ 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6,
	0, 0, 10, 0, 0, 2, 10, 0, 0, 1, /* TCP */ 0x9c, 0x41, 0x30, 0x39, 0, 0, 0, 7, 0, 0, 0, 0, 0x50, 0x02, 0xfa,
	0xf0, 0, 0, 0, 0};

/* The same from fd00::2 to fd00::1; its next header is at NEXT_HEADER. */
static const uint8_t syn_ipv6[] = {
	/* Ethernet */ 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd, /* IPv6 */ 0x60, 0, 0, 0, 0, 20, 6, 64, 0xfd, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, /* TCP */ 0x9c,
	0x41, 0x30, 0x39, 0, 0, 0, 7, 0, 0, 0, 0, 0x50, 0x02, 0xfa, 0xf0, 0, 0, 0, 0};
#define NEXT_HEADER 20
#define NOT_TCP 17

static bool takes(const char *text, const uint8_t *bytes, size_t n)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_packet_filter) struct packet_filter *filter = NULL;
	if (packet_filter_new(text, &filter, &e) < 0)
		fail_msg("%s: %s", text, error_text(&e));
	return packet_filter_takes(
		filter, &(struct packet){.len = (uint32_t)n, .n_bytes = (uint32_t)n, .bytes = bytes});
}

static void test_takes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ipv4, ipv6;
	} cases[] = {
		{"tcp", true, true},
		{"ip", true, false},
		{"ip6", false, true},
		{"port 12345", true, true},
		{"port 12346", false, false},
		{"tcp port 40001", true, true},
		{"src port 40001 and dst port 12345", true, true},
		{"dst port 40001", false, false},
		{"host 10.0.0.1", true, false},
		{"src host 10.0.0.1", false, false},
		{"src 10.0.0.2", true, false},
		{"net 10.0", true, false},
		{"net 10.0.0.0/8 and not net 10.0.0.2/32", false, false},
		{"net 10.0.0.0 mask 255.0.0.0", true, false},
		{"host fd00::1", false, true},
		{"ip6 host ::1 or dst host fd00::1", false, true},
		{"net fd00::/64", false, true},
		/* The bytes of TCP mean the same in both families. */
		{"tcp[tcpflags] & tcp-syn != 0", true, true},
		{"tcp [ tcpflags ] & (tcp-syn|tcp-ack) == tcp-syn", true, true},
		{"tcp[13] = 0x02", true, true},
		{"tcp[13:1] == 2", true, true},
		{"tcp[2:2] = 12345", true, true},
		{"tcp[4:4] = 7", true, true},
		{"tcp[tcpflags] & (tcp-fin|tcp-rst|tcp-push|tcp-ack|tcp-urg|tcp-ece|tcp-cwr) != 0", false, false},
		{"not tcp[tcpflags]&tcp-ack!=0", true, true},
		{"!(port 1||port 2)&&tcp", true, true},
		{"tcp[0:2] / 2 + 1 - 1 * 1 % 7 << 1 >> 1 ^ 0 > 5", true, true},
		{"ip[8] = 64", true, false},
		{"ip6[7] = 64", false, true},
		{"len <= 54", true, false},
		{"greater 60", false, true},
		{"less 60", true, false},
		{"\ttcp\n and\rport 12345 ", true, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (takes(cases[i].text, syn_ipv4, sizeof syn_ipv4) != cases[i].ipv4)
			fail_msg("%s: %s", cases[i].text, cases[i].ipv4 ? "not IPv4" : "IPv4");
		if (takes(cases[i].text, syn_ipv6, sizeof syn_ipv6) != cases[i].ipv6)
			fail_msg("%s: %s", cases[i].text, cases[i].ipv6 ? "not IPv6" : "IPv6");
	}
}

/* Of what is kept of a packet nothing follows for what lies behind it. */
static void test_cannot_tell(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t ipv4_bytes, ipv6_bytes; /* that must be kept */
	} cases[] = {
		{"port 12345 and len > 60", 34, 54},
		{"tcp[13] = 2", 34 + 14, 54 + 14},
		{"tcp[tcpflags] = 2 or tcp[16:4] = 0", 34 + 20, 54 + 20},
		{"ip[46:2] = 0", 14 + 48, 14 + 48},
		{"tcp[60] = 0", 34 + 61, 54 + 61},
		/* It does not come to reading that, in either order of what is asked. */
		{"tcp[13] = 99 and tcp[60] = 0", 34 + 14, 54 + 14},
		{"not (tcp[13] = 2 or tcp[60] = 0)", 34 + 14, 54 + 14},
		{"tcp[60] = 0 and tcp[13] = 99", 34 + 61, 54 + 61},
	};
	uint8_t bytes[2][128] = {{0}};
	memcpy(bytes[0], syn_ipv4, sizeof syn_ipv4);
	memcpy(bytes[1], syn_ipv6, sizeof syn_ipv6);
	bytes[0][17] = bytes[1][19] = 120; /* how long the packets are */
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP(cleanup_packet_filter) struct packet_filter *filter = NULL;
		assert_int_equal(packet_filter_new(cases[i].text, &filter, NULL), 0);
		for (uint32_t n = 34 + 20; n <= sizeof *bytes; n++) {
			struct packet ipv4 = {.len = 134, .n_bytes = n, .bytes = bytes[0]};
			struct packet ipv6 = {.len = 174, .n_bytes = n, .bytes = bytes[1]};
			assert_int_equal(packet_filter_can_tell(filter, &ipv4), n >= cases[i].ipv4_bytes);
			if (n >= 54 + 20)
				assert_int_equal(packet_filter_can_tell(filter, &ipv6), n >= cases[i].ipv6_bytes);
		}
		/* What is not there need not be read. */
		assert_true(packet_filter_can_tell(filter,
			&(struct packet){.len = sizeof syn_ipv4, .n_bytes = sizeof syn_ipv4, .bytes = syn_ipv4}));
	}
}

/* What is no TCP segment is none of a filter's, whatever that says. */
static void test_takes_segments_alone(void **state)
{
	(void)state;
	uint8_t udp[sizeof syn_ipv6];
	memcpy(udp, syn_ipv6, sizeof udp);
	udp[NEXT_HEADER] = NOT_TCP;
	assert_false(takes("ip6", udp, sizeof udp));
	assert_false(takes("tcp", syn_ipv4, 30));
	assert_true(takes("not tcp[13] = 0", syn_ipv4, sizeof syn_ipv4));
}

static void refuse(const char *text, const char *message)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct packet_filter *filter = NULL;
	assert_int_equal(packet_filter_new(text, &filter, &e), -EINVAL);
	assert_null(filter);
	assert_int_equal(e.kind, ERROR_USAGE);
	if (!strstr(error_text(&e), message))
		fail_msg("%s: %s", text, error_text(&e));
}

/* All that libpcap would look up, or that a closed set of words has no need of. */
static void test_refuses(void **state)
{
	(void)state;
	refuse("", "is empty");
	refuse(" \t", "is empty");
	refuse("host localhost", "'localhost': behind 'host'");
	refuse("host dead", "'dead': behind 'host'");
	refuse("host 1.2.3.4.5", "'1.2.3.4.5'");
	refuse("host 1.2.3.256", "'1.2.3.256'");
	refuse("host 1.2.3.", "'1.2.3.'");
	refuse("host fd00::g", "'fd00::g'");
	refuse("host 1:2:3:4:5:6", "'1:2:3:4:5:6'");
	refuse("net loopback", "behind 'net'");
	refuse("port http", "'http': behind 'port'");
	refuse("port 80-90", "'80-90'");
	refuse("portrange 80-90", "unknown word 'portrange'");
	refuse("tcp prot 80", "unknown word 'prot' of a filter (did you mean 'port'?)");
	refuse("TCP port 80", "unknown word 'TCP' of a filter (did you mean 'tcp'?)");
	refuse("localhost", "unknown word 'localhost'");
	refuse("udp", "unknown word 'udp'");
	refuse("ether host 2:0:0:0:0:1", "unknown word 'ether'");
	refuse("gateway 10.0.0.1", "unknown word 'gateway'");
	refuse("len-4 > 5", "unknown word 'len-4'");
	refuse("tcp-synn", "unknown word 'tcp-synn' of a filter (did you mean 'tcp-syn'?)");
	refuse("host \\tcp", "cannot be read from '\\tcp'");
	refuse("host \"a\"", "cannot be read");
	refuse("tcp; tcp", "cannot be read from '; tcp'");
	refuse("tcp\x01", "cannot be read");
	refuse("h\xc3\xb6st", "unknown word 'h'");
	refuse("[1]", "'[' behind ip, ip6 or tcp alone");
	refuse("len[1] = 2", "'[' behind ip, ip6 or tcp alone");
	refuse("tcp[]", "between the brackets of tcp");
	refuse("tcp[13", "between the brackets of tcp");
	refuse("tcp[100] = 1", "between the brackets of tcp");
	refuse("tcp[-1] = 1", "between the brackets of tcp");
	refuse("tcp[1+1] = 1", "between the brackets of tcp");
	refuse("tcp[tcp[1]] = 1", "between the brackets of tcp");
	refuse("tcp[tcpflagsx] = 1", "between the brackets of tcp");
	refuse("tcp[13:3] = 1", "between the brackets of tcp");
	refuse("ip[tcpflags] = 1", "between the brackets of ip");
	refuse("tcp and", "no filter: ");
	refuse("(tcp", "no filter: ");
	refuse("port 70000", "no filter: ");
	refuse("tcp[0] / 0 = 1", "no filter: ");
	refuse("99999999999", "unknown word '99999999999'");
	refuse("0x123456789", "unknown word '0x123456789'");
}

static void test_bounds_its_length(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text nested = TEXT_INIT;
	for (int i = 0; i < 240; i++)
		text_add(&nested, "(");
	text_add(&nested, "port 12345");
	for (int i = 0; i < 240; i++)
		text_add(&nested, ")");
	assert_true(takes(text_get(&nested), syn_ipv4, sizeof syn_ipv4));
	for (int i = 0; i < 6; i++)
		text_add(&nested, "  ");
	refuse(text_get(&nested), "longer than 500 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes),
		cmocka_unit_test(test_cannot_tell),
		cmocka_unit_test(test_takes_segments_alone),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_bounds_its_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

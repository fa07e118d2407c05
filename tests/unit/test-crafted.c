// SPDX-License-Identifier: GPL-2.0-or-later
// Descriptions of segments, and the frames that are made of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "model/crafted.h"
#include "model/segment_write.h"

static void assert_refused(const char *flags, const char *text, const char *says)
{
	struct error e = ERROR_INIT;
	struct crafted c = {.flags = 0};
	int r = crafted_parse_flags(flags, &c, &e);
	if (r == 0)
		r = crafted_parse(text, &c, &e);
	assert_int_equal(r, -EINVAL);
	assert_int_equal(e.kind, ERROR_USAGE);
	if (!strstr(error_text(&e), says))
		fail_msg("'%s' is not in '%s'", says, error_text(&e));
	error_clear(&e);
}

static struct crafted parse(const char *flags, const char *text)
{
	struct crafted c = {.flags = 0};
	assert_int_equal(crafted_parse_flags(flags, &c, NULL), 0);
	assert_int_equal(crafted_parse(text, &c, NULL), 0);
	return c;
}

static void test_flags(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint8_t flags;
	} good[] = {
		{"SYN", SEGMENT_SYN},
		{"SYN|FIN", SEGMENT_SYN | SEGMENT_FIN},
		{"FIN,ACK", SEGMENT_FIN | SEGMENT_ACK},
		{"none", 0},
		{"URG|ECE|CWR|PSH|RST", SEGMENT_URG | SEGMENT_ECE | SEGMENT_CWR | SEGMENT_PSH | SEGMENT_RST},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(parse(good[i].text, NULL).flags, good[i].flags);
	assert_refused("SNY", NULL, "unknown TCP flag 'SNY' (did you mean 'SYN'?)");
	assert_refused("", NULL, "unknown TCP flag ''");
	assert_refused("SYN|", NULL, "unknown TCP flag ''");
	assert_refused("SYN|SYN", NULL, "the flag SYN stands twice in 'SYN|SYN'");
	assert_refused("SYN|none", NULL, "unknown TCP flag 'none'");
}

static void test_defaults(void **state)
{
	(void)state;
	struct crafted syn = parse("SYN", NULL), ack = parse("ACK", "  ts=5 ");
	assert_true(syn.sequence.is_relative);
	assert_false(syn.acknowledgement.is_relative);
	assert_int_equal(syn.acknowledgement.offset, 0);
	assert_true(syn.timestamp.is_absent);
	assert_int_equal(syn.window, 65535);
	assert_int_equal(syn.window_scale, -1);
	assert_int_equal(syn.n_data, 0);
	assert_true(ack.acknowledgement.is_relative);
	assert_false(ack.timestamp.is_absent);
	assert_false(ack.timestamp.is_relative);
	assert_true(ack.echo.is_relative);
}

static void test_values(void **state)
{
	(void)state;
	struct crafted c = parse("ACK", "win=1 wscale=14 data=1400 sack=yes mss=65535 seq=RCV.NXT-10 ack=4294967295 "
					"ts=TS.Recent ecr=TSval+2147483648");
	assert_true(c.sequence.is_relative);
	assert_int_equal(c.sequence.offset, (uint32_t)-10);
	assert_false(c.acknowledgement.is_relative);
	assert_int_equal(c.acknowledgement.offset, UINT32_MAX);
	assert_true(c.timestamp.is_relative);
	assert_int_equal(c.timestamp.offset, 0);
	assert_int_equal(c.echo.offset, 0x80000000U);
	assert_int_equal(c.window, 1);
	assert_int_equal(c.window_scale, 14);
	assert_int_equal(c.n_data, 1400);
	assert_int_equal(c.mss, 65535);
	assert_true(c.sack_permitted);
	assert_true(parse("ACK", "ts=none").timestamp.is_absent);
}

static void test_refused(void **state)
{
	(void)state;
	assert_refused("ACK", "seq", "'seq' is no KEY=VALUE, as in seq=RCV.NXT+1");
	assert_refused("ACK", "sek=1", "unknown part of a segment 'sek' (did you mean 'seq'?)");
	assert_refused("ACK", "urgent=1", "unknown part of a segment 'urgent': it is ack, data,");
	assert_refused("ACK", "seq=1 seq=2", "'seq=' stands twice");
	assert_refused("ACK", "seq=", "'seq=': it is a number from 0 to 4294967295, or RCV.NXT, RCV.NXT+1");
	assert_refused("ACK", "seq=-1", "'seq=-1': it is a number from 0");
	assert_refused("ACK", "seq=4294967296", "it is a number from 0 to 4294967295");
	assert_refused("ACK", "seq=none", "it is a number from 0");
	assert_refused("ACK", "seq=RCV.NXT*2", "'seq=RCV.NXT*2'");
	assert_refused("ACK", "seq=RCV.NXT+", "'seq=RCV.NXT+'");
	assert_refused("ACK", "seq=RCV.NXT+-1", "'seq=RCV.NXT+-1'");
	assert_refused("ACK", "seq=RCV.NXT+4294967296", "'seq=RCV.NXT+4294967296'");
	assert_refused("ACK", "seq=SND.NXT", "'seq=SND.NXT'");
	assert_refused("ACK", "ack=RCV.NXT", "or SND.NXT, SND.NXT+1");
	assert_refused("ACK", "ts=yesterday", "or TS.Recent, TS.Recent+1, TS.Recent-1 …, or none");
	assert_refused("ACK", "ecr=1", "'ecr=' without 'ts='");
	assert_refused("ACK", "ecr=1 ts=none", "'ecr=' without 'ts='");
	assert_refused("ACK", "win=65536", "'win=65536': it is a number from 0 to 65535");
	assert_refused("ACK", "data=1401", "'data=1401': it is a number from 0 to 1400");
	assert_refused("ACK", "wscale=15", "'wscale=15': it is a number from 0 to 14");
	assert_refused("ACK", "sack=1", "'sack=1': it is yes or no");
}

/* The checksum as a receiver makes it: over all of it the sum is all ones. */
static bool is_sum_right(const uint8_t *pseudo, size_t n_pseudo, const uint8_t *bytes, size_t n, uint32_t extra)
{
	uint32_t sum = extra;
	for (size_t i = 0; i < n_pseudo; i += 2)
		sum += (uint32_t)(pseudo[i] << 8 | pseudo[i + 1]);
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static void assert_checksums(const uint8_t *frame, size_t len)
{
	bool is_ipv4 = frame[14] >> 4 == 4;
	size_t header = is_ipv4 ? 20 : 40, tcp = 14 + header;
	if (is_ipv4)
		assert_true(is_sum_right(NULL, 0, frame + 14, header, 0));
	assert_true(is_sum_right(frame + (is_ipv4 ? 26 : 22), is_ipv4 ? 8 : 32, frame + tcp, len - tcp,
		IPPROTO_TCP + (uint32_t)(len - tcp)));
}

static struct segment full_segment(int family)
{
	struct segment s = {
		.family = family,
		.from_port = 40000,
		.to_port = 80,
		.sequence = 0xfffffff0,
		.acknowledgement = 7,
		.flags = SEGMENT_SYN | SEGMENT_ACK,
		.window = 1234,
		.n_data = 33,
		.has_timestamps = true,
		.timestamp = 0x80000001,
		.timestamp_echo = 3,
		.mss = 1460,
		.window_scale = 7,
		.sack_permitted = true,
	};
	inet_pton(AF_INET6, family == AF_INET ? "::ffff:10.0.0.2" : "fd00::2", &s.from);
	inet_pton(AF_INET6, family == AF_INET ? "::ffff:10.0.0.1" : "fd00::1", &s.to);
	return s;
}

static void assert_same(const struct segment *a, const struct segment *b)
{
	assert_int_equal(a->family, b->family);
	assert_memory_equal(&a->from, &b->from, sizeof a->from);
	assert_memory_equal(&a->to, &b->to, sizeof a->to);
	assert_int_equal(a->from_port, b->from_port);
	assert_int_equal(a->to_port, b->to_port);
	assert_int_equal(a->sequence, b->sequence);
	assert_int_equal(a->acknowledgement, b->acknowledgement);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->window, b->window);
	assert_int_equal(a->n_data, b->n_data);
	assert_int_equal(a->has_timestamps, b->has_timestamps);
	assert_int_equal(a->timestamp, b->timestamp);
	assert_int_equal(a->timestamp_echo, b->timestamp_echo);
	assert_int_equal(a->mss, b->mss);
	assert_int_equal(a->window_scale, b->window_scale);
	assert_int_equal(a->sack_permitted, b->sack_permitted);
}

static const uint8_t to_link[LINK_LAYER_BYTES] = {2, 0, 0, 0, 0, 2};

/* What is written is what is read, with and without each option, in both families. */
static void test_write(void **state)
{
	(void)state;
	for (unsigned options = 0; options < 32; options++) {
		struct segment s = full_segment(options & 16 ? AF_INET6 : AF_INET), read;
		uint8_t frame[SEGMENT_FRAME_MAX];
		unsigned maker;
		s.mss = options & 1 ? s.mss : 0;
		s.window_scale = options & 2 ? s.window_scale : -1;
		s.sack_permitted = options & 4;
		s.has_timestamps = options & 8;
		if (!s.has_timestamps)
			s.timestamp = s.timestamp_echo = 0;
		size_t len = segment_write(&s, to_link, 3, frame);
		const struct packet packet = {.len = (uint32_t)len, .n_bytes = (uint32_t)len, .bytes = frame};
		assert_true(segment_parse(&packet, &read));
		assert_same(&s, &read);
		assert_checksums(frame, len);
		assert_memory_equal(frame, to_link, sizeof to_link);
		assert_true(frame_maker(&packet, &maker));
		assert_int_equal(maker, 3);
	}
}

/* A frame as a kernel hands it over: the checksum is not filled in, and it has the kernel's link-layer address. */
static void test_rewrite(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct segment s = full_segment(i ? AF_INET6 : AF_INET);
		uint8_t wanted[SEGMENT_FRAME_MAX], frame[SEGMENT_FRAME_MAX];
		size_t len = segment_write(&s, to_link, 9, wanted);
		memcpy(frame, wanted, len);
		size_t checksum = (i ? 54 : 34) + 16;
		frame[checksum] ^= 0x55;
		if (!i)
			frame[24] ^= 0x55;
		memset(frame, 0xff, 12);
		unsigned maker;
		const struct packet packet = {.len = (uint32_t)len, .n_bytes = (uint32_t)len, .bytes = frame};
		assert_false(frame_maker(&packet, &maker));
		segment_rewrite(frame, len, to_link, 9);
		assert_memory_equal(frame, wanted, len);
	}
}

static void test_echo(void **state)
{
	(void)state;
	uint8_t frame[ECHO_FRAME];
	struct in_addr from = {.s_addr = htonl(0x0a000002)}, to = {.s_addr = htonl(0x0a000001)};
	struct packet packet = {.len = sizeof frame, .n_bytes = sizeof frame, .bytes = frame};
	bool is_reply;
	uint16_t number;
	struct segment segment;
	echo_write(from, to, to_link, 0xabcd, frame);
	assert_true(is_sum_right(NULL, 0, frame + 14, 20, 0));
	assert_true(is_sum_right(NULL, 0, frame + 34, 8, 0));
	assert_true(echo_parse(&packet, &is_reply, &number));
	assert_false(is_reply);
	assert_int_equal(number, 0xabcd);
	assert_false(segment_parse(&packet, &segment));
	frame[34] = 0;
	assert_true(echo_parse(&packet, &is_reply, &number));
	assert_true(is_reply);
	frame[38] ^= 1; /* somebody else's */
	assert_false(echo_parse(&packet, &is_reply, &number));
	packet.n_bytes--;
	assert_false(echo_parse(&packet, &is_reply, &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_rewrite),
		cmocka_unit_test(test_echo),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

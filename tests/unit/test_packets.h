/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture for tests: a connection over the veth, each segment seen as it leaves and as it comes in, and one SYN on
 * lo. */
#ifndef TEST_PACKETS_H
#define TEST_PACKETS_H

#include <string.h>

#include "model/pcapng.h"

#define TEST_PACKETS 13
#define TEST_PACKET_BYTES 66
#define TEST_BEGAN_NS UINT64_C(1700000000123456789)

/* Ethernet, IPv4 and TCP with timestamps: of the server (10.0.0.1:12345), or of the client (10.0.0.2:40000). */
static inline void test_fill_segment(uint8_t bytes[static TEST_PACKET_BYTES], bool of_server, uint8_t flags,
	uint32_t sequence, uint32_t acknowledgement)
{
	const uint8_t frame[TEST_PACKET_BYTES] = {
		2,
		0,
		0,
		0,
		0,
		of_server ? 2 : 1,
		2,
		0,
		0,
		0,
		0,
		of_server ? 1 : 2,
		0x08,
		0x00,
		0x45,
		0,
		0,
		52,
		0,
		1,
		0x40,
		0,
		64,
		6,
		0,
		0,
		10,
		0,
		0,
		of_server ? 1 : 2,
		10,
		0,
		0,
		of_server ? 2 : 1,
		[46] = 0x80,
		[47] = flags,
		[48] = 0xfa,
		[49] = 0xf0,
		[54] = 1,
		[55] = 1,
		[56] = 8,
		[57] = 10,
		[61] = 7,
		[65] = 6,
	};
	const uint16_t server = htons(12345), client = htons(40000);
	const uint32_t numbers[2] = {htonl(sequence), htonl(acknowledgement)};
	memcpy(bytes, frame, sizeof frame);
	memcpy(bytes + 34, of_server ? &server : &client, 2);
	memcpy(bytes + 36, of_server ? &client : &server, 2);
	memcpy(bytes + 38, numbers, sizeof numbers);
}

/* Namespaces server and client; comments on the first and the last packet. Valid until it is called again. */
static inline struct pcapng test_capture(void)
{
	static const struct {
		bool of_server;
		uint8_t flags;
		uint32_t sequence, acknowledgement;
	} segments[] = {
		{false, SEGMENT_SYN, 1000, 0},
		{true, SEGMENT_SYN | SEGMENT_ACK, 5000, 1001},
		{false, SEGMENT_ACK, 1001, 5001},
		{true, SEGMENT_FIN | SEGMENT_ACK, 5001, 1001},
		{false, SEGMENT_FIN | SEGMENT_ACK, 1001, 5002},
		{true, SEGMENT_ACK, 5002, 1002},
	};
	static uint8_t bytes[TEST_PACKETS][TEST_PACKET_BYTES];
	static struct packet packets[TEST_PACKETS];
	static const char *comments[TEST_PACKETS];
	for (size_t i = 0; i < TEST_PACKETS; i++) {
		bool is_loopback = i == TEST_PACKETS - 1, of_server = !is_loopback && segments[i / 2].of_server;
		if (is_loopback)
			test_fill_segment(bytes[i], true, SEGMENT_SYN, 77, 0);
		else
			test_fill_segment(bytes[i], of_server, segments[i / 2].flags, segments[i / 2].sequence,
				segments[i / 2].acknowledgement);
		bool is_outgoing = is_loopback || i % 2 == 0;
		packets[i] = (struct packet){
			.at_ns = TEST_BEGAN_NS + 1001 * i,
			.namespace = of_server == is_outgoing ? 0 : 1,
			.loopback = is_loopback,
			.outgoing = is_outgoing,
			.len = is_loopback ? 4000 : TEST_PACKET_BYTES,
			.n_bytes = TEST_PACKET_BYTES - (is_loopback ? 1 : 0),
			.bytes = bytes[i],
		};
	}
	comments[0] = "client: connect \xe2\x86\x92 server";
	comments[TEST_PACKETS - 1] = "by itself";
	return (struct pcapng){
		.about = "cell 72\nof a test",
		.namespaces = {"server", "client"},
		.n_namespaces = 2,
		.dropped = {0, 7},
		.packets = packets,
		.n_packets = TEST_PACKETS,
		.comments = comments,
	};
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet as it was seen on an interface of a namespace, and the TCP segment in it. */
#ifndef MODEL_PACKET_H
#define MODEL_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of each packet so many bytes are kept, from its Ethernet header on: all headers, and a piece of the data. */
#define PACKET_BYTES_MAX 256

/* One sighting: what crosses a veth is seen twice, leaving the one namespace and coming into the other. */
struct packet {
	uint64_t at_ns;       /* CLOCK_REALTIME */
	size_t namespace;     /* index: in which one it was seen */
	bool loopback;        /* on lo; otherwise on the veth */
	bool outgoing;        /* seen leaving; otherwise coming in. On lo each packet is kept once, as it leaves */
	uint32_t len;         /* of the whole frame, in bytes */
	uint32_t n_bytes;     /* of these are kept */
	const uint8_t *bytes; /* an Ethernet frame; borrowed */
};

/* Flags of a TCP header (RFC 9293, section 3.1; ECE and CWR: RFC 3168). */
#define SEGMENT_FIN 0x01
#define SEGMENT_SYN 0x02
#define SEGMENT_RST 0x04
#define SEGMENT_PSH 0x08
#define SEGMENT_ACK 0x10
#define SEGMENT_URG 0x20
#define SEGMENT_ECE 0x40
#define SEGMENT_CWR 0x80

struct segment {
	int family;                  /* AF_INET or AF_INET6 */
	struct in6_addr from, to;    /* IPv4 as v4-mapped */
	uint16_t from_port, to_port; /* host byte order, as all that follows */
	uint32_t sequence, acknowledgement;
	uint8_t flags;
	uint16_t window; /* as it stands in the header: not scaled */
	uint32_t n_data; /* bytes of data behind the header, those not kept included */
	bool has_timestamps;
	uint32_t timestamp, timestamp_echo; /* RFC 7323 */
	uint16_t mss;                       /* 0: the option is not there */
	int window_scale;                   /* -1: the option is not there */
	bool sack_permitted;
};

/**
 * segment_parse() - the TCP segment in a packet
 *
 * IPv4 and IPv6 (whose extension headers before TCP are passed over). Reads what was kept and nothing else.
 * Return: whether there is one whose fixed header was kept whole. Options that were cut off or are malformed are taken
 * as not there.
 */
bool segment_parse(const struct packet *packet, struct segment *ret);

/* segment_flags_text() - "SYN", "SYN,ACK", "FIN,ACK" …; PSH is left out, as it says nothing here; "none" for none. */
#define SEGMENT_FLAGS_TEXT 40
const char *segment_flags_text(uint8_t flags, char ret[static SEGMENT_FLAGS_TEXT]);

/* segment_is_reverse() - whether @b goes the other way between the same two ends as @a. */
bool segment_is_reverse(const struct segment *a, const struct segment *b);

#endif

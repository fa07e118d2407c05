// SPDX-License-Identifier: GPL-2.0-or-later
// A TCP segment as the bytes of an Ethernet frame: RFC 791 (IPv4), RFC 8200 (IPv6), RFC 9293 (TCP), RFC 7323 and RFC
// 2018 (its options), RFC 1071 (the checksum), RFC 792 (echo).
#include "model/segment_write.h"

#include <net/ethernet.h>
#include <string.h>

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define HOP_LIMIT 64

#define ICMP_ECHO_REPLY 0
#define ICMP_ECHO_REQUEST 8
#define ECHO_IDENTIFIER 0x6e72 /* "nr" */

/* Locally administered (IEEE 802), as the links' own, which begin with 02. */
static const uint8_t maker_prefix[LINK_LAYER_BYTES - 1] = {0x06, 'n', 'r', 0, 0};

static uint8_t *put_8(uint8_t *at, unsigned value)
{
	*at = (uint8_t)value;
	return at + 1;
}

static uint8_t *put_16(uint8_t *at, unsigned value)
{
	return put_8(put_8(at, value >> 8 & 255), value & 255);
}

static uint8_t *put_32(uint8_t *at, uint32_t value)
{
	return put_16(put_16(at, value >> 16), value & 0xffff);
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t n)
{
	memcpy(at, bytes, n);
	return at + n;
}

static uint32_t sum(uint32_t so_far, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		so_far += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	if (n % 2)
		so_far += (uint32_t)bytes[n - 1] << 8;
	return so_far;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint8_t *put_ethernet(uint8_t *at, const uint8_t to[static LINK_LAYER_BYTES], unsigned actor, unsigned type)
{
	at = put_bytes(at, to, LINK_LAYER_BYTES);
	at = put_bytes(at, maker_prefix, sizeof maker_prefix);
	at = put_8(at, actor & 255);
	return put_16(at, type);
}

static uint8_t *put_ipv4(uint8_t *at, const void *from, const void *to, unsigned protocol, size_t len)
{
	uint8_t *header = at;
	at = put_8(at, 0x45);
	at = put_8(at, 0);
	at = put_16(at, (unsigned)(IPV4_HEADER + len));
	at = put_32(at, 0x4000); /* identification 0, as it is not to be fragmented */
	at = put_8(at, HOP_LIMIT);
	at = put_8(at, protocol);
	at = put_16(at, 0);
	at = put_bytes(at, from, 4);
	at = put_bytes(at, to, 4);
	put_16(header + 10, fold(sum(0, header, IPV4_HEADER)));
	return at;
}

static uint8_t *put_ipv6(uint8_t *at, const struct segment *s, size_t len)
{
	at = put_32(at, 0x60000000);
	at = put_16(at, (unsigned)len);
	at = put_8(at, IPPROTO_TCP);
	at = put_8(at, HOP_LIMIT);
	at = put_bytes(at, &s->from, sizeof s->from);
	return put_bytes(at, &s->to, sizeof s->to);
}

static size_t option_bytes(const struct segment *s)
{
	return (s->mss ? 4 : 0) + (s->sack_permitted ? 4 : 0) + (s->has_timestamps ? 12 : 0) +
	       (s->window_scale >= 0 ? 4 : 0);
}

/* Each padded in front to a multiple of four bytes. */
static uint8_t *put_options(uint8_t *at, const struct segment *s)
{
	if (s->mss)
		at = put_16(put_16(at, 0x0204), s->mss);
	if (s->sack_permitted)
		at = put_32(at, 0x01010402);
	if (s->has_timestamps)
		at = put_32(put_32(put_32(at, 0x0101080a), s->timestamp), s->timestamp_echo);
	if (s->window_scale >= 0)
		at = put_32(at, 0x01030300 | (uint32_t)s->window_scale);
	return at;
}

/* @addresses: both, as they stand in the IP header */
static void fill_checksum(uint8_t *tcp, size_t len, const uint8_t *addresses, size_t n_addresses)
{
	put_16(tcp + 16, 0);
	put_16(tcp + 16, fold(sum(sum(IPPROTO_TCP + (uint32_t)len, addresses, n_addresses), tcp, len)));
}

size_t segment_write(const struct segment *s, const uint8_t to[static LINK_LAYER_BYTES], unsigned actor,
	uint8_t ret[static SEGMENT_FRAME_MAX])
{
	bool is_ipv4 = s->family == AF_INET;
	size_t header = TCP_HEADER + option_bytes(s), len = header + s->n_data;
	uint8_t *ip = put_ethernet(ret, to, actor, is_ipv4 ? ETHERTYPE_IP : ETHERTYPE_IPV6);
	uint8_t *tcp = is_ipv4 ? put_ipv4(ip, &s->from.s6_addr[12], &s->to.s6_addr[12], IPPROTO_TCP, len)
			       : put_ipv6(ip, s, len);
	uint8_t *at = put_16(put_16(tcp, s->from_port), s->to_port);
	at = put_32(put_32(at, s->sequence), s->acknowledgement);
	at = put_8(put_8(at, (unsigned)header / 4 << 4), s->flags);
	at = put_16(at, s->window);
	at = put_32(at, 0); /* checksum and urgent pointer */
	at = put_options(at, s);
	memset(at, 0, s->n_data);
	size_t n_addresses = is_ipv4 ? 8 : 32;
	fill_checksum(tcp, len, tcp - n_addresses, n_addresses);
	return (size_t)(tcp - ret) + len;
}

void segment_rewrite(uint8_t *frame, size_t len, const uint8_t to[static LINK_LAYER_BYTES], unsigned actor)
{
	unsigned type = (unsigned)(frame[12] << 8 | frame[13]);
	uint8_t *ip = put_ethernet(frame, to, actor, type);
	if (type == ETHERTYPE_IP) {
		size_t header = (size_t)(ip[0] & 15) * 4, total = (size_t)(ip[2] << 8 | ip[3]);
		put_16(ip + 10, 0);
		put_16(ip + 10, fold(sum(0, ip, header)));
		fill_checksum(ip + header, total - header, ip + 12, 8);
	} else {
		fill_checksum(ip + IPV6_HEADER, len - ETHER_HDR_LEN - IPV6_HEADER, ip + 8, 32);
	}
}

void echo_write(struct in_addr from, struct in_addr to, const uint8_t to_link[static LINK_LAYER_BYTES],
	uint16_t number, uint8_t ret[static ECHO_FRAME])
{
	uint8_t *icmp = put_ipv4(put_ethernet(ret, to_link, 0, ETHERTYPE_IP), &from, &to, IPPROTO_ICMP, 8);
	put_16(put_16(put_16(put_16(icmp, ICMP_ECHO_REQUEST << 8), 0), ECHO_IDENTIFIER), number);
	put_16(icmp + 2, fold(sum(0, icmp, 8)));
}

bool echo_parse(const struct packet *packet, bool *ret_is_reply, uint16_t *ret_number)
{
	if (packet->n_bytes < ECHO_FRAME)
		return false;
	const uint8_t *ip = packet->bytes + ETHER_HDR_LEN, *icmp = ip + IPV4_HEADER;
	bool is_ours = (packet->bytes[12] << 8 | packet->bytes[13]) == ETHERTYPE_IP && ip[0] == 0x45 &&
		       ip[9] == IPPROTO_ICMP && (icmp[0] == ICMP_ECHO_REQUEST || icmp[0] == ICMP_ECHO_REPLY) &&
		       (icmp[4] << 8 | icmp[5]) == ECHO_IDENTIFIER;
	if (!is_ours)
		return false;
	*ret_is_reply = icmp[0] == ICMP_ECHO_REPLY;
	*ret_number = (uint16_t)(icmp[6] << 8 | icmp[7]);
	return true;
}

bool frame_maker(const struct packet *packet, unsigned *ret_actor)
{
	const uint8_t *source = packet->bytes + LINK_LAYER_BYTES;
	if (packet->n_bytes < ETHER_HDR_LEN || packet->loopback || memcmp(source, maker_prefix, sizeof maker_prefix))
		return false;
	*ret_actor = source[LINK_LAYER_BYTES - 1];
	return true;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The TCP segment in a packet: RFC 791 (IPv4), RFC 8200 (IPv6), RFC 9293 (TCP), RFC 7323 and RFC 2018 (its options).
//
// Two lengths bound what is read, and each header takes its part off both: what was kept of the packet, and what the
// packet says of itself. What the kernel would not have taken as a TCP segment (ip_rcv_core(), ip6_rcv_core(),
// tcp_v4_rcv()) is none here.
#include "model/packet.h"

#include <net/ethernet.h>
#include <string.h>

#include "base/mapped.h"

/* What is left of a packet. */
struct rest {
	const uint8_t *at;
	size_t n_kept; /* bytes at `at` */
	size_t len;    /* bytes that the packet has, those not kept included */
};

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define IP_LEN_MAX 65535 /* more, and a length of 0 stands for it (BIG TCP: iph_totlen(), ipv6_payload_len()) */

static uint16_t get_16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t get_32(const uint8_t *bytes)
{
	return (uint32_t)get_16(bytes) << 16 | get_16(bytes + 2);
}

/* Whether the packet has @n bytes more, and all were kept. */
static bool has(const struct rest *rest, size_t n)
{
	return n <= rest->n_kept && n <= rest->len;
}

static void skip(struct rest *rest, size_t n)
{
	rest->at += n;
	rest->n_kept -= n;
	rest->len -= n;
}

/* The packet ends after @len bytes: what is behind it is padding of the frame. 0: with the frame. */
static bool set_len(struct rest *rest, size_t len)
{
	if (!len)
		return rest->len > IP_LEN_MAX;
	if (len > rest->len)
		return false;
	rest->len = len;
	if (rest->n_kept > len)
		rest->n_kept = len;
	return true;
}

static struct in6_addr mapped(const uint8_t ipv4[static 4])
{
	struct in_addr address;
	memcpy(&address, ipv4, sizeof address);
	return mapped_from(address);
}

static bool parse_ipv4(struct rest *rest, struct segment *ret)
{
	if (!has(rest, IPV4_HEADER) || rest->at[0] >> 4 != 4)
		return false;
	size_t header = (size_t)(rest->at[0] & 15) * 4;
	bool is_later_fragment = get_16(rest->at + 6) & 0x1fff;
	if (header < IPV4_HEADER || is_later_fragment || rest->at[9] != IPPROTO_TCP)
		return false;
	ret->family = AF_INET;
	ret->from = mapped(rest->at + 12);
	ret->to = mapped(rest->at + 16);
	if (!set_len(rest, get_16(rest->at + 2)) || !has(rest, header))
		return false;
	skip(rest, header);
	return true;
}

/* How long the extension header @type at the beginning of @rest is, whose first 8 bytes were kept; 0: it is none. */
static size_t extension_len(uint8_t type, const struct rest *rest)
{
	switch (type) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
		return ((size_t)rest->at[1] + 1) * 8;
	case IPPROTO_FRAGMENT: /* a later one has no TCP header */
		return get_16(rest->at + 2) & 0xfff8 ? 0 : 8;
	case IPPROTO_AH: /* RFC 4302, section 2.2 */
		return ((size_t)rest->at[1] + 2) * 4;
	default:
		return 0;
	}
}

static bool parse_ipv6(struct rest *rest, struct segment *ret)
{
	if (!has(rest, IPV6_HEADER) || rest->at[0] >> 4 != 6)
		return false;
	ret->family = AF_INET6;
	memcpy(&ret->from, rest->at + 8, sizeof ret->from);
	memcpy(&ret->to, rest->at + 24, sizeof ret->to);
	size_t len = get_16(rest->at + 4);
	uint8_t type = rest->at[6];
	skip(rest, IPV6_HEADER);
	if (!set_len(rest, len))
		return false;
	while (type != IPPROTO_TCP) {
		size_t header = has(rest, 8) ? extension_len(type, rest) : 0;
		if (!header || !has(rest, header))
			return false;
		type = rest->at[0];
		skip(rest, header);
	}
	return true;
}

/* Kinds and lengths: include/net/tcp.h. One of another length is passed over, as in tcp_parse_options(). */
static void parse_option(const uint8_t *option, size_t len, struct segment *ret)
{
	switch (option[0] << 8 | (int)len) {
	case 2 << 8 | 4:
		ret->mss = get_16(option + 2);
		break;
	case 3 << 8 | 3:
		ret->window_scale = option[2];
		break;
	case 4 << 8 | 2:
		ret->sack_permitted = true;
		break;
	case 8 << 8 | 10:
		ret->has_timestamps = true;
		ret->timestamp = get_32(option + 2);
		ret->timestamp_echo = get_32(option + 6);
		break;
	}
}

static void parse_options(const uint8_t *at, size_t n, struct segment *ret)
{
	enum { END = 0, NO_OPERATION = 1 };
	while (n && *at != END) {
		size_t len = 1;
		if (*at != NO_OPERATION) {
			if (n < 2 || at[1] < 2 || at[1] > n)
				return;
			len = at[1];
			parse_option(at, len, ret);
		}
		at += len;
		n -= len;
	}
}

static bool parse_tcp(struct rest *rest, struct segment *ret)
{
	if (!has(rest, TCP_HEADER))
		return false;
	const uint8_t *header = rest->at;
	size_t len = (size_t)(header[12] >> 4) * 4;
	if (len < TCP_HEADER || len > rest->len)
		return false;
	ret->from_port = get_16(header);
	ret->to_port = get_16(header + 2);
	ret->sequence = get_32(header + 4);
	ret->acknowledgement = get_32(header + 8);
	ret->flags = header[13];
	ret->window = get_16(header + 14);
	ret->n_data = (uint32_t)(rest->len - len);
	size_t n_kept = rest->n_kept < len ? rest->n_kept : len;
	parse_options(header + TCP_HEADER, n_kept - TCP_HEADER, ret);
	return true;
}

bool segment_parse(const struct packet *packet, struct segment *ret)
{
	struct segment segment = {.window_scale = -1};
	struct rest rest = {.at = packet->bytes, .n_kept = packet->n_bytes, .len = packet->len};
	if (!has(&rest, ETHER_HDR_LEN))
		return false;
	unsigned type = get_16(rest.at + 12);
	skip(&rest, ETHER_HDR_LEN);
	bool is_ip = (type == ETHERTYPE_IP && parse_ipv4(&rest, &segment)) ||
		     (type == ETHERTYPE_IPV6 && parse_ipv6(&rest, &segment));
	if (!is_ip || !parse_tcp(&rest, &segment))
		return false;
	*ret = segment;
	return true;
}

const char *segment_flags_text(uint8_t flags, char ret[static SEGMENT_FLAGS_TEXT])
{
	static const struct {
		uint8_t flag;
		char name[4];
	} names[] = {
		{SEGMENT_SYN, "SYN"},
		{SEGMENT_FIN, "FIN"},
		{SEGMENT_RST, "RST"},
		{SEGMENT_ACK, "ACK"},
		{SEGMENT_ECE, "ECE"},
		{SEGMENT_CWR, "CWR"},
		{SEGMENT_URG, "URG"},
	};
	char *end = ret;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (flags & names[i].flag) {
			end = end == ret ? ret : stpcpy(end, ",");
			end = stpcpy(end, names[i].name);
		}
	if (end == ret)
		strcpy(ret, "none");
	return ret;
}

bool segment_is_reverse(const struct segment *a, const struct segment *b)
{
	return a->family == b->family && a->from_port == b->to_port && a->to_port == b->from_port &&
	       !memcmp(&a->from, &b->to, sizeof a->from) && !memcmp(&a->to, &b->from, sizeof a->to);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Words for what a story is made of.
#include "report/story_phrase.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mapped.h"

static bool is_any(const struct in6_addr *address)
{
	const struct in6_addr any_ipv4 = MAPPED_ANY;
	return IN6_IS_ADDR_UNSPECIFIED(address) || IN6_ARE_ADDR_EQUAL(address, &any_ipv4);
}

static void note_address(
	struct story_addresses *all, bool *are_several, enum story_side side, const struct in6_addr *address)
{
	if (is_any(address))
		return;
	if (all->only[side] && !IN6_ARE_ADDR_EQUAL(all->only[side], address))
		are_several[side] = true;
	all->only[side] = address;
}

void story_addresses_find(const struct story *story, struct story_addresses *ret)
{
	bool are_several[STORY_SIDE_COUNT] = {false};
	*ret = (struct story_addresses){{NULL}};
	for (size_t i = 0; i < story->n_packets; i++) {
		const struct story_packet *p = &story->packets[i];
		if (!p->is_tcp)
			continue;
		note_address(ret, are_several, p->from, &p->segment.from);
		note_address(ret, are_several, p->to, &p->segment.to);
	}
	for (size_t i = 0; i < story->n_looks; i++)
		for (size_t k = 0; k < story->looks[i].n_changes; k++) {
			const struct story_change *change = &story->looks[i].changes[k];
			note_address(ret, are_several, change->side, &change->socket->local);
		}
	for (int side = 0; side < STORY_SIDE_COUNT; side++)
		if (are_several[side] || side == STORY_UNTOLD)
			ret->only[side] = NULL;
}

void story_phrase_address(const struct in6_addr *address, struct text *t)
{
	char buffer[INET6_ADDRSTRLEN];
	text_add(t, mapped_text(address, buffer));
}

/* ":12345" where the address is the only one of its side, "*:12345", "10.0.0.1:12345" or "[fd00::1]:12345". */
static void add_end(const struct story_addresses *addresses, enum story_side side, const struct in6_addr *address,
	uint16_t port, struct text *t)
{
	const struct in6_addr *only = addresses->only[side];
	if (is_any(address)) {
		text_add(t, "*");
	} else if (!only || !IN6_ARE_ADDR_EQUAL(only, address)) {
		bool is_ipv6 = !IN6_IS_ADDR_V4MAPPED(address);
		text_add(t, is_ipv6 ? "[" : "");
		story_phrase_address(address, t);
		text_add(t, is_ipv6 ? "]" : "");
	}
	text_addf(t, ":%u", port);
}

static enum story_side opposite(enum story_side side)
{
	return side == STORY_LEFT ? STORY_RIGHT : side == STORY_RIGHT ? STORY_LEFT : STORY_UNTOLD;
}

static void add_timer(const struct tcp_socket *socket, struct text *t)
{
	char left[DURATION_TEXT];
	if (socket->timer == TCP_TIMER_NONE)
		return;
	duration_format(socket->expires_ms * CLOCK_US_PER_MS, left);
	if (socket->timer == TCP_TIMER_TIME_WAIT)
		text_addf(t, ", %s left", left);
	else
		text_addf(t, ", %s timer %s", tcp_timer_name(socket->timer), left);
}

/*
 * As ss(8) calls them: a FIN counts as one in them, too. Those of a listener are connections that wait to be accepted,
 * and how many may (tcp_diag_get_info() in net/ipv4/tcp_diag.c).
 */
static void add_queues(const struct tcp_socket *socket, struct text *t)
{
	if (socket->state == TCP_STATE_LISTEN) {
		if (socket->receive_queue)
			text_addf(t, ", %" PRIu32 " to be accepted", socket->receive_queue);
		return;
	}
	if (socket->receive_queue)
		text_addf(t, ", recv-q %" PRIu32, socket->receive_queue);
	if (socket->send_queue)
		text_addf(t, ", send-q %" PRIu32, socket->send_queue);
}

void story_phrase_socket(const struct story_addresses *addresses, const struct story_change *change, struct text *t)
{
	const struct tcp_socket *socket = change->socket;
	const char *state = tcp_state_name(socket->state);
	text_addf(t, "%s ", state ? state : "unknown");
	add_end(addresses, change->side, &socket->local, socket->local_port, t);
	if (socket->remote_port) {
		text_add(t, " ↔ ");
		add_end(addresses, opposite(change->side), &socket->remote, socket->remote_port, t);
	}
	if (change->how == STORY_GONE) {
		text_add(t, " is gone");
		return;
	}
	add_timer(socket, t);
	add_queues(socket, t);
}

static void add_number(const char *name, const struct story_number *number, struct text *t)
{
	static const char *const remarks[] = {
		[STORY_COUNTED] = "",
		[STORY_COUNTED_BEFORE] = " (of the connection before)",
		[STORY_UNCOUNTED] = " (not counted)",
	};
	text_addf(t, " %s %" PRIu32 "%s", name, number->value, remarks[number->counted]);
}

static void add_ports(
	const struct story_addresses *addresses, const struct story_packet *p, bool leftward, struct text *t)
{
	const struct segment *s = &p->segment;
	text_add(t, " ");
	if (leftward) {
		add_end(addresses, p->to, &s->to, s->to_port, t);
		text_add(t, " ← ");
		add_end(addresses, p->from, &s->from, s->from_port, t);
		return;
	}
	add_end(addresses, p->from, &s->from, s->from_port, t);
	text_add(t, " → ");
	add_end(addresses, p->to, &s->to, s->to_port, t);
}

/* The options that both ends agree on in their SYNs. */
static void add_syn_options(const struct segment *s, struct text *t)
{
	text_add(t, s->has_timestamps ? ", timestamps" : ", no timestamps");
	if (s->mss)
		text_addf(t, ", mss %u", s->mss);
	if (s->window_scale >= 0)
		text_addf(t, ", wscale %d", s->window_scale);
	if (s->sack_permitted)
		text_add(t, ", sack");
}

void story_phrase_packet(const struct story *story, const struct story_addresses *addresses,
	const struct story_packet *p, bool leftward, struct text *t)
{
	const struct segment *s = &p->segment;
	char flags[SEGMENT_FLAGS_TEXT];
	bool is_syn = s->flags & SEGMENT_SYN;
	if (!p->is_tcp) {
		text_addf(t, "%s, %" PRIu32 " bytes", story_packet_kind(p->packet), p->packet->len);
		return;
	}
	text_add(t, segment_flags_text(s->flags, flags));
	if (story->n_connections > 1 || (is_syn && !(s->flags & SEGMENT_ACK)))
		add_ports(addresses, p, leftward, t);
	add_number("seq", &p->sequence, t);
	if (s->flags & SEGMENT_ACK)
		add_number("ack", &p->acknowledgement, t);
	if (s->n_data)
		text_addf(t, ", %" PRIu32 " byte%s", s->n_data, s->n_data == 1 ? "" : "s");
	if (is_syn)
		add_syn_options(s, t);
	else if (!s->window && !(s->flags & SEGMENT_RST))
		text_add(t, ", window 0");
}

/* EtherTypes (IEEE 802.3, include/uapi/linux/if_ether.h) and protocols (IANA) that are met on a veth. */
const char *story_packet_kind(const struct packet *packet)
{
	static const struct {
		unsigned ether_type, at, protocol; /* @at: where the protocol stands in the frame; 0: there is none */
		const char *name;
	} kinds[] = {
		{0x0806, 0, 0, "ARP"},
		{0x0800, 23, 1, "ICMP"},
		{0x0800, 23, 17, "UDP"},
		{0x0800, 23, 6, "TCP, cut short"},
		{0x86dd, 20, 58, "ICMPv6"},
		{0x86dd, 20, 0, "ICMPv6"}, /* behind hop-by-hop options: multicast listener reports (RFC 3810) */
		{0x86dd, 20, 17, "UDP"},
		{0x86dd, 20, 6, "TCP, cut short"},
	};
	unsigned ether_type = packet->n_bytes < 14 ? 0 : (unsigned)packet->bytes[12] << 8 | packet->bytes[13];
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (ether_type == kinds[i].ether_type &&
			(!kinds[i].at ||
				(packet->n_bytes > kinds[i].at && packet->bytes[kinds[i].at] == kinds[i].protocol)))
			return kinds[i].name;
	return "unknown";
}

bool story_packet_is_for_all(const struct packet *packet)
{
	return packet->n_bytes && packet->bytes[0] & 1; /* the group bit of its destination */
}

/* ip_rcv() and the like count each packet in these (net/ipv4/proc.c lists them). */
bool story_counter_is_traffic(const char *name)
{
	static const char *const names[] = {"IpInReceives", "IpInDelivers", "IpOutRequests", "IpOutTransmits",
		"IpExtInOctets", "IpExtOutOctets", "IpExtInNoECTPkts", "IpExtInMcastPkts", "IpExtOutMcastPkts",
		"IpExtInMcastOctets", "IpExtOutMcastOctets", "TcpInSegs", "TcpOutSegs"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

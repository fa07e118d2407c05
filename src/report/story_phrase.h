/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what a story is made of: addresses, sockets, packets. */
#ifndef REPORT_STORY_PHRASE_H
#define REPORT_STORY_PHRASE_H

#include "analyze/story.h"
#include "base/text.h"

/* The one address that each side has in the whole story; it needs not be told each time. */
struct story_addresses {
	const struct in6_addr *only[STORY_SIDE_COUNT]; /* NULL where there is none, or are several */
};

void story_addresses_find(const struct story *story, struct story_addresses *ret);

/* story_phrase_address() - "10.0.0.1"; IPv6 without brackets. */
void story_phrase_address(const struct in6_addr *address, struct text *t);

/* story_phrase_socket() - "TIME-WAIT :12345 ↔ :40000, 60s left", without the address of a side that has but one. */
void story_phrase_socket(const struct story_addresses *addresses, const struct story_change *change, struct text *t);

/**
 * story_phrase_packet() - "SYN :40000 → :12345 seq 0, mss 1460, no timestamps"
 * @leftward: the arrow that it stands on points to the left, and so does the one between its ports
 */
void story_phrase_packet(const struct story *story, const struct story_addresses *addresses,
	const struct story_packet *packet, bool leftward, struct text *t);

/* story_packet_kind() - what is no TCP segment: "ICMPv6", "ARP" …, "unknown". */
const char *story_packet_kind(const struct packet *packet);

/* story_packet_is_for_all() - whether it goes to more than one (broadcast, multicast): chatter of the interface. */
bool story_packet_is_for_all(const struct packet *packet);

/* story_counter_is_traffic() - whether it counts packets or bytes and nothing else: it moves in every cell. */
bool story_counter_is_traffic(const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A choice of TCP segments, in a part of libpcap's filter syntax (pcap-filter(7)). */
#ifndef MODEL_PACKET_FILTER_H
#define MODEL_PACKET_FILTER_H

#include "base/error.h"
#include "model/packet.h"

#define PACKET_FILTER_BYTES_MAX 500 /* of its text */

struct packet_filter;

/**
 * packet_filter_new() - compile @text
 * @ret: owned by the caller
 *
 * Looks nothing up, neither by DNS nor in a file, whatever @text is: packet_filter.c says how.
 * Errors: ERROR_USAGE that says what is wrong, and what may have been meant.
 */
int packet_filter_new(const char *text, struct packet_filter **ret, struct error *e);

/* packet_filter_takes() - whether it takes a packet, which holds a TCP segment. */
bool packet_filter_takes(const struct packet_filter *filter, const struct packet *packet);

/* packet_filter_can_tell() - whether it is decided by what is kept of a packet; of a whole one it is. */
bool packet_filter_can_tell(const struct packet_filter *filter, const struct packet *packet);

void packet_filter_free(struct packet_filter *filter);

static inline void cleanup_packet_filter(struct packet_filter **filter)
{
	packet_filter_free(*filter);
}

#endif

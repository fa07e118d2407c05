/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP segment as the bytes of an Ethernet frame; and frames that netrepro has made itself, told from the kernels'. */
#ifndef MODEL_SEGMENT_WRITE_H
#define MODEL_SEGMENT_WRITE_H

#include "model/crafted.h"
#include "model/link_layer.h"
#include "model/packet.h"

/* Ethernet, IPv6, TCP with all its options, and data. */
#define SEGMENT_FRAME_MAX (14 + 40 + 60 + CRAFTED_DATA_MAX)

/* An ICMP echo request: Ethernet, IPv4, ICMP (RFC 792). */
#define ECHO_FRAME (14 + 20 + 8)

/**
 * segment_write() - the frame of @segment
 * @to: link-layer address of who takes it on the link
 * @actor: number of the actor that makes it, for frame_maker()
 * @ret: of SEGMENT_FRAME_MAX bytes; n_data zeroes are its data, which must be at most CRAFTED_DATA_MAX
 *
 * Both checksums are right. A window_scale below 0 and an mss of 0 stand for no such option.
 * Return: its length.
 */
size_t segment_write(const struct segment *segment, const uint8_t to[static LINK_LAYER_BYTES], unsigned actor,
	uint8_t ret[static SEGMENT_FRAME_MAX]);

/**
 * segment_rewrite() - make a frame that was seen, and kept whole, one that can be sent again
 * @frame: a TCP segment, as segment_parse() takes it; its link-layer addresses become @to and that of @actor, and the
 * checksum of TCP, which a kernel leaves to the device, is filled in
 */
void segment_rewrite(uint8_t *frame, size_t len, const uint8_t to[static LINK_LAYER_BYTES], unsigned actor);

/* echo_write() - an ICMP echo request of netrepro's, with the number @number. */
void echo_write(struct in_addr from, struct in_addr to, const uint8_t to_link[static LINK_LAYER_BYTES],
	uint16_t number, uint8_t ret[static ECHO_FRAME]);

/* echo_parse() - whether a packet is such a request, or the reply to it. */
bool echo_parse(const struct packet *packet, bool *ret_is_reply, uint16_t *ret_number);

/**
 * frame_maker() - the actor that made a frame, by segment_write() or segment_rewrite()
 *
 * It stands in the link-layer address that the frame has as its source, which no link of a testbed has.
 * Return: whether one did; otherwise a kernel has.
 */
bool frame_maker(const struct packet *packet, unsigned *ret_actor);

#endif

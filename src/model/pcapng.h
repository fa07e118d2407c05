/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets as a pcapng file (draft-ietf-opsawg-pcapng): written for Wireshark and its like, and read back by ourselves.
 *
 * Two interfaces a namespace, both Ethernet, in nanoseconds: its veths, named as the namespace ("server"), and its
 * loopback ("server lo"). The direction of a packet is in its epb_flags. What the capture dropped stands in an
 * interface statistics block of the veths (isb_ifdrop).
 */
#ifndef MODEL_PCAPNG_H
#define MODEL_PCAPNG_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "model/packet.h"
#include "model/scenario.h"

struct pcapng {
	const char *about; /* of the whole file (the section's opt_comment); NULL for none */
	const char *namespaces[SCENARIO_NAMESPACES_MAX];
	size_t n_namespaces;
	uint64_t dropped[SCENARIO_NAMESPACES_MAX]; /* by namespace: packets that were seen and could not be kept */
	struct packet *packets;                    /* in the order of time */
	size_t n_packets;
	const char *const *comments; /* by packet, each may be NULL; NULL for none at all */
};

/* pcapng_write() - the whole file, appended to @t (which holds any bytes: see text_add_bytes()). */
void pcapng_write(const struct pcapng *file, struct text *t);

/**
 * pcapng_read() - what pcapng_write() has written
 * @arena: owns the lists and the texts of @ret; the bytes of the packets stay in @data, which must outlive them
 *
 * Blocks and options that are not known are passed over; comments are read as well.
 * Errors: ERROR_USAGE with -EINVAL for what is no such file, cut off, or of another byte order.
 */
int pcapng_read(const void *data, size_t len, struct arena *arena, struct pcapng *ret, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of a network namespace, all its interfaces, seen through one packet socket (packet(7)).
 */
#ifndef NET_CAPTURE_H
#define NET_CAPTURE_H

#include "base/error.h"
#include "model/packet.h"

struct capture {
	int fd;           /* -1: none */
	uint64_t dropped; /* packets that the kernel had no room for, as far as capture_drain() has asked */
};
#define CAPTURE_INIT ((struct capture){.fd = -1})

/**
 * capture_open() - see all packets of the namespace that the caller is in, from now on
 * @room_bytes: of the socket's queue (SO_RCVBUF), 0 for the usual; packets beyond it are dropped and counted
 *
 * Errors: ERROR_ABSENT where this kernel has no packet sockets; ERROR_HARNESS otherwise.
 */
int capture_open(struct capture *capture, int room_bytes, struct error *e);

/**
 * capture_drain() - take what has been seen since the last time; never blocks
 * @take: called with each packet in its order; @packet and its bytes are gone afterwards; its `namespace` is 0.
 *        A negative return ends it with that.
 *
 * A packet on lo is given once, as it leaves. Afterwards capture->dropped is up to date.
 */
int capture_drain(struct capture *capture, int (*take)(void *context, const struct packet *packet, struct error *e),
	void *context, struct error *e);

/**
 * capture_close() - end the captures; good on ones that were never opened
 *
 * To close a packet socket takes the kernel a grace period of RCU, 5 to 30 ms (packet_release() in
 * net/packet/af_packet.c): a thread of its own waits for it, where one can be made.
 */
void capture_close(struct capture *captures, size_t n);

#endif

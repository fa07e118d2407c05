/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of a network namespace, all its interfaces, seen through one packet socket (packet(7)).
 */
#ifndef NET_CAPTURE_H
#define NET_CAPTURE_H

#include <sys/uio.h>

#include "base/error.h"
#include "model/packet.h"

/* A packet is large where it has more, and the queue is to have room for many such: Ethernet, IPv6 and TCP with all its options
 * are 114. Of what is no TCP, or has other headers before it, PACKET_BYTES_MAX are kept, as elsewhere. */
#define CAPTURE_CUT_BYTES 128

struct capture {
	int fd;           /* -1: none */
	bool cuts;        /* the kernel keeps no more of a packet than is given */
	uint64_t dropped; /* packets that the kernel had no room for, as far as capture_drain() has asked */
};
#define CAPTURE_INIT ((struct capture){.fd = -1})

/* What is asked for where nothing else is said: some thousand small packets. Only what is queued takes memory. */
#define CAPTURE_ROOM_BYTES (4 << 20)

/**
 * capture_prepare() - have the kernel take the time of each packet that it sees, and wait until it does
 *
 * To be called once, before the first capture_open(); see capture.c. In a namespace of the caller's own: its lo is up
 * afterwards.
 * Return: a descriptor, owned by the caller, close-on-exec: times are taken for as long as it is open; or -errno
 * (ERROR_HARNESS).
 */
int capture_prepare(struct error *e);

/**
 * capture_open() - see all packets of the namespace that the caller is in, from now on
 * @room_bytes: of the socket's queue (SO_RCVBUF), as the kernel counts them, its own book-keeping included; 0 for
 * CAPTURE_ROOM_BYTES. Packets beyond it are dropped and counted. The least is some 2 KiB (SOCK_MIN_RCVBUF); the most,
 * where the caller has no privilege in the first user namespace, is net.core.rmem_max, and no error then.
 * @lo_is_up: packets may come by on lo; the filter that then is needed is half of what a capture costs
 * @cuts: of large packets the queue holds the headers alone, so that there is room for many; it takes a filter as well
 *
 * Errors: ERROR_ABSENT where this kernel has no packet sockets, or the caller may make none; ERROR_HARNESS otherwise.
 */
int capture_open(struct capture *capture, int room_bytes, bool lo_is_up, bool cuts, struct error *e);

/**
 * capture_drain() - take what has been seen since the last time; never blocks
 * @take: called with each packet in its order; @packet and its bytes are gone afterwards; its `namespace` is 0.
 *        A negative return ends it with that; what was seen and not given by then may be lost.
 *
 * A packet on lo is given once, as it leaves, and counted once where it is dropped. A frame that comes in with a
 * link-layer address which is not this link's is not given: IP never sees it (PACKET_OTHERHOST, packet(7)). Afterwards capture->dropped is up
 * to date.
 * Errors: ERROR_HARNESS; -ENODATA for a packet whose time the kernel did not take (see capture_prepare()).
 */
int capture_drain(struct capture *capture, int (*take)(void *context, const struct packet *packet, struct error *e),
	void *context, struct error *e);

/**
 * capture_send() - put frames on a link, one right behind the other on one processor
 * @ifindex: of the link, in the namespace of the capture
 * @n: at most CAPTURE_SEND_MAX
 *
 * The capture that sends them does not see them leave; others do. On one processor they are taken in at the other end in
 * this order: a veth hands each to the queue of the processor that it is on (veth_forward_skb(), drivers/net/veth.c).
 * Errors: ERROR_HARNESS.
 */
#define CAPTURE_SEND_MAX 2
int capture_send(struct capture *capture, int ifindex, const struct iovec *frames, size_t n, struct error *e);

/**
 * capture_close() - end the captures; good on ones that were never opened
 *
 * To close a packet socket takes the kernel a grace period of RCU, 5 to 30 ms (packet_release() in
 * net/packet/af_packet.c): a thread waits for each (net/closers.h). Until then the descriptors count, and the
 * namespaces are alive.
 */
void capture_close(struct capture *captures, size_t n);

#endif

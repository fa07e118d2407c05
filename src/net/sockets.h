/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What TCP sockets a namespace has, by sock_diag: TIME-WAIT and orphans included. */
#ifndef NET_SOCKETS_H
#define NET_SOCKETS_H

#include <netinet/in.h>
#include <stdint.h>

#include "base/error.h"
#include "model/tcp_socket.h"
#include "net/netlink.h"

struct tcp_sockets {
	struct tcp_socket *all; /* owned */
	size_t n, size;
};
#define TCP_SOCKETS_INIT ((struct tcp_sockets){.all = NULL})

/**
 * tcp_sockets_list() - all TCP sockets of the namespace of @diag that listen or have a peer, IPv4 and IPv6
 * @list: emptied first; its memory is used again
 *
 * A dump that the kernel says was interrupted, or that shows that it was overtaken, is made again.
 */
int tcp_sockets_list(struct netlink *diag, struct tcp_sockets *list, struct error *e);
void tcp_sockets_done(struct tcp_sockets *list);

/* tcp_sockets_add() - an empty element at the end of @list; NULL when memory is out. */
struct tcp_socket *tcp_sockets_add(struct tcp_sockets *list);

/**
 * tcp_socket_find() - one socket of the namespace of @diag by its four-tuple, TIME-WAIT included: a look into one
 * bucket
 * @wanted: family, addresses (IPv4 as v4-mapped) and ports count
 * @ret: its `backlog` is told here alone
 *
 * Return: 1 with *@ret filled, 0 when there is none, or -errno.
 */
int tcp_socket_find(struct netlink *diag, const struct tcp_socket *wanted, struct tcp_socket *ret, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What TCP sockets a namespace has, by sock_diag: TIME-WAIT and orphans included. */
#ifndef NET_SOCKETS_H
#define NET_SOCKETS_H

#include <netinet/in.h>
#include <stdint.h>

#include "base/error.h"
#include "net/netlink.h"

/* States as in include/net/tcp_states.h, named as in RFC 9293. */
enum tcp_state {
	TCP_STATE_ESTABLISHED = 1,
	TCP_STATE_SYN_SENT,
	TCP_STATE_SYN_RECEIVED,
	TCP_STATE_FIN_WAIT_1,
	TCP_STATE_FIN_WAIT_2,
	TCP_STATE_TIME_WAIT,
	TCP_STATE_CLOSED,
	TCP_STATE_CLOSE_WAIT,
	TCP_STATE_LAST_ACK,
	TCP_STATE_LISTEN,
	TCP_STATE_CLOSING,
	TCP_STATE_NEW_SYN_RECEIVED, /* a request socket; sock_diag shows it as SYN-RECEIVED */
	TCP_STATE_BOUND_INACTIVE, /* bound, neither listening nor connected; not listed: only kernels since 6.8 could */
	TCP_STATE_COUNT
};

/* tcp_state_name() - "TIME-WAIT"; NULL for a number that is no state. */
const char *tcp_state_name(enum tcp_state state);

struct tcp_socket {
	enum tcp_state state;
	int family;                         /* AF_INET or AF_INET6 */
	struct in6_addr local, remote;      /* IPv4 as v4-mapped */
	uint16_t local_port, remote_port;   /* host byte order */
	unsigned timer;                     /* idiag_timer: 0 none, 1 retransmit, 2 keepalive, 3 TIME-WAIT, 4 probe */
	uint64_t expires_ms;                /* until that timer fires */
	uint32_t receive_queue, send_queue; /* bytes */
};

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
 *
 * Return: 1 with *@ret filled, 0 when there is none, or -errno.
 */
int tcp_socket_find(struct netlink *diag, const struct tcp_socket *wanted, struct tcp_socket *ret, struct error *e);

#endif

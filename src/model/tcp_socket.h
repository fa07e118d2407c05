/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP socket as the kernel shows it, with the names of its states and timers. */
#ifndef MODEL_TCP_SOCKET_H
#define MODEL_TCP_SOCKET_H

#include <netinet/in.h>
#include <stdint.h>

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

/* What a socket waits for, as idiag_timer says it (inet_diag_msg_common_fill() in net/ipv4/inet_diag.c). */
enum tcp_timer {
	TCP_TIMER_NONE,
	TCP_TIMER_RETRANSMIT,
	TCP_TIMER_KEEPALIVE, /* FIN-WAIT-2 of an orphan and SYN-RECEIVED as well */
	TCP_TIMER_TIME_WAIT,
	TCP_TIMER_PROBE, /* of a window that is closed */
	TCP_TIMER_COUNT
};

/* tcp_timer_name() - "time-wait"; NULL for a number that is no timer. */
const char *tcp_timer_name(enum tcp_timer timer);

/* A TCP socket, as sock_diag shows it. */
struct tcp_socket {
	enum tcp_state state;
	int family;                       /* AF_INET or AF_INET6 */
	struct in6_addr local, remote;    /* IPv4 as v4-mapped */
	uint16_t local_port, remote_port; /* host byte order */
	enum tcp_timer timer;
	uint64_t expires_ms;                /* until that timer fires */
	uint32_t receive_queue, send_queue; /* bytes */
	uint32_t backlog; /* bytes of what came while a program used the socket, and is put off until it is done */
};

/* tcp_socket_compare_ends() - by ports, then by addresses; for qsort(3) and the like. */
int tcp_socket_compare_ends(const struct tcp_socket *x, const struct tcp_socket *y);

#endif

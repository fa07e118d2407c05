// SPDX-License-Identifier: GPL-2.0-or-later
// The names of a TCP socket's states and timers, and the order of sockets.
#include "model/tcp_socket.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *const state_names[] = {
	NULL, /* the kernel counts from 1 */
	[TCP_STATE_ESTABLISHED] = "ESTABLISHED",
	[TCP_STATE_SYN_SENT] = "SYN-SENT",
	[TCP_STATE_SYN_RECEIVED] = "SYN-RECEIVED",
	[TCP_STATE_FIN_WAIT_1] = "FIN-WAIT-1",
	[TCP_STATE_FIN_WAIT_2] = "FIN-WAIT-2",
	[TCP_STATE_TIME_WAIT] = "TIME-WAIT",
	[TCP_STATE_CLOSED] = "CLOSED",
	[TCP_STATE_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCP_STATE_LAST_ACK] = "LAST-ACK",
	[TCP_STATE_LISTEN] = "LISTEN",
	[TCP_STATE_CLOSING] = "CLOSING",
	[TCP_STATE_NEW_SYN_RECEIVED] = "NEW-SYN-RECEIVED",
	[TCP_STATE_BOUND_INACTIVE] = "BOUND-INACTIVE",
};
static_assert(sizeof(state_names) / sizeof(state_names[0]) == TCP_STATE_COUNT, "a state without a name");

const char *tcp_state_name(enum tcp_state state)
{
	return (unsigned)state < TCP_STATE_COUNT ? state_names[state] : NULL;
}

static const char *const timer_names[] = {
	[TCP_TIMER_NONE] = "none",
	[TCP_TIMER_RETRANSMIT] = "retransmit",
	[TCP_TIMER_KEEPALIVE] = "keepalive",
	[TCP_TIMER_TIME_WAIT] = "time-wait",
	[TCP_TIMER_PROBE] = "probe",
};
static_assert(sizeof(timer_names) / sizeof(timer_names[0]) == TCP_TIMER_COUNT, "a timer without a name");

const char *tcp_timer_name(enum tcp_timer timer)
{
	return (unsigned)timer < TCP_TIMER_COUNT ? timer_names[timer] : NULL;
}

int tcp_socket_compare_ends(const struct tcp_socket *x, const struct tcp_socket *y)
{
	if (x->local_port != y->local_port)
		return x->local_port < y->local_port ? -1 : 1;
	if (x->remote_port != y->remote_port)
		return x->remote_port < y->remote_port ? -1 : 1;
	int r = memcmp(&x->local, &y->local, sizeof x->local);
	return r ? r : memcmp(&x->remote, &y->remote, sizeof x->remote);
}

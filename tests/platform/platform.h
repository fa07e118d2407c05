/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs of this folder share: a way out of the host's network,
 * namespaces, a veth, sysctls, one TCP connection and a look at sock_diag.
 *
 * Raw netlink, and nothing of src/: these programs say what the kernel does,
 * so they must not lean on the code that relies on it. Whatever fails that is
 * not the fact in question fails the cmocka test that called.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * How long to wait for an event that must come. It bounds a failing test; a
 * passing one never waits for it.
 */
#define PLATFORM_PATIENCE_MS 10000

/* The ifindexes of a veth made here; different, since linkwatch calls an end urgent by that. */
#define PLATFORM_MAIN_IFINDEX 2
#define PLATFORM_PEER_IFINDEX 3

/* IF_OPER_UP of linux/if.h (RFC 2863), which cannot be included along with net/if.h. */
#define PLATFORM_OPER_UP 6

/* One netlink request, built front to back. */
struct platform_request {
	_Alignas(NLMSG_ALIGNTO) char buf[1024];
	size_t len_bytes;
};

/* A TCP connection within or between namespaces, and the socket that listens. */
struct platform_tcp {
	int listener;
	int server;	/* the accepted end */
	int client;
};

/* A socket as sock_diag tells it. */
struct platform_socket {
	uint8_t family;
	uint8_t state;
	uint8_t timer;		/* idiag_timer; 3: TIME-WAIT (include/uapi/linux/inet_diag.h) */
	uint32_t expires_ms;
	uint16_t local_port;
	uint16_t remote_port;
};

/* Says why, and skips the test that called. */
_Noreturn void platform_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Leaves the host's network for a fresh, empty network namespace that stands
 * for the host from then on; an ordinary user gets a user namespace first.
 * Skips the test where the kernel allows neither. Returns a descriptor of the
 * namespace; the caller closes it.
 */
int platform_leave_host(void);

/* Makes a network namespace and enters it. Returns its descriptor; the caller closes it. */
int platform_new_namespace(void);

/* Enters the namespace of a descriptor. */
void platform_enter(int ns);

/* Opens a netlink socket in the current namespace, subscribed to groups (RTMGRP_…). */
int platform_netlink(int protocol, uint32_t groups);

/* Starts a request; body is copied. */
void platform_request_init(struct platform_request *r, uint16_t type, uint16_t flags, const void *body,
			   size_t body_bytes);

/* Appends an attribute. */
void platform_request_put(struct platform_request *r, uint16_t type, const void *data, size_t len_bytes);

/* Opens a nested attribute (header_bytes of data come first); returns what platform_request_end() takes. */
size_t platform_request_nest(struct platform_request *r, uint16_t type, const void *header, size_t header_bytes);

/* Closes the nested attribute. */
void platform_request_end(struct platform_request *r, size_t nest);

/*
 * Sends the request and takes the acknowledgement. Returns 0 or -errno. If
 * message is not NULL it receives the kernel's own words (NETLINK_EXT_ACK), or
 * an empty string where there were none.
 */
int platform_talk(int fd, struct platform_request *r, char *message, size_t message_bytes);

/*
 * Asks the kernel, from the current namespace, for a veth with the main end in
 * main_ns (PLATFORM_MAIN_IFINDEX) and the peer in peer_ns
 * (PLATFORM_PEER_IFINDEX), named "main" and "peer", with the given IFF_ flags.
 * Returns 0 or -errno; message as in platform_talk().
 */
int platform_veth_try(int main_ns, int peer_ns, unsigned int main_flags, unsigned int peer_flags, char *message,
		      size_t message_bytes);

/* Brings a link of the current namespace up. */
void platform_link_up(int ifindex);

/*
 * Asks once for one link of the current namespace, singly. Returns its
 * operstate; ret_flags, where not NULL, receives its IFF_ flags.
 */
int platform_link_operstate(int ifindex, unsigned int *ret_flags);

/* Asks until the operstate of the link is IF_OPER_UP. */
void platform_link_wait_ready(int ifindex);

/* Adds an address (IFA_F_ flags) to a link of the current namespace. address is text, IPv4 (/24) or IPv6 (/64). */
void platform_address_add(int ifindex, const char *address, uint32_t flags);

/*
 * A ready veth: the main end in client_ns with 10.0.0.2, the peer in server_ns
 * with 10.0.0.1. Leaves the process in client_ns.
 */
void platform_veth(int server_ns, int client_ns);

/* Reads a file of /proc whole, without the newline at its end. Returns 0 or -errno. */
int platform_file_read(const char *path, char *text, size_t text_bytes);

/* Writes a file of /proc in one write(2). Returns 0 or -errno. */
int platform_file_write(const char *path, const char *text);

/*
 * Makes a connection to the address (text) and port: the server's sockets in
 * server_ns, the client's in client_ns (the same, or another). Leaves the
 * process in client_ns.
 */
void platform_tcp_connect(struct platform_tcp *t, int server_ns, int client_ns, const char *address, uint16_t port);

/*
 * Closes the connection and the listener, the server's end first, as a server
 * does that closes actively: its TIME-WAIT is what remains.
 */
void platform_tcp_close_server_first(struct platform_tcp *t);

/*
 * Lists every TCP socket of the current namespace, IPv4 and IPv6, by one dump
 * as libnl-idiag's idiagnl_send_simple() asks for it (TCPDIAG_GETSOCK,
 * AF_UNSPEC). Returns how many were written to sockets.
 */
size_t platform_sockets(struct platform_socket *sockets, size_t max);

/* Dumps until a socket of that local port is in the state; returns it. */
struct platform_socket platform_wait_state(uint16_t local_port, uint8_t state);

/*
 * Reads link events from a socket of RTMGRP_LINK until one of the type
 * (RTM_NEWLINK, RTM_DELLINK) and ifindex comes; returns how many others came
 * before it.
 */
size_t platform_wait_link_event(int fd, uint16_t type, int ifindex);

/* Waits until the descriptor is readable or at its end. */
void platform_wait_readable(int fd);

#endif

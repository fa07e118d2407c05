/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An address of a scenario as the kernel wants it, and back as text. */
#ifndef ACTOR_ENDPOINT_H
#define ACTOR_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/tcp_socket.h"
#include "model/word.h"

#define ENDPOINT_TEXT 64

/**
 * endpoint_fill() - @address as a socket address
 * @family: of the socket that it is for; decides what `*` and the name of a namespace mean. A literal is passed on as
 * it is, also to a socket of the other family: what the kernel says to it is the answer.
 *
 * Return: the length of the socket address.
 */
socklen_t endpoint_fill(const struct address *address, int family, struct sockaddr_storage *ret);

/* endpoint_format() - "10.0.0.1:80" or "[fd00::1]:80". */
void endpoint_format(const struct sockaddr_storage *address, char text[static ENDPOINT_TEXT]);

/* endpoint_format_host() - "10.0.0.1" or "fd00::1". */
void endpoint_format_host(const struct sockaddr_storage *address, char text[static ENDPOINT_TEXT]);

/* endpoint_host(), endpoint_port() - its address, IPv4 as v4-mapped, and its port in host byte order. */
struct in6_addr endpoint_host(const struct sockaddr_storage *address);
uint16_t endpoint_port(const struct sockaddr_storage *address);

/* endpoint_is_local() - whether @socket lies on @address: its port, and its local address unless that is `*`. */
bool endpoint_is_local(const struct address *address, const struct tcp_socket *socket);

#endif

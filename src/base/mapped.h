/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 addresses as v4-mapped ones of IPv6 (::ffff:10.0.0.1; RFC 4291, section 2.5.5.2), so that one type holds both.
 */
#ifndef BASE_MAPPED_H
#define BASE_MAPPED_H

#include <netinet/in.h>
#include <stdbool.h>

/* 0.0.0.0 */
#define MAPPED_ANY ((struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}})

/* mapped_from() - @ipv4 as a v4-mapped address. */
struct in6_addr mapped_from(struct in_addr ipv4);

/* mapped_ipv4() - the IPv4 address in a v4-mapped one. */
struct in_addr mapped_ipv4(const struct in6_addr *address);

/* mapped_is_loopback() - whether it is one of 127.0.0.0/8, or ::1. */
bool mapped_is_loopback(const struct in6_addr *address);

/* mapped_text() - "10.0.0.1" of a v4-mapped address, "fd00::1" of another one; into @ret, which is returned. */
const char *mapped_text(const struct in6_addr *address, char ret[static INET6_ADDRSTRLEN]);

#endif

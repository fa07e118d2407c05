// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 addresses as v4-mapped ones of IPv6.
#include "base/mapped.h"

#include <arpa/inet.h>
#include <string.h>

struct in6_addr mapped_from(struct in_addr ipv4)
{
	struct in6_addr address = MAPPED_ANY;
	memcpy(&address.s6_addr[12], &ipv4, sizeof ipv4);
	return address;
}

struct in_addr mapped_ipv4(const struct in6_addr *address)
{
	struct in_addr ipv4;
	memcpy(&ipv4, &address->s6_addr[12], sizeof ipv4);
	return ipv4;
}

bool mapped_is_loopback(const struct in6_addr *address)
{
	return IN6_IS_ADDR_V4MAPPED(address) ? address->s6_addr[12] == IN_LOOPBACKNET : IN6_IS_ADDR_LOOPBACK(address);
}

const char *mapped_text(const struct in6_addr *address, char ret[static INET6_ADDRSTRLEN])
{
	bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(address);
	inet_ntop(is_ipv4 ? AF_INET : AF_INET6, is_ipv4 ? &address->s6_addr[12] : address->s6_addr, ret,
		INET6_ADDRSTRLEN);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// An address of a scenario as the kernel wants it, and back as text.
#include "actor/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/mapped.h"

socklen_t endpoint_fill(const struct address *address, int family, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof *ret);
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	switch (address->host) {
	case HOST_IPV4:
		family = AF_INET;
		in->sin_addr = address->ipv4;
		break;
	case HOST_IPV6:
		family = AF_INET6;
		in6->sin6_addr = address->ipv6;
		break;
	case HOST_NAMESPACE:
		if (family == AF_INET)
			in->sin_addr = address->ipv4;
		else
			in6->sin6_addr = address->ipv6;
		break;
	case HOST_ANY: /* all zeroes in both families */
	case HOST_KIND_COUNT:
		break;
	}
	if (family == AF_INET) {
		in->sin_family = AF_INET;
		in->sin_port = htons(address->port);
		return sizeof *in;
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(address->port);
	return sizeof *in6;
}

void endpoint_format_host(const struct sockaddr_storage *address, char text[static ENDPOINT_TEXT])
{
	const void *host = address->ss_family == AF_INET
				   ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
				   : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
	if (!inet_ntop(address->ss_family, host, text, ENDPOINT_TEXT))
		snprintf(text, ENDPOINT_TEXT, "?");
}

uint16_t endpoint_port(const struct sockaddr_storage *address)
{
	return ntohs(address->ss_family == AF_INET ? ((const struct sockaddr_in *)address)->sin_port
						   : ((const struct sockaddr_in6 *)address)->sin6_port);
}

struct in6_addr endpoint_host(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_addr
					      : mapped_from(((const struct sockaddr_in *)address)->sin_addr);
}

void endpoint_format(const struct sockaddr_storage *address, char text[static ENDPOINT_TEXT])
{
	char host[ENDPOINT_TEXT];
	endpoint_format_host(address, host);
	if (address->ss_family == AF_INET)
		snprintf(text, ENDPOINT_TEXT, "%.48s:%u", host, endpoint_port(address));
	else
		snprintf(text, ENDPOINT_TEXT, "[%.48s]:%u", host, endpoint_port(address));
}

bool endpoint_is_local(const struct address *address, const struct tcp_socket *socket)
{
	if (socket->local_port != address->port)
		return false;
	struct in6_addr first = in6addr_any, second = in6addr_any;
	switch (address->host) {
	case HOST_ANY:
	case HOST_KIND_COUNT:
		return true;
	case HOST_IPV4:
		first = second = mapped_from(address->ipv4);
		break;
	case HOST_IPV6:
		first = second = address->ipv6;
		break;
	case HOST_NAMESPACE:
		first = mapped_from(address->ipv4);
		second = address->ipv6;
		break;
	}
	return IN6_ARE_ADDR_EQUAL(&socket->local, &first) || IN6_ARE_ADDR_EQUAL(&socket->local, &second);
}

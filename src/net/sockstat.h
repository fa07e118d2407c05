/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many TCP sockets a namespace has, as the kernel counts them: /proc/net/sockstat. */
#ifndef NET_SOCKSTAT_H
#define NET_SOCKSTAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct sockstat {
	uint64_t in_use;    /* in any state of a full socket, LISTEN included; no request sockets; IPv4 and IPv6 */
	uint64_t time_wait; /* IPv4 and IPv6 */
};

/* sockstat_read() - of the namespace that the caller is in. @with_ipv6: where it has IPv6; those sockets count as well.
 */
int sockstat_read(bool with_ipv6, struct sockstat *ret, struct error *e);

#endif

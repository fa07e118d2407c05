/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters that the kernel keeps for each namespace, as /proc/net/netstat and /proc/net/snmp show them, and named
 * as nstat(8) names them: the line's name and the column's, "TcpExtTCPTimeWaitOverflow", "TcpActiveOpens".
 */
#ifndef NET_MIB_H
#define NET_MIB_H

#include "base/arena.h"
#include "base/error.h"

struct mib_counter {
	const char *name;
	int64_t value;
};

/**
 * mib_read() - all counters of the namespace that the caller is in that are not 0
 * @arena: owns the list and the names
 *
 * Constants and gauges are no counters and are left out (IpForwarding, IpDefaultTTL, TcpRtoAlgorithm, TcpRtoMin,
 * TcpRtoMax, TcpMaxConn, TcpCurrEstab). In a new namespace all are 0, so that what is not is what moved since.
 * Errors: ERROR_HARNESS when they cannot be read or are not as they were known.
 */
int mib_read(struct arena *arena, struct mib_counter **ret, size_t *ret_n, struct error *e);

/**
 * mib_find() - one counter by its name, also where it is 0
 *
 * Errors: ERROR_ABSENT when this kernel has none of that name, with a suggestion.
 */
int mib_find(const char *name, int64_t *ret, struct error *e);

#endif

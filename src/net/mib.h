/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters that the kernel keeps for each namespace, as /proc/net/netstat and /proc/net/snmp show them, and named
 * as nstat(8) names them: the line's name and the column's, "TcpExtTCPTimeWaitOverflow", "TcpActiveOpens".
 * (What IPv6 counts for itself, snmp6, is not among them; TCP counts both families together.)
 */
#ifndef NET_MIB_H
#define NET_MIB_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct mib_counter {
	const char *name;
	int64_t value;
};

/**
 * mib_read() - all counters of the namespace that the caller is in that are not 0, by name
 * @arena: owns the list and the names
 *
 * Constants and gauges are no counters and are left out (IpForwarding, IpDefaultTTL, TcpRtoAlgorithm, TcpRtoMin,
 * TcpRtoMax, TcpMaxConn, TcpCurrEstab, MPTcpExtMPCurrEstab). In a new namespace all are 0, so that what is not is what
 * moved since.
 * Errors: ERROR_HARNESS when they cannot be read or are not as they were known.
 */
int mib_read(struct arena *arena, struct mib_counter **ret, size_t *ret_n, struct error *e);

/**
 * mib_find() - one counter by its name, also where it is 0
 *
 * IcmpMsgInType0 to IcmpMsgOutType255 are there as long as they are 0, too, which the kernel does not show.
 * Errors: ERROR_ABSENT with -ENOENT when this kernel has none of that name, with a suggestion; constants and gauges are
 * no counters here either.
 */
int mib_find(const char *name, int64_t *ret, struct error *e);

/* One column of the text. Neither name ends with a NUL; borrowed from the text. */
struct mib_column {
	const char *line; /* the name of the line, without its colon: "TcpExt" */
	size_t line_len;
	const char *name; /* the column's: "TCPTimeWaitOverflow" */
	size_t name_len;
	int64_t value;
};

/**
 * mib_parse() - each column of a text like /proc/net/snmp, constants and gauges included
 * @text: @len bytes, which need not end with a NUL: pairs of lines, "Name: column column …" and "Name: value value …"
 * @visit: a return that is not 0 ends it with that
 *
 * Return: 0, what @visit returned, or -EPROTO (ERROR_HARNESS) when the text is not of that form; columns before that
 * have been visited.
 */
int mib_parse(const char *text, size_t len,
	int (*visit)(void *context, const struct mib_column *column, struct error *e), void *context, struct error *e);

#endif

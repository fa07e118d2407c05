/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sysctls of the namespace that the caller is in, by name ("net.ipv4.tcp_timestamps"). */
#ifndef NET_SYSCTL_H
#define NET_SYSCTL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define SYSCTL_VALUE_MAX 512

/**
 * sysctl_read() - the value, runs of white space made one space, none at the ends
 *
 * Errors: ERROR_ABSENT with the name when this kernel, or a namespace other than the first, has no such sysctl.
 */
int sysctl_read(const char *name, char value[static SYSCTL_VALUE_MAX], struct error *e);

/**
 * sysctl_write() - write, check, and read back
 *
 * Errors: ERROR_ABSENT as above, and for one that only the host may write (EACCES); ERROR_UNMET when the kernel refuses
 * the value (its errno), or when what is read back is not what was written (SYSCTL_NOT_KEPT; both values are in the
 * text); ERROR_HARNESS for all else (EROFS, EMFILE, ENOMEM …).
 */
#define SYSCTL_NOT_KEPT ESTALE /* no answer of the kernel to a write: it said yes, and did something else */
int sysctl_write(const char *name, const char *value, struct error *e);

/* sysctl_verify() - that a sysctl still is what was written. Errors: as sysctl_write(). */
int sysctl_verify(const char *name, const char *value, struct error *e);

/* sysctl_is_secret() - what nobody may learn from a results file: tcp_fastopen_key, stable_secret. */
bool sysctl_is_secret(const char *name);

/**
 * sysctl_each() - call @visit with every readable sysctl file directly below the folders of net.ipv4, net.ipv6 and
 * net.core, sorted by name; secrets are left out
 */
int sysctl_each(int (*visit)(void *context, const char *name, const char *value), void *context, struct error *e);

#endif

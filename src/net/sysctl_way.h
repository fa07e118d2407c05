/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By which path the sysctls of a network namespace are reached. On a host that is /proc/sys; in a container that is
 * mounted read-only, and there is another way or none. This is the one place that knows the ways.
 */
#ifndef NET_SYSCTL_WAY_H
#define NET_SYSCTL_WAY_H

#include "base/error.h"

/*
 * Where a container may be given the host's /proc/sys/net: `-v /proc/sys/net:/run/sysnet:rw`. What it shows belongs to
 * the namespace of whoever opens it, as everywhere (proc_sys_lookup(), fs/proc/proc_sysctl.c).
 */
#define SYSCTL_GIVEN "/run/sysnet"

/**
 * sysctl_way_prepare() - make /proc/sys writable where it is not
 *
 * Only in a mount namespace of the caller's own, and while it has what CAP_SYS_ADMIN it will ever have there. Where
 * that does not help, nothing has changed: what can be done is found out by sysctl_way_find().
 */
void sysctl_way_prepare(void);

/**
 * sysctl_way_find() - choose the first way that works
 *
 * In a network namespace of the caller's own, in which a sysctl may be changed and changed back. From then on
 * sysctl_way_root() is that way's, in this process and its children.
 *
 * Errors: ERROR_HOST when none works, saying of each why; ERROR_HARNESS when that could not be found out (EMFILE …).
 */
int sysctl_way_find(struct error *e);

/* sysctl_way_show() - let programs that know /proc/sys alone write there what this process can write; only in a mount
 * namespace of the caller's own. */
void sysctl_way_show(void);

/* sysctl_way_root() - the folder of what is called net.*, with a '/' at its end; /proc/sys/net/ until one was chosen.
 */
const char *sysctl_way_root(void);

/**
 * sysctl_way_open() - open a sysctl of the namespace that the caller is in, and never anything else
 * @file: below sysctl_way_root(): "ipv4/tcp_timestamps"
 * @flags: of open(2); the descriptor is close-on-exec
 *
 * Return: its descriptor; or -errno, among them -EXDEV where something is mounted over it or above it, and -EMEDIUMTYPE
 * for what is no sysctl.
 */
int sysctl_way_open(const char *file, int flags);

/* sysctl_way_phrase() - the way that was chosen, in words: "by /proc/sys". */
const char *sysctl_way_phrase(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces that live by descriptors alone: closing the last one is the whole clean-up. */
#ifndef NET_NAMESPACE_H
#define NET_NAMESPACE_H

#include "base/error.h"

/**
 * namespace_new() - a new network namespace, which the caller is in afterwards
 *
 * Return: a descriptor of it, owned by the caller, close-on-exec; or -errno (ERROR_HARNESS).
 */
int namespace_new(struct error *e);

/* namespace_open_own() - a descriptor of the namespace that the caller is in. */
int namespace_open_own(struct error *e);

/* namespace_enter() - be in the namespace @fd. */
int namespace_enter(int fd, struct error *e);

#endif

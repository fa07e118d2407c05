/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look at the TCP sockets of a namespace of the testbed. */
#ifndef ACTOR_LOOK_H
#define ACTOR_LOOK_H

#include "actor/testbed.h"

/* look_remember() - that the socket @fd, which is in @from, has connected: its four-tuple is known from now on. */
void look_remember(struct testbed *t, const struct testbed_namespace *from, int fd);

/* look_at() - all TCP sockets of @namespace, into its `look`. */
int look_at(struct testbed *t, struct testbed_namespace *namespace, struct error *e);

#endif

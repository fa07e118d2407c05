/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a run is kept apart from the host. The runner stays where it is, in the host's namespaces. Its workers are forked
 * into a PID namespace whose init dies with the runner, whatever kills it, and takes all of them along; each has
 * network and mount namespaces of its own and no way back.
 */
#ifndef RUN_ISOLATION_H
#define RUN_ISOLATION_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct isolation {
	pid_t init;            /* as the runner sees it; 0: none */
	int lifeline;          /* init ends when its other end is closed */
	int own_pid_namespace; /* where the caller's children were before */
	const char *privilege; /* "root" or "user namespace", one's own or a container's */
};
#define ISOLATION_INIT ((struct isolation){.lifeline = -1, .own_pid_namespace = -1})

/**
 * isolation_begin() - from here on, what the caller forks is in the PID namespace
 *
 * Where the caller may not do so, it goes into a user namespace first, as itself.
 * Errors: ERROR_HOST with what is missing and the remedy.
 */
int isolation_begin(struct isolation *isolation, struct error *e);

/**
 * isolation_enter() - the first act of a forked worker: leave the host for good
 * @fds: the descriptors that are kept, and their new numbers; all others are closed, 0 to 2 lead to /dev/null
 *
 * Return: 0; 1 when it had to go into a user namespace of its own; or -errno (ERROR_HOST, with the remedy).
 */
int isolation_enter(const char *name, int *fds, size_t n_fds, struct error *e);

/* isolation_prepare_sysctls() - sysctl_way_find() for one who has left the host. Errors: ERROR_HOST, with the remedy.
 */
int isolation_prepare_sysctls(struct error *e);

/**
 * isolation_enter_user_namespace() - be root of a new user namespace, which is the caller outside
 * @flags: other namespaces to be made with it (CLONE_NEWPID), or 0
 *
 * Errors: ERROR_HOST with the remedy, also where the namespace is made but gives no power.
 */
int isolation_enter_user_namespace(int flags, struct error *e);

/**
 * isolation_enter_at_terminal() - the same for the server of a lab, whose children are at the user's terminal
 *
 * Descriptors 0 to 2 stay as they are, all others are closed. Signals, environment and folder stay. Of the namespaces
 * that ip-netns(8) has names of none is to be seen, and names that are given are the lab's own; D-Bus and systemd, by
 * which programs reach who manages the host's network, are not to be found.
 * What the user has given as one of the three may be a socket, and that is a way back: it is the user who goes it.
 * Return: as isolation_enter().
 */
int isolation_enter_at_terminal(const char *name, struct error *e);

/**
 * isolation_enter_network() - be in the network namespace @namespace, with a mount namespace of one's own whose /sys
 * shows it
 *
 * For what is about to be executed in the namespace of an actor. Errors: ERROR_HARNESS, ERROR_HOST.
 */
int isolation_enter_network(int namespace, struct error *e);

/* isolation_end() - end all that is in the PID namespace and wait until it is gone; as root, what the caller forks from
 * then on is where it was before. */
void isolation_end(struct isolation *isolation);

/* isolation_error() - the error for a namespace of a kind ("network") that cannot be made: why, and the remedy for it.
 */
int isolation_error(struct error *e, int errnum, const char *kind);

#endif

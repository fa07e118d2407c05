/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that a user of a lab has run: in the namespace of an actor, at the user's terminal. */
#ifndef CLI_LAB_CHILD_H
#define CLI_LAB_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct lab_child {
	int namespace;        /* of an actor: entered, with a /sys that shows it; -1: stay in the lab's own */
	int home;             /* the lab's own, where the caller may be elsewhere; -1: the caller is there */
	const char *actor;    /* whom the prompt of a shell names */
	char *const *command; /* ended by NULL; NULL: the user's shell */
	bool foreground;      /* it gets the terminal, until lab_child_wait() takes it back */
};

/* lab_child_has_terminal() - whether the standard input is a terminal that the caller may hand on. */
bool lab_child_has_terminal(void);

/* lab_child_start() - Return: its process ID, or -errno. What goes wrong in it, it says itself, and ends as in a shell.
 */
pid_t lab_child_start(const struct lab_child *child, struct error *e);

/**
 * lab_child_wait() - until it has ended; one that is stopped goes on
 * @foreground: it has the terminal
 *
 * Return: its exit status, 128 and the number of the signal that ended it.
 */
int lab_child_wait(pid_t pid, bool foreground);

/* lab_terminal_take() - make the caller's process group that of the terminal. */
void lab_terminal_take(void);

#endif

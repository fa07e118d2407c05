/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls that lead a program out of its namespaces. */
#ifndef ACTOR_PROGRAM_FILTER_H
#define ACTOR_PROGRAM_FILTER_H

/**
 * program_filter_set() - take from this process, and from what it executes, what no namespace keeps apart
 *
 * It needs no privilege, but no_new_privs. Return: 0, or -1 with errno.
 */
int program_filter_set(void);

#endif

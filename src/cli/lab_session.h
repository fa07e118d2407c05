/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lab from its beginning to its end: two processes, and the terminal. See lab_session.c. */
#ifndef CLI_LAB_SESSION_H
#define CLI_LAB_SESSION_H

#include "model/scenario.h"

struct lab_session {
	const struct scenario *scenario;
	uint64_t cell;
	size_t until;         /* steps to be made at first; SIZE_MAX: all */
	bool plain;           /* one terminal, without panes */
	const char *actor;    /* who makes @command; NULL: a lab that someone walks through */
	char *const *command; /* ended by NULL */
	const char *about;    /* what is shown first */
};

/* lab_session_run() - Return: the exit status; all is gone. */
int lab_session_run(const struct lab_session *session);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The panes of a lab, by tmux(1). */
#ifndef CLI_LAB_TMUX_H
#define CLI_LAB_TMUX_H

#include <sys/types.h>

#include "run/lab.h"

struct lab_tmux {
	pid_t client;   /* the process that draws on the user's terminal */
	int folder;     /* a folder on no disk, where tmux keeps its socket */
	int complaints; /* what the client has said on its standard error */
	char socket[64];
};
#define LAB_TMUX_INIT ((struct lab_tmux){.folder = -1, .complaints = -1})

/* lab_tmux_refusal() - why there can be no panes here, in words; NULL: there can. */
const char *lab_tmux_refusal(void);

/**
 * lab_tmux_start() - a tmux server and its client, with a pane for each actor, one for the states, one for the steps
 *
 * All of its processes are in the namespaces of the lab, and die with it.
 */
int lab_tmux_start(struct lab_tmux *tmux, const struct lab *lab, struct error *e);

/* lab_tmux_end() - end the server and wait for the client, which leaves the terminal as it was. */
void lab_tmux_end(struct lab_tmux *tmux);

/* lab_tmux_complaint() - what the client said where it could not begin, in one line. */
const char *lab_tmux_complaint(const struct lab_tmux *tmux, char *buffer, size_t size);

#endif

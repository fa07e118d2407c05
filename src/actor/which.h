/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A choice of TCP segments as a step names it: `SYN`, `data`, `where src port 80`. */
#ifndef ACTOR_WHICH_H
#define ACTOR_WHICH_H

#include "model/packet_filter.h"
#include "model/word.h"

extern const struct word_kind word_which; /* the last word of its verb */

struct which {
	const struct which_kind *kind;
	struct packet_filter *filter; /* owned; NULL where it is a kind */
};

/* which_init() - from a word that was read as word_which. */
int which_init(struct which *which, const struct word *word, struct error *e);

/**
 * which_takes() - whether it takes a packet, and the segment in it
 *
 * Return: 1, 0, or -errno (ERROR_UNMET) where too little is kept of the packet to tell.
 */
int which_takes(
	const struct which *which, const struct packet *packet, const struct segment *segment, struct error *e);

void which_done(struct which *which);

#endif

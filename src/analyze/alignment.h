/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two stories next to each other: their steps, and between them the packets that say what a side did, those that are
 * the same in one row.
 *
 * Of the packets those with SYN, FIN or RST are there, and data, however it was cut: what a sender sent of one kind
 * without anything else in between is one entry. Acknowledgements alone are left out, as is all that is no TCP.
 */
#ifndef ANALYZE_ALIGNMENT_H
#define ANALYZE_ALIGNMENT_H

#include "analyze/divergence.h"

/* Packets of one sender during one step. */
struct aligned_packets {
	const struct story_packet *first;
	const char *sender;
	size_t n;
	uint64_t n_data; /* bytes, all together */
};

struct aligned_row {
	/* A step: its number, from 1, in each story; 0 where it has none. Of packets: the step that they belong to. */
	size_t steps[2];
	bool is_step;
	const struct aligned_packets *packets[2]; /* otherwise; NULL where it has none */
	bool differs;                             /* never before the row at which the stories part */
	bool by_factor; /* of a step that one alone has: a factor put it in, which is no difference */
};

struct alignment {
	struct aligned_row *rows; /* in the order of either story */
	size_t n_rows;
	size_t first; /* at which they part; n_rows where they do not, or behind their last step */
};

/**
 * alignment_make() - align two stories
 * @divergence: where they part
 * @arena: owns what @ret points to
 *
 * Errors: -ENOMEM.
 */
int alignment_make(const struct story *a, const struct story *b, const struct divergence *divergence,
	struct arena *arena, struct alignment *ret, struct error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules that a cover may be chosen from: cubes without a point that is off, and the points that are on in each. */
#ifndef LAW_CANDIDATES_H
#define LAW_CANDIDATES_H

#include "law/cube.h"
#include "base/error.h"

struct candidates {
	size_t cube_words, on_words; /* of one candidate's cube, and of its set of points (by number in struct sides) */
	size_t n, room;
	uint64_t *words; /* owned: the cube of the first, its set of points, the cube of the second … */
};

#define CANDIDATES_INIT ((struct candidates){.words = NULL})

/* So that what is gathered stays below 32 MB: candidates_full() is for the caller to ask. */
#define CANDIDATES_WORDS_MAX (UINT64_C(1) << 22)

static inline uint64_t *candidate_cube(const struct candidates *c, size_t i)
{
	return c->words + i * (c->cube_words + c->on_words);
}

static inline uint64_t *candidate_on(const struct candidates *c, size_t i)
{
	return candidate_cube(c, i) + c->cube_words;
}

static inline bool candidates_full(const struct candidates *c)
{
	return (c->n + 1) * (c->cube_words + c->on_words) > CANDIDATES_WORDS_MAX;
}

void candidates_init(struct candidates *c, const struct sides *sides);

/* candidates_add() - one more, of zeros; its number is n - 1. Moves all others. */
int candidates_add(struct candidates *c, struct error *e);

void candidates_done(struct candidates *c);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
// Rules that a cover may be chosen from.
#include "law/candidates.h"

#include <stdlib.h>
#include <string.h>

void candidates_init(struct candidates *c, const struct sides *sides)
{
	*c = (struct candidates){.cube_words = sides->space->n_words, .on_words = bits_words(sides->n_on)};
}

int candidates_add(struct candidates *c, struct error *e)
{
	size_t each = c->cube_words + c->on_words;
	if (c->n == c->room) {
		size_t room = c->room ? c->room * 2 : 16;
		uint64_t *words = reallocarray(c->words, room, each * sizeof *words);
		if (!words)
			return error_no_memory(e);
		c->words = words;
		c->room = room;
	}
	memset(c->words + c->n++ * each, 0, each * sizeof *c->words);
	return 0;
}

void candidates_done(struct candidates *c)
{
	free(c->words);
	*c = CANDIDATES_INIT;
}

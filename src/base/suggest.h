/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "did you mean …?": the nearest of some known words to one that nobody knows. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

struct suggestion {
	const char *word;  /* what was written; borrowed */
	const char *best;  /* the nearest candidate so far, near enough to be meant; NULL for none; borrowed */
	unsigned distance; /* of @best */
	char phrase[160];
};

#define SUGGESTION_FOR(text) ((struct suggestion){.word = (text)})

/* suggestion_consider() - hold @candidate against the word (edit distance, a swap of neighbours being one edit). */
void suggestion_consider(struct suggestion *s, const char *candidate);

/* suggestion_phrase() - " (did you mean 'x'?)", or "" when nothing is near; owned by @s. */
const char *suggestion_phrase(struct suggestion *s);

#endif

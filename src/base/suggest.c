// SPDX-License-Identifier: GPL-2.0-or-later
// "did you mean …?"
#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SUGGEST_LENGTH_MAX 48 /* longer words are not compared: no name here is as long */

static unsigned smallest(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance (Levenshtein with swaps), without regard to case. */
static unsigned edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned row[3][SUGGEST_LENGTH_MAX + 1];
	for (unsigned j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
			now[j] = smallest(smallest(before[j] + 1, now[j - 1] + 1), before[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
				tolower((unsigned char)a[i - 2]) == y)
				now[j] = smallest(now[j], earlier[j - 2] + 1);
		}
	}
	return row[a_len % 3][b_len];
}

void suggestion_consider(struct suggestion *s, const char *candidate)
{
	size_t len = strlen(s->word), candidate_len = strlen(candidate);
	if (!len || len > SUGGEST_LENGTH_MAX || candidate_len > SUGGEST_LENGTH_MAX)
		return;
	unsigned distance = edit_distance(s->word, len, candidate, candidate_len);
	unsigned most = 1 + (unsigned)len / 4; /* a third or so of the letters may be wrong */
	bool begins = len >= 3 && !strncasecmp(s->word, candidate, len);
	if (begins && distance > most)
		distance = most;
	if (distance > most || distance >= len || (s->best && distance >= s->distance))
		return;
	s->best = candidate;
	s->distance = distance;
}

const char *suggestion_phrase(struct suggestion *s)
{
	if (!s->best)
		return "";
	snprintf(s->phrase, sizeof s->phrase, " (did you mean '%s'?)", s->best);
	return s->phrase;
}

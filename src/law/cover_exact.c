// SPDX-License-Identifier: GPL-2.0-or-later
// A smallest cover, by way of all primes.
//
// A cube of a smallest cover can be widened until it is prime; it then holds no less and has no more conditions. So the
// cheapest choice among all primes (prime.c, choose.c) is a smallest cover.
#include "law/cover_exact.h"

#include <stdlib.h>

#include "law/cover_choice.h"
#include "law/prime.h"
#include "base/cleanup.h"

/* For each bit of the space, the set of points that are on and have the level: up to so many words, 32 MB. */
#define ON_AT_WORDS_MAX (UINT64_C(1) << 22)

/* From factors with a condition, take the levels at which the cube holds no point that is on. */
static void tighten(const struct sides *sides, const uint64_t *on_at, uint64_t *cube, const uint64_t *on)
{
	const struct space *s = sides->space;
	size_t on_words = bits_words(sides->n_on);
	for (size_t f = 0; f < s->n_factors; f++) {
		if (!cube_names(s, cube, f))
			continue;
		for (size_t bit = s->first[f]; bit < s->first[f + 1]; bit++)
			if (!bits_meet(on, on_at + bit * on_words, on_words))
				bits_drop(cube, bit);
	}
}

/* All primes. Return: 1, or 0 where the effort ended, or -ENOMEM. */
static int gather_primes(const struct sides *sides, struct effort *effort, struct candidates *ret, struct error *e)
{
	size_t on_words = bits_words(sides->n_on), n_words = on_words * space_bits(sides->space);
	if (n_words > ON_AT_WORDS_MAX || !effort_spend(effort, n_words + sides->n_on))
		return 0;
	CLEANUP(cleanup_free) uint64_t *on_at = calloc(n_words + 1, sizeof *on_at);
	if (!on_at)
		return error_no_memory(e);
	for (size_t i = 0; i < sides->n_on; i++)
		for (size_t f = 0; f < sides->space->n_factors; f++)
			bits_add(on_at + sides->on[i][f] * on_words, i);
	int r = prime_find(sides, on_at, effort, ret, e);
	for (size_t i = 0; r > 0 && i < ret->n; i++)
		tighten(sides, on_at, candidate_cube(ret, i), candidate_on(ret, i));
	return r;
}

int cover_exact(
	const struct sides *sides, struct effort *effort, struct arena *arena, struct cover *ret, struct error *e)
{
	CLEANUP(candidates_done) struct candidates c = CANDIDATES_INIT;
	*ret = (struct cover){.at_least = {1, 1}};
	struct effort part = {effort->left / 2};
	effort->left -= part.left;
	int r = gather_primes(sides, &part, &c, e);
	effort->left += part.left;
	if (r <= 0)
		return r;
	r = cover_choose(sides, &c, true, effort, arena, ret, e);
	return r < 0 ? r : cover_is_exact(ret);
}

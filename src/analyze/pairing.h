/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which steps of two stories belong together, and whether these came out alike.
 *
 * Of one scenario they are walked by their place in it. A step that the other cell does not have was put in by a
 * factor: that is what was varied, and nothing that came of it. Of different scenarios they are walked as they stand,
 * and are the same where they read the same.
 */
#ifndef ANALYZE_PAIRING_H
#define ANALYZE_PAIRING_H

#include "analyze/story.h"

struct pairing {
	const struct story *stories[2];
	bool is_one_scenario;
};

/* A step of each story, or of one alone. */
struct step_pair {
	size_t steps[2]; /* number, from 1; 0 where it was not made */
	size_t place;    /* as pairing_place() says */
	bool is_same;    /* both have it */
	bool by_factor;  /* the cell that did not make it does not have it, and was not to make it */
};

struct pairing pairing_of(const struct story *a, const struct story *b);

/**
 * pairing_next() - walk the steps of both
 * @done: how many steps of each were handed out; {0, 0} at the beginning
 *
 * Return: false behind the last one.
 */
bool pairing_next(const struct pairing *p, size_t done[2], struct step_pair *ret);

/**
 * pairing_place() - where a step stands, to be held against those of the other story
 * @step: number, from 1; 0: before the first
 *
 * Return: its place in the scenario, from 1; of different scenarios its number; 0 before the first.
 */
size_t pairing_place(const struct pairing *p, int side, size_t step);

/**
 * pairing_has_same_outcome() - whether the same step came out alike
 * @steps: its number, from 1, in each story
 *
 * Which port the kernel chose does not count.
 */
bool pairing_has_same_outcome(const struct pairing *p, const size_t steps[2]);

#endif

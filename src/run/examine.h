/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this host can do, found by doing it: each ability is tried in a process of its own, which is gone afterwards. */
#ifndef RUN_EXAMINE_H
#define RUN_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "run/remedy.h"

struct ability {
	const char *name;
	const char *purpose; /* what netrepro needs it for */
	bool is_needed;      /* without it nothing can run; otherwise something is missing, or slower */
	/* In a process of its own. Errors say why not. May fill @detail with what was seen. */
	int (*try)(char *detail, size_t size, struct error *e);
	const char *remedy;     /* NULL: it depends on where this is, as the next says */
	enum obstacle obstacle;
	const char *ground; /* the name of an ability without which it is not tried; NULL for none */
};

extern const struct ability abilities[];
extern const size_t n_abilities;

#define ABILITY_TEXT 512

enum finding { FINDING_FAILS, FINDING_WORKS, FINDING_NOT_TRIED };

/* ability_remedy() - what to do where it does not work; nothing where there is nothing to do. */
void ability_remedy(const struct ability *ability, struct text *t);

/**
 * ability_try() - try one
 * @ret_text: why it does not work, or what was seen; "" for nothing
 *
 * Return: an enum finding, never FINDING_NOT_TRIED: that is for who asks; or -errno when no trial could be made.
 */
int ability_try(const struct ability *ability, char ret_text[static ABILITY_TEXT], struct error *e);

#endif

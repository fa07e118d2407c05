// SPDX-License-Identifier: GPL-2.0-or-later
// What a step can come out as.
#include "model/outcome.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"

#define ERRNOS_MAX 4096 /* MAX_ERRNO, include/linux/err.h */

/* An errno that the C library has no name for is written as its number (step_errno()). */
#define NAMELESS_ERRNO "errno-"

static const char digits[] = "0123456789";

static bool is_among(const char *outcome, const char *const words[], struct suggestion *near)
{
	for (; words && *words; words++) {
		if (!strcmp(outcome, *words))
			return true;
		suggestion_consider(near, *words);
	}
	return false;
}

/* Errnos with two names, of which the C library tells the other one. */
static const struct {
	const char *name;
	int number;
} second_names[] = {{"EDEADLOCK", EDEADLOCK}, {"ENOTSUP", ENOTSUP}, {"EWOULDBLOCK", EWOULDBLOCK}};

static bool is_errno(const char *outcome, struct suggestion *near)
{
	for (int i = 1; i < ERRNOS_MAX; i++) {
		const char *name = strerrorname_np(i);
		if (name && !strcmp(name, outcome))
			return true;
		if (name)
			suggestion_consider(near, name);
	}
	for (size_t i = 0; i < sizeof second_names / sizeof *second_names; i++)
		if (!strcmp(second_names[i].name, outcome))
			near->best = strerrorname_np(second_names[i].number);
	const char *number = outcome + strlen(NAMELESS_ERRNO);
	return !strncmp(outcome, NAMELESS_ERRNO, strlen(NAMELESS_ERRNO)) && *number &&
	       !number[strspn(number, digits)];
}

/* "never comes out as 'x' (did you mean 'y'?)", or what it does come out as. */
static int never(const char *outcome, struct suggestion *near, const char *what, struct error *e)
{
	const char *phrase = suggestion_phrase(near);
	return error_set(e, ERROR_USAGE, EINVAL, "never comes out as '%s'%s%s", outcome, *phrase ? phrase : ", but as ",
		*phrase ? "" : what);
}

/* "none, time-wait" */
static void list_words(const char *const words[], struct text *ret)
{
	for (size_t i = 0; words && words[i]; i++)
		text_addf(ret, "%s%s", i ? ", " : "", words[i]);
}

int outcome_check_call(const char *outcome, const char *const also[], struct error *e)
{
	static const char *const common[] = {"ok", "timeout", NULL};
	struct suggestion near = SUGGESTION_FOR(outcome);
	if (is_among(outcome, common, &near) || is_among(outcome, also, &near) || is_errno(outcome, &near))
		return 0;
	CLEANUP(text_done) struct text what = TEXT_INIT;
	list_words(common, &what);
	text_add(&what, also ? ", " : "");
	list_words(also, &what);
	text_add(&what, " or an errno's name");
	return never(outcome, &near, text_get(&what), e);
}

int outcome_check_words(const char *outcome, const char *const words[], struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(outcome);
	if (is_among(outcome, words, &near))
		return 0;
	CLEANUP(text_done) struct text what = TEXT_INIT;
	list_words(words, &what);
	return never(outcome, &near, text_get(&what), e);
}

int outcome_check_number(const char *outcome, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(outcome);
	const char *number = outcome + (*outcome == '-');
	return *number && !number[strspn(number, digits)] ? 0 : never(outcome, &near, "a whole number", e);
}

static bool looks_like_errno(const char *outcome)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	return *outcome == 'E' && strlen(outcome) > 3 && !outcome[strspn(outcome, letters)];
}

int outcome_check_any(const char *outcome, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(outcome);
	return !looks_like_errno(outcome) || is_errno(outcome, &near) ? 0
								       : never(outcome, &near, "another errno", e);
}

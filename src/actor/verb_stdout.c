// SPDX-License-Identifier: GPL-2.0-or-later
// The verb for what a program prints: stdout.
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "actor/verb.h"
#include "base/clock.h"
#include "model/outcome.h"

#define PATTERN_BYTES_MAX 200
#define PATTERN_GROUPS 2
#define PATTERN_PLUSES_MAX 8 /* regcomp(3) of the C library takes x+ for xx*, and so doubles what each is behind */

/* A pattern may stand in quotes, as an argument may. Return: it without them. */
static void unquote(const char *text, char ret[static PATTERN_BYTES_MAX + 1])
{
	size_t len = strlen(text);
	bool is_quoted = len >= 2 && (*text == '\'' || *text == '"') && text[len - 1] == *text;
	snprintf(ret, PATTERN_BYTES_MAX + 1, "%.*s", (int)(is_quoted ? len - 2 : len), text + is_quoted);
}

/*
 * An extended regular expression, regex(7). A scenario may be a stranger's, and `check` is to be safe with it: what
 * makes the C library take any amount of memory or time is not taken.
 */
static int pattern_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	char why[128], pattern[PATTERN_BYTES_MAX + 1];
	regex_t regex;
	if (strlen(ret->text) > PATTERN_BYTES_MAX)
		return error_set(e, ERROR_USAGE, EINVAL, "a pattern is longer than %d bytes", PATTERN_BYTES_MAX);
	unquote(ret->text, pattern);
	int n_pluses = 0;
	for (const char *c = pattern; *c; c++) {
		n_pluses += *c == '+';
		if (n_pluses > PATTERN_PLUSES_MAX)
			return error_set(e, ERROR_USAGE, EINVAL, "'%s': a pattern takes no more than %d +", ret->text,
				PATTERN_PLUSES_MAX);
		if (*c == '{')
			return error_set(e, ERROR_USAGE, EINVAL,
				"'%s': a pattern takes no interval such as a{2}: write aa, and \\{ for the character",
				ret->text);
		if (*c == '\\' && c[1] >= '1' && c[1] <= '9')
			return error_set(e, ERROR_USAGE, EINVAL, "'%s': a pattern takes no back-reference such as \\1",
				ret->text);
		c += *c == '\\' && c[1];
	}
	int r = regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE);
	if (r) {
		regerror(r, &regex, why, sizeof why);
		return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no extended regular expression: %s", ret->text, why);
	}
	bool is_empty = regexec(&regex, "", 0, NULL, 0) == 0;
	regfree(&regex);
	if (is_empty)
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' matches where nothing is printed as well: write + where a * leaves nothing", ret->text);
	return 0;
}

static const struct word_kind word_pattern = {
	.what = "an extended regular expression", .takes_rest = true, .parse = pattern_parse};

/*
 * What the C library takes to match grows with the square of the length of a line, and the memory that it takes with
 * what it has matched since the pattern was compiled. The worker has other cells: so both are bounded, and what is
 * looked at at once is. To match is to match within a line, also for [[:space:]].
 */
#define LINE_BYTES_MAX 1024 /* that are looked at; behind them nobody knows */
#define LOOK_BYTES_MAX 2048
#define LAST_LOOK_US (200 * CLOCK_US_PER_MS) /* at what is left when the deadline comes */

struct search {
	const char *text; /* whole lines */
	size_t len, at;   /* at: of the first line that was not looked at */
	bool is_cut;      /* a line was longer than is looked at, and did not match so far as it was */
	const char *found;
	size_t found_len; /* the first group of the pattern, or all that matches */
};

/* Return: 1 where the line matches, 0, or -ENOMEM. */
static int match_line(const regex_t *regex, size_t len, struct search *s)
{
	bool is_long = len > LINE_BYTES_MAX;
	const char *line = s->text + s->at;
	regmatch_t matches[PATTERN_GROUPS] = {{.rm_so = 0, .rm_eo = (regoff_t)(is_long ? LINE_BYTES_MAX : len)}};
	int r = regexec(regex, line, PATTERN_GROUPS, matches, REG_STARTEND | (is_long ? REG_NOTEOL : 0));
	if (r && r != REG_NOMATCH)
		return -ENOMEM;
	/* What reaches as far as is looked at may go on behind that. */
	if (is_long && (r || matches[0].rm_eo == LINE_BYTES_MAX)) {
		s->is_cut = true;
		return 0;
	}
	if (r)
		return 0;
	const regmatch_t *match = &matches[regex->re_nsub ? 1 : 0];
	s->found = match->rm_so < 0 ? "" : line + match->rm_so;
	s->found_len = match->rm_so < 0 ? 0 : (size_t)(match->rm_eo - match->rm_so);
	return 1;
}

/* Look at some lines. Return: 1 where one matches, 0 where none of them does, or -ENOMEM. */
static int find(const char *word, struct search *s)
{
	regex_t regex;
	char pattern[PATTERN_BYTES_MAX + 1];
	int r = 0;
	unquote(word, pattern);
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE))
		return -ENOMEM;
	for (size_t n = 0; r == 0 && s->at < s->len && n < LOOK_BYTES_MAX;) {
		const char *line = s->text + s->at, *end = memchr(line, '\n', s->len - s->at);
		size_t len = end ? (size_t)(end - line) : s->len - s->at;
		r = match_line(&regex, len, s);
		s->at += end ? len + 1 : len;
		n += len < LINE_BYTES_MAX ? len + 1 : LINE_BYTES_MAX;
	}
	regfree(&regex);
	return r;
}

static enum step_status record_match(struct step_run *run, const char *from, size_t len, struct error *e)
{
	char text[OUTCOME_TEXT];
	if (len >= sizeof text) {
		error_set(e, ERROR_UNMET, EMSGSIZE, "what matches is longer than %zu bytes", sizeof text - 1);
		return STEP_FAILED;
	}
	program_copy_output(from, len, text);
	return step_observed(run, "%s", len ? text : "empty");
}

static enum step_status fail_unseen(const char *what, struct error *e)
{
	error_set(e, ERROR_UNMET, EFBIG, "the program has printed %s, and what was looked at does not match", what);
	return STEP_FAILED;
}

static enum step_status run_stdout(struct step_run *run, struct error *e)
{
	bool is_all, is_cut, is_measured = step_is_measured(run);
	struct search s = {.at = run->progress};
	s.text = program_output(step_program(run), &s.len, &is_all, &is_cut);
	uint64_t until_us = run->expired ? clock_now_us() + LAST_LOOK_US : 0;
	int r;
	do
		r = find(run->step->words[1].text, &s);
	while (r == 0 && s.at < s.len && clock_now_us() < until_us);
	if (r < 0) {
		error_no_memory(e);
		return STEP_FAILED;
	}
	/* Of a line that does not match so far as it is looked at one knows that another matches, but not which is
	 * first. */
	if (r > 0 && !is_measured)
		return step_ok(run);
	if (s.is_cut && is_measured)
		return fail_unseen("a line that is longer than is looked at", e);
	if (r > 0)
		return record_match(run, s.found, s.found_len, e);
	run->progress = s.at;
	run->hears_programs = true;
	run->wait_until_us = 0;
	if (s.at < s.len && run->expired)
		return fail_unseen("more than could be looked at in time", e);
	if (s.at < s.len) {
		run->wait_until_us = clock_now_us();
		return STEP_WAIT_UNTIL;
	}
	if (is_cut)
		return fail_unseen("more than is kept", e);
	if (is_all && is_measured)
		return step_observed(run, "none");
	if (is_all)
		return step_let_down(run, "gave none: nothing more will be printed", e);
	if (run->expired && !is_measured)
		return step_let_down(run, "gave timeout", e);
	return step_wait(run, -1, 0);
}

VERB(stdout) = {
	.syntax =
		{
			.name = "stdout",
			.usage = "stdout PROGRAM PATTERN",
			.help = "wait until it has printed what matches, and record that, or the first group",
			.words = {&word_program, &word_pattern},
			.n_required = 2,
			.never_ok = true,
			.check_outcome = outcome_check_any,
		},
	.run = run_stdout,
};

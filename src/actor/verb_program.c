// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs for real programs: exec, signal, wait, stdout, until-listening.
 *
 * Nothing here waits by time alone but until-listening, as the kernel tells nobody that a socket listens: it asks again
 * and again, soon at first. A program that has ended while it was waited for says so at once.
 */
#include <errno.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "actor/look.h"
#include "actor/settle.h"
#include "actor/verb.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "model/outcome.h"

static struct program *step_program(const struct step_run *run)
{
	return step_socket(run, 0)->program;
}

static int file_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	if (strpbrk(ret->text, "'\""))
		return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no program: quotes are for its arguments", ret->text);
	return 0;
}

static int arguments_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	struct program_command command;
	int r = program_command_split("", ret->text, &command, e);
	program_command_done(&command);
	return r;
}

static const struct word_kind word_file = {.what = "a program", .parse = file_parse};
static const struct word_kind word_arguments = {.what = "arguments", .takes_rest = true, .parse = arguments_parse};

/* The folder of the scenario's file. Owned by the caller; NULL when memory is out. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
}

static int start(struct step_run *run, struct error *e)
{
	const struct word *words = run->step->words;
	CLEANUP(program_command_done) struct program_command command = {.buffer = NULL};
	int r = program_command_split(words[1].text, words[2].text, &command, e);
	if (r == 0)
		command.folder = folder_of(run->testbed->path);
	if (r == 0 && !command.folder)
		r = error_no_memory(e);
	if (r == 0)
		r = testbed_enter(run->testbed, run->actor->in, e);
	return r < 0 ? r : program_start(&run->testbed->programs, &command, &step_socket(run, 0)->program, e);
}

static enum step_status run_exec(struct step_run *run, struct error *e)
{
	struct program **program = &step_socket(run, 0)->program;
	const char *file = run->step->words[1].text;
	int errnum, fd;
	if (!run->phase++ && start(run, e) < 0)
		return STEP_FAILED;
	int r = program_has_begun(*program, &errnum, &fd, e);
	if (r == 0 && !run->expired)
		return step_wait(run, fd, EPOLLIN);
	if (r > 0 && !errnum) {
		run->testbed->n_loose_connects++;
		return step_ok(run);
	}
	program_forget(&run->testbed->programs, TAKE_POINTER(*program));
	if (r == 0) /* the deadline: the kernel has not come so far */
		return step_wait(run, -1, 0);
	if (r < 0)
		return STEP_FAILED;
	if (errnum != ENOENT)
		return step_errno(run, errnum);
	if (strchr(file, '/'))
		error_set(e, ERROR_ABSENT, ENOENT,
			"the program '%s' is not there (a relative path is one from the folder of the scenario; and "
			"what lies in /tmp itself is not to be seen), or what its first line names is not",
			file);
	else
		error_set(e, ERROR_ABSENT, ENOENT, "the program '%s' is not installed: it is not in the PATH", file);
	return STEP_FAILED;
}

VERB(exec) = {
	.syntax =
		{
			.name = "exec",
			.usage = "exec NAME PROGRAM [ARGUMENT…]",
			.help = "start a program of the host's in the namespace; run --allow-exec",
			.words = {&word_new_program, &word_file, &word_arguments},
			.n_required = 2,
			.starts_program = true,
		},
	.run = run_exec,
};

/* "SIGTERM". Return: its number; 0 for none. */
static int signal_number(const char *name)
{
	for (int i = 1; i < _NSIG; i++) {
		const char *abbreviation = sigabbrev_np(i);
		if (abbreviation && !strncmp(name, "SIG", 3) && !strcmp(abbreviation, name + 3))
			return i;
	}
	return 0;
}

/* "TERM", "sigterm": what was meant. Return: whether that can be told. */
static bool mend_signal(const char *text, char ret[static PROGRAM_ENDING_TEXT])
{
	for (int i = 1; i < _NSIG; i++) {
		const char *name = sigabbrev_np(i);
		const char *own = !strncasecmp(text, "SIG", 3) ? text + 3 : text;
		if (name && !strcasecmp(name, own)) {
			snprintf(ret, PROGRAM_ENDING_TEXT, "SIG%s", name);
			return true;
		}
	}
	return false;
}

static int signal_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	char meant[PROGRAM_ENDING_TEXT];
	ret->number = signal_number(ret->text);
	if (ret->number)
		return 0;
	if (mend_signal(ret->text, meant))
		return error_set(e, ERROR_USAGE, EINVAL, "unknown signal '%s' (did you mean '%s'?)", ret->text, meant);
	return error_set(
		e, ERROR_USAGE, EINVAL, "unknown signal '%s': it is SIGTERM, SIGKILL, SIGINT … (signal(7))", ret->text);
}

static const struct word_kind word_signal = {.what = "a signal", .parse = signal_parse};

static enum step_status run_signal(struct step_run *run, struct error *e)
{
	(void)e;
	int errnum = program_signal(step_program(run), (int)run->step->words[1].number);
	return errnum ? step_errno(run, errnum) : step_ok(run);
}

VERB(signal) = {
	.syntax =
		{
			.name = "signal",
			.usage = "signal PROGRAM SIGNAL",
			.help = "send a program a signal, such as SIGTERM",
			.words = {&word_program, &word_signal},
			.n_required = 2,
		},
	.run = run_signal,
};

#define EXIT_PREFIX "exit-"
#define ENDING_ANY "any"
#define EXIT_MAX 255

/* exit-N, or the name of a signal. */
static int check_ending(const char *outcome, struct error *e)
{
	long long number;
	char meant[PROGRAM_ENDING_TEXT];
	if (!strncmp(outcome, EXIT_PREFIX, strlen(EXIT_PREFIX)) &&
		word_parse_number(outcome + strlen(EXIT_PREFIX), 0, EXIT_MAX, &number, NULL) == 0)
		return 0;
	if (signal_number(outcome))
		return 0;
	if (mend_signal(outcome, meant))
		return error_set(
			e, ERROR_USAGE, EINVAL, "never comes out as '%s' (did you mean '%s'?)", outcome, meant);
	return error_set(e, ERROR_USAGE, EINVAL,
		"never comes out as '%s', but as exit-0 to exit-255 or the name of a signal", outcome);
}

static int check_wait(const char *outcome, struct error *e)
{
	return strcmp(outcome, "timeout") ? check_ending(outcome, e) : 0;
}

static int ending_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	if (!strcmp(ret->text, ENDING_ANY) || check_ending(ret->text, NULL) == 0)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL,
		"'%s' is no end of a program: it is exit-0 to exit-255, the name of a signal or " ENDING_ANY,
		ret->text);
}

static const struct word_kind word_ending = {.what = "the end of a program", .parse = ending_parse};

/* "; its last words: '…'" of a set-up step that a program has let down. */
static enum step_status fail_with_words(struct step_run *run, const char *what, struct error *e)
{
	char words[PROGRAM_WORDS_TEXT];
	program_last_words(step_program(run), words);
	error_set(e, ERROR_UNMET, 0, "%s; %s%s%s", what, *words ? "its last words: '" : "it has printed nothing", words,
		*words ? "'" : "");
	return STEP_FAILED;
}

static enum step_status run_wait(struct step_run *run, struct error *e)
{
	char ending[PROGRAM_ENDING_TEXT], what[2 * PROGRAM_ENDING_TEXT];
	const char *wanted = run->step->words[1].text ? run->step->words[1].text : EXIT_PREFIX "0";
	int fd;
	if (!program_has_ended(step_program(run), ending, &fd))
		return step_wait(run, fd, EPOLLIN);
	if (step_is_measured(run))
		return step_observed(run, "%s", ending);
	if (!strcmp(wanted, ENDING_ANY) || !strcmp(wanted, ending))
		return step_ok(run);
	snprintf(what, sizeof what, "gave %s", ending);
	return fail_with_words(run, what, e);
}

VERB(wait) = {
	.syntax =
		{
			.name = "wait",
			.usage = "wait PROGRAM [exit-N|SIGNAL|any]",
			.help = "wait for the end of a program, and record it: exit-0, SIGTERM",
			.words = {&word_program, &word_ending},
			.n_required = 1,
			.never_ok = true,
			.check_outcome = check_wait,
		},
	.run = run_wait,
};

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
	for (size_t i = 0; i < len; i++) {
		text[i] = from[i] == '\t' ? ' ' : from[i];
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	}
	text[len] = '\0';
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
		return fail_with_words(run, "gave none: nothing more will be printed", e);
	if (run->expired && !is_measured)
		return fail_with_words(run, "gave timeout", e);
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

static int port_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	if (word_parse_number(ret->text, 1, UINT16_MAX, &ret->number, NULL) == 0)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no port: it is a number from 1 to 65535", ret->text);
}

static const struct word_kind word_port = {.what = "a port", .parse = port_parse};

static int check_until_listening(const char *outcome, struct error *e)
{
	if (!strcmp(outcome, "ok") || !strcmp(outcome, "timeout") || check_ending(outcome, NULL) == 0)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL,
		"never comes out as '%s', but as ok, timeout, or how the program has ended: exit-1, SIGTERM", outcome);
}

static bool is_listening(const struct tcp_sockets *look, long long port)
{
	for (size_t i = 0; i < look->n; i++)
		if (look->all[i].state == TCP_STATE_LISTEN && look->all[i].local_port == port)
			return true;
	return false;
}

static enum step_status run_until_listening(struct step_run *run, struct error *e)
{
	char ending[PROGRAM_ENDING_TEXT], what[2 * PROGRAM_ENDING_TEXT];
	/* In this order: a program that puts itself into the background ends when it listens, or a moment before. */
	bool has_ended = program_has_ended(step_program(run), ending, NULL);
	if (look_at(run->testbed, run->actor->in, e) < 0)
		return STEP_FAILED;
	if (is_listening(&run->actor->in->look, run->step->words[1].number))
		return step_ok(run);
	bool is_abandoned = has_ended && strcmp(ending, EXIT_PREFIX "0") != 0;
	if (is_abandoned && step_is_measured(run))
		return step_observed(run, "%s", ending);
	if (is_abandoned || (run->expired && !step_is_measured(run))) {
		snprintf(what, sizeof what, "gave %s", is_abandoned ? ending : "timeout");
		return fail_with_words(run, what, e);
	}
	return settle_wait(run);
}

VERB(until_listening) = {
	.syntax =
		{
			.name = "until-listening",
			.usage = "until-listening PROGRAM PORT",
			.help = "wait until a TCP socket of the namespace listens on the port",
			.words = {&word_program, &word_port},
			.n_required = 2,
			.check_outcome = check_until_listening,
		},
	.run = run_until_listening,
};

// SPDX-License-Identifier: GPL-2.0-or-later
// actor/program: a command as words; and the words of the verbs for programs, which the reader of scenarios takes.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "actor/program.h"
#include "actor/verb.h"
#include "base/cleanup.h"

/* @words: ended by NULL, behind the program's name. */
static void is_split(const char *arguments, const char *const *words)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(program_command_done) struct program_command command;
	assert_int_equal(program_command_split("name", arguments, &command, &e), 0);
	assert_string_equal(command.argv[0], "name");
	size_t n = 1;
	for (; *words; words++)
		assert_string_equal(command.argv[n++], *words);
	assert_null(command.argv[n]);
}
#define IS_SPLIT(arguments, ...) is_split(arguments, (const char *const[]){__VA_ARGS__})

static void test_split(void **state)
{
	(void)state;
	IS_SPLIT(NULL, NULL);
	IS_SPLIT("", NULL);
	IS_SPLIT("  ", NULL);
	IS_SPLIT("a", "a", NULL);
	IS_SPLIT(" a  bc ", "a", "bc", NULL);
	IS_SPLIT("-g 'daemon off;' x", "-g", "daemon off;", "x", NULL);
	IS_SPLIT("--save \"\" end", "--save", "", "end", NULL);
	IS_SPLIT("a'b c'd\"e f\"", "ab cde f", NULL);
	IS_SPLIT("'\"' \"'\"", "\"", "'", NULL);
	IS_SPLIT("a\\nb", "a\\nb", NULL);
	IS_SPLIT("''", "", NULL);
}

static void refuses(const char *arguments, const char *message)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(program_command_done) struct program_command command;
	assert_true(program_command_split("name", arguments, &command, &e) < 0);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_string_equal(error_text(&e), message);
}

static void test_split_refuses(void **state)
{
	char many[3 * PROGRAM_ARGUMENTS_MAX] = "";
	(void)state;
	refuses("'", "a ' stands there that no second one ends");
	refuses("a b'c", "a ' stands there that no second one ends");
	refuses("\"a 'b'", "a \" stands there that no second one ends");
	for (int i = 0; i < PROGRAM_ARGUMENTS_MAX - 1; i++)
		strcat(many, "a ");
	CLEANUP(program_command_done) struct program_command command;
	assert_int_equal(program_command_split("name", many, &command, NULL), 0);
	assert_string_equal(command.argv[PROGRAM_ARGUMENTS_MAX - 1], "a");
	assert_null(command.argv[PROGRAM_ARGUMENTS_MAX]);
	refuses(strcat(many, "a"), "more than 63 arguments");
}

static const struct verb_syntax *verb(const char *name)
{
	const struct vocabulary *v = verb_vocabulary();
	for (size_t i = 0; i < v->n_verbs; i++)
		if (!strcmp(v->verbs[i]->name, name))
			return v->verbs[i];
	fail_msg("no verb %s", name);
	return NULL;
}

/* How the word @i of a verb reads. Return: 0, or -errno with @e. */
static int read_word(const char *name, size_t i, const char *text, struct word *ret, struct error *e)
{
	*ret = (struct word){.text = text};
	return verb(name)->words[i]->parse(&(struct word_scope){.before = NULL}, ret, e);
}

static void takes(const char *name, size_t i, const char *text, long long number)
{
	struct word word;
	assert_int_equal(read_word(name, i, text, &word, NULL), 0);
	assert_int_equal(word.number, number);
}

static void refuses_word(const char *name, size_t i, const char *text, const char *message)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct word word;
	assert_int_equal(read_word(name, i, text, &word, &e), -EINVAL);
	assert_string_equal(error_text(&e), message);
}

static void test_words(void **state)
{
	(void)state;
	takes("signal", 1, "SIGTERM", 15);
	takes("signal", 1, "SIGKILL", 9);
	refuses_word("signal", 1, "sigterm", "unknown signal 'sigterm' (did you mean 'SIGTERM'?)");
	refuses_word("signal", 1, "USR1", "unknown signal 'USR1' (did you mean 'SIGUSR1'?)");
	refuses_word("signal", 1, "SIG", "unknown signal 'SIG': it is SIGTERM, SIGKILL, SIGINT … (signal(7))");
	takes("until-listening", 1, "65535", 65535);
	refuses_word("until-listening", 1, "65536", "'65536' is no port: it is a number from 1 to 65535");
	takes("wait", 1, "any", 0);
	takes("wait", 1, "exit-255", 0);
	takes("wait", 1, "SIGSEGV", 0);
	refuses_word("wait", 1, "exit-",
		"'exit-' is no end of a program: it is exit-0 to exit-255, the name of a signal or any");
	takes("stdout", 1, "^bind (.*)$", 0);
	takes("stdout", 1, "'a b'", 0);
	takes("stdout", 1, "a\\{2", 0);
	refuses_word(
		"stdout", 1, "''", "'''' matches where nothing is printed as well: write + where a * leaves nothing");
	refuses_word("stdout", 1, "a{2}",
		"'a{2}': a pattern takes no interval such as a{2}: write aa, and \\{ for the character");
}

static void comes_out(const char *name, const char *outcome, bool can)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(verb(name)->check_outcome(outcome, &e), can ? 0 : -EINVAL);
}

static void test_outcomes(void **state)
{
	(void)state;
	comes_out("wait", "exit-0", true);
	comes_out("wait", "SIGKILL", true);
	comes_out("wait", "timeout", true);
	comes_out("wait", "ok", false);
	comes_out("wait", "exit-256", false);
	comes_out("until-listening", "ok", true);
	comes_out("until-listening", "exit-1", true);
	comes_out("until-listening", "EADDRINUSE", false);
	comes_out("stdout", "EADDRINUSE", true);
	comes_out("stdout", "EADRINUSE", false);
	comes_out("stdout", "none", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_refuses),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_outcomes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// A small vocabulary for the tests of model/, and the reading of scenarios with it.
#include "test_vocabulary.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/outcome.h"

static int parse_family(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	ret->ipv6 = !strcmp(ret->text, "tcp6");
	if (ret->ipv6 || !strcmp(ret->text, "tcp"))
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no family", ret->text);
}

/* The value of an option is read as the option before it wants: how a kind sees the words before. */
static int parse_value(const struct word_scope *scope, struct word *ret, struct error *e)
{
	assert_int_equal(scope->n_before, 2);
	assert_non_null(scope->before[1].text);
	if (!strcmp(scope->before[1].text, "SO_RCVTIMEO"))
		return 0;
	return word_parse_number(ret->text, 0, 1, &ret->number, e);
}

static const struct word_kind family = {.what = "a family", .parse = parse_family};
static const struct word_kind value = {.what = "a value", .parse = parse_value};

/* Sorted by name. */
static const struct verb_syntax rows[] = {
	{.name = "accept", .usage = "accept LISTENER NAME", .words = {&word_socket, &word_new_socket}, .n_required = 2},
	{.name = "bind", .usage = "bind SOCKET ADDRESS", .words = {&word_socket, &word_address}, .n_required = 2},
	{.name = "close", .usage = "close SOCKET", .words = {&word_ended_socket}, .n_required = 1},
	{.name = "connect", .usage = "connect SOCKET ADDRESS", .words = {&word_socket, &word_address}, .n_required = 2},
	{.name = "listen", .usage = "listen SOCKET [BACKLOG]", .words = {&word_socket, &word_count}, .n_required = 1},
	{.name = "restart", .usage = "restart", .ends_all_sockets = true, .never_measured = true},
	{.name = "send", .usage = "send SOCKET BYTES", .words = {&word_socket, &word_bytes}, .n_required = 2},
	{.name = "setsockopt",
		.usage = "setsockopt SOCKET OPTION VALUE",
		.words = {&word_socket, &word_text, &value},
		.n_required = 3},
	{.name = "sleep",
		.usage = "sleep DURATION",
		.words = {&word_duration},
		.n_required = 1,
		.never_measured = true,
		.deadline_us = 1},
	{.name = "socket",
		.usage = "socket NAME [FAMILY]",
		.words = {&word_new_socket, &family},
		.n_required = 1,
		.check_outcome = outcome_check_any}, /* what tests of rules and laws let come out */
	{.name = "sysctl", .usage = "sysctl NAME VALUE", .words = {&word_sysctl, &word_text}, .n_required = 2},
	{.name = "tcp-state",
		.usage = "tcp-state ADDRESS",
		.words = {&word_address},
		.n_required = 1,
		.only_measured = true},
};

static const struct verb_syntax *const verbs[] = {&rows[0], &rows[1], &rows[2], &rows[3], &rows[4], &rows[5], &rows[6],
	&rows[7], &rows[8], &rows[9], &rows[10], &rows[11]};

const struct vocabulary test_vocabulary = {.verbs = verbs, .n_verbs = sizeof verbs / sizeof *verbs};

int test_read(const char *yaml, struct scenario **ret, struct error *e)
{
	return scenario_read_text("t.yaml", yaml, strlen(yaml), &test_vocabulary, 1000, ret, e);
}

struct scenario *test_must_read(const char *yaml)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct scenario *s = NULL;
	if (test_read(yaml, &s, &e) < 0)
		fail_msg("%s", error_text(&e));
	return s;
}

void test_must_fail(const char *yaml, const char *message)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	assert_int_equal(test_read(yaml, &s, &e), -EINVAL);
	assert_null(s);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_string_equal(error_text(&e), message);
}

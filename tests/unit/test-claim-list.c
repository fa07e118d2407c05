// SPDX-License-Identifier: GPL-2.0-or-later
// model/claim_list: what is read from a list of claims, and what is said of a bad one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/claim_list.h"
#include "model/read.h"

#define TOP "title: t\narticles:\n"

static void must_fail(const char *yaml, const char *message)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_claim_list) struct claim_list *list = NULL;
	assert_int_not_equal(claim_list_read_text("l.yaml", yaml, strlen(yaml), &list, &e), 0);
	assert_null(list);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_string_equal(error_text(&e), message);
}

static void test_reads(void **state)
{
	(void)state;
	static const char yaml[] = "title: what two\n  articles say\nnote: of it\narticles:\n"
				   "- title: one\n  claims:\n  - {id: C2, says: second}\n"
				   "  - id: C1\n    says: >-\n      first, over\n      two lines\n    note: why\n"
				   "- title: two\n  note: an old one\n  claims: [{id: D, says: 'it''s so'}]\n";
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_claim_list) struct claim_list *list = NULL;
	if (claim_list_read_text("l.yaml", yaml, strlen(yaml), &list, &e) < 0)
		fail_msg("%s", error_text(&e));
	assert_string_equal(list->title, "what two articles say");
	assert_string_equal(list->note, "of it");
	assert_int_equal(list->n_articles, 2);
	assert_int_equal(list->n_claims, 3);
	assert_string_equal(list->articles[0].title, "one");
	assert_null(list->articles[0].note);
	assert_int_equal(list->articles[0].n_claims, 2);
	assert_string_equal(list->articles[0].claims[0].id, "C2");
	assert_null(list->articles[0].claims[0].note);
	assert_int_equal(list->articles[0].claims[0].at.line, 7);
	assert_string_equal(list->articles[0].claims[1].says, "first, over two lines");
	assert_string_equal(list->articles[0].claims[1].note, "why");
	assert_string_equal(list->articles[1].note, "an old one");
	assert_string_equal(list->articles[1].claims[0].says, "it's so");
	assert_ptr_equal(claim_list_find(list, "D"), &list->articles[1].claims[0]);
	assert_null(claim_list_find(list, "C"));
}

static void test_says_what_is_wrong(void **state)
{
	(void)state;
	must_fail("", "l.yaml:1:1: nothing stands in this file, which is to be a list of claims");
	must_fail("- a\n", "l.yaml:1:1: a list of claims must be a map (key: value), not a list");
	must_fail("title: t\n", "l.yaml:1:1: a list of claims has no 'articles:'");
	must_fail("articles: []\n", "l.yaml:1:1: a list of claims has no 'title:'");
	must_fail("title: t\narticles: []\n", "l.yaml:2:11: articles is an empty list");
	must_fail("title: t\narticles: x\n", "l.yaml:2:11: articles must be a list, not a text");
	must_fail("title: ' '\narticles: []\n", "l.yaml:1:9: title is empty");
	must_fail("titel: t\narticles: []\n",
		"l.yaml:1:1: unknown key 'titel' of a list of claims (did you mean 'title'?)");
	must_fail(TOP "- {title: a, claims: []}\n", "l.yaml:3:22: claims is an empty list");
	must_fail(TOP "- {titel: a}\n", "l.yaml:3:4: unknown key 'titel' of an article (did you mean 'title'?)");
	must_fail(TOP "- {title: a, claims: [{id: C}]}\n", "l.yaml:3:23: a claim has no 'says:'");
	must_fail(TOP "- {title: a, claims: [{says: C}]}\n", "l.yaml:3:23: a claim has no 'id:'");
	must_fail(TOP "- {title: a, claims: [{id: C, says: it, verdict: refuted}]}\n",
		"l.yaml:3:41: unknown key 'verdict' of a claim: the keys are id, says, note");
	must_fail(TOP "- {title: a, claims: [{id: C 1, says: it}]}\n",
		"l.yaml:3:28: 'C 1' is no name of a claim: letters, digits, '.', _ and -, at most 64");
	must_fail(TOP "- {title: a, claims: [{id: C, says: it}]}\n- {title: b, claims: [{id: C, says: it}]}\n",
		"l.yaml:4:28: two claims 'C', the first on line 3");
	must_fail(TOP "- &a {title: a}\n", "l.yaml:3:3: an anchor (&): a list of claims has none, write the value out");
	must_fail("name: x\nsteps:\n- server: restart\n",
		"l.yaml:1:1: unknown key 'name' of a list of claims (did you mean 'note'?)");
	must_fail("title: \"a\\x07\"\narticles: []\n", "l.yaml:1:9: the control character U+0007 in a text");
}

static void test_is_bounded(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text yaml = TEXT_INIT;
	text_add(&yaml, TOP);
	for (int i = 0; i <= READ_ENTRIES_MAX; i++)
		text_addf(&yaml, "- {title: a, claims: [{id: C%d, says: it}]}\n", i);
	must_fail(text_get(&yaml), "l.yaml:3:1: more than 1000 articles");
	text_truncate(&yaml, 0);
	text_add(&yaml, TOP "- title: a\n  claims:\n");
	for (int i = 0; i < READ_ENTRIES_MAX; i++)
		text_addf(&yaml, "  - {id: C%d, says: it}\n", i);
	text_add(&yaml, "- {title: b, claims: [{id: D, says: it}]}\n");
	must_fail(text_get(&yaml), "l.yaml:1005:22: more than 1000 claims in one list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_says_what_is_wrong),
		cmocka_unit_test(test_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

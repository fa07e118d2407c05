// SPDX-License-Identifier: GPL-2.0-or-later
// model/yaml: the tree, its places, and what is refused.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/yaml.h"

static struct scenario *scratch(void)
{
	struct scenario *s = calloc(1, sizeof *s);
	assert_non_null(s);
	s->path = "t.yaml";
	s->kind = SCENARIO_KIND;
	return s;
}

static const struct yaml *must_read(struct scenario *s, const char *text)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	const struct yaml *root = NULL;
	if (yaml_read(s, text, strlen(text), &root, &e) < 0)
		fail_msg("%s", error_text(&e));
	return root;
}

static void must_refuse(const char *text, const char *message)
{
	CLEANUP(cleanup_scenario) struct scenario *s = scratch();
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	const struct yaml *root = NULL;
	assert_int_equal(yaml_read(s, text, strlen(text), &root, &e), -EINVAL);
	assert_string_equal(error_text(&e), message);
	assert_null(root);
}

static void at(struct mark mark, unsigned line, unsigned column)
{
	assert_int_equal(mark.line, line);
	assert_int_equal(mark.column, column);
}

static void test_tree(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = scratch();
	const struct yaml *root = must_read(s, "a: 1\nb: [x, {c: d}]\ne:\n  - f\ng:\n");
	assert_int_equal(root->kind, YAML_MAP);
	assert_int_equal(root->n, 4);
	const struct yaml *b = yaml_find(root, "b");
	assert_int_equal(b->kind, YAML_LIST);
	assert_int_equal(b->n, 2);
	at(b->key_at, 2, 1);
	assert_string_equal(b->first->text, "x");
	at(b->first->at, 2, 5);
	assert_string_equal(b->first->next->first->key, "c");
	at(b->first->next->first->at, 2, 12);
	assert_true(yaml_is_empty(yaml_find(root, "g")));
	assert_false(yaml_is_empty(b));
	assert_null(yaml_find(root, "z"));
}

static void test_texts_as_written(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = scratch();
	const struct yaml *root = must_read(s, "[0, off, 1.30, ~, 'it''s', \"a\\tb\", $x, é]");
	static const char *const texts[] = {"0", "off", "1.30", "~", "it's", "a\tb", "$x", "é"};
	size_t i = 0;
	YAML_EACH (child, root)
		assert_string_equal(child->text, texts[i++]);
}

/* Where libfyaml would leak: the sanitizers see it. */
static void test_quotes_in_single_quotes(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = scratch();
	const struct yaml *root = must_read(s, "['''''', '''', '''a''''b''', '''''''''''''''''''''', '', ' \\n ']");
	static const char *const texts[] = {"''", "'", "'a''b'", "''''''''''", "", " \\n "};
	size_t i = 0;
	YAML_EACH (child, root)
		assert_string_equal(child->text, texts[i++]);
	must_refuse("a: 'it''s\n  long'\n",
		"t.yaml:1:5: a quote in a text in single quotes of more than one line: put it in double quotes");
}

static void test_places_inside_texts(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = scratch();
	const struct yaml *root = must_read(s, "a: bind x\nb: 'bind x'\nc: \"bind x\"\nd: \"bind\\x20x\"\n"
					       "e: |\n  bind\n  x\nf: bänd x\n");
	at(yaml_mark(yaml_find(root, "a"), 5), 1, 9);
	at(yaml_mark(yaml_find(root, "b"), 5), 2, 10);
	at(yaml_mark(yaml_find(root, "c"), 5), 3, 10);
	at(yaml_mark(yaml_find(root, "d"), 5), 4, 5); /* escaped: the place of the whole text */
	at(yaml_mark(yaml_find(root, "e"), 5), 6, 1);
	at(yaml_mark(yaml_find(root, "f"), 6), 8, 9); /* columns are characters */
}

static void test_byte_order_mark(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = scratch();
	assert_string_equal(must_read(s, "\xef\xbb\xbf"
					 "a: b\n")
				    ->first->key,
		"a");
}

static void test_refused(void **state)
{
	(void)state;
	must_refuse("a: &x b\n", "t.yaml:1:4: an anchor (&): a scenario has none, write the value out");
	must_refuse("a: &x [b]\n", "t.yaml:1:4: an anchor (&): a scenario has none, write the value out");
	must_refuse("? &x a\n: b\n", "t.yaml:1:3: an anchor (&): a scenario has none, write the value out");
	must_refuse("a: *x\n",
		"t.yaml:1:4: an alias (*): a scenario has none, write the value out, or put the text in quotes");
	must_refuse("a: !x b\n", "t.yaml:1:4: a tag (!): a scenario has none, every value is text as written");
	must_refuse("<<: b\n", "t.yaml:1:1: a merge key (<<): a scenario has none, write the entries out");
	must_refuse("a: {b: 1, c: 2, b: 3}\n", "t.yaml:1:17: duplicate key 'b', first on line 1");
	must_refuse("a: 1\n---\nb: 1\n", "t.yaml:2:1: a second document (---): a file holds one scenario");
	must_refuse("{[a]: b}", "t.yaml:1:2: a key must be a text, not a list or a map");
	must_refuse("", "t.yaml:1:1: nothing stands in this file: a scenario has at least name and steps");
	must_refuse("a: [\n", "t.yaml:2:1: not YAML: flow sequence without a closing bracket");
	must_refuse("a: \"\\e\"\n", "t.yaml:1:5: the control character U+001B in a text");
}

/* @n times @part between two ends. */
static void refuse_many(const char *head, const char *part, size_t n, const char *tail, const char *message)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_add(&t, head);
	for (size_t i = 0; i < n; i++)
		text_add(&t, part);
	text_add(&t, tail);
	must_refuse(text_get(&t), message);
}

static void test_bounds(void **state)
{
	(void)state;
	refuse_many("", "[", YAML_DEPTH_MAX + 1, "", "t.yaml:1:33: lists and maps nested deeper than 32");
	refuse_many("", "- ", YAML_DEPTH_MAX + 1, "a", "t.yaml:1:65: lists and maps nested deeper than 32");
	refuse_many("[", "a,", YAML_NODES_MAX, "]", "t.yaml:1:200000: more than 100000 values in one file");
	refuse_many("a: |\n", " \t\n", YAML_EMPTY_LINES_MAX + 1, " x\n",
		"t.yaml:102:1: more than 100 empty lines in a row");
	refuse_many("a: ", "x", YAML_TEXT_BYTES_MAX + 1, "\n", "t.yaml:1:4: a text longer than 8192 bytes");
}

static void test_duplicates_in_a_list(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = scratch();
	const struct yaml *duplicate, *first;
	assert_int_equal(yaml_find_duplicate(must_read(s, "[a, b, c]"), &duplicate, &first), 0);
	assert_null(duplicate);
	assert_int_equal(yaml_find_duplicate(must_read(s, "[c, b, a, b, c]"), &duplicate, &first), 0);
	at(duplicate->at, 1, 11); /* the earliest repetition */
	at(first->at, 1, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_texts_as_written),
		cmocka_unit_test(test_quotes_in_single_quotes),
		cmocka_unit_test(test_places_inside_texts),
		cmocka_unit_test(test_byte_order_mark),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_duplicates_in_a_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

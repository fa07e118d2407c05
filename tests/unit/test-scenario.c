// SPDX-License-Identifier: GPL-2.0-or-later
// model/scenario: reading a whole file, and --set. What wrong files get is in tests/golden/bad-input.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "test_vocabulary.h"

static void test_smallest(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read("name: x\nsteps:\n- server: restart\n");
	assert_string_equal(s->path, "t.yaml");
	assert_string_equal(s->name, "x");
	assert_null(s->question);
	assert_int_equal(s->n_mechanisms, 0);
	assert_int_equal(s->n_namespaces, 2);
	assert_string_equal(s->namespaces[0].name, "server");
	assert_string_equal(s->namespaces[1].name, "client");
	assert_int_equal(s->n_actors, 2);
	assert_string_equal(s->actors[1].in.text, "client");
	assert_int_equal(s->n_steps, 1);
	assert_int_equal(s->steps[0].at.line, 3);
	assert_int_equal(s->steps[0].at.column, 11);
	assert_int_equal(s->step_deadline_us, SCENARIO_STEP_DEADLINE_US);
	assert_int_equal(s->cell_deadline_us, SCENARIO_CELL_DEADLINE_US);
	/* printf 'name: x\nsteps:\n- server: restart\n' | sha256sum */
	assert_string_equal(s->sha256, "a92204ee46dc1219600a74ff5b335725bcc6365680329f1a6e6a3a93edee7f9a");
}

static void test_keys_in_any_order(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read(
		"claims: [{id: A.1, says: so, decisive: [a], inert: [b], verdict: conditional, predicts: {r: [{when: "
		"{a: 0}, is: ok}]}}]\n"
		"expect: {r: [{is: [ok, EADDRINUSE]}]}\ncheck: [{r: [ok, EADDRINUSE]}]\n"
		"steps: [{one: socket s}, {as: r, one: 'bind s *:80', for: 1s}]\nactors: {one: {in: server}}\n"
		"exclude: [{b: 1, a: 1}]\nmatrix: {a: [0, 1], b: [0, 1]}\nnote: n\nquestion: |\n  Why\n  that?\nname: x\n");
	assert_string_equal(s->question, "Why that?");
	assert_int_equal(s->n_actors, 3);
	assert_int_equal(s->n_responses, 1);
	assert_true(s->responses[0].timed);
	assert_ptr_equal(s->responses[0].first, &s->steps[1]);
	assert_int_equal(s->n_checks, 1);
	assert_int_equal(s->n_expects, 1);
	assert_int_equal(s->n_claims, 1);
	assert_string_equal(s->claims[0].id, "A.1");
	assert_int_equal(s->claims[0].decisive[0], 0);
	assert_int_equal(s->claims[0].inert[0], 1);
	assert_int_equal(s->claims[0].n_responses, 1);
	assert_int_equal(s->claims[0].responses[0], 0);
	assert_true(s->claims[0].has_verdict);
	assert_int_equal(s->claims[0].verdict, CLAIM_CONDITIONAL);
}

#define THREE_RESPONSES                                                                                                \
	"name: x\nmatrix: {a: [0, 1], b: [0, 1]}\nsteps:\n- {server: socket s, as: one}\n"                             \
	"- {server: socket t, as: two}\n- {server: socket u, as: three}\nclaims:\n- id: A\n  says: so\n"

static void test_responses_of_a_claim(void **state)
{
	(void)state;
	static const struct {
		const char *rest;
		size_t responses[2], n;
	} cases[] = {
		{"  predicts: {three: [{is: ok}], one: [{is: ok}]}\n", {2, 0}, 2},
		{"  predicts: {three: [{is: ok}]}\n  inert: [a]\n", {2}, 1},
		{"  predicts: {three: [{is: ok}]}\n  decisive: [a]\n  responses: [two]\n", {1}, 1},
		{"  inert: [a]\n  responses: [two, one]\n", {1, 0}, 2},
		{"  decisive: [a]\n  responses: [three]\n", {2}, 1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char yaml[512];
		snprintf(yaml, sizeof yaml, "%s%s", THREE_RESPONSES, cases[i].rest);
		CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(yaml);
		const struct claim *claim = &s->claims[0];
		assert_int_equal(claim->n_responses, cases[i].n);
		for (size_t j = 0; j < claim->n_responses; j++)
			assert_int_equal(claim->responses[j], cases[i].responses[j]);
		assert_false(claim->has_verdict);
	}
}

static void test_every_verdict_of_a_claim(void **state)
{
	(void)state;
	for (int i = 0; i < CLAIM_VERDICT_COUNT; i++) {
		char yaml[512];
		snprintf(yaml, sizeof yaml, "%s  predicts: {one: [{is: ok}]}\n  verdict: %s\n", THREE_RESPONSES,
			claim_verdict_names[i]);
		CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(yaml);
		assert_true(s->claims[0].has_verdict);
		assert_int_equal(s->claims[0].verdict, i);
	}
}

static void test_mechanism(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s =
		test_must_read("mechanism:\n  two: >-\n    inet_csk_get_port():\n    folded\n\n    (Linux 6.8)\n"
			       "  one: tcp_close(), read in 6.8\nname: x\nsteps:\n"
			       "- {server: socket s, as: one}\n- {server: socket t, as: two}\n");
	assert_int_equal(s->n_mechanisms, 2);
	assert_int_equal(s->mechanisms[0].response, 1);
	assert_string_equal(s->mechanisms[0].text, "inet_csk_get_port(): folded\n(Linux 6.8)");
	assert_int_equal(s->mechanisms[0].at.line, 2);
	assert_int_equal(s->mechanisms[0].at.column, 3);
	assert_int_equal(s->mechanisms[1].response, 0);
	assert_string_equal(s->mechanisms[1].text, "tcp_close(), read in 6.8");
}

static void test_one_response_in_two_places(void **state)
{
	(void)state;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\nmatrix: {a: [0, 1]}\nsteps:\n"
					    "- when: {a: 0}\n  do: [{server: 'tcp-state *:80', as: seen}]\n"
					    "- when: {a: 1}\n  do: [{server: 'tcp-state *:81', as: seen}]\n");
	assert_int_equal(s->n_responses, 1);
	assert_false(s->responses[0].timed);
	assert_int_equal(s->steps[1].body[0].response, 0);
}

static void test_max_cells(void **state)
{
	(void)state;
	static const char text[] = "name: x\nmatrix: {a: [0, 1, 2], b: [0, 1]}\nexclude: [{a: 0, b: 0}]\n"
				   "steps:\n- server: restart\n";
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(scenario_read_text("t", text, strlen(text), &test_vocabulary, 4, &s, &e), -EINVAL);
	assert_string_equal(error_text(&e), "t:2:1: the matrix has 5 cells, and --max-cells allows 4: take factors or "
					    "levels out, exclude some, or raise --max-cells");
	assert_int_equal(scenario_read_text("t", text, strlen(text), &test_vocabulary, 5, &s, &e), 0);
}

static void test_from_a_file(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	char path[] = "/tmp/netrepro-test-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	static const char text[] = "name: from-a-file\nsteps:\n- server: restart\n";
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	int rc = scenario_read_file(path, &test_vocabulary, 1, &s, &e);
	unlink(path);
	assert_int_equal(rc, 0);
	assert_string_equal(s->name, "from-a-file");
	assert_int_equal(scenario_read_file("/nonexistent/x.yaml", &test_vocabulary, 1, &s, &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_string_equal(
		error_text(&e), "/nonexistent/x.yaml: cannot be opened: No such file or directory (ENOENT)");
}

static void test_too_long(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	size_t len = SCENARIO_FILE_BYTES_MAX + 1;
	CLEANUP(cleanup_free) char *text = malloc(len);
	memset(text, '#', len);
	assert_int_equal(scenario_read_text("t", text, len, &test_vocabulary, 1, &s, &e), -EFBIG);
	assert_string_equal(error_text(&e), "t: longer than 256 KiB, which no scenario is");
}

/* What --set does to the matrix {a: [p, q], b: [0, 1]} with the level r of a included. */
struct set {
	struct scenario *s;
	struct arena arena;
	struct conditions restriction;
	struct error e;
};

static void set_init(struct set *set)
{
	*set = (struct set){.s = test_must_read("name: x\nmatrix: {closer: [server, client], b: [0, 1]}\n"
						"include: [{closer: nobody, b: 1}]\nsteps:\n- server: restart\n")};
}

static void set_done(struct set *set)
{
	scenario_free(set->s);
	arena_done(&set->arena);
	error_clear(&set->e);
}

static int set_to(struct set *set, const char *text)
{
	return scenario_restrict(set->s, text, &set->arena, &set->restriction, &set->e);
}

static void test_restricts(void **state)
{
	(void)state;
	CLEANUP(set_done) struct set set;
	set_init(&set);
	assert_int_equal(matrix_count(&set.s->matrix, &set.restriction), 5);
	assert_int_equal(set_to(&set, "closer=server,nobody"), 0);
	assert_int_equal(matrix_count(&set.s->matrix, &set.restriction), 3);
	assert_int_equal(set_to(&set, "b=1"), 0);
	assert_int_equal(matrix_count(&set.s->matrix, &set.restriction), 2);
	assert_int_equal(set.restriction.n, 2);
}

static void test_restricts_not(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"closr=server", "--set: unknown factor 'closr' (did you mean 'closer'?); there are closer, b"},
		{"closer=servr", "--set: factor 'closer' has no level 'servr' (did you mean 'server'?); its levels are server, client, nobody"},
		{"closer=server,", "--set: factor 'closer' has no level ''; its levels are server, client, nobody"},
		{"closer=b=1", "--set: factor 'closer' has no level 'b=1'; its levels are server, client, nobody "
			       "(another factor needs a --set of its own)"},
		{"closer", "--set: 'closer' is not FACTOR=LEVEL or FACTOR=LEVEL,LEVEL"},
		{"closer=", "--set: 'closer=' is not FACTOR=LEVEL or FACTOR=LEVEL,LEVEL"},
		{"=server", "--set: '=server' is not FACTOR=LEVEL or FACTOR=LEVEL,LEVEL"},
		{"b=1", "--set: 'b' is set twice: name all its levels at once, as in b=1,…"},
	};
	CLEANUP(set_done) struct set set;
	set_init(&set);
	assert_int_equal(set_to(&set, "b=0"), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(set_to(&set, cases[i][0]), -EINVAL);
		assert_string_equal(error_text(&set.e), cases[i][1]);
		assert_int_equal(set.restriction.n, 1);
	}
}

static void test_error_places(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	const struct scenario s = {.path = "p.yaml"};
	scenario_error(&s, (struct mark){3, 7}, &e, "%s", "wrong");
	assert_string_equal(error_text(&e), "p.yaml:3:7: wrong");
	scenario_error(&s, (struct mark){0, 0}, &e, "wrong");
	assert_string_equal(error_text(&e), "p.yaml: wrong");
	scenario_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_keys_in_any_order),
		cmocka_unit_test(test_responses_of_a_claim),
		cmocka_unit_test(test_every_verdict_of_a_claim),
		cmocka_unit_test(test_mechanism),
		cmocka_unit_test(test_one_response_in_two_places),
		cmocka_unit_test(test_max_cells),
		cmocka_unit_test(test_from_a_file),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_restricts),
		cmocka_unit_test(test_restricts_not),
		cmocka_unit_test(test_error_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

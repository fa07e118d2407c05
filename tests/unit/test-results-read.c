// SPDX-License-Identifier: GPL-2.0-or-later
// model/results_read: what a file says that somebody has left, whole, cut off or damaged.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/results.h"
#include "test_vocabulary.h"

#define N_CELLS 3

struct bench {
	struct scenario *s;
	char dir[64], path[96];
	struct text whole;            /* a finished file */
	size_t ends[1 + N_CELLS + 1]; /* where its lines end */
};

static const uint64_t counts[VERDICT_COUNT] = {[VERDICT_PASS] = N_CELLS};

static void append(struct results_file *file, const struct bench *b, size_t cell)
{
	size_t levels[2] = {0, cell};
	struct result_value value = {"made", "ok", true, 7 + cell};
	struct result_step step = {.line = 4, .action = "server: socket s", .outcome = "ok"};
	struct result result = {
		.cell = cell, .replicate = 1, .values = &value, .n_values = 1, .steps = &step, .n_steps = 1};
	CLEANUP(cleanup_free) char *line = result_to_line(b->s, levels, &result);
	assert_non_null(line);
	assert_int_equal(results_append(file, line, strlen(line), NULL), 0);
}

static void keep(struct bench *b)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(b->path, "re");
	assert_non_null(file);
	char data[4096];
	for (size_t n; (n = fread(data, 1, sizeof data, file));)
		text_add_bytes(&b->whole, data, n);
}

/* A finished file, on the disk and in b->whole. */
static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	*state = b;
	b->s = test_must_read("name: x\nmatrix: {a: [p, q r], n: [0, 1, 2]}\n"
			      "steps:\n- server: socket s\n  as: made\n  for: 1s\n");
	bool p[2] = {true, true}, n[3] = {true, true, true};
	struct condition conditions[] = {{.factor = 0, .allowed = p}, {.factor = 1, .allowed = n}};
	struct conditions restriction = {.all = conditions, .n = 2};
	struct run_facts facts = {
		.scenario = b->s,
		.restriction = &restriction,
		.only_cell = 5,
		.max_wait_us = 0,
		.replicates = 2,
		.seed = UINT64_MAX,
		.n_runs = 6,
		.privilege = "root",
		.environment = "{\"net.b\":\"2 3\",\"net.a\":\"1\"}",
	};
	snprintf(b->dir, sizeof b->dir, "/tmp/netrepro-test-read.XXXXXX");
	if (!mkdtemp(b->dir))
		return -1;
	snprintf(b->path, sizeof b->path, "%s/" RESULTS_NAME, b->dir);
	struct results_file file = RESULTS_FILE_INIT;
	assert_int_equal(results_create(&file, b->dir, &facts, NULL), 0);
	b->ends[0] = (size_t)file.size;
	for (size_t i = 0; i < N_CELLS; i++) {
		append(&file, b, i);
		b->ends[1 + i] = (size_t)file.size;
	}
	assert_int_equal(results_end(&file, counts, 1, NULL), 0);
	b->ends[1 + N_CELLS] = (size_t)file.size;
	assert_int_equal(results_close(&file, NULL), 0);
	keep(b);
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	unlink(b->path);
	rmdir(b->dir);
	scenario_free(b->s);
	text_done(&b->whole);
	free(b);
	return 0;
}

static void write_file(const struct bench *b, const char *data, size_t len)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(b->path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
}

/* What was handed out. */
struct seen {
	size_t n_begins, n_cells;
	int begin_answer, visit_answer;
	bool is_finished;
};

static int begin(void *context, const struct run_record *record, struct error *e)
{
	struct seen *seen = context;
	assert_int_equal(seen->n_begins++, 0);
	assert_int_equal(seen->n_cells, 0);
	assert_string_equal(record->scenario_name, "x");
	return seen->begin_answer ? error_set(e, ERROR_USAGE, -seen->begin_answer, "not this one") : 0;
}

static int visit(void *context, const struct result *result, struct error *e)
{
	struct seen *seen = context;
	assert_int_equal(seen->n_begins, 1);
	assert_int_equal(result->cell, seen->n_cells++);
	assert_int_equal(result->n_values, 1);
	assert_string_equal(result->values[0].text, "ok");
	assert_true(result->values[0].timed);
	assert_int_equal(result->values[0].took_us, 7 + result->cell);
	return seen->visit_answer ? error_set(e, ERROR_USAGE, -seen->visit_answer, "no more of these") : 0;
}

static int read_path(const char *path, struct run_record *record, struct seen *seen, struct error *e)
{
	const struct results_reader reader = {.context = seen, .begin = begin, .visit = visit};
	run_record_done(record);
	return results_read(path, &reader, record, &seen->is_finished, e);
}

/* That what stands in the file is handed out, and the file is left alone. */
static void good(const struct bench *b, size_t n_cells, bool is_finished)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	struct seen seen = {.n_begins = 0};
	struct stat before, after;
	assert_int_equal(stat(b->path, &before), 0);
	if (read_path(b->dir, &record, &seen, &e) < 0)
		fail_msg("%s", error_text(&e));
	assert_int_equal(seen.n_begins, 1);
	assert_int_equal(seen.n_cells, n_cells);
	assert_int_equal(seen.is_finished, is_finished);
	assert_int_equal(stat(b->path, &after), 0);
	assert_int_equal(after.st_size, before.st_size);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
}

/* That it is refused in these words, behind the path of the file. */
static void refused(const struct bench *b, const char *what)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	struct seen seen = {.n_begins = 0, .is_finished = true};
	assert_int_equal(read_path(b->path, &record, &seen, &e), -EINVAL);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_int_equal(strncmp(error_text(&e), b->path, strlen(b->path)), 0);
	assert_string_equal(error_text(&e) + strlen(b->path), what);
	assert_true(seen.is_finished); /* not written */
}

/* The file with @line in place of its line @n (from 0), or, where @replace is false, in front of it. */
static void put_line(const struct bench *b, size_t n, const char *line, bool replace)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	size_t from = n ? b->ends[n - 1] : 0, to = replace ? b->ends[n] : from;
	text_add_bytes(&t, b->whole.data, from);
	text_add(&t, line);
	text_add_bytes(&t, b->whole.data + to, b->whole.len - to);
	write_file(b, t.data, t.len);
}

/* The file with @new in place of the first @old. */
static void put_text(const struct bench *b, const char *old, const char *new)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	const char *at = strstr(b->whole.data, old);
	if (!at)
		fail_msg("no %s in: %s", old, b->whole.data);
	text_add_bytes(&t, b->whole.data, (size_t)(at - b->whole.data));
	text_add(&t, new);
	text_add(&t, at + strlen(old));
	write_file(b, t.data, t.len);
}

static void test_what_was_run(void **state)
{
	const struct bench *b = *state;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	struct seen seen = {.n_begins = 0};
	assert_int_equal(read_path(b->path, &record, &seen, NULL), 0);
	assert_true(seen.is_finished);
	assert_string_equal(record.path, b->path);
	assert_string_equal(record.tool, "netrepro " NETREPRO_VERSION);
	assert_int_equal(strlen(record.started), strlen("2026-01-02T03:04:05Z"));
	assert_string_equal(record.seed, "18446744073709551615");
	assert_string_equal(record.privilege, "root");
	assert_true(*record.release && *record.machine && *record.version);
	assert_int_equal(record.n_environment, 2);
	assert_string_equal(record.environment[0].name, "net.a");
	assert_string_equal(record.environment[0].value, "1");
	assert_string_equal(record.environment[1].value, "2 3");
	assert_int_equal(record.replicates, 2);
	assert_int_equal(record.n_runs, 6);
	assert_int_equal(record.only_cell, 5);
	assert_true(record.max_wait_us == 0);
	assert_int_equal(record.n_sets, 2);
	assert_string_equal(record.sets[0], "a=p,q r");
	assert_string_equal(record.sets[1], "n=0,1,2");
	assert_string_equal(record.scenario_name, "x");
	assert_string_equal(record.scenario_path, "t.yaml");
	assert_string_equal(record.scenario_text, b->s->text);
	assert_string_equal(record.scenario_sha256, b->s->sha256);
	put_text(b, ",\"cell\":5", "");
	seen = (struct seen){.n_begins = 0};
	assert_int_equal(read_path(b->dir, &record, &seen, NULL), 0);
	assert_true(record.only_cell == RUN_ALL_CELLS);
	assert_string_equal(record.path, b->path);
	put_text(b, ",\"max_wait_us\":0", ",\"max_wait_us\":5000000");
	seen = (struct seen){.n_begins = 0};
	assert_int_equal(read_path(b->dir, &record, &seen, NULL), 0);
	assert_true(record.max_wait_us == 5000000);
	put_text(b, ",\"max_wait_us\":0", "");
	seen = (struct seen){.n_begins = 0};
	assert_int_equal(read_path(b->dir, &record, &seen, NULL), 0);
	assert_true(record.max_wait_us == RUN_ANY_WAIT);
}

/* What --set took is what it gets again. */
static void test_sets_are_as_they_were_given(void **state)
{
	const struct bench *b = *state;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct conditions restriction = {.n = 0};
	struct seen seen = {.n_begins = 0};
	assert_int_equal(read_path(b->path, &record, &seen, NULL), 0);
	for (size_t i = 0; i < record.n_sets; i++)
		assert_int_equal(scenario_restrict(b->s, record.sets[i], &arena, &restriction, NULL), 0);
	assert_int_equal(matrix_count(&b->s->matrix, &restriction), 6);
}

static void test_cut_off_at_every_byte(void **state)
{
	const struct bench *b = *state;
	for (size_t len = 0; len <= b->whole.len; len++) {
		size_t n_lines = 0;
		while (n_lines < 2 + N_CELLS && b->ends[n_lines] <= len)
			n_lines++;
		write_file(b, b->whole.data, len);
		if (n_lines)
			good(b, n_lines > 1 + N_CELLS ? N_CELLS : n_lines - 1, n_lines > 1 + N_CELLS);
		else if (len)
			refused(b, ": cannot be read: its run was cut off before it had said what it is: run it again");
		else
			refused(b, ": cannot be read: it is empty: its run was cut off before it began; run it again");
	}
}

static void test_torn_tails(void **state)
{
	const struct bench *b = *state;
	static const char *const tails[] = {"\n", "{", "{}\n", "\xff\xff\n", "nonsense\n", "{\"type\":\"end\"}",
		"{\"type\":\"end\"", "{\"type\":\"cell\"}\n"};
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		for (size_t n_lines = 1; n_lines <= 1 + N_CELLS; n_lines++) {
			CLEANUP(text_done) struct text t = TEXT_INIT;
			text_add_bytes(&t, b->whole.data, b->ends[n_lines - 1]);
			text_add(&t, tails[i]);
			write_file(b, t.data, t.len);
			good(b, n_lines - 1, false);
		}
}

static void test_damage_in_the_middle(void **state)
{
	const struct bench *b = *state;
	static const char *const lines[] = {"\n", "{}\n", "nonsense\n", "{\"type\":\"cell\"}\n", "{\"type\":\"end\"\n"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		for (size_t n = 1; n <= 1 + N_CELLS; n++) {
			char what[128];
			snprintf(what, sizeof what,
				":%zu: cannot be read: a line in its middle is damaged: take it out of a copy, and use "
				"that",
				n + 1);
			put_line(b, n, lines[i], false);
			refused(b, what);
		}
	/* A NUL byte in place of each byte of a line in turn. */
	for (size_t at = b->ends[0]; at < b->ends[1]; at++) {
		char was = b->whole.data[at];
		b->whole.data[at] = '\0';
		write_file(b, b->whole.data, b->whole.len);
		refused(b, ":2: cannot be read: a line in its middle is damaged: take it out of a copy, and use that");
		b->whole.data[at] = was;
	}
}

static void test_lines_of_other_types(void **state)
{
	const struct bench *b = *state;
	static const char *const lines[] = {"{\"type\":\"run\"}\n", "{\"type\":\"of a later version\"}\n"};
	for (size_t i = 0; i < 2; i++) {
		put_line(b, 2, lines[i], false);
		refused(b, ":3: cannot be read: it holds a line of a type that is not known here: use the version of "
			   "netrepro that wrote it");
	}
}

static void test_behind_the_end(void **state)
{
	const struct bench *b = *state;
	static const char *const tails[] = {"\n", "{", "{\"type\":\"end\"}\n", "{\"type\":\"cell\"}\n"};
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		CLEANUP(text_done) struct text t = TEXT_INIT;
		text_add_bytes(&t, b->whole.data, b->whole.len);
		text_add(&t, tails[i]);
		write_file(b, t.data, t.len);
		refused(b, ":6: cannot be read: something stands behind the line that ends the run: take it out of a "
			   "copy, and use that");
	}
	put_line(b, 1, "{\"type\":\"end\"}\n", false);
	refused(b, ":3: cannot be read: something stands behind the line that ends the run: take it out of a copy, "
		   "and use that");
}

static void test_first_lines(void **state)
{
	const struct bench *b = *state;
	static const char *const none[] = {"\n", "{}\n", "nonsense\n", "name: x\n", "{\"type\":\"cell\"}\n",
		"{\"type\":\"end\"}\n", "{\"type\":\"run\",\"type\":\"run\",\"format\":1}\n", "[]\n"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		put_line(b, 0, none[i], true);
		refused(b, ":1: cannot be read: it does not begin as a results file does: name one that `netrepro run "
			   "-o` wrote");
	}
	put_text(b, "\"format\":1", "\"format\":2");
	refused(b, ":1: cannot be read: it was written by another version of netrepro: use that one, which \"tool\" in "
		   "it names");
	static const char *const changes[][2] = {{"\"tool\":", "\"tol\":"}, {"\"started\":\"", "\"started\":\"\\u001b"},
		{"\"seed\":\"", "\"seed\":7,\"_\":\""}, {"\"kernel\":", "\"kernels\":"}, {"\"privilege\":", "\"p\":"},
		{"\"replicates\":2", "\"replicates\":0"}, {"\"runs\":6", "\"runs\":\"6\""},
		{"\"cell\":5", "\"cell\":-1"}, {"\"set\":{\"a\":[\"p\",\"q r\"]", "\"set\":{\"a\":[\"p\",7]"},
		{"[\"p\",\"q r\"]", "[]"}, {"\"set\":", "\"sets\":"}, {"\"net.a\":\"1\"", "\"net.a\":1"},
		{"\"net.a\":\"1\"", "\"net.a\":\"\\u001b[2J\""}, {"\"net.b\"", "\"net\\u0007b\""}};
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		put_text(b, changes[i][0], changes[i][1]);
		refused(b,
			":1: cannot be read: its first line does not say when, where and how it was run, as netrepro "
			"does");
	}
}

static void test_scenario_of_the_first_line(void **state)
{
	const struct bench *b = *state;
	put_text(b, "\"text\":\"name: x", "\"text\":\"name: y");
	refused(b, ":1: cannot be read: the text of the scenario in it has another SHA-256 than the one beside it, so "
		   "that one of them was changed after the run: use the file as the run left it");
	static const char *const keys[][2] = {{"\"text\":\"", "\"texts\":\""}, {"\"sha256\":\"", "\"sha255\":\""},
		{"\"path\":\"", "\"paths\":\""}, {"\"name\":\"x\"", "\"name\":7"}};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		put_text(b, keys[i][0], keys[i][1]);
		refused(b, ":1: cannot be read: its first line does not say of which scenario it is");
	}
}

static void test_what_would_command_a_terminal(void **state)
{
	const struct bench *b = *state;
	static const char *const changes[][2] = {
		{"{\"made\":\"ok\"}", "{\"made\":\"o\\u001bk\"}"}, {"\"reason\":null", "\"reason\":\"\\u009b\""}};
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
		struct seen seen = {.n_begins = 0};
		put_text(b, changes[i][0], changes[i][1]);
		assert_int_equal(read_path(b->path, &record, &seen, &e), -EILSEQ);
		assert_int_equal(e.kind, ERROR_USAGE);
		assert_non_null(strstr(error_text(&e), ":2: cannot be read: it holds control characters"));
		assert_int_equal(seen.n_cells, 0);
	}
}

static void test_no_file(void **state)
{
	const struct bench *b = *state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	struct seen seen = {.n_begins = 0};
	char wanted[256];
	unlink(b->path);
	assert_int_equal(read_path(b->dir, &record, &seen, &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_USAGE);
	snprintf(wanted, sizeof wanted,
		"%s: no results.jsonl is in this folder: name one that `netrepro run -o` wrote to", b->dir);
	assert_string_equal(error_text(&e), wanted);
	assert_int_equal(read_path(b->path, &record, &seen, &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_USAGE);
	snprintf(wanted, sizeof wanted,
		"%s: there is no such file or folder: name the folder that `netrepro run -o` wrote to", b->path);
	assert_string_equal(error_text(&e), wanted);
	assert_int_equal(mkdir(b->path, 0700), 0); /* a folder where the file should be */
	assert_true(read_path(b->dir, &record, &seen, &e) < 0);
	assert_int_equal(rmdir(b->path), 0);
	assert_int_equal(seen.n_begins, 0);
}

static void test_a_run_in_progress(void **state)
{
	const struct bench *b = *state;
	struct results_file file = RESULTS_FILE_INIT;
	struct run_facts facts = {.scenario = b->s,
		.only_cell = RUN_ALL_CELLS,
		.max_wait_us = RUN_ANY_WAIT,
		.replicates = 1,
		.privilege = "root",
		.environment = "{}"};
	unlink(b->path);
	assert_int_equal(results_create(&file, b->dir, &facts, NULL), 0);
	good(b, 0, false);
	append(&file, b, 0);
	good(b, 1, false);
	append(&file, b, 1);
	good(b, 2, false);
	assert_int_equal(results_end(&file, counts, 1, NULL), 0);
	good(b, 2, true);
	assert_int_equal(results_close(&file, NULL), 0);
}

static void test_a_reader_that_refuses(void **state)
{
	const struct bench *b = *state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	struct seen seen = {.begin_answer = -EBADF};
	assert_int_equal(read_path(b->path, &record, &seen, &e), -EBADF);
	assert_string_equal(error_text(&e), "not this one");
	assert_int_equal(seen.n_cells, 0);
	seen = (struct seen){.visit_answer = -EBADF};
	assert_int_equal(read_path(b->path, &record, &seen, &e), -EBADF);
	assert_int_equal(seen.n_cells, 1);
	char wanted[160];
	snprintf(wanted, sizeof wanted, "%s:2: no more of these", b->path);
	assert_string_equal(error_text(&e), wanted);
}

static void test_a_reader_that_wants_nothing(void **state)
{
	const struct bench *b = *state;
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	bool is_finished = false;
	assert_int_equal(
		results_read(b->dir, &(struct results_reader){.context = NULL}, &record, &is_finished, NULL), 0);
	assert_true(is_finished);
}

/* Cells 1 and 2 alone. */
static bool wants(void *context, uint64_t cell)
{
	(void)context;
	return cell == 1 || cell == 2;
}

static int visit_wanted(void *context, const struct result *result, struct error *e)
{
	(void)e;
	size_t *n = context;
	assert_int_equal(result->cell, 1 + (*n)++);
	assert_int_equal(result->n_steps, 0);
	return 0;
}

static int read_wanted(const struct bench *b, size_t *ret_n, bool *ret_is_finished, struct error *e)
{
	CLEANUP(run_record_done) struct run_record record = RUN_RECORD_INIT;
	const struct results_reader reader = {.context = ret_n, .visit = visit_wanted, .wants = wants};
	*ret_n = 0;
	return results_read(b->dir, &reader, &record, ret_is_finished, e);
}

/* What is not wanted is passed over by its beginning, whatever follows; what begins otherwise is read. */
static void test_a_reader_that_wants_some_cells(void **state)
{
	const struct bench *b = *state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	bool is_finished = false;
	size_t n;
	assert_int_equal(read_wanted(b, &n, &is_finished, &e), 0);
	assert_int_equal(n, 2);
	assert_true(is_finished);
	put_line(b, 1, "{\"type\":\"cell\",\"id\":\"0\", nonsense\n", true);
	assert_int_equal(read_wanted(b, &n, &is_finished, &e), 0);
	assert_int_equal(n, 2);
	put_text(b, "{\"type\":\"cell\",\"id\":\"2\"", "{ \"id\":\"2\",\"type\":\"cell\"");
	assert_int_equal(read_wanted(b, &n, &is_finished, &e), 0);
	assert_int_equal(n, 2);
	put_line(b, 2, "{\"type\":\"cell\",\"id\":\"1\", nonsense\n", true);
	assert_int_equal(read_wanted(b, &n, &is_finished, &e), -EINVAL);
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(test_what_was_run),
		WITH_BENCH(test_sets_are_as_they_were_given),
		WITH_BENCH(test_cut_off_at_every_byte),
		WITH_BENCH(test_torn_tails),
		WITH_BENCH(test_damage_in_the_middle),
		WITH_BENCH(test_lines_of_other_types),
		WITH_BENCH(test_behind_the_end),
		WITH_BENCH(test_first_lines),
		WITH_BENCH(test_scenario_of_the_first_line),
		WITH_BENCH(test_what_would_command_a_terminal),
		WITH_BENCH(test_no_file),
		WITH_BENCH(test_a_run_in_progress),
		WITH_BENCH(test_a_reader_that_refuses),
		WITH_BENCH(test_a_reader_that_wants_nothing),
		WITH_BENCH(test_a_reader_that_wants_some_cells),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// model/results: the file of a run: made, appended to, gone on with; what a full disk and a power cut leave of it.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/results.h"
#include "test_vocabulary.h"

#define N_CELLS 3

struct bench {
	struct scenario *s;
	struct run_facts facts;
	char dir[64], path[96];
	struct text whole;    /* a finished file */
	size_t ends[1 + N_CELLS + 1]; /* where its lines end */
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	b->s = test_must_read("name: x\nmatrix: {n: [0, 1, 2]}\nsteps:\n- server: socket s\n  as: made\n");
	b->facts = (struct run_facts){
		.scenario = b->s,
		.only_cell = RUN_ALL_CELLS,
		.max_wait_us = RUN_ANY_WAIT,
		.replicates = 1,
		.seed = UINT64_MAX,
		.n_runs = N_CELLS,
		.privilege = "root",
		.environment = "{\"net.ipv4.tcp_timestamps\":\"1\"}",
	};
	snprintf(b->dir, sizeof b->dir, "/tmp/netrepro-test-results.XXXXXX");
	*state = b;
	return mkdtemp(b->dir) ? snprintf(b->path, sizeof b->path, "%s/results.jsonl", b->dir) < 0 : -1;
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

static char *cell_line(const struct bench *b, uint64_t cell)
{
	size_t levels[1] = {(size_t)cell};
	struct result_value value = {"made", "ok", false, 0};
	struct result result = {.cell = cell, .replicate = 1, .values = &value, .n_values = 1, .elapsed_us = cell};
	char *line = result_to_line(b->s, levels, &result);
	assert_non_null(line);
	return line;
}

static void append(struct results_file *file, const struct bench *b, uint64_t cell)
{
	CLEANUP(cleanup_free) char *line = cell_line(b, cell);
	assert_int_equal(results_append(file, line, strlen(line), NULL), 0);
}

static void read_file(const char *path, struct text *t)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "re");
	assert_non_null(file);
	char data[4096];
	text_truncate(t, 0);
	for (size_t n; (n = fread(data, 1, sizeof data, file));)
		text_add_bytes(t, data, n);
}

static void write_file(const char *path, const char *data, size_t len)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
}

static const uint64_t counts[VERDICT_COUNT] = {[VERDICT_PASS] = N_CELLS};

/* A finished file in b->whole; the folder is left empty. */
static void make_whole(struct bench *b)
{
	struct results_file file = RESULTS_FILE_INIT;
	assert_int_equal(results_create(&file, b->dir, &b->facts, NULL), 0);
	b->ends[0] = (size_t)file.size;
	for (uint64_t i = 0; i < N_CELLS; i++) {
		append(&file, b, i);
		b->ends[1 + i] = (size_t)file.size;
	}
	assert_int_equal(results_end(&file, counts, 4711, NULL), 0);
	b->ends[1 + N_CELLS] = (size_t)file.size;
	assert_int_equal(results_close(&file, NULL), 0);
	assert_int_equal(file.fd, -1);
	assert_null(file.path);
	read_file(b->path, &b->whole);
	assert_int_equal(b->whole.len, b->ends[1 + N_CELLS]);
	assert_int_equal(unlink(b->path), 0);
}

struct visits {
	uint64_t cells[2 * N_CELLS];
	size_t n;
	int answer;
};

static int visit(void *context, const struct result *result, struct error *e)
{
	struct visits *v = context;
	assert_true(v->n < 2 * N_CELLS);
	v->cells[v->n++] = result->cell;
	return v->answer ? error_set(e, ERROR_USAGE, -v->answer, "no more of these") : 0;
}

/* results_resume(), of a file that is left as it is unless it can go on. */
static int resume(const struct bench *b, struct run_facts *facts, struct results_file *file, struct visits *v,
	struct error *e)
{
	*file = RESULTS_FILE_INIT;
	*v = (struct visits){.n = 0};
	return results_resume(file, b->dir, facts, visit, v, e);
}

/* That it is refused with this in its words, and that the file is left alone. */
static void refused(struct bench *b, const char *data, size_t len, const struct run_facts *facts, const char *why)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text after = TEXT_INIT;
	struct run_facts copy = *facts;
	struct results_file file;
	struct visits v;
	write_file(b->path, data, len);
	int r = resume(b, &copy, &file, &v, &e);
	assert_int_equal(r, strstr(error_text(&e), "finished") ? -EALREADY : -EINVAL);
	assert_int_equal(e.kind, ERROR_USAGE);
	if (!strstr(error_text(&e), why))
		fail_msg("'%s' is not in: %s", why, error_text(&e));
	results_close(&file, NULL);
	read_file(b->path, &after);
	assert_int_equal(after.len, len);
	assert_memory_equal(after.data, data, len);
}

static void test_what_the_first_and_the_last_line_say(void **state)
{
	struct bench *b = *state;
	make_whole(b);
	json_t *first = json_loadb(b->whole.data, b->ends[0], JSON_REJECT_DUPLICATES, NULL);
	const char *type, *seed, *tool, *name, *path, *sha256, *text, *factor, *level, *response, *privilege, *release, *sysctl;
	int format, replicates;
	json_int_t runs;
	assert_int_equal(
		json_unpack(first,
			"{s:s, s:i, s:s, s:s, s:[s!], s:{s:s, s:s, s:s, s:s}, s:[{s:s, s:[{s:s}, {}, {}!]}!], s:{}, s:i, s:I, "
			"s:{s:s}, s:s, s:{s:s}}",
			"type", &type, "format", &format, "tool", &tool, "seed", &seed, "responses", &response, "scenario", "name",
			&name, "path", &path, "sha256", &sha256, "text", &text, "factors", "name", &factor, "levels", "name", &level,
			"set", "replicates", &replicates, "runs", &runs, "kernel", "release", &release, "privilege", &privilege,
			"environment", "net.ipv4.tcp_timestamps", &sysctl),
		0);
	assert_string_equal(type, "run");
	assert_int_equal(format, RESULTS_FORMAT);
	assert_string_equal(tool, "netrepro " NETREPRO_VERSION);
	assert_string_equal(seed, "18446744073709551615");
	assert_string_equal(name, "x");
	assert_string_equal(path, "t.yaml");
	assert_string_equal(sha256, b->s->sha256);
	assert_string_equal(text, b->s->text);
	assert_string_equal(factor, "n");
	assert_string_equal(level, "0");
	assert_string_equal(response, "made");
	assert_int_equal(replicates, 1);
	assert_int_equal(runs, N_CELLS);
	assert_string_equal(privilege, "root");
	assert_string_equal(sysctl, "1");
	json_decref(first);

	json_t *last = json_loadb(b->whole.data + b->ends[N_CELLS], b->ends[1 + N_CELLS] - b->ends[N_CELLS], 0, NULL);
	int pass, skip;
	json_int_t kib;
	assert_int_equal(json_unpack(last, "{s:s, s:{s:i, s:i}, s:I}", "type", &type, "verdicts", "pass", &pass, "skip",
				 &skip, "runner_vmhwm_kib", &kib),
		0);
	assert_string_equal(type, "end");
	assert_int_equal(pass, N_CELLS);
	assert_int_equal(skip, 0);
	assert_int_equal(kib, 4711);
	json_decref(last);
}

/* Cut off anywhere, the file goes on from its last whole line, and in the end it is as if nothing had been. */
static void test_cut_off_at_every_byte(void **state)
{
	struct bench *b = *state;
	make_whole(b);
	CLEANUP(text_done) struct text after = TEXT_INIT;
	for (size_t len = 0; len < b->whole.len; len++) {
		struct run_facts facts = b->facts;
		struct results_file file;
		struct visits v;
		size_t n_lines = 0;
		while (n_lines < 1 + N_CELLS && b->ends[n_lines] <= len)
			n_lines++;
		facts.seed = 5;
		write_file(b->path, b->whole.data, len);
		int r = resume(b, &facts, &file, &v, NULL);
		assert_int_equal(r, n_lines > 0);
		assert_int_equal(v.n, n_lines ? n_lines - 1 : 0);
		if (!n_lines) { /* nothing of it is left: a new run can begin */
			assert_int_equal(access(b->path, F_OK), -1);
			assert_int_equal(file.fd, -1);
			assert_null(file.path);
			continue;
		}
		assert_true(facts.seed == UINT64_MAX);
		for (uint64_t i = 0; i < v.n; i++)
			assert_int_equal(v.cells[i], i);
		read_file(b->path, &after);
		assert_int_equal(after.len, b->ends[n_lines - 1]);
		for (uint64_t i = v.n; i < N_CELLS; i++)
			append(&file, b, i);
		assert_int_equal(results_end(&file, counts, 4711, NULL), 0);
		assert_int_equal(results_close(&file, NULL), 0);
		read_file(b->path, &after);
		assert_int_equal(after.len, b->whole.len);
		assert_memory_equal(after.data, b->whole.data, b->whole.len);
	}
	refused(b, b->whole.data, b->whole.len, &b->facts, "that run is finished");
}

/* What may stand behind the last whole line, and is dropped. */
static void test_torn_tails(void **state)
{
	struct bench *b = *state;
	static const struct {
		const char *data;
		size_t len;
	} tails[] = {{"\0", 1}, {"\n", 1}, {"\0\0\0\n", 4}, {"{", 1}, {"{}\n", 3}, {"\xff\xff\n", 3}, {"nonsense\n", 9},
		{"{\"type\":\"end\"", 13}, {"{\"type\":\"cell\"}\n", 16}};
	make_whole(b);
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		for (size_t n_lines = 1; n_lines <= 1 + N_CELLS; n_lines++) {
			CLEANUP(text_done) struct text data = TEXT_INIT;
			struct results_file file;
			struct visits v;
			text_add_bytes(&data, b->whole.data, b->ends[n_lines - 1]);
			text_add_bytes(&data, tails[i].data, tails[i].len);
			write_file(b->path, data.data, data.len);
			assert_int_equal(resume(b, &b->facts, &file, &v, NULL), 1);
			assert_int_equal(v.n, n_lines - 1);
			assert_int_equal(file.size, b->ends[n_lines - 1]);
			results_close(&file, NULL);
			read_file(b->path, &data);
			assert_int_equal(data.len, b->ends[n_lines - 1]);
		}
}

/* Anything wrong with a line that has another one behind it is damage, and not for netrepro to mend. */
static void test_damage_in_the_middle(void **state)
{
	struct bench *b = *state;
	static const char *const lines[] = {"\n", "{}\n", "nonsense\n", "{\"type\":\"cell\"}\n", "{\"type\":\"run\"}\n",
		"{\"type\":\"of a later version\"}\n", "{\"type\":\"end\",\"verdicts\":{}}\n"};
	make_whole(b);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		for (size_t n_lines = 0; n_lines < 1 + N_CELLS; n_lines++) {
			CLEANUP(text_done) struct text data = TEXT_INIT;
			size_t before = n_lines ? b->ends[n_lines - 1] : 0;
			text_add_bytes(&data, b->whole.data, before);
			text_add(&data, lines[i]);
			text_add_bytes(&data, b->whole.data + before, b->ends[N_CELLS] - before);
			if (n_lines < 1 + N_CELLS && before < b->ends[N_CELLS])
				refused(b, data.data, data.len, &b->facts, b->path);
		}
	/* A NUL byte in place of each byte of the second line in turn. */
	for (size_t at = b->ends[0]; at < b->ends[1]; at++) {
		CLEANUP(text_done) struct text data = TEXT_INIT;
		text_add_bytes(&data, b->whole.data, b->ends[N_CELLS]);
		data.data[at] = '\0';
		refused(b, data.data, data.len, &b->facts, "a line in its middle is damaged");
	}
}

static void test_results_of_something_else(void **state)
{
	struct bench *b = *state;
	make_whole(b);
	bool allowed[3] = {true, false, false};
	struct condition condition = {.factor = 0, .allowed = allowed};
	struct conditions restriction = {.all = &condition, .n = 1};
	struct run_facts facts = b->facts;
	facts.restriction = &restriction;
	refused(b, b->whole.data, b->ends[1], &facts, "its --set was another one");
	facts = b->facts;
	facts.only_cell = 0;
	refused(b, b->whole.data, b->ends[1], &facts, "its --cell was another one");
	facts = b->facts;
	facts.max_wait_us = 0;
	refused(b, b->whole.data, b->ends[1], &facts, "its --max-wait was another one");
	facts = b->facts;
	facts.replicates = 2;
	refused(b, b->whole.data, b->ends[1], &facts, "its --replicates was another one");
	facts = b->facts;
	facts.privilege = "user namespace";
	refused(b, b->whole.data, b->ends[1], &facts, "one was run as root and the other one in a user namespace");
	facts = b->facts;
	facts.environment = "{\"net.ipv4.tcp_timestamps\":\"0\"}";
	refused(b, b->whole.data, b->ends[1], &facts, "sysctls have changed since");
	CLEANUP(cleanup_scenario) struct scenario *changed =
		test_must_read("name: x\nmatrix: {n: [0, 1, 2]}\nsteps:\n- server: socket s\n  as: made # a word more\n");
	facts = b->facts;
	facts.scenario = changed;
	refused(b, b->whole.data, b->ends[1], &facts, "the scenario's file has changed since");
	CLEANUP(cleanup_scenario) struct scenario *other =
		test_must_read("name: y\nmatrix: {n: [0, 1, 2]}\nsteps:\n- server: socket s\n  as: made\n");
	facts.scenario = other;
	refused(b, b->whole.data, b->ends[1], &facts, "it belongs to another scenario");
	/* A scenario that is called otherwise on the command line is the same one. */
	CLEANUP(cleanup_scenario) struct scenario *moved = NULL;
	assert_int_equal(scenario_read_text("elsewhere/t.yaml", b->s->text, strlen(b->s->text), &test_vocabulary, 1000,
				 &moved, NULL),
		0);
	struct results_file file;
	struct visits v;
	facts = b->facts;
	facts.scenario = moved;
	write_file(b->path, b->whole.data, b->ends[1]);
	assert_int_equal(resume(b, &facts, &file, &v, NULL), 1);
	results_close(&file, NULL);
}

static void test_no_file_and_no_folder(void **state)
{
	struct bench *b = *state;
	struct results_file file;
	struct visits v;
	assert_int_equal(resume(b, &b->facts, &file, &v, NULL), 0);
	assert_int_equal(rmdir(b->dir), 0);
	assert_int_equal(resume(b, &b->facts, &file, &v, NULL), 0);
	/* results_create() makes the folder. */
	assert_int_equal(results_create(&file, b->dir, &b->facts, NULL), 0);
	append(&file, b, 0);
	assert_int_equal(results_close(&file, NULL), 0);
	assert_int_equal(resume(b, &b->facts, &file, &v, NULL), 1);
	assert_int_equal(v.n, 1);
	results_close(&file, NULL);
}

static void test_what_is_there_is_never_overwritten(void **state)
{
	struct bench *b = *state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text after = TEXT_INIT;
	struct results_file file = RESULTS_FILE_INIT;
	write_file(b->path, "dear", 4);
	assert_int_equal(results_create(&file, b->dir, &b->facts, &e), -EEXIST);
	assert_int_equal(e.kind, ERROR_USAGE);
	results_close(&file, NULL);
	read_file(b->path, &after);
	assert_string_equal(text_get(&after), "dear");
	char below[128];
	snprintf(below, sizeof below, "%s/none/below", b->dir);
	file = RESULTS_FILE_INIT;
	assert_int_equal(results_create(&file, below, &b->facts, &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_USAGE);
	results_close(&file, NULL);
}

static void test_in_use(void **state)
{
	struct bench *b = *state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct results_file one = RESULTS_FILE_INIT, two;
	struct visits v;
	assert_int_equal(results_create(&one, b->dir, &b->facts, NULL), 0);
	assert_int_equal(resume(b, &b->facts, &two, &v, &e), -EBUSY);
	assert_int_equal(e.kind, ERROR_USAGE);
	results_close(&two, NULL);
	append(&one, b, 0);
	assert_int_equal(results_close(&one, NULL), 0);
	assert_int_equal(resume(b, &b->facts, &two, &v, NULL), 1);
	assert_int_equal(v.n, 1);
	results_close(&two, NULL);
}

static void test_a_visit_that_refuses(void **state)
{
	struct bench *b = *state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	make_whole(b);
	write_file(b->path, b->whole.data, b->ends[2]);
	struct results_file file = RESULTS_FILE_INIT;
	struct visits v = {.answer = -EINVAL};
	assert_int_equal(results_resume(&file, b->dir, &b->facts, visit, &v, &e), -EINVAL);
	assert_int_equal(v.n, 1);
	char wanted[160];
	snprintf(wanted, sizeof wanted, "%s:2: no more of these", b->path);
	assert_string_equal(error_text(&e), wanted);
	results_close(&file, NULL);
}

/* A file that may not grow any more stands for a disk that is full: write(2) takes a part of the line, then nothing. */
static void test_full_disk(void **state)
{
	struct bench *b = *state;
	CLEANUP(text_done) struct text before = TEXT_INIT;
	CLEANUP(text_done) struct text after = TEXT_INIT;
	CLEANUP(cleanup_free) char *line = cell_line(b, 1);
	struct results_file file = RESULTS_FILE_INIT;
	struct rlimit old, limit;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(results_create(&file, b->dir, &b->facts, NULL), 0);
	append(&file, b, 0);
	read_file(b->path, &before);
	for (size_t room = 0; room < strlen(line); room++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		limit = (struct rlimit){.rlim_cur = before.len + room, .rlim_max = old.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		int r = results_append(&file, line, strlen(line), &e);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
		assert_int_equal(r, -EFBIG);
		assert_int_equal(e.kind, ERROR_HOST);
		read_file(b->path, &after);
		assert_int_equal(after.len, before.len);
		assert_memory_equal(after.data, before.data, before.len);
	}
	append(&file, b, 1);
	assert_int_equal(results_close(&file, NULL), 0);
	struct visits v;
	assert_int_equal(resume(b, &b->facts, &file, &v, NULL), 1);
	assert_int_equal(v.n, 2);
	results_close(&file, NULL);
}

static void test_without_a_folder(void **state)
{
	struct bench *b = *state;
	struct results_file file = RESULTS_FILE_INIT;
	setenv("TMPDIR", b->dir, 1);
	assert_int_equal(results_create(&file, NULL, &b->facts, NULL), 0);
	assert_null(file.path);
	append(&file, b, 0);
	assert_int_equal(results_end(&file, counts, 1, NULL), 0);
	struct stat status;
	assert_int_equal(fstat(file.fd, &status), 0);
	assert_int_equal(status.st_nlink, 0);
	assert_int_equal(status.st_size, file.size);
	assert_int_equal(results_close(&file, NULL), 0);
	unsetenv("TMPDIR");
	assert_int_equal(rmdir(b->dir), 0); /* it is empty */
}

static void test_close_of_what_was_never_open(void **state)
{
	(void)state;
	struct results_file file = RESULTS_FILE_INIT;
	assert_int_equal(results_close(&file, NULL), 0);
	assert_int_equal(results_close(&file, NULL), 0);
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(test_what_the_first_and_the_last_line_say),
		WITH_BENCH(test_cut_off_at_every_byte),
		WITH_BENCH(test_torn_tails),
		WITH_BENCH(test_damage_in_the_middle),
		WITH_BENCH(test_results_of_something_else),
		WITH_BENCH(test_no_file_and_no_folder),
		WITH_BENCH(test_what_is_there_is_never_overwritten),
		WITH_BENCH(test_in_use),
		WITH_BENCH(test_a_visit_that_refuses),
		WITH_BENCH(test_full_disk),
		WITH_BENCH(test_without_a_folder),
		cmocka_unit_test(test_close_of_what_was_never_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

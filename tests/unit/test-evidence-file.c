// SPDX-License-Identifier: GPL-2.0-or-later
// The evidence file read: the last line of a run counts, one that was not written whole does not.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/evidence_file.h"

static char folder[] = "/tmp/netrepro-evidence-file.XXXXXX";
static char results[64], path[64];

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(results, sizeof results, "%s/results.jsonl", folder);
	snprintf(path, sizeof path, "%s/" EVIDENCE_NAME, folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void append(const char *line, size_t len)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, line, len), len);
	close(fd);
}

/* @len: of its line that is written; 0: all. */
static void add(uint64_t cell, uint32_t replicate, uint64_t began_ns, const char *gap, size_t len)
{
	const struct evidence evidence = {.cell = cell,
		.replicate = replicate,
		.gap = gap,
		.began_ns = began_ns,
		.capture = {.n_namespaces = 1, .namespaces = {"here"}}};
	CLEANUP(cleanup_free) char *line = evidence_to_line(&evidence);
	assert_non_null(line);
	append(line, len ? len : strlen(line));
}

static void find(uint64_t cell, uint32_t replicate, uint64_t began_ns)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(evidence_file_close) struct evidence_file file = EVIDENCE_FILE_INIT;
	struct arena arena = ARENA_INIT;
	struct evidence evidence;
	assert_int_equal(evidence_file_open_beside(&file, results, &e), 0);
	int r = evidence_file_find(&file, cell, replicate, &arena, &evidence, &e);
	assert_int_equal(r, began_ns != 0);
	assert_int_equal(evidence_file_has(&file, cell, replicate), began_ns != 0);
	if (r)
		assert_int_equal(evidence.began_ns, began_ns);
	arena_done(&arena);
}

static void test_none(void **state)
{
	(void)state;
	find(1, 1, 0);
}

static void test_found(void **state)
{
	(void)state;
	enum { LONG = 1 << 20 };
	CLEANUP(cleanup_free) char *gap = malloc(LONG + 1);
	memset(gap, 'x', LONG);
	gap[LONG] = '\0';
	add(72, 2, 10, NULL, 0);
	add(5, 1, 11, gap, 0); /* longer than what is read at a time */
	add(72, 1, 12, NULL, 0);
	add(UINT64_MAX, 1, 13, gap, 0);
	find(72, 2, 10);
	find(5, 1, 11);
	find(72, 1, 12);
	find(UINT64_MAX, 1, 13);
	find(72, 3, 0);
	find(6, 1, 0);
	add(72, 1, 14, NULL, 0);
	find(72, 1, 14);
	/* What a full disk leaves of a line, which the one before outlives. */
	add(72, 1, 15, NULL, 90);
	find(72, 1, 14);
	find(5, 1, 11);
}

static void test_damaged(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(evidence_file_close) struct evidence_file file = EVIDENCE_FILE_INIT;
	static const char line[] = "{\"type\":\"evidence\",\"id\":\"3\",\"replicate\":1,\"verdict\":\"pass\",nothing\n";
	struct arena arena = ARENA_INIT;
	struct evidence evidence;
	unlink(path);
	append(line, strlen(line));
	assert_int_equal(evidence_file_open_beside(&file, results, &e), 0);
	assert_int_equal(evidence_file_find(&file, 3, 1, &arena, &evidence, &e), -EINVAL);
	assert_non_null(strstr(error_text(&e), "/evidence.jsonl: the evidence of cell 3: "));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_damaged),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

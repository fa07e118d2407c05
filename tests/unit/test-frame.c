// SPDX-License-Identifier: GPL-2.0-or-later
// run/frame: what was sent comes out whole and in order, however the bytes are cut up on their way.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "run/frame.h"

static const struct sent {
	struct frame frame;
	const char *payload;
} sent[] = {
	{{.kind = FRAME_HELLO, .len = 11}, "{\"net\":\"1\"}"},
	{{.kind = FRAME_WANT}, NULL},
	{{.kind = FRAME_RESULT, .len = 16, .id = {UINT64_MAX - 1, UINT32_MAX, UINT32_MAX - 1}, .wants = 1},
		"{\"type\":\"cell\"}\n"},
	{{.kind = FRAME_ALIVE}, NULL},
	{{.kind = FRAME_FAILED, .len = 7, .id = {3, 4, 5}}, "\0\0\0\0why"},
	{{.kind = FRAME_WANT}, NULL},
};
#define N_SENT (sizeof sent / sizeof *sent)

/* The bytes of all of them. */
static void stream_of(struct text *t)
{
	for (size_t i = 0; i < N_SENT; i++)
		frame_add(t, &sent[i].frame, sent[i].payload);
	assert_false(t->failed);
}

/* Take the frames that are whole off the front of @input, as the runner does. */
static void take(struct text *input, size_t *n)
{
	struct frame frame;
	const char *payload;
	size_t offset = 0;
	while (frame_next(input, offset, &frame, &payload)) {
		assert_true(*n < N_SENT);
		const struct frame *wanted = &sent[*n].frame;
		assert_int_equal(frame.kind, wanted->kind);
		assert_int_equal(frame.len, wanted->len);
		assert_int_equal(frame.id.cell, wanted->id.cell);
		assert_int_equal(frame.id.replicate, wanted->id.replicate);
		assert_int_equal(frame.id.scenario, wanted->id.scenario);
		assert_int_equal(frame.wants, wanted->wants);
		if (frame.len)
			assert_memory_equal(payload, sent[*n].payload, frame.len);
		offset += sizeof frame + frame.len;
		(*n)++;
	}
	if (offset) {
		memmove(input->data, input->data + offset, input->len - offset);
		text_truncate(input, input->len - offset);
	}
}

static void test_every_split_in_three(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text stream = TEXT_INIT;
	stream_of(&stream);
	for (size_t i = 0; i <= stream.len; i++)
		for (size_t j = i; j <= stream.len; j++) {
			CLEANUP(text_done) struct text input = TEXT_INIT;
			size_t n = 0;
			text_add_bytes(&input, stream.data, i);
			take(&input, &n);
			text_add_bytes(&input, stream.data + i, j - i);
			take(&input, &n);
			text_add_bytes(&input, stream.data + j, stream.len - j);
			take(&input, &n);
			assert_int_equal(n, N_SENT);
			assert_int_equal(input.len, 0);
		}
}

static void test_byte_by_byte(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text stream = TEXT_INIT;
	CLEANUP(text_done) struct text input = TEXT_INIT;
	size_t n = 0;
	stream_of(&stream);
	for (size_t i = 0; i < stream.len; i++) {
		text_add_bytes(&input, stream.data + i, 1);
		take(&input, &n);
	}
	assert_int_equal(n, N_SENT);
}

static void test_nothing_is_no_frame(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text input = TEXT_INIT;
	struct frame frame;
	const char *payload;
	assert_false(frame_next(&input, 0, &frame, &payload));
}

/* More than a pipe holds, to a reader that takes its time: written by parts, it arrives whole. */
static void test_larger_than_a_pipe(void **state)
{
	(void)state;
	uint32_t len = 1 << 20;
	const struct frame large = {.kind = FRAME_RESULT, .len = len, .id = {1, 2, 3}};
	CLEANUP(cleanup_free) char *payload = malloc(len);
	CLEANUP(text_done) struct text input = TEXT_INIT;
	int fds[2];
	for (size_t i = 0; i < len; i++)
		payload[i] = (char)(i * 31 >> 3);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct text out = TEXT_INIT;
		frame_add(&out, &large, payload);
		_exit(frame_flush(fds[1], &out) != 0 || out.len);
	}
	close(fds[1]);
	char data[777];
	for (ssize_t n; (n = read(fds[0], data, sizeof data)) > 0;)
		text_add_bytes(&input, data, (size_t)n);
	close(fds[0]);
	int how;
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_int_equal(how, 0);
	struct frame frame;
	const char *found;
	assert_true(frame_next(&input, 0, &frame, &found));
	assert_int_equal(frame.len, len);
	assert_memory_equal(found, payload, len);
	assert_int_equal(input.len, sizeof frame + len);
}

/* A pipe that does not block takes what it has room for; the rest goes later, and nothing is lost or twice. */
static void test_a_reader_that_is_busy(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text out = TEXT_INIT;
	CLEANUP(text_done) struct text stream = TEXT_INIT;
	CLEANUP(text_done) struct text input = TEXT_INIT;
	int fds[2];
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	while (stream.len < 1 << 20)
		stream_of(&stream);
	for (size_t done = 0; done < stream.len;) {
		size_t n = stream.len - done < 100000 ? stream.len - done : 100000;
		text_add_bytes(&out, stream.data + done, n);
		done += n;
		assert_int_equal(frame_flush(fds[1], &out), 0);
	}
	assert_true(out.len > 0);
	char data[50000];
	do {
		ssize_t n = read(fds[0], data, sizeof data);
		assert_true(n > 0);
		text_add_bytes(&input, data, (size_t)n);
		assert_int_equal(frame_flush(fds[1], &out), 0);
	} while (input.len < stream.len);
	assert_int_equal(out.len, 0);
	assert_int_equal(input.len, stream.len);
	assert_memory_equal(input.data, stream.data, stream.len);
	assert_int_equal(read(fds[0], data, sizeof data), -1);
	close(fds[0]);
	close(fds[1]);
}

static void test_nobody_reads(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text out = TEXT_INIT;
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	frame_add(&out, &sent[1].frame, NULL);
	assert_int_equal(frame_flush(fds[1], &out), -EPIPE);
	close(fds[1]);
	assert_int_equal(frame_flush(-1, &out), -EBADF);
	text_truncate(&out, 0);
	assert_int_equal(frame_flush(-1, &out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_split_in_three),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_nothing_is_no_frame),
		cmocka_unit_test(test_larger_than_a_pipe),
		cmocka_unit_test(test_a_reader_that_is_busy),
		cmocka_unit_test(test_nobody_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes the reader of the kernel's counters: whatever the text, each column is a piece of it, and what was read can be
// written as the kernel would, and is then read as the same.
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "net/mib.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
	const char *text;
	size_t len;
	struct text written; /* a pair of lines for each column */
};

static bool is_word_of(const struct reading *r, const char *word, size_t len)
{
	return len > 0 && word >= r->text && word + len <= r->text + r->len && !memchr(word, ' ', len) &&
	       !memchr(word, '\n', len);
}

static int write_column(void *context, const struct mib_column *column, struct error *e)
{
	struct reading *r = context;
	assert(!e->text);
	assert(is_word_of(r, column->line, column->line_len) && column->line[column->line_len] == ':');
	assert(is_word_of(r, column->name, column->name_len));
	text_add_bytes(&r->written, column->line, column->line_len);
	text_add(&r->written, ": ");
	text_add_bytes(&r->written, column->name, column->name_len);
	text_add(&r->written, "\n");
	text_add_bytes(&r->written, column->line, column->line_len);
	text_addf(&r->written, ": %lld\n", (long long)column->value);
	return 0;
}

static int read_text(struct reading *r)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int status = mib_parse(r->text, r->len, write_column, r, &e);
	assert(status == 0 || (status == -EPROTO && e.kind == ERROR_HARNESS && e.text));
	assert(!r->written.failed);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading first = {.text = (const char *)data, .len = size, .written = TEXT_INIT};
	read_text(&first);
	struct reading second = {.text = text_get(&first.written), .len = first.written.len, .written = TEXT_INIT};
	assert(read_text(&second) == 0);
	assert(second.written.len == first.written.len);
	assert(memcmp(text_get(&second.written), text_get(&first.written), first.written.len) == 0);
	text_done(&first.written);
	text_done(&second.written);
	return 0;
}

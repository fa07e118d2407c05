// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes the readers of lines: that of evidence, and that of a result's steps: whatever the bytes, they are such a line
// or they are not, and what was read is the same when it was written and read again.
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/evidence.h"
#include "model/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_evidence(const struct evidence *evidence)
{
	const struct pcapng *capture = &evidence->capture;
	assert(evidence->replicate >= 1);
	for (size_t i = 0; i < evidence->n_looks; i++)
		assert(evidence->looks[i].namespace < capture->n_namespaces);
	for (size_t i = 0; i < evidence->n_counters; i++)
		assert(evidence->counters[i].namespace < capture->n_namespaces && *evidence->counters[i].name);
	for (size_t i = 0; i < capture->n_packets; i++) {
		const char *bytes = (const char *)capture->packets[i].bytes;
		struct segment segment;
		assert(bytes >= evidence->pcapng);
		assert(bytes + capture->packets[i].n_bytes <= evidence->pcapng + evidence->pcapng_len);
		segment_parse(&capture->packets[i], &segment);
		evidence_packet_us(evidence, &capture->packets[i]);
	}
}

static void read_evidence(const char *line, size_t len)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct evidence evidence, again;
	int r = evidence_from_line(line, len, &arena, &evidence, &e);
	assert(r == 0 || (r == -EINVAL && e.kind == ERROR_USAGE && e.text));
	if (r < 0)
		return;
	check_evidence(&evidence);
	CLEANUP(cleanup_free) char *written = evidence_to_line(&evidence);
	assert(written && evidence_from_line(written, strlen(written), &arena, &again, &e) == 0);
	CLEANUP(cleanup_free) char *twice = evidence_to_line(&again);
	assert(twice && !strcmp(written, twice));
}

static void read_steps(const char *line, size_t len)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct result result, whole;
	int r = result_steps_from_line(line, len, &arena, &result, &e);
	assert(r == 0 || (r == -EINVAL && e.kind == ERROR_USAGE && e.text));
	for (size_t i = 0; r == 0 && i < result.n_steps; i++)
		assert(result.steps[i].line && result.steps[i].action && result.steps[i].outcome &&
			result.steps[i].tries);
	/* A line whose steps can be read is a cell's line, or no line at all. */
	assert(r < 0 || result_from_line(line, len, &arena, &whole, NULL) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_evidence((const char *)data, size);
	read_steps((const char *)data, size);
	return 0;
}

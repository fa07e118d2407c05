// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes the reader of a results file's lines: whatever stands in one, it is a result, another line, or an error.
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct result result;
	int rc = result_from_line((const char *)data, size, &arena, &result, &e);
	assert(rc == 0 || rc == 1 || (rc < 0 && e.text));
	if (rc == 1) {
		assert(result.verdict < VERDICT_COUNT && result.replicate > 0);
		for (size_t i = 0; i < result.n_values; i++)
			assert(result.values[i].response && result.values[i].text);
	}
	return 0;
}

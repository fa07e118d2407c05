// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes the reader of scenarios: whatever the bytes, it reads them or says what is wrong, and keeps nothing.
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "model/plan.h"

#define FUZZ_CELLS_MAX 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What holds of every scenario that was read. */
static void plan_all(const struct scenario *s)
{
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	size_t levels[MATRIX_FACTORS_MAX];
	uint64_t n = 0;
	assert(s->name && s->n_steps && strlen(s->sha256) == 64);
	for (uint64_t cell = 0; cell < s->matrix.n_indices; cell++)
		if (matrix_cell(&s->matrix, cell, levels)) {
			assert(plan_make(&plan, s, cell, NULL) == 0);
			n++;
		}
	assert(n > 0 && n <= FUZZ_CELLS_MAX && n == matrix_count(&s->matrix, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = NULL;
	int rc = scenario_read_text("f.yaml", (const char *)data, size, verb_vocabulary(), FUZZ_CELLS_MAX, &s, &e);
	assert(rc == 0 ? s != NULL : s == NULL && e.text && (e.kind == ERROR_USAGE || e.code == ENOMEM));
	if (rc < 0 && e.kind == ERROR_USAGE)
		assert(!strncmp(e.text, "f.yaml:", strlen("f.yaml:")));
	if (s)
		plan_all(s);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes what is said of results: whatever came out in which cells, it is explained, and what is said is so.
//
// Each three bytes are a result: a cell, a verdict with a replicate, and the responses.
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/results.h"
#include "report/summary.h"
#include "fuzz_scenario.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char yaml[] =
	"name: x\nmatrix: {a: [0, 1], b: [0, 1, 2], c: [0, 1, 2], d: [0, 1], e: [0, 1, 2, 3]}\n"
	"exclude: [{a: 0, b: 2, c: 0}]\ninclude: [{a: 7, b: 0, c: 0, d: 0, e: 0}]\n"
	"steps:\n- server: socket s\n- server: getsockopt s SO_RCVBUF\n  as: one\n"
	"- when: {d: 0}\n  do:\n  - server: getsockopt s SO_SNDBUF\n    as: two\n"
	"check: [{when: {a: 1}, one: [p, q, r]}]\n"
	"claims:\n"
	"- {id: C1, says: it, predicts: {one: [{when: {a: 1}, is: p}, {is: q}]}, decisive: [a], inert: [e]}\n"
	"- {id: C2, says: it, predicts: {two: [{when: {b: [0, 1]}, is: [p, r]}], one: [{is: [q, r]}]}}\n"
	"- {id: C3, says: it, responses: [one, two], inert: [c]}\n";
static const char *const values[] = {"p", "q", "r", "s"};
static struct scenario *scenario;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	scenario = fuzz_scenario(yaml);
	return 0;
}

static void add(struct explanation *x, const uint8_t *bytes)
{
	struct result_value both[] = {
		{"one", values[bytes[2] & 3], false, 0},
		{"two", values[bytes[2] >> 2 & 3], bytes[2] & 128, bytes[2]},
	};
	struct result result = {
		.cell = bytes[0] % scenario->matrix.n_indices,
		.replicate = 1u + (bytes[1] >> 4),
		/* Mostly data: otherwise there would be little to explain. */
		.verdict = (bytes[1] & 15) < VERDICT_COUNT ? (enum verdict)(bytes[1] & 15) : VERDICT_PASS,
		.reason = "why",
		.values = both,
		.n_values = bytes[2] & 64 ? 1 : 2,
	};
	/* What is not of the run, is there twice, or is recorded by no step, is refused. */
	explanation_add(x, &result, NULL);
}

/* The law gives each cell with one value that value, and what stands behind its rules is all of them. */
static void check_account(const struct explanation *x, size_t response)
{
	const struct account *account = &x->accounts[response];
	uint64_t n_cells = 0;
	if (account->lawlessness != LAW_FOUND)
		return;
	for (size_t row = 0; row < x->table.n_rows; row++) {
		size_t levels[MATRIX_FACTORS_MAX];
		if (!table_is_stable(&x->table, row, response))
			continue;
		table_copy_levels(&x->table, row, levels);
		assert(law_value(&account->law, levels) == table_value(&x->table, row, response));
		n_cells++;
	}
	assert(n_cells == account->n_cells);
	for (size_t f = 0; f < x->table.n_factors; f++)
		assert(account->influences[f].n_changed <= account->influences[f].n_pairs);
}

static void check_ruling(const struct explanation *x, const struct ruling *r)
{
	assert(r->n_agree + r->n_disagree + r->n_silent + r->n_unknown == x->table.n_rows);
	assert((r->verdict != CLAIM_SUPPORTED && r->verdict != CLAIM_UNTESTED) || !r->n_disagree);
	assert(r->verdict != CLAIM_CONDITIONAL ||
		(r->n_agree && r->n_disagree && r->holds.n_rules && r->fails.n_rules));
	assert((r->counterexample != TABLE_NO_ROW) == (r->n_disagree != 0));
}

static void tell(const struct explanation *x)
{
	static const char *const formats[] = {"text", "json", "markdown"};
	const struct summary summary = {
		.view = {.explanation = x, .program = "netrepro"},
		.privilege = "root",
		.kernel = "6.1",
		.seed = "1",
		.n_runs = 6,
	};
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(text_done) struct text t = TEXT_INIT;
		assert(format_find("format", formats[i], NULL)->write(&summary, style_get(i & 1), false, &t) == 0);
		assert(t.len && t.data[t.len - 1] == '\n');
		CLEANUP(cleanup_json) json_t *json = i == 1 ? json_loads(t.data, JSON_REJECT_DUPLICATES, NULL) : NULL;
		assert(i != 1 || json);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct explanation x;
	assert(explanation_begin(&x, scenario, NULL, RUN_ALL_CELLS, 16, NULL) == 0);
	for (size_t i = 0; i + 3 <= size; i += 3)
		add(&x, data + i);
	assert(explanation_finish(&x, size / 3, NULL) == 0);
	for (size_t i = 0; i < x.n_accounts; i++)
		check_account(&x, i);
	for (size_t i = 0; i < x.n_rulings; i++)
		check_ruling(&x, &x.rulings[i]);
	tell(&x);
	explanation_done(&x);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Where the cells of the pairs that an explanation shows part.
#include "cli/partings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/divergence.h"
#include "base/cleanup.h"
#include "cli/kept_cell.h"

/* The cells of all examples, each once. */
struct cast {
	struct kept_cell *cells; /* owned */
	size_t n;
};

static void cast_done(struct cast *cast)
{
	for (size_t i = 0; i < cast->n; i++)
		kept_cell_done(&cast->cells[i]);
	free(cast->cells);
}

static struct kept_cell *find(const struct cast *cast, uint64_t cell)
{
	for (size_t i = 0; i < cast->n; i++)
		if (cast->cells[i].cell == cell)
			return &cast->cells[i];
	return NULL;
}

/* The first replicate of which there is evidence; the first one where there is none. */
static uint32_t choose_replicate(const struct evidence_file *evidence, uint64_t cell, uint32_t replicates)
{
	for (uint32_t i = 1; i <= replicates; i++)
		if (evidence_file_has(evidence, cell, i))
			return i;
	return 1;
}

static int cast_init(
	struct cast *cast, const struct explained *explained, const struct evidence_file *evidence, struct error *e)
{
	const struct examples *examples = &explained->explanation.examples;
	cast->cells = calloc(2 * examples->n + 1, sizeof *cast->cells);
	if (!cast->cells)
		return error_no_memory(e);
	for (size_t i = 0; i < 2 * examples->n; i++) {
		uint64_t cell = explained->explanation.table.cells[examples->all[i / 2].pair.rows[i % 2]];
		if (find(cast, cell))
			continue;
		uint32_t replicate = choose_replicate(evidence, cell, explained->record.replicates);
		cast->cells[cast->n++] = KEPT_CELL(cell, replicate);
	}
	return 0;
}

/* Only a run that counts can stand for its cell. */
static bool counts(const struct kept_cell *cell)
{
	return cell->was_found && (cell->result.verdict == VERDICT_PASS || cell->result.verdict == VERDICT_FAIL);
}

static int find_parting(struct example *example, const struct kept_cell *a, const struct kept_cell *b, struct error *e)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct divergence divergence;
	int r = divergence_find(&a->story, &b->story, &arena, &divergence, e);
	if (r < 0 || divergence.kind == DIVERGENCE_NONE)
		return r;
	char names[2][32];
	snprintf(names[0], sizeof names[0], "cell %" PRIu64, a->cell);
	snprintf(names[1], sizeof names[1], "cell %" PRIu64, b->cell);
	struct text sentence = TEXT_INIT;
	divergence_phrase(&divergence, (const char *const[]){names[0], names[1]}, &sentence);
	if (sentence.failed)
		text_done(&sentence);
	example->parting = sentence.data;
	return sentence.data ? 0 : error_no_memory(e);
}

/* Of cells whose evidence cannot be read the steps alone are compared. */
static void tell_damage(const struct cast *cast)
{
	const struct kept_cell *first = NULL;
	size_t n = 0;
	for (size_t i = 0; i < cast->n; i++) {
		if (!cast->cells[i].is_damaged)
			continue;
		first = first ? first : &cast->cells[i];
		n++;
	}
	if (n == 1)
		fprintf(stderr, "netrepro: %s\n", first->evidence.gap);
	else if (n)
		fprintf(stderr, "netrepro: of %zu cells %s\n", n, first->evidence.gap);
}

int partings_find(struct explained *explained, const struct evidence_file *evidence, struct error *e)
{
	struct examples *examples = &explained->explanation.examples;
	const uint64_t *ids = explained->explanation.table.cells;
	CLEANUP(cast_done) struct cast cast = {.n = 0};
	int r = examples->n ? cast_init(&cast, explained, evidence, e) : 0;
	if (r == 0 && cast.n)
		r = kept_cells_read(explained->record.path, explained->scenario, evidence, cast.cells, cast.n, e);
	for (size_t i = 0; r == 0 && i < examples->n; i++) {
		const size_t *rows = examples->all[i].pair.rows;
		const struct kept_cell *a = find(&cast, ids[rows[0]]), *b = find(&cast, ids[rows[1]]);
		if (counts(a) && counts(b))
			r = find_parting(&examples->all[i], a, b, e);
	}
	if (r == 0)
		tell_damage(&cast);
	return r;
}

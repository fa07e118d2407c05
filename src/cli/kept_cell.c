// SPDX-License-Identifier: GPL-2.0-or-later
// Runs of cells, read back from a results folder.
#include "cli/kept_cell.h"

#include <inttypes.h>
#include <string.h>

#include "model/encoding.h"
#include "model/result_copy.h"

struct reading {
	struct kept_cell *cells;
	size_t n;
};

static struct kept_cell *find(const struct reading *reading, const struct result *result)
{
	for (size_t i = 0; i < reading->n; i++)
		if (reading->cells[i].cell == result->cell && reading->cells[i].replicate == result->replicate)
			return &reading->cells[i];
	return NULL;
}

/* The file may be large, and few of its lines are wanted. */
static bool is_cell_wanted(void *context, uint64_t cell)
{
	const struct reading *reading = context;
	for (size_t i = 0; i < reading->n; i++)
		if (reading->cells[i].cell == cell)
			return true;
	return false;
}

static bool is_wanted(void *context, const struct result *result)
{
	return find(context, result);
}

static int take(void *context, const struct result *result, struct error *e)
{
	struct kept_cell *cell = find(context, result);
	if (!cell)
		return 0;
	int r = result_copy(result, &cell->arena, &cell->result, e);
	cell->was_found = r == 0;
	return r;
}

/* In the place of evidence that cannot be used: that it cannot, and why. */
static int note_damage(struct kept_cell *cell, struct error *e)
{
	const struct plan *plan = &cell->plan;
	if (e->kind != ERROR_USAGE)
		return -e->code;
	const char *why = error_text(e);
	struct encoding_fault fault;
	/* A gap is shown, and the name of a folder, which is in there, may be made of anything. */
	bool can_be_shown = !encoding_find_fault(why, strlen(why), &fault);
	const char *gap = arena_printf(&cell->arena, "what was kept cannot be read%s%s", can_be_shown ? ": " : "",
		can_be_shown ? why : "");
	if (!gap)
		return error_no_memory(e);
	error_clear(e);
	cell->is_damaged = cell->has_evidence = true;
	cell->evidence = (struct evidence){
		.cell = cell->cell, .replicate = cell->replicate, .verdict = cell->result.verdict, .gap = gap};
	cell->evidence.capture.n_namespaces = plan->n_namespaces;
	for (size_t i = 0; i < plan->n_namespaces; i++)
		cell->evidence.capture.namespaces[i] = plan->namespaces[i].name;
	return 0;
}

static int tell_story(struct kept_cell *cell, const struct scenario *s, struct error *e)
{
	return story_make(
		&cell->story, s, &cell->plan, &cell->result, cell->has_evidence ? &cell->evidence : NULL, e);
}

static int complete(
	struct kept_cell *cell, const struct scenario *s, const struct evidence_file *evidence, struct error *e)
{
	int r = plan_make(&cell->plan, s, cell->cell, e);
	if (r < 0)
		return r;
	r = evidence_file_find(evidence, cell->cell, cell->replicate, &cell->arena, &cell->evidence, e);
	cell->has_evidence = r > 0;
	if (r < 0)
		r = note_damage(cell, e);
	if (r < 0)
		return r;
	r = tell_story(cell, s, e);
	if (r == 0 || !cell->has_evidence || cell->is_damaged)
		return r;
	/* Either what it is made of is of another scenario, or its steps are: then that is said once more. */
	story_done(&cell->story);
	error_wrap(e, "cell %" PRIu64, cell->cell);
	r = note_damage(cell, e);
	return r < 0 ? r : tell_story(cell, s, e);
}

int kept_cells_read(const char *path, const struct scenario *s, const struct evidence_file *evidence,
	struct kept_cell *cells, size_t n, struct error *e)
{
	struct reading reading = {cells, n};
	const struct results_reader reader = {
		.context = &reading, .visit = take, .wants = is_cell_wanted, .wants_steps = is_wanted};
	struct run_record record = RUN_RECORD_INIT;
	bool is_finished;
	int r = results_read(path, &reader, &record, &is_finished, e);
	run_record_done(&record);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = cells[i].was_found ? complete(&cells[i], s, evidence, e) : 0;
		if (r < 0)
			return error_wrap(e, "%s: cell %" PRIu64, path, cells[i].cell);
	}
	return r;
}

void kept_cell_done(struct kept_cell *cell)
{
	story_done(&cell->story);
	plan_done(&cell->plan);
	arena_done(&cell->arena);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// A results file, read and explained.
#include "cli/explained.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "actor/verb.h"
#include "base/cleanup.h"
#include "cli/partings.h"

/* However many cells the run was allowed, they were run. */
#define MAX_CELLS UINT32_MAX

static int begin(void *context, const struct run_record *record, struct error *e)
{
	struct explained *x = context;
	int r = scenario_read_text(record->scenario_path, record->scenario_text, strlen(record->scenario_text),
		verb_vocabulary(), MAX_CELLS, &x->scenario, e);
	if (r < 0)
		return error_wrap(e, "%s: the scenario in it is none to this netrepro (it was written by %s)",
			record->path, record->tool);
	for (size_t i = 0; i < record->n_sets; i++) {
		r = scenario_restrict(x->scenario, record->sets[i], &x->arena, &x->restriction, e);
		if (r < 0)
			return error_wrap(e, "%s", record->path);
	}
	return explanation_begin(
		&x->explanation, x->scenario, &x->restriction, record->only_cell, record->replicates, e);
}

static int visit(void *context, const struct result *result, struct error *e)
{
	struct explained *x = context;
	/* Of scenarios that are run together each begins at a time of its own. */
	uint64_t began_us = result->end_us > result->elapsed_us ? result->end_us - result->elapsed_us : 0;
	if (!x->ended_us || began_us < x->began_us)
		x->began_us = began_us;
	if (result->end_us > x->ended_us)
		x->ended_us = result->end_us;
	x->elapsed_us = x->ended_us - x->began_us;
	int r = explanation_add(&x->explanation, result, e);
	return r < 0 || !x->visit ? r : x->visit(x->context, result, e);
}

/* The steps of the cells that are shown are read when it is known which these are. */
static int check_is_file(const char *path, struct error *e)
{
	struct stat status;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return error_set(e, ERROR_USAGE, ESPIPE, "%s: it is no file, and can be read only once", path);
	return 0;
}

void explained_tell_partings(struct explained *x, const char *evidence_path)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct evidence_file evidence = EVIDENCE_FILE_INIT;
	int r = check_is_file(x->record.path, &e);
	if (r == 0)
		r = evidence_path ? evidence_file_open(&evidence, evidence_path, &e)
				  : evidence_file_open_beside(&evidence, x->record.path, &e);
	if (r == 0)
		r = partings_find(x, &evidence, &e);
	evidence_file_close(&evidence);
	if (r < 0)
		fprintf(stderr, "netrepro: where pairs of cells part is not told: %s\n", error_text(&e));
}

int explained_read(const char *path, struct explained *ret, struct error *e)
{
	const struct results_reader reader = {.context = ret, .begin = begin, .visit = visit};
	int r = results_read(path, &reader, &ret->record, &ret->is_finished, e);
	return r < 0 ? r : explanation_finish(&ret->explanation, ret->record.n_runs, e);
}

void explained_done(struct explained *explained)
{
	explanation_done(&explained->explanation);
	scenario_free(explained->scenario);
	arena_done(&explained->arena);
	run_record_done(&explained->record);
}

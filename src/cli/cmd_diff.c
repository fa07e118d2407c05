// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro diff: two runs, and what changed; or two cells, and where they part.
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/comparison.h"
#include "base/cleanup.h"
#include "base/suggest.h"
#include "cli/chosen_cell.h"
#include "cli/cli.h"
#include "cli/explained.h"
#include "cli/kept_cell.h"
#include "report/comparison.h"
#include "report/parting.h"

enum { OPTION_FORMAT = OPTION_LONG, OPTION_REPLICATE };

static const struct cli_option options[] = {
	{OPTION_FORMAT, "format", "FORMAT", "text or json (text)"},
	{'q', "quiet", NULL, "nothing where nothing differs, otherwise a line"},
	{OPTION_REPLICATE, "replicate", "N[,M]", "these runs of the two cells (N of both)"},
};

struct diff_options {
	bool is_json, quiet;
	uint64_t replicates[2]; /* 0: any */
};

static int set_replicates(struct diff_options *o, const char *argument, struct error *e)
{
	const char *comma = strchr(argument, ',');
	CLEANUP(cleanup_free) char *first = strndup(argument, comma ? (size_t)(comma - argument) : strlen(argument));
	if (!first)
		return error_no_memory(e);
	int r = cli_number("replicate", first, 1, INT32_MAX, &o->replicates[0], e);
	o->replicates[1] = o->replicates[0];
	return r < 0 || !comma ? r : cli_number("replicate", comma + 1, 1, INT32_MAX, &o->replicates[1], e);
}

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct diff_options *o = context;
	if (key == 'q') {
		o->quiet = true;
		return 0;
	}
	if (key == OPTION_REPLICATE)
		return set_replicates(o, argument, e);
	struct suggestion near = SUGGESTION_FOR(argument);
	suggestion_consider(&near, "text");
	suggestion_consider(&near, "json");
	o->is_json = !strcmp(argument, "json");
	if (o->is_json || !strcmp(argument, "text"))
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "--format: there is no format '%s'%s: it is text or json", argument,
		suggestion_phrase(&near));
}

/* A run, read and explained, and the verdicts of its cells. */
struct side {
	struct explained x;
	struct verdicts verdicts;
};
#define SIDE_INIT ((struct side){EXPLAINED_INIT, VERDICTS_INIT})

static void side_done(struct side *side)
{
	verdicts_done(&side->verdicts);
	explained_done(&side->x);
}

static int visit(void *context, const struct result *result, struct error *e)
{
	struct side *side = context;
	return verdicts_add(&side->verdicts, &side->x.explanation.table, result, e);
}

static int side_read(struct side *side, const char *path, struct error *e)
{
	side->x.visit = visit;
	side->x.context = side;
	return explained_read(path, &side->x, e);
}

static struct comparison_run run_of(const struct side *side)
{
	return (struct comparison_run){&side->x.record, &side->x.explanation, &side->verdicts, side->x.is_finished};
}

static int diff_runs(const struct diff_options *o, const char *a, const char *b)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(side_done) struct side first = SIDE_INIT;
	CLEANUP(side_done) struct side second = SIDE_INIT;
	CLEANUP(comparison_done) struct comparison comparison = {.arena = ARENA_INIT};
	int r = side_read(&first, a, &e);
	if (r == 0)
		r = side_read(&second, b, &e);
	const struct comparison_run runs[2] = {run_of(&first), run_of(&second)};
	if (r == 0)
		r = comparison_init(&comparison, runs, &e);
	if (r < 0)
		return cli_fail(&e);
	const struct comparison_view view = {&comparison, cli_program(), {a, b}};
	CLEANUP(text_done) struct text t = TEXT_INIT;
	if (o->is_json)
		comparison_json(&view, &t);
	else
		comparison_text(&view, style_get(cli_has_colour(STDOUT_FILENO)), o->quiet, &t);
	int status = cli_print(&t);
	return status ? status : comparison_differs(&comparison) ? STATUS_DIFFERS : STATUS_OK;
}

/* A cell that a user means, and its story. */
struct cell {
	struct chosen_cell chosen;
	struct kept_cell kept;
};
#define CELL_INIT ((struct cell){CHOSEN_CELL_INIT, KEPT_CELL(0, 0)})

static void cell_done(struct cell *cell)
{
	kept_cell_done(&cell->kept);
	chosen_cell_done(&cell->chosen);
}

static int cell_read(struct cell *cell, const char *path, const char *wanted, uint64_t replicate,
	const struct chosen_cell *like, struct error *e)
{
	int r = chosen_cell_find(path, wanted, (uint32_t)replicate, like, &cell->chosen, e);
	cell->kept.cell = cell->chosen.cell;
	cell->kept.replicate = cell->chosen.replicate;
	return r < 0 ? r
		     : kept_cells_read(cell->chosen.record.path, cell->chosen.scenario, &cell->chosen.evidence,
			       &cell->kept, 1, e);
}

static struct parting_cell parting_cell_of(const struct cell *cell, const char *path)
{
	const struct run_record *record = &cell->chosen.record;
	return (struct parting_cell){
		path, &cell->kept.story, record->release, cell->kept.plan.levels, record->replicates};
}

/* @cells: the second one may be NULL: the levels of the first. */
static int diff_cells(const struct diff_options *o, const char *const paths[2], const char *const cells[2])
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cell_done) struct cell first = CELL_INIT;
	CLEANUP(cell_done) struct cell second = CELL_INIT;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct divergence divergence;
	struct alignment alignment;
	const struct story *a = &first.kept.story, *b = &second.kept.story;
	int r = cell_read(&first, paths[0], cells[0], o->replicates[0], NULL, &e);
	if (r == 0)
		r = cell_read(&second, paths[1], cells[1], o->replicates[1], &first.chosen, &e);
	if (r == 0)
		r = divergence_find(a, b, &arena, &divergence, &e);
	if (r == 0)
		r = alignment_make(a, b, &divergence, &arena, &alignment, &e);
	if (r < 0)
		return cli_fail(&e);
	const struct parting_view view = {
		.cells = {parting_cell_of(&first, paths[0]), parting_cell_of(&second, paths[1])},
		.divergence = &divergence,
		.alignment = &alignment,
		.program = cli_program(),
	};
	CLEANUP(text_done) struct text t = TEXT_INIT;
	if (o->is_json)
		parting_json(&view, &t);
	else
		parting_text(&view, style_get(cli_has_colour(STDOUT_FILENO)), o->quiet, &t);
	int status = cli_print(&t);
	return status ? status : parting_differs(&view) ? STATUS_DIFFERS : STATUS_OK;
}

static bool is_there(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0;
}

#define ARGUMENTS_MAX 4

/* What an argument is, by what exists: D for a folder or file, C for a cell, ? for neither. */
static char kind_of(const char *argument)
{
	return is_there(argument) ? 'D' : chosen_cell_is_named(argument) ? 'C' : '?';
}

static int misunderstood(char *const *arguments, const char *kinds, struct error *e)
{
	CLEANUP(text_done) struct text taken = TEXT_INIT;
	for (size_t i = 0; kinds[i]; i++)
		text_addf(&taken, "%s'%s' %s", i ? "; " : "", arguments[i],
			kinds[i] == 'D' ? "is a run"
			: kinds[i] == 'C'
				? "is no file or folder, and so was taken for a cell"
				: "is no file or folder, and no cell (an ID, or levels: closer=server,path=veth)");
	return error_set(e, ERROR_USAGE, EINVAL,
		"%s%sdiff takes two runs (DIR DIR), a cell of both (DIR DIR CELL), two cells of one (DIR CELL CELL), "
		"or a cell of each (DIR CELL DIR CELL)",
		text_get(&taken), taken.len ? ": " : "");
}

static int run(const struct command *command, int argc, char **argv)
{
	struct diff_options o = {.is_json = false};
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int status;
	int first = cli_options(command, argc, argv, set_option, &o, &status);
	if (first < 0)
		return status;
	char kinds[ARGUMENTS_MAX + 1] = "";
	size_t n = (size_t)(argc - first);
	for (size_t i = 0; i < n && i < ARGUMENTS_MAX; i++)
		kinds[i] = kind_of(argv[first + (int)i]);
	char *const *given = argv + first;
	if (n == 2 && !strcmp(kinds, "DD") && !o.replicates[0])
		return diff_runs(&o, given[0], given[1]);
	if (n == 2 && !strcmp(kinds, "DD")) {
		error_set(&e, ERROR_USAGE, EINVAL,
			"--replicate is about two cells, and none is named: netrepro diff --replicate 1,2 DIR CELL "
			"CELL");
		return cli_fail(&e);
	}
	static const struct {
		const char *kinds;
		int paths[2], cells[2]; /* which arguments; -1 for none */
	} forms[] = {
		{"DCC", {0, 0}, {1, 2}},
		{"DDC", {0, 1}, {2, -1}},
		{"DCDC", {0, 2}, {1, 3}},
	};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (n == strlen(forms[i].kinds) && !strcmp(kinds, forms[i].kinds))
			return diff_cells(&o, (const char *[2]){given[forms[i].paths[0]], given[forms[i].paths[1]]},
				(const char *[2]){given[forms[i].cells[0]],
					forms[i].cells[1] < 0 ? NULL : given[forms[i].cells[1]]});
	misunderstood(given, kinds, &e);
	return cli_fail(&e);
}

const struct command command_diff = {
	.name = "diff",
	.arguments = "DIR [CELL] DIR [CELL]",
	.summary = "say what differs between two runs, or where two cells part",
	.description = "DIR DIR            two runs: the cells, laws and claims that changed\n"
		       "DIR CELL CELL      two cells of a run: the first event at which they part\n"
		       "DIR CELL DIR CELL  a cell of each; DIR DIR CELL: the same cell of both\n"
		       "A CELL is an ID, or levels (closer=server,path=veth); what is not named must\n"
		       "not matter, and is in the second cell as in the first. Exit status 1 where\n"
		       "results differ.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "diff results/before results/after",
	.run = run,
};

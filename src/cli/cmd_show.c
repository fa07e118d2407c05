// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro show: the story of one cell.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/chosen_cell.h"
#include "cli/cli.h"
#include "cli/kept_cell.h"
#include "report/story.h"

enum { OPTION_FORMAT = OPTION_LONG, OPTION_REPLICATE, OPTION_PCAPNG };

static const struct cli_option options[] = {
	{OPTION_REPLICATE, "replicate", "N", "this one of the cell's runs"},
	{OPTION_PCAPNG, "pcapng", "FILE", "write its packets there (-: standard output)"},
	{OPTION_FORMAT, "format", "text|json", "for people (the default) or for programs"},
};

struct show_options {
	bool json;
	const char *pcapng;
	uint64_t replicate; /* 0: any */
};

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct show_options *o = context;
	if (key == OPTION_REPLICATE)
		return cli_number("replicate", argument, 1, INT32_MAX, &o->replicate, e);
	if (key == OPTION_PCAPNG) {
		o->pcapng = argument;
		return 0;
	}
	o->json = !strcmp(argument, "json");
	if (!o->json && strcmp(argument, "text") != 0)
		return error_set(e, ERROR_USAGE, EINVAL, "--format: '%s' is neither text nor json", argument);
	return 0;
}

static int write_packets(const struct kept_cell *cell, const char *path, struct error *e)
{
	bool is_stdout = !strcmp(path, "-");
	const struct evidence *evidence = &cell->evidence;
	if (cell->is_damaged)
		return error_set(e, ERROR_USAGE, EINVAL, "%s", evidence->gap);
	if (!cell->has_evidence || !evidence->pcapng_len)
		return error_set(e, ERROR_USAGE, ENOENT,
			"no packets were kept of this run of the cell: `netrepro run --evidence all -o DIR` keeps "
			"them");
	/* They are any bytes, escape sequences included. */
	if (is_stdout && isatty(STDOUT_FILENO))
		return error_set(e, ERROR_USAGE, EINVAL,
			"--pcapng -: the standard output is a terminal, and packets are no text: name a file, or read "
			"them by a pipe: | tshark -r -");
	CLEANUP(cleanup_fclose) FILE *file = is_stdout ? NULL : fopen(path, "we");
	FILE *to = is_stdout ? stdout : file;
	if (!to)
		return error_errno(e, ERROR_USAGE, errno, "cannot write to %s", path);
	if (fwrite(evidence->pcapng, 1, evidence->pcapng_len, to) != evidence->pcapng_len || fflush(to) != 0)
		return error_errno(e, is_stdout ? ERROR_HARNESS : ERROR_HOST, errno, "cannot write to %s",
			is_stdout ? "the standard output" : path);
	return 0;
}

static int print_story(const struct show_options *o, const char *folder, const struct chosen_cell *chosen,
	const struct kept_cell *cell)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	const struct story_view view = {
		.story = &cell->story,
		.program = cli_program(),
		.folder = folder,
		.kernel = chosen->record.release,
		.privilege = chosen->record.privilege,
		.n_replicates = chosen->record.replicates,
		.n_alike = chosen->n_alike,
		.remark = chosen->remark,
	};
	if (o->json)
		story_json(&view, &t);
	else
		story_text(&view, style_get(cli_has_colour(STDOUT_FILENO)), &t);
	return cli_print(&t);
}

static int show(const struct show_options *o, const char *folder, const char *wanted)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(chosen_cell_done) struct chosen_cell chosen = CHOSEN_CELL_INIT;
	int r = chosen_cell_find(folder, wanted, (uint32_t)o->replicate, NULL, &chosen, &e);
	if (r < 0)
		return cli_fail(&e);
	CLEANUP(kept_cell_done) struct kept_cell cell = KEPT_CELL(chosen.cell, chosen.replicate);
	r = kept_cells_read(chosen.record.path, chosen.scenario, &chosen.evidence, &cell, 1, &e);
	if (r == 0 && o->pcapng)
		r = write_packets(&cell, o->pcapng, &e);
	if (r < 0)
		return cli_fail(&e);
	return o->pcapng ? STATUS_OK : print_story(o, folder, &chosen, &cell);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct show_options o = {.json = false};
	int status;
	int first = cli_options(command, argc, argv, set_option, &o, &status);
	if (first < 0)
		return status;
	if (argc - first == 2)
		return show(&o, argv[first], argv[first + 1]);
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (argc - first < 2)
		error_set(&e, ERROR_USAGE, 0,
			"which cell? `netrepro show DIR CELL`: a folder that `netrepro run -o DIR` wrote to, and the "
			"ID of "
			"a cell, or levels: closer=server,path=veth");
	else
		error_set(&e, ERROR_USAGE, 0,
			"one cell at a time: what is '%s'? (levels are joined by commas: a=1,b=2)", argv[first + 2]);
	return cli_fail(&e);
}

const struct command command_show = {
	.name = "show",
	.arguments = "DIR CELL",
	.summary = "the story of one cell: its steps, packets, states and counters",
	.description = "CELL is its ID, or levels: closer=server,path=veth. What is not named must not\n"
		       "matter, or the cells are listed among which it does. `netrepro run --evidence`\n"
		       "says of which runs packets, states and counters are kept.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "show results/restart closer=server,first_reuseaddr=0",
	.run = run,
};

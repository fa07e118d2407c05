// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro run: scenarios over every combination of their factors.
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actor/verb.h"
#include "analyze/tally.h"
#include "base/cleanup.h"
#include "base/owner.h"
#include "cli/cli.h"
#include "cli/dry_run.h"
#include "cli/explained.h"
#include "cli/progress.h"
#include "cli/reports.h"
#include "cli/run_evidence.h"
#include "cli/selection.h"
#include "model/results.h"
#include "report/annotations.h"
#include "report/summary.h"
#include "run/runner.h"

enum {
	OPTION_RESUME = OPTION_LONG,
	OPTION_SET,
	OPTION_REPLICATES,
	OPTION_SEED,
	OPTION_CELL,
	OPTION_DRY_RUN,
	OPTION_MAX_CELLS,
	OPTION_FORMAT,
	OPTION_REPORT,
	OPTION_EVIDENCE,
};

static const struct cli_option options[] = {
	{'o', "output", "DIR", "keep the results in DIR/results.jsonl"},
	{OPTION_RESUME, "resume", NULL, "go on with the interrupted run in DIR"},
	{OPTION_SET, "set", "FACTOR=LEVEL,…", "only these levels of a factor; repeatable"},
	{OPTION_CELL, "cell", "ID", "only this cell"},
	{OPTION_REPLICATES, "replicates", "N", "run each cell N times (1)"},
	{'j', "jobs", "N", "cells that work at once (one a processor)"},
	{OPTION_SEED, "seed", "N", "draw the order of the cells from it"},
	{OPTION_DRY_RUN, "dry-run", NULL, "show the cells and their steps, run none"},
	{OPTION_MAX_CELLS, "max-cells", "N", "refuse a matrix with more cells (100000)"},
	{OPTION_EVIDENCE, "evidence", "WHICH", "evidence to keep: none, notable or all (notable)"},
	{OPTION_FORMAT, "format", "FORMAT", "of the summary: text, json or markdown (text)"},
	{OPTION_REPORT, "report", "FORMAT=FILE", "csv, json, junit, ktap, markdown; repeatable"},
	{'q', "quiet", NULL, "say only what is not as expected"},
};

#define JOBS_MAX 10000
#define REPLICATES_MAX 1000000

struct run_options {
	const char *dir;
	bool resume, dry_run, quiet;
	const struct format *format;
	bool has_format;
	struct reports reports;
	const char *sets[SELECTION_SETS_MAX];
	size_t n_sets;
	uint64_t cell, replicates, jobs, seed, max_cells;
	bool has_seed;
	enum evidence_policy evidence;
};

/* What several scenarios came to. */
struct totals {
	size_t n_scenarios; /* that were run; what is said of each but the first stands behind a blank line */
	size_t n_differing; /* claims that are not as stated */
	uint64_t verdicts[VERDICT_COUNT];
	struct reports *reports;
	struct annotations *annotations; /* NULL: nobody wants them */
	bool is_told; /* of the scenario at hand it was told what came of it */
	size_t n_told;
	char *why; /* owned; otherwise, why nothing did */
};

/* One scenario being run. */
struct session {
	const struct run_options *options;
	struct totals *totals;
	const struct scenario *scenario;
	struct arena arena; /* of the restriction */
	struct conditions restriction;
	struct schedule schedule;
	struct run_facts facts;
	struct results_file file;
	struct run_evidence evidence;
	struct tally tally;
	char *dir; /* of its results; owned; NULL: not kept */
	bool is_one_of_several;
	bool said_stopping;
	uint64_t n_before;
};

static int set_option(void *context, int key, const char *argument, struct error *e)
{
	struct run_options *o = context;
	switch (key) {
	case 'o':
		o->dir = argument;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'j':
		return cli_number("jobs", argument, 1, JOBS_MAX, &o->jobs, e);
	case OPTION_RESUME:
		o->resume = true;
		return 0;
	case OPTION_DRY_RUN:
		o->dry_run = true;
		return 0;
	case OPTION_SET:
		return selection_add_set(o->sets, &o->n_sets, argument, e);
	case OPTION_CELL:
		return cli_number("cell", argument, 0, UINT64_MAX - 1, &o->cell, e);
	case OPTION_REPLICATES:
		return cli_number("replicates", argument, 1, REPLICATES_MAX, &o->replicates, e);
	case OPTION_SEED:
		o->has_seed = true;
		return cli_number("seed", argument, 0, UINT64_MAX, &o->seed, e);
	case OPTION_MAX_CELLS:
		return cli_number("max-cells", argument, 1, UINT32_MAX, &o->max_cells, e);
	case OPTION_EVIDENCE:
		return evidence_policy_parse(argument, &o->evidence, e);
	case OPTION_REPORT:
		return reports_add(&o->reports, argument, e);
	case OPTION_FORMAT:
		o->has_format = true;
		o->format = format_find("format", argument, e);
		return o->format ? 0 : -EINVAL;
	}
	return 0;
}

/* Which runs there are. */
static int session_plan(struct session *session, struct error *e)
{
	const struct run_options *o = session->options;
	const struct scenario *s = session->scenario;
	const struct selection selection = {
		.sets = o->sets, .n_sets = o->n_sets, .cell = o->cell, .replicates = (uint32_t)o->replicates};
	int r = selection_make(&selection, s, &session->arena, &session->restriction, &session->schedule, e);
	session->facts = (struct run_facts){
		.scenario = s,
		.restriction = &session->restriction,
		.only_cell = o->cell,
		.replicates = (uint32_t)o->replicates,
		.seed = o->seed,
		.n_runs = session->schedule.n_runs,
	};
	return r;
}

static int resume_result(void *context, const struct result *result, struct error *e)
{
	struct session *session = context;
	struct run_id id = {.cell = result->cell, .replicate = result->replicate};
	if (!schedule_has(&session->schedule, id))
		return error_set(e, ERROR_USAGE, EINVAL, "cell %" PRIu64 " is none of this run", id.cell);
	int r = schedule_mark_done(&session->schedule, id);
	if (r == -EEXIST)
		return error_set(e, ERROR_USAGE, EINVAL, "cell %" PRIu64 " (replicate %" PRIu32 ") stands there twice",
			id.cell, id.replicate);
	if (r < 0)
		return error_no_memory(e);
	session->n_before++;
	return tally_add(&session->tally, result, e);
}

static int session_begin(void *context, const char *environment, struct schedule *schedule, struct error *e)
{
	struct session *session = context;
	struct run_facts *facts = &session->facts;
	facts->environment = environment;
	int r = 0;
	if (session->options->resume)
		r = results_resume(&session->file, session->dir, facts, resume_result, session, e);
	if (r == 0)
		r = results_create(&session->file, session->dir, facts, e);
	if (r < 0)
		return r;
	facts->environment = NULL;
	if (session->options->evidence != EVIDENCE_NONE)
		r = evidence_store_open(&session->evidence.store, session->dir, session->options->resume, e);
	if (r < 0) {
		/* No run has begun in there. */
		if (!session->options->resume && session->file.path)
			unlink(session->file.path);
		return r;
	}
	schedule_seed(schedule, facts->seed);
	return 0;
}

static int session_evidence(void *context, struct run_id id, const char *line, size_t len, struct error *e)
{
	struct session *session = context;
	(void)id;
	return run_evidence_add(&session->evidence, line, len, e);
}

static int session_result(void *context, const char *line, size_t len, const struct result *result, struct error *e)
{
	struct session *session = context;
	int r = results_append(&session->file, line, len, e);
	/* As often as there is room to be given: packets, then each time half of what is left. */
	while (r < 0 && session->evidence.store.size) {
		run_evidence_give_room(&session->evidence, e);
		error_clear(e);
		r = results_append(&session->file, line, len, e);
	}
	return r < 0 ? r : tally_add(&session->tally, result, e);
}

static void session_progress(void *context, const struct runner_progress *progress)
{
	struct session *session = context;
	if (session->options->quiet)
		return;
	struct runner_progress p = *progress;
	p.n_before = session->n_before;
	progress_draw(&p);
	if (p.draining && p.n_in_flight && !progress_is_on() && !session->said_stopping) {
		fprintf(stderr,
			"netrepro: stopping; %" PRIu64 " runs go on to their end; a second signal stops at once\n",
			p.n_in_flight);
		session->said_stopping = true;
	}
}

/* The peak of this process's memory, in KiB: VmHWM, proc_pid_status(5). */
static long peak_memory_kib(void)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	long kib = 0;
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "VmHWM: %ld kB", &kib) == 1)
			break;
	return kib;
}

/* Where a file can be read, also where it has no name. */
static const char *readable_path(const char *path, int fd, char ret[static 32])
{
	if (path)
		return path;
	snprintf(ret, 32, "/proc/self/fd/%d", fd);
	return ret;
}

/* A scenario that cannot be run: said at once, and kept for the reports. */
static int session_fail(const struct session *session, const struct error *e)
{
	free(session->totals->why);
	session->totals->why = strdup(error_text(e));
	return cli_fail(e);
}

/* To the user, to the reports and to GitHub. @results: the file, which can be read */
static int tell(struct session *session, const struct summary *summary, const char *results)
{
	const struct run_options *o = session->options;
	const struct explanation *explanation = summary->view.explanation;
	struct totals *totals = session->totals;
	int status = STATUS_OK;
	totals->is_told = true;
	totals->n_differing += explanation_n_differing(explanation);
	for (int i = 0; i < VERDICT_COUNT; i++)
		totals->verdicts[i] += explanation->tally.verdicts[i];
	bool is_first = !totals->n_scenarios++;
	if (!reports_take_output(totals->reports)) {
		if (!is_first && !o->quiet && o->format->is_for_terminal)
			putchar('\n');
		status = cli_print_summary(o->format, summary, o->quiet);
	}
	if (totals->annotations)
		annotations_add(totals->annotations, summary);
	int told = reports_tell(totals->reports, summary, results);
	return told > status ? told : status;
}

static struct summary summary_of(const struct session *session, const struct explained *explained)
{
	return (struct summary){
		.view =
			{
				.explanation = &explained->explanation,
				.program = cli_program(),
				.results = session->dir,
			},
		.privilege = explained->record.privilege,
		.kernel = explained->record.release,
		.results_path = session->file.path,
		.seed = explained->record.seed,
		.tool = explained->record.tool,
		.started = explained->record.started,
		.n_runs = explained->record.n_runs,
	};
}

/*
 * What the run says, read back from the file that it has written: what `explain` will say of it later is the same, and
 * the runner needs no memory for each of its cells.
 */
static int print_summary(struct session *session, const struct runner_progress *progress, bool interrupted)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(explained_done) struct explained explained = EXPLAINED_INIT;
	char path[32], evidence_path[32];
	const struct evidence_store *evidence = &session->evidence.store;
	const char *results = readable_path(session->file.path, session->file.fd, path);
	if (explained_read(results, &explained, &e) < 0)
		return session_fail(session, &e);
	explained_tell_partings(&explained, readable_path(evidence->path, evidence->fd, evidence_path));
	/* Of an interrupted run all is left as it is: it may go on. */
	int status = STATUS_OK;
	if (!interrupted &&
		run_evidence_finish(&session->evidence, &explained.explanation, session->options->quiet, &e) < 0)
		status = cli_fail(&e);
	struct summary summary = summary_of(session, &explained);
	summary.n_done = progress->n_done;
	summary.elapsed_us = progress->elapsed_us;
	summary.interrupted = interrupted;
	int told = tell(session, &summary, results);
	status = told > status ? told : status;
	return status == STATUS_OK && explanation_n_differing(&explained.explanation) ? STATUS_DIFFERS : status;
}

/* One of several that are resumed was finished before: the reports are of all of them. */
static int report_finished(struct session *session)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(explained_done) struct explained explained = EXPLAINED_INIT;
	if (!session->options->quiet)
		fprintf(stderr, "netrepro: %s: finished already\n", session->scenario->name);
	session->totals->is_told = !session->options->reports.n;
	if (session->totals->is_told)
		return STATUS_OK;
	if (explained_read(session->file.path, &explained, &e) < 0)
		return session_fail(session, &e);
	explained_tell_partings(&explained, NULL);
	struct summary summary = summary_of(session, &explained);
	summary.elapsed_us = explained.elapsed_us;
	session->totals->is_told = true;
	return reports_tell(session->totals->reports, &summary, session->file.path);
}

static int status_of(const struct tally *t)
{
	if (t->verdicts[VERDICT_ERROR])
		return STATUS_HARNESS;
	if (t->verdicts[VERDICT_FAIL] || t->verdicts[VERDICT_INCONC])
		return STATUS_DIFFERS;
	/* Where every single run was skipped, nothing was shown. */
	return t->verdicts[VERDICT_SKIP] && !t->verdicts[VERDICT_PASS] ? STATUS_HOST : STATUS_OK;
}

/* What is left to be written when the run has ended with @r. Return: @r, or -errno. */
static int session_end(struct session *session, int r, bool is_complete, struct error *e)
{
	if (is_complete) {
		int ended = results_end(&session->file, session->tally.verdicts, peak_memory_kib(), e);
		r = ended < 0 ? ended : r;
	}
	struct error close_error = ERROR_INIT;
	if (results_flush(&session->file, &close_error) < 0 && r >= 0) {
		r = -close_error.code;
		*e = close_error;
	} else {
		error_clear(&close_error);
	}
	runner_allow_signals();
	return r;
}

static int session_run(struct session *session, struct isolation *isolation)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	const struct run_options *o = session->options;
	session->facts.privilege = isolation->privilege;
	struct runner_job job = {
		.scenario = session->scenario,
		.schedule = &session->schedule,
		.jobs = (unsigned)o->jobs,
		.isolation = isolation,
		.listener =
			{
				.context = session,
				.begin = session_begin,
				.evidence = o->evidence == EVIDENCE_NONE ? NULL : session_evidence,
				.result = session_result,
				.progress = session_progress,
			},
	};
	struct runner_progress progress;
	int r = runner_run(&job, &progress, &e);
	if (!o->quiet)
		progress_clear();
	/* A signal may come when all runs are under way already: then nothing is missing. */
	bool is_complete = r >= 0 && tally_total(&session->tally) == session->facts.n_runs;
	r = session_end(session, r, is_complete, &e);
	if (r == -EALREADY && session->is_one_of_several)
		return report_finished(session);
	int printed = r >= 0 || progress.n_done ? print_summary(session, &progress, !is_complete) : STATUS_OK;
	if (r < 0)
		return session_fail(session, &e);
	if (r > 0)
		return STATUS_SIGNAL + r;
	int status = status_of(&session->tally);
	return printed > status ? printed : status;
}

static int session_dry_run(struct session *session)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	if (session->options->has_seed)
		schedule_seed(&session->schedule, session->facts.seed);
	if (dry_run(session->scenario, &session->schedule, style_get(cli_has_colour(STDOUT_FILENO)), &t, &e) < 0)
		return cli_fail(&e);
	return cli_print(&t);
}

static void session_done(struct session *session)
{
	results_close(&session->file, NULL);
	evidence_store_close(&session->evidence.store);
	schedule_done(&session->schedule);
	tally_done(&session->tally);
	arena_done(&session->arena);
	free(session->dir);
}

/* Return: whether it was made, and not there before; or -errno. */
static int make_folder(const char *dir, struct error *e)
{
	int r = owner_make_folder(dir);
	if (r == 0 || r == -EEXIST)
		return r == 0;
	return error_errno(e, ERROR_USAGE, -r, "cannot make the output folder '%s'", dir);
}

/* Where the results of a scenario go: DIR, or DIR/NAME where there are several. */
static int choose_folder(struct session *session, struct error *e)
{
	const char *dir = session->options->dir;
	bool is_one_of_several = session->is_one_of_several;
	if (!dir)
		return 0;
	if (!is_one_of_several)
		session->dir = strdup(dir);
	else if (asprintf(&session->dir, "%s/%s", dir, session->scenario->name) < 0)
		session->dir = NULL;
	if (!session->dir)
		return error_no_memory(e);
	if (!is_one_of_several || session->options->dry_run)
		return 0;
	int r = make_folder(dir, e);
	return r < 0 ? r : 0;
}

static int run_scenario(const struct run_options *o, const struct scenario *s, bool is_one_of_several,
	struct isolation *isolation, struct totals *totals)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(session_done)
	struct session session = {
		.options = o,
		.totals = totals,
		.scenario = s,
		.arena = ARENA_INIT,
		.file = RESULTS_FILE_INIT,
		.evidence = RUN_EVIDENCE(o->evidence),
		.is_one_of_several = is_one_of_several,
	};
	int r = session_plan(&session, &e);
	if (r == 0)
		r = choose_folder(&session, &e);
	if (r < 0)
		return session_fail(&session, &e);
	return o->dry_run ? session_dry_run(&session) : session_run(&session, isolation);
}

/* "9 scenarios, 4034 runs: 4034 pass; all claims as stated" */
static void print_totals(const struct totals *totals)
{
	const struct style *style = style_get(cli_has_colour(STDOUT_FILENO));
	CLEANUP(text_done) struct text t = TEXT_INIT;
	uint64_t n_runs = 0;
	const char *separator = ": ";
	for (int i = 0; i < VERDICT_COUNT; i++)
		n_runs += totals->verdicts[i];
	text_addf(&t, "\n%s%zu scenarios%s, %" PRIu64 " runs", style->bold, totals->n_scenarios, style->reset, n_runs);
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (totals->verdicts[i]) {
			text_addf(&t, "%s%s%" PRIu64 " %s%s", separator, style->verdicts[i], totals->verdicts[i],
				verdict_names[i], style->reset);
			separator = ", ";
		}
	if (totals->n_differing)
		text_addf(&t, "; %s%zu of their claims not as stated%s", style->verdicts[VERDICT_FAIL],
			totals->n_differing, style->reset);
	text_add(&t, "\n");
	cli_print(&t);
}

/* On the standard output, which GitHub reads as well as the standard error, where they would be in nothing's way. */
static int print_annotations(const struct run_options *o, const struct annotations *annotations)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	annotations_write(annotations, &t);
	if (o->format->is_for_terminal && !reports_take_output(&o->reports))
		return cli_print(&t);
	fputs(text_get(&t), stderr);
	return STATUS_OK;
}

/* Reports are of all scenarios, also of those of which nothing was run. */
static int tell_absent(struct totals *totals, const struct scenario *s, int status)
{
	const char *why = totals->why ? totals->why : "nothing of it was run";
	if (!totals->why && status >= STATUS_SIGNAL)
		why = "the run was interrupted before it";
	if (totals->annotations)
		annotations_add_absent(totals->annotations, s, why);
	return reports_tell_absent(totals->reports, s, why);
}

static int run_each(struct run_options *o, struct scenario *const *scenarios, size_t n, struct totals *totals)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct isolation isolation = ISOLATION_INIT;
	int status = STATUS_OK;
	if (!o->dry_run && isolation_begin(&isolation, &e) < 0) {
		status = cli_fail(&e);
		totals->why = strdup(error_text(&e));
	}
	for (size_t i = 0; i < n; i++) {
		int one = STATUS_OK;
		totals->is_told = o->dry_run;
		if (!e.text) {
			free(TAKE_POINTER(totals->why));
			if (status < STATUS_SIGNAL)
				one = run_scenario(o, scenarios[i], n > 1, &isolation, totals);
			status = one > status ? one : status;
		}
		totals->n_told += totals->is_told;
		if (!totals->is_told) {
			one = tell_absent(totals, scenarios[i], status);
			status = one > status ? one : status;
		}
	}
	isolation_end(&isolation);
	return status;
}

/* The folder of the results may be that of the reports as well. */
static int open_reports(
	struct run_options *o, struct scenario *const *scenarios, size_t n, bool *ret_made_folder, struct error *e)
{
	*ret_made_folder = false;
	if (!o->reports.n)
		return 0;
	int r = o->dir ? make_folder(o->dir, e) : 0;
	if (r < 0)
		return r;
	*ret_made_folder = r > 0;
	CLEANUP(cleanup_free) const char **read = calloc(n, sizeof *read);
	if (!read)
		return error_no_memory(e);
	for (size_t i = 0; i < n; i++)
		read[i] = scenarios[i]->path;
	return reports_open(&o->reports, (const struct scenario *const *)scenarios, n, read, n, e);
}

static int run_all(struct run_options *o, struct scenario *const *scenarios, size_t n)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(annotations_done) struct annotations annotations = {.workspace = getenv("GITHUB_WORKSPACE")};
	const char *actions = getenv("GITHUB_ACTIONS");
	struct totals totals = {
		.reports = &o->reports,
		.annotations = actions && !strcmp(actions, "true") ? &annotations : NULL,
	};
	bool made_folder;
	int status = open_reports(o, scenarios, n, &made_folder, &e) < 0 ? cli_fail(&e) : STATUS_OK;
	if (!e.text) {
		status = run_each(o, scenarios, n, &totals);
		if (totals.n_scenarios > 1 && !o->quiet && o->format->is_for_terminal &&
			!reports_take_output(&o->reports))
			print_totals(&totals);
		int printed = totals.annotations ? print_annotations(o, &annotations) : STATUS_OK;
		status = printed > status ? printed : status;
		/* A mistake on the command line takes no earlier report away. */
		int ended = status != STATUS_USAGE || totals.n_told ? reports_end(&o->reports) : STATUS_OK;
		status = ended > status ? ended : status;
	}
	reports_done(&o->reports);
	if (made_folder)
		rmdir(o->dir); /* where nothing has come into it */
	free(totals.why);
	return status;
}

/* All scenarios are read before the first one runs: one that is wrong runs nothing. */
static int read_all(const struct run_options *o, const struct paths *paths, struct scenario **scenarios)
{
	int status = STATUS_OK;
	for (size_t i = 0; i < paths->n; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		/* A single cell may be one of many. */
		uint64_t max_cells = o->cell == RUN_ALL_CELLS ? o->max_cells : UINT32_MAX;
		if (scenario_read_file(paths->all[i], verb_vocabulary(), max_cells, &scenarios[i], &e) < 0) {
			int one = cli_fail(&e);
			status = one > status ? one : status;
		}
		for (size_t j = 0; o->dir && scenarios[i] && j < i; j++)
			if (scenarios[j] && !strcmp(scenarios[j]->name, scenarios[i]->name)) {
				error_set(&e, ERROR_USAGE, EEXIST,
					"%s and %s have one name, '%s', and would share one folder below %s",
					scenarios[j]->path, scenarios[i]->path, scenarios[i]->name, o->dir);
				status = cli_fail(&e);
			}
	}
	return status;
}

static int check_options(struct run_options *o, struct error *e)
{
	if (o->resume && !o->dir)
		return error_set(
			e, ERROR_USAGE, EINVAL, "--resume needs the folder of the run that is to go on: -o DIR");
	if (o->resume && o->has_seed)
		return error_set(
			e, ERROR_USAGE, EINVAL, "--seed has no place with --resume: the run goes on with its own");
	if (o->reports.n && o->dry_run)
		return error_set(e, ERROR_USAGE, EINVAL,
			"--report has no place with --dry-run: nothing is run, and there is nothing to be told");
	if (o->has_format && reports_leave_no_summary(&o->reports, e) < 0)
		return -EINVAL;
	if (o->evidence == EVIDENCE_ALL && !o->dir)
		return error_set(e, ERROR_USAGE, EINVAL, "--evidence all needs a folder in which it is kept: -o DIR");
	if (!o->has_seed && getrandom(&o->seed, sizeof o->seed, 0) != sizeof o->seed)
		return error_errno(e, ERROR_HARNESS, errno, "cannot draw a seed");
	if (!o->has_seed)
		o->seed &= UINT32_MAX; /* long enough to be drawn, short enough to be typed */
	return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct run_options o = {
		.cell = RUN_ALL_CELLS,
		.replicates = 1,
		.jobs = runner_default_jobs(),
		.max_cells = MAX_CELLS_DEFAULT,
		.format = format_find("format", NULL, NULL),
	};
	int status;
	int first = cli_options(command, argc, argv, set_option, &o, &status);
	if (first < 0)
		return status;
	int r = check_options(&o, &e);
	if (r == 0 && first == argc)
		r = error_set(&e, ERROR_USAGE, 0,
			"which scenario? `netrepro run scenarios/server-restart.yaml` is an example, `netrepro list` "
			"shows all");
	CLEANUP(paths_done) struct paths paths = PATHS_INIT;
	for (int i = first; r == 0 && e.text == NULL && i < argc; i++)
		r = paths_add(&paths, argv[i], &e);
	if (e.text)
		return cli_fail(&e);
	struct scenario **scenarios = calloc(paths.n, sizeof *scenarios);
	if (!scenarios) {
		error_no_memory(&e);
		return cli_fail(&e);
	}
	status = read_all(&o, &paths, scenarios);
	if (status == STATUS_OK)
		status = run_all(&o, scenarios, paths.n);
	for (size_t i = 0; i < paths.n; i++)
		scenario_free(scenarios[i]);
	free(scenarios);
	return status;
}

const struct command command_run = {
	.name = "run",
	.arguments = "SCENARIO…",
	.summary = "run scenarios over every combination of their factors",
	.description = "Needs root, or a host that lets an ordinary user make user namespaces.\n"
		       "A SCENARIO is a file, a folder of them, or the bare name of one of the\n"
		       "project's.\n",
	.options = options,
	.n_options = sizeof options / sizeof *options,
	.example = "run -o results/restart scenarios/server-restart.yaml",
	.run = run,
};

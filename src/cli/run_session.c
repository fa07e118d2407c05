// SPDX-License-Identifier: GPL-2.0-or-later
// One scenario of a run: its plan, what the runner hands back, and what is said at its end.
#include "cli/run_session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/tally.h"
#include "base/cleanup.h"
#include "base/owner.h"
#include "cli/cli.h"
#include "cli/dry_run.h"
#include "cli/explained.h"
#include "model/results.h"

struct session {
	const struct run_options *options;
	struct totals *totals;
	struct session_hook hook;
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

	/* How it ended. */
	bool is_over, is_complete;
	struct runner_progress progress;
	int status;       /* as the runner gives it to a listener */
	struct error why; /* where that is an error of its own */
};

/* Which runs there are. */
static int session_plan(struct session *session, struct error *e)
{
	const struct run_options *o = session->options;
	const struct scenario *s = session->scenario;
	const struct selection selection = {
		.sets = o->sets, .n_sets = o->n_sets, .cell = o->cell, .replicates = (uint32_t)o->replicates};
	int r = selection_make(&selection, s, &session->arena, &session->restriction, &session->schedule, e);
	/* Without a seed a dry run is in the order of the file. */
	if (r == 0 && (!o->dry_run || o->has_seed))
		r = schedule_weigh(&session->schedule, s, o->max_wait_us, e);
	session->facts = (struct run_facts){
		.scenario = s,
		.restriction = &session->restriction,
		.only_cell = o->cell,
		.max_wait_us = o->max_wait_us,
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

/* A scenario that cannot be run: it is said, and kept for the reports. */
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
static int print_summary(struct session *session)
{
	bool interrupted = !session->is_complete;
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
	summary.n_done = session->progress.n_done;
	summary.elapsed_us = session->progress.elapsed_us;
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

/* Those that the user did not want to wait for are left out of it. */
static int status_of(const struct session *session)
{
	const uint64_t *verdicts = session->tally.verdicts;
	if (verdicts[VERDICT_ERROR])
		return STATUS_HARNESS;
	if (verdicts[VERDICT_FAIL] || verdicts[VERDICT_INCONC])
		return STATUS_DIFFERS;
	/* Where every single run was skipped, nothing was shown. */
	bool has_skipped = verdicts[VERDICT_SKIP] > session->schedule.n_too_long;
	return has_skipped && !verdicts[VERDICT_PASS] ? STATUS_HOST : STATUS_OK;
}

/* What is left to be written. Return: @r, or -errno. */
static int end_results(struct session *session, int r, struct error *e)
{
	if (session->is_complete) {
		int ended = results_end(&session->file, session->tally.verdicts, peak_memory_kib(), e);
		r = ended < 0 ? ended : r;
	}
	struct error flush_error = ERROR_INIT;
	if (results_flush(&session->file, &flush_error) < 0 && r >= 0) {
		r = -flush_error.code;
		*e = flush_error;
	} else {
		error_clear(&flush_error);
	}
	return r;
}

static void session_end(void *context, const struct runner_progress *progress, int status, struct error *why)
{
	struct session *session = context;
	session->progress = *progress;
	session->why = *why;
	*why = ERROR_INIT;
	session->is_complete = status >= 0 && tally_total(&session->tally) == session->facts.n_runs;
	session->status = end_results(session, status, &session->why);
	session->is_over = true;
	session->hook.is_over(session->hook.context);
}

struct runner_part session_part(struct session *session)
{
	return (struct runner_part){
		.scenario = session->scenario,
		.schedule = &session->schedule,
		.listener =
			{
				.context = session,
				.begin = session_begin,
				.evidence = session_evidence,
				.result = session_result,
				.end = session_end,
			},
	};
}

bool session_is_over(const struct session *session)
{
	return session->is_over;
}

int session_tell(struct session *session)
{
	int r = session->status;
	if (r == -EALREADY && session->is_one_of_several)
		return report_finished(session);
	int printed = r >= 0 || session->progress.n_done ? print_summary(session) : STATUS_OK;
	if (r == -ECANCELED)
		return printed;
	if (r < 0)
		return session_fail(session, &session->why);
	if (r > 0)
		return STATUS_SIGNAL + r;
	int status = status_of(session);
	return printed > status ? printed : status;
}

int session_dry_run(struct session *session)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	if (session->options->has_seed)
		schedule_seed(&session->schedule, session->facts.seed);
	if (session->is_over)
		return session_fail(session, &session->why);
	if (dry_run(session->scenario, &session->schedule, session->options->max_wait_us,
		    style_get(cli_has_colour(STDOUT_FILENO)), &t, &e) < 0)
		return cli_fail(&e);
	return cli_print(&t);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	results_close(&session->file, NULL);
	evidence_store_close(&session->evidence.store);
	schedule_done(&session->schedule);
	tally_done(&session->tally);
	arena_done(&session->arena);
	error_clear(&session->why);
	free(session->dir);
	free(session);
}

int run_make_folder(const char *dir, struct error *e)
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
	int r = run_make_folder(dir, e);
	return r < 0 ? r : 0;
}

struct session *session_new(const struct run_options *o, const struct scenario *s, bool is_one_of_several,
	const char *privilege, struct totals *totals, struct session_hook hook)
{
	struct session *session = calloc(1, sizeof *session);
	if (!session)
		return NULL;
	*session = (struct session){
		.options = o,
		.totals = totals,
		.hook = hook,
		.scenario = s,
		.arena = ARENA_INIT,
		.file = RESULTS_FILE_INIT,
		.evidence = RUN_EVIDENCE(o->evidence),
		.is_one_of_several = is_one_of_several,
	};
	int r = session_plan(session, &session->why);
	session->facts.privilege = privilege;
	if (r == 0)
		r = choose_folder(session, &session->why);
	session->status = r;
	session->is_over = r < 0;
	return session;
}

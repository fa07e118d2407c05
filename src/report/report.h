/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: runs as other programs and CI services want them, a file a format (report_*.c).
 *
 * A report is told piece by piece, so that it takes no memory for each run:
 *
 *	begin            once
 *	scenario_begin   its summary is known: all counts are, before the first of its runs
 *	run              each run of a cell, in the order in which they ended
 *	scenario_end
 *	absent           instead of the three: nothing of this scenario was run; the verdict is error or skip
 *	end              once
 *
 * Each of them adds to a text, which the caller writes out and empties. A format leaves NULL what it has no use for.
 * REPORT_FORMAT(name) puts it into the table, as VERB() does in actor/verb.h: a format is one file and nothing else.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "model/result.h"
#include "report/summary.h"

struct report {
	const struct scenario *const *scenarios; /* all that will be told, in this order; borrowed */
	size_t n_scenarios;

	/* How far it has come; report_told() counts. */
	size_t n_told;                    /* scenarios before the one at hand */
	uint64_t verdicts[VERDICT_COUNT]; /* of their runs */
	size_t n_differing;               /* of their claims are not as stated */
	uint64_t n_lines;                 /* of the scenario at hand; for the format's use, 0 when it begins */

	void *state; /* the format's own; owned by it */
};

struct report_format {
	const char *name;
	void (*begin)(struct report *report, struct text *t);
	void (*scenario_begin)(struct report *report, const struct summary *summary, struct text *t);
	/* @levels: of the cell. @result has no steps. */
	void (*run)(struct report *report, const struct summary *summary, const size_t *levels,
		const struct result *result, struct text *t);
	void (*scenario_end)(struct report *report, const struct summary *summary, struct text *t);
	/* @why: nothing was run, a sentence without its full stop */
	void (*absent)(struct report *report, const struct scenario *s, enum verdict verdict, const char *why,
		struct text *t);
	void (*end)(struct report *report, struct text *t);
	void (*done)(struct report *report); /* give @state back */
};

/* The linker gathers these rows from all files into one table. */
#define REPORT_FORMAT(identifier)                                                                                      \
	static const struct report_format report_##identifier;                                                         \
	static const struct report_format *const report_entry_##identifier                                             \
		__attribute__((section("netrepro_reports"), used)) = &report_##identifier;                             \
	static const struct report_format report_##identifier

/* report_find() - a format by its name. Errors: ERROR_USAGE, naming all that there are. */
const struct report_format *report_find(const char *name, struct error *e);

/* report_told() - after each scenario; @summary is NULL where it was absent. */
void report_told(struct report *report, const struct summary *summary);

/* report_run_name() - "cell-72 closer=server path=veth"; of the second replicate "cell-72.2 …". */
void report_run_name(const struct scenario *s, const size_t *levels, const struct result *result, struct text *t);

/**
 * report_claim() - what a claim is to one who counts passes and failures
 * @why: unless it is a pass, why, in sentences without the last full stop
 *
 * Return: VERDICT_FAIL where it is not as the scenario states; VERDICT_SKIP where nothing of it was tested, or where it
 * is not as stated but not all cells were run; otherwise VERDICT_PASS.
 */
enum verdict report_claim(const struct explanation *explanation, const struct ruling *ruling, struct text *why);

/* report_claim_counts() - of all claims that are told, by what report_claim() says. */
void report_claim_counts(const struct summary *summary, uint64_t counts[static VERDICT_COUNT]);

/* report_interruption() - "interrupted: 30 of 144 runs were made"; nothing where all were. */
void report_interruption(const struct summary *summary, struct text *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words in which results are told, the same in every format. */
#ifndef REPORT_PHRASE_H
#define REPORT_PHRASE_H

#include "analyze/deciding.h"
#include "analyze/explanation.h"
#include "base/text.h"
#include "report/explain.h"

/* phrase_plural() - "s", or "" for 1. */
static inline const char *phrase_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* phrase_is_selected() - whether a response is to be told. */
bool phrase_is_selected(const struct explain_view *view, size_t response);

/* phrase_is_selected_claim() - the same of a claim, by its number in the scenario. */
bool phrase_is_selected_claim(const struct explain_view *view, size_t claim);

/* phrase_factors() - "a, b and c": the factors whose bit is set. */
void phrase_factors(const struct matrix *m, uint64_t factors, struct text *t);

/* phrase_separator() - what stands in front of the @i-th of @n things: "", ", " or " and " (@last, with its blanks). */
const char *phrase_separator(size_t i, size_t n, const char *last);

/* phrase_shell_word() - a word of a command line: quoted where it has to be. */
void phrase_shell_word(const char *word, struct text *t);

/* phrase_command() - the command that runs one cell again. */
void phrase_command(const char *program, const struct scenario *s, uint64_t cell, struct text *t);

/* phrase_show_command() - the command that tells the story of a cell; the results must be kept. */
void phrase_show_command(const struct explain_view *view, uint64_t cell, struct text *t);

/* phrase_diff_command() - the command that lays the stories of two cells side by side; likewise. */
void phrase_diff_command(const struct explain_view *view, const uint64_t cells[static 2], struct text *t);

/* phrase_parting() - the first event at which the cells of a pair part; NULL where it is not known. */
const char *phrase_parting(const struct explanation *explanation, const struct pair *pair);

/* phrase_scalar() - a text as a scalar within a YAML flow collection: quoted where it has to be. */
void phrase_scalar(const char *scalar, struct text *t);

/* phrase_when() - "{closer: server, tw_reuse: [0, 1]}", as a scenario has it. */
void phrase_when(const struct matrix *m, const struct conditions *when, struct text *t);

/* phrase_rule() - "- {when: {closer: server}, is: ok}"; @when NULL for what is otherwise. */
void phrase_rule(const struct matrix *m, const struct conditions *when, const char *is, struct text *t);

/* phrase_count_allowed() - how many levels a condition lists. */
size_t phrase_count_allowed(const struct matrix *m, const struct condition *condition);

/* phrase_where() - "closer is server and tw_reuse is 0 or 1". */
void phrase_where(const struct matrix *m, const struct conditions *when, struct text *t);

/* phrase_observed() - what a response was in a cell: "ok", "ok ×3, EADDRINUSE ×1", "nothing conclusive". */
void phrase_observed(const struct table *t, size_t row, size_t response, struct text *text);

/* phrase_value() - the same without the time that it took, which is another one in each run. */
void phrase_value(const struct table *t, size_t row, size_t response, struct text *text);

/* phrase_predicted() - what a rule wants: "ok or EADDRINUSE", "ok after 59s to 65s", "time-wait with 59s to 60s left".
 */
void phrase_predicted(const struct response *response, const struct rule *rule, struct text *t);

/* phrase_durations() - of all runs: "took 59s to 65s", "59s to 60s left". */
void phrase_durations(const struct table_response *response, struct text *t);

/* phrase_decisive() - the factors that changed the value of a response, a bit each. */
uint64_t phrase_decisive(const struct table *t, const struct account *account);

/* phrase_slowing() - those that changed how long it took, and in the same pair of cells not the value. */
uint64_t phrase_slowing(const struct table *t, const struct account *account);

/* phrase_untold() - those of which no matched pair gave an answer. */
uint64_t phrase_untold(const struct table *t, const struct account *account);

/* phrase_never_alone() - those with several levels, in which alone no two cells differ. */
uint64_t phrase_never_alone(const struct table *t, const struct account *account);

/* phrase_lawlessness() - why there is no law, as a sentence; NULL where there is one, or where the values say it. */
const char *phrase_lawlessness(const struct account *account);

/* phrase_missing() - "2 of the 8 cells that record it gave no conclusive value"; nothing where all did. */
void phrase_missing(const struct table_response *response, struct text *text);

/* phrase_inert() - "a, b (in 1 of 9 pairs …) and c": the factors that were tried and changed nothing. */
void phrase_inert(const struct table *t, const struct account *account, struct text *text);

/* phrase_mechanism() - what the scenario says decides a response; NULL for nothing. */
const char *phrase_mechanism(const struct scenario *s, size_t response);

/**
 * phrase_ruling() - why a claim is not supported, in sentences of a line each
 * @add: called with each of them
 */
void phrase_ruling(const struct explanation *explanation, const struct ruling *ruling,
	void (*add)(void *context, const char *sentence), void *context);

/**
 * phrase_settled() - why a claim is what it is, in sentences of a line each: phrase_ruling(), and where it is supported
 * the cell that shows it
 * @deciding: of the ruling
 * @is_timeless: leave out how long steps took, so that runs that say the same give the same text
 */
void phrase_settled(const struct explanation *explanation, const struct ruling *ruling, const struct deciding *deciding,
	bool is_timeless, void (*add)(void *context, const char *sentence), void *context);

/* phrase_condition() - where a conditional claim holds, in sentences as phrase_ruling(); none of another claim. */
void phrase_condition(const struct explanation *explanation, const struct ruling *ruling,
	void (*add)(void *context, const char *sentence), void *context);

/* phrase_support() - what there is to be said of the cells behind a rule: "72 cells", "4 cells; 2 more gave no answer
 * (cell 7 …)". */
void phrase_support(const struct support *support, struct text *text);

/**
 * phrase_rests() - what a rule assumes of cells that were not run or gave no answer; nothing where it assumes nothing
 * @number: of the rule, from 1
 * @left_out: of those that the scenario leaves out; otherwise of those that gave no answer
 */
void phrase_rests(
	const struct table *t, const struct support *support, size_t number, bool left_out, struct text *text);

/* phrase_held() - "closer=server and tw_reuse=0,1": the factors of which the run has not all levels. */
void phrase_held(const struct explanation *explanation, struct text *text);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
// What a run says at its end, in Markdown with tables as GitHub and GitLab show them: for a page or a job's summary.
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/plan.h"
#include "report/markdown.h"
#include "report/phrase.h"
#include "report/summary.h"

struct sheet {
	const struct summary *summary;
	const struct explanation *explanation;
	const struct table *table;
	const struct matrix *matrix;
	struct text *t;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c);
}

/* What Markdown (CommonMark 0.31, 6.1) or a table would take for its own is escaped. */
void markdown_plain(struct text *t, const char *plain)
{
	for (const char *c = plain; *c; c++) {
		/* An underscore within a word emphasises nothing (6.2). */
		bool is_within = *c == '_' && c > plain && is_word(c[-1]) && is_word(c[1]);
		/* At its beginning a dash or a plus would make a list of it (5.2). */
		bool is_mark = strchr("\\`*_[]<>|#~&", *c) || (c == plain && strchr("-+", *c));
		if (is_mark && !is_within)
			text_add(t, "\\");
		text_add_bytes(t, *c == '\n' ? " " : c, 1);
	}
}

static void add_built(const struct sheet *sheet, struct text *built)
{
	markdown_plain(sheet->t, text_get(built));
	sheet->t->failed |= built->failed;
	text_truncate(built, 0);
}

static void add_values(const struct sheet *sheet, size_t response)
{
	const struct table_response *r = &sheet->table->responses[response];
	const char *separator = "";
	for (size_t i = 0; i < r->n_values && r->values[i].count; i++) {
		text_add(sheet->t, separator);
		markdown_plain(sheet->t, r->values[i].text);
		text_addf(sheet->t, " ×%" PRIu64, r->values[i].count);
		separator = ", ";
	}
	if (!*separator)
		text_add(sheet->t, r->n_asked ? "No cell gave an answer" : "No cell records it");
	if (r->n_timed) {
		text_add(sheet->t, response_duration_is(r->response) ? "; " : "; it ");
		phrase_durations(r, sheet->t);
	}
	text_add(sheet->t, ".");
}

static void add_factors(const struct sheet *sheet, const struct account *account)
{
	const struct table_response *r = &sheet->table->responses[account - sheet->explanation->accounts];
	CLEANUP(text_done) struct text words = TEXT_INIT;
	const char *lawlessness = phrase_lawlessness(account);
	phrase_missing(r, &words);
	if (words.len) {
		text_add(sheet->t, " ");
		add_built(sheet, &words);
		text_add(sheet->t, ".");
	}
	if (lawlessness)
		text_addf(sheet->t, " %s", lawlessness);
	const struct {
		const char *before;
		uint64_t factors;
	} sentences[] = {
		{" **Decided by** ", phrase_decisive(sheet->table, account)},
		{" How long it takes is **decided by** ", phrase_slowing(sheet->table, account)},
		{" **Never varied alone:** ", phrase_never_alone(sheet->table, account)},
		{" **Not told, as no pair of cells gave an answer:** ",
			phrase_untold(sheet->table, account)},
	};
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
		if (!sentences[i].factors)
			continue;
		text_add(sheet->t, sentences[i].before);
		phrase_factors(sheet->matrix, sentences[i].factors, &words);
		add_built(sheet, &words);
		text_add(sheet->t, ".");
	}
	phrase_inert(sheet->table, account, &words);
	if (words.len) {
		text_add(sheet->t, " **No effect:** ");
		add_built(sheet, &words);
		text_add(sheet->t, ".");
	}
	text_add(sheet->t, "\n\n");
}

static void add_law(const struct sheet *sheet, size_t response)
{
	const struct account *account = &sheet->explanation->accounts[response];
	const struct law *law = &account->law;
	const struct table_value *values = sheet->table->responses[response].values;
	CLEANUP(text_done) struct text rest = TEXT_INIT;
	if (account->lawlessness != LAW_FOUND || !law->n_rules)
		return;
	text_addf(sheet->t, "Law: the first rule that fits decides (%s; right in all %" PRIu64 " cells).\n\n```yaml\n",
		law->exact ? "no smaller law exists" : "perhaps not the smallest law", account->n_cells);
	for (size_t i = 0; i <= law->n_rules; i++) {
		bool is_last = i == law->n_rules;
		phrase_rule(sheet->matrix, is_last ? NULL : &law->rules[i].when,
			values[is_last ? law->otherwise : law->rules[i].value].text, sheet->t);
		text_add(sheet->t, "  # ");
		phrase_support(&account->supports[i], sheet->t);
		text_add(sheet->t, "\n");
	}
	text_add(sheet->t, "```\n\n");
	for (size_t i = 0; i < law->n_rules; i++) {
		for (int left_out = 0; left_out < 2; left_out++) {
			phrase_rests(sheet->table, &account->supports[i], i + 1, left_out, &rest);
			if (!rest.len)
				continue;
			add_built(sheet, &rest);
			text_add(sheet->t, "\n\n");
		}
	}
}

static void add_mechanism(const struct sheet *sheet, size_t response)
{
	const char *mechanism = phrase_mechanism(sheet->table->scenario, response);
	if (!mechanism)
		return;
	text_add(sheet->t, "**Because:** ");
	markdown_plain(sheet->t, mechanism);
	text_add(sheet->t, "\n\n");
}

/* "0: EADDRINUSE (cell 3); 1: ok (cell 75)" */
static void add_pair(const struct sheet *sheet, size_t response, size_t factor, const struct pair *pair)
{
	CLEANUP(text_done) struct text words = TEXT_INIT;
	for (int i = 0; i < 2 && pair->rows[i] != TABLE_NO_ROW; i++) {
		size_t level = table_levels(sheet->table, pair->rows[i])[factor];
		text_addf(&words, "%s%s: ", i ? "; " : "", sheet->matrix->factors[factor].levels[level].name);
		phrase_observed(sheet->table, pair->rows[i], response, &words);
		text_addf(&words, " (cell %" PRIu64 ")", sheet->table->cells[pair->rows[i]]);
	}
	const char *parting = phrase_parting(sheet->explanation, pair);
	if (parting)
		text_addf(&words, "; they part: %s", parting);
	add_built(sheet, &words);
}

static void add_influences(const struct sheet *sheet, size_t response)
{
	const struct account *account = &sheet->explanation->accounts[response];
	CLEANUP(text_done) struct text words = TEXT_INIT;
	if (!sheet->table->n_factors)
		return;
	text_add(sheet->t, "| factor | changed it in | depending on | minimal pair |\n|---|---|---|---|\n");
	for (size_t f = 0; f < sheet->table->n_factors; f++) {
		const struct influence *influence = &account->influences[f];
		text_add(sheet->t, "| ");
		markdown_plain(sheet->t, sheet->matrix->factors[f].name);
		text_addf(sheet->t, " | %" PRIu64 " of %" PRIu64 " pairs | ", influence->n_changed, influence->n_pairs);
		phrase_factors(sheet->matrix, influence->depends_on, &words);
		add_built(sheet, &words);
		text_add(sheet->t, " | ");
		add_pair(sheet, response, f, influence->n_changed ? &influence->minimal : &influence->slower);
		text_add(sheet->t, " |\n");
	}
	text_add(sheet->t, "\n");
}

static void add_unstable(const struct sheet *sheet, size_t response)
{
	CLEANUP(text_done) struct text words = TEXT_INIT;
	if (!sheet->table->responses[response].n_unstable)
		return;
	text_add(sheet->t, "**Unstable:** replicates differ in these cells, and no law or pair rests on them.\n\n");
	for (size_t i = 0; i < sheet->table->n_unstable; i++) {
		size_t row = sheet->table->unstable[i].row;
		if (sheet->table->unstable[i].response != response)
			continue;
		text_addf(&words, "cell %" PRIu64 ": ", sheet->table->cells[row]);
		phrase_observed(sheet->table, row, response, &words);
		text_add(sheet->t, "- ");
		add_built(sheet, &words);
		text_add(sheet->t, "\n");
	}
	text_add(sheet->t, "\n");
}

/* A response that proves the condition of a cell: it is as the check wants, or the cell is inconc. */
static void add_checked_response(const struct sheet *sheet, size_t response)
{
	CLEANUP(text_done) struct text words = TEXT_INIT;
	uint64_t decisive = phrase_decisive(sheet->table, &sheet->explanation->accounts[response]);
	text_add(sheet->t, "Checked: **");
	markdown_plain(sheet->t, sheet->table->responses[response].response->name);
	text_add(sheet->t, "**: ");
	add_values(sheet, response);
	if (decisive) {
		phrase_factors(sheet->matrix, decisive, &words);
		text_add(sheet->t, " Decided by ");
		add_built(sheet, &words);
		text_add(sheet->t, ".");
	}
	text_add(sheet->t, "\n\n");
	add_unstable(sheet, response);
}

static void add_response(const struct sheet *sheet, size_t response)
{
	text_add(sheet->t, "### ");
	markdown_plain(sheet->t, sheet->table->responses[response].response->name);
	text_add(sheet->t, "\n\n");
	add_values(sheet, response);
	add_factors(sheet, &sheet->explanation->accounts[response]);
	add_law(sheet, response);
	if (sheet->explanation->accounts[response].law.n_rules || sheet->explanation->is_whole)
		add_mechanism(sheet, response);
	add_unstable(sheet, response);
	add_influences(sheet, response);
}

static void add_sentence(void *context, const char *sentence)
{
	const struct sheet *sheet = context;
	text_add(sheet->t, " ");
	markdown_plain(sheet->t, sentence);
}

static void add_claims(struct sheet *sheet)
{
	const struct explanation *explanation = sheet->explanation;
	bool has_claims = false;
	for (size_t i = 0; i < explanation->n_rulings; i++) {
		const struct ruling *ruling = &explanation->rulings[i];
		if (!phrase_is_selected_claim(&sheet->summary->view, i))
			continue;
		if (!has_claims)
			text_add(sheet->t, "### claims\n\n| claim | verdict | |\n|---|---|---|\n");
		has_claims = true;
		text_add(sheet->t, "| ");
		markdown_plain(sheet->t, ruling->claim->id);
		text_addf(sheet->t, " | **%s** | ", claim_verdict_names[ruling->verdict]);
		markdown_plain(sheet->t, ruling->claim->says);
		text_add(sheet->t, ".");
		phrase_ruling(explanation, ruling, add_sentence, sheet);
		if (explanation_differs(explanation, ruling))
			text_addf(sheet->t, " **The scenario says that it is %s.**",
				claim_verdict_names[ruling->claim->verdict]);
		text_add(sheet->t, " |\n");
	}
	if (has_claims)
		text_add(sheet->t, "\n");
}

static struct sheet sheet_of(const struct summary *summary, struct text *t)
{
	const struct explanation *explanation = summary->view.explanation;
	return (struct sheet){
		summary, explanation, &explanation->table, &explanation->table.scenario->matrix, t};
}

void markdown_problems(const struct summary *summary, size_t n_max, struct text *t)
{
	const struct tally *tally = &summary->view.explanation->tally;
	const struct sheet sheet = sheet_of(summary, t);
	uint64_t n_more = tally->n_more_reasons;
	if (!tally->n_reasons)
		return;
	text_add(t, "### not as expected\n\n| verdict | runs | reason | again |\n|---|---|---|---|\n");
	for (size_t i = 0; i < tally->n_reasons; i++) {
		const struct tally_reason *reason = &tally->reasons[i];
		CLEANUP(text_done) struct text command = TEXT_INIT;
		if (i >= n_max) {
			n_more += reason->count;
			continue;
		}
		text_addf(t, "| %s | %" PRIu64 " | ", verdict_names[reason->verdict], reason->count);
		markdown_plain(t, reason->text);
		text_add(t, " | ");
		phrase_command(summary->view.program, sheet.table->scenario, reason->cell, &command);
		add_built(&sheet, &command);
		text_add(t, " |\n");
	}
	if (n_more)
		text_addf(t, "| | %" PRIu64 " | other reasons | |\n", n_more);
	text_add(t, "\n");
}

void markdown_counts(const struct summary *summary, struct text *t)
{
	const struct tally *tally = &summary->view.explanation->tally;
	const char *separator = ": ";
	text_addf(t, "%" PRIu64 " of %" PRIu64 " run%s", tally_total(tally), summary->n_runs,
		phrase_plural(summary->n_runs));
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (tally->verdicts[i]) {
			text_addf(t, "%s%" PRIu64 " %s", separator, tally->verdicts[i], verdict_names[i]);
			separator = ", ";
		}
	text_add(t, ". Linux ");
	markdown_plain(t, summary->kernel);
	text_addf(t, ", %s; seed %s%s.\n", strcmp(summary->privilege, "root") ? "in a user namespace" : "as root",
		summary->seed, summary->interrupted ? "; interrupted" : "");
}

void markdown_head(const struct summary *summary, struct text *t)
{
	const struct sheet sheet = sheet_of(summary, t);
	text_add(t, "## ");
	markdown_plain(t, sheet.table->scenario->name);
	text_add(t, "\n\n");
	if (sheet.table->scenario->question) {
		markdown_plain(t, sheet.table->scenario->question);
		text_add(t, "\n\n");
	}
	CLEANUP(text_done) struct text held = TEXT_INIT;
	phrase_held(sheet.explanation, &held);
	if (sheet.table->n_rows < sheet.explanation->n_cells) {
		text_addf(t, "Only %zu of %" PRIu64 " cells%s", sheet.table->n_rows, sheet.explanation->n_cells,
			held.len ? ": " : "");
		add_built(&sheet, &held);
		text_add(t, ".\n\n");
	}
}

void markdown_explanation(const struct summary *summary, struct text *t)
{
	struct sheet sheet = sheet_of(summary, t);
	for (size_t i = 0; i < sheet.table->n_responses; i++)
		if (!summary->view.responses && sheet.table->responses[i].is_checked)
			add_checked_response(&sheet, i);
		else if (phrase_is_selected(&summary->view, i))
			add_response(&sheet, i);
	add_claims(&sheet);
}

int summary_markdown(const struct summary *summary, const struct style *style, bool brief, struct text *t)
{
	(void)style;
	(void)brief;
	markdown_head(summary, t);
	markdown_explanation(summary, t);
	markdown_problems(summary, SIZE_MAX, t);
	markdown_counts(summary, t);
	return t->failed ? -ENOMEM : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Two runs held against each other, as text for people: they are called A and B, as their paths may be long.
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "report/comparison.h"
#include "report/phrase.h"

#define COLUMNS 100
#define NAME_COLUMNS 36 /* of what differs before the first cell; a longer name moves its values */
#define CHANGES_MAX 20  /* of each kind; --format json has all, as of the next */
#define DIFFERENCES_MAX 40
#define RULES_MAX 20
#define SHA256_SHOWN 12 /* digits: enough to tell two apart */

struct page {
	const struct comparison_view *view;
	const struct comparison *comparison;
	const struct style *style;
	struct text *t;
};

static const char *const run_names[2] = {"A", "B"};

static const struct matrix *matrix_of(const struct page *p, size_t run)
{
	return &p->comparison->runs[run].explanation->table.scenario->matrix;
}

/* @words behind what the line has from @from on, further lines indented. */
static void add_words(const struct page *p, size_t from, size_t indent, const char *words)
{
	text_wrap(p->t, from, words, indent, COLUMNS);
	text_add(p->t, "\n");
}

static void add_paragraph(const struct page *p, size_t indent, const char *words)
{
	size_t from = p->t->len;
	text_pad(p->t, from, indent);
	add_words(p, from, indent + 2, words);
}

static void add_heading(const struct page *p, const char *heading)
{
	text_addf(p->t, "\n%s%s%s\n", p->style->bold, heading, p->style->reset);
}

void comparison_command(const struct comparison_view *view, size_t row, struct text *t)
{
	phrase_shell_word(view->program, t);
	text_add(t, " diff ");
	phrase_shell_word(view->paths[0], t);
	text_add(t, " ");
	phrase_shell_word(view->paths[1], t);
	text_addf(t, " %" PRIu64, view->comparison->runs[0].explanation->table.cells[row]);
}

/* "  A  before: server-restart, 144 cells, netrepro 0.1.0 on Linux 6.18.44, 2026-01-02T03:04:05Z" */
static void add_run(const struct page *p, size_t run)
{
	const struct comparison_run *r = &p->comparison->runs[run];
	uint64_t n_done = tally_total(&r->explanation->tally);
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t from = p->t->len;
	text_addf(&line, "%s: %s, %" PRIu64 " run%s", p->view->paths[run], r->record->scenario_name, n_done,
		phrase_plural(n_done));
	if (n_done < r->record->n_runs)
		text_addf(&line, " of %" PRIu64, r->record->n_runs);
	text_addf(&line, ", %s on Linux %s, %s%s", r->record->tool, r->record->release, r->record->started,
		r->is_finished ? "" : "; interrupted");
	text_addf(p->t, "%s%s%s  ", p->style->bold, run_names[run], p->style->reset);
	/* Escape sequences take no columns. */
	add_words(p, from + strlen(p->style->bold) + strlen(p->style->reset), 3, text_get(&line));
}

/* "60 → 30", "only in B: 1" */
static void add_values(const struct fingerprint_difference *d, struct text *line)
{
	int digits = d->kind == FINGERPRINT_SCENARIO && strlen(d->is[0]) > SHA256_SHOWN && !strcmp(d->name, "SHA-256")
			     ? SHA256_SHOWN
			     : -1;
	if (d->is[0] && d->is[1])
		text_addf(
			line, "%.*s → %.*s", digits, *d->is[0] ? d->is[0] : "''", digits, *d->is[1] ? d->is[1] : "''");
	else
		text_addf(line, "only in %s: %s", run_names[!d->is[0]], *d->is[!d->is[0]] ? d->is[!d->is[0]] : "''");
}

static void add_difference(const struct page *p, const struct fingerprint_difference *d)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t from = p->t->len;
	text_addf(p->t, "  %s%s", d->kind == FINGERPRINT_SCENARIO ? "scenario's " : "", d->name);
	text_pad(p->t, from, NAME_COLUMNS);
	text_add(p->t, " ");
	add_values(d, &line);
	add_words(p, from, NAME_COLUMNS + 1, text_get(&line));
}

/* How to look at the texts of the two scenarios, which the results files hold. */
static void add_text_command(const struct page *p)
{
	text_addf(p->t, "    %slook:%s diff", p->style->dim, p->style->reset);
	for (int run = 0; run < 2; run++) {
		text_add(p->t, " <(head -n 1 ");
		phrase_shell_word(p->comparison->runs[run].record->path, p->t);
		text_add(p->t, " | jq -r .scenario.text)");
	}
	text_add(p->t, "\n");
}

static void add_fingerprint(const struct page *p)
{
	const struct fingerprint *fingerprint = &p->comparison->fingerprint;
	if (!fingerprint->n)
		return;
	add_heading(p, "on what they were run, where it is not the same (A → B)");
	for (size_t i = 0; i < fingerprint->n && i < DIFFERENCES_MAX; i++) {
		add_difference(p, &fingerprint->all[i]);
		if (!strcmp(fingerprint->all[i].name, "SHA-256"))
			add_text_command(p);
	}
	if (fingerprint->n > DIFFERENCES_MAX)
		text_addf(p->t, "  … and %zu more: --format json has them all\n", fingerprint->n - DIFFERENCES_MAX);
}

/* "ok", "unstable (EADDRINUSE, ok)" */
static void add_outcome(const struct outcome *outcome, struct text *line)
{
	switch (outcome->kind) {
	case OUTCOME_VALUE:
		text_add(line, outcome->text);
		break;
	case OUTCOME_UNSTABLE:
		text_addf(line, "unstable (%s)", outcome->text);
		break;
	case OUTCOME_MISSING:
		text_add(line, "nothing conclusive");
		break;
	case OUTCOME_NOT_RECORDED:
		text_add(line, "not recorded");
		break;
	}
}

static void add_took(const struct cell_change *change, int run, struct text *line)
{
	char least[DURATION_TEXT], most[DURATION_TEXT];
	text_addf(line, "after %s", duration_format(change->took[run].least_us, least));
	if (change->took[run].most_us != change->took[run].least_us)
		text_addf(line, " to %s", duration_format(change->took[run].most_us, most));
}

/* "pass", "pass and inconc" */
static void add_verdicts(uint8_t which, struct text *line)
{
	size_t n = (size_t)__builtin_popcount(which), k = 0;
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (which >> i & 1)
			text_addf(line, "%s%s", phrase_separator(k++, n, " and "), verdict_names[i]);
}

/* What changed, "EADDRINUSE → ok". */
static void add_what(const struct page *p, const struct cell_change *change, struct text *line)
{
	const struct table *table = &p->comparison->runs[0].explanation->table;
	if (change->kind == CHANGED_RESPONSE || change->kind == CHANGED_DURATION)
		text_addf(line, "%s: ", table->responses[change->response].response->name);
	for (int run = 0; run < 2; run++) {
		text_add(line, run ? " → " : "");
		switch (change->kind) {
		case CHANGED_RESPONSE:
			add_outcome(&change->outcomes[run], line);
			break;
		case CHANGED_DURATION:
			if (run == 0) {
				add_outcome(&change->outcomes[run], line);
				text_add(line, " ");
			}
			add_took(change, run, line);
			break;
		case CHANGED_VERDICT:
			add_verdicts(change->verdicts[run], line);
			break;
		case ONLY_IN_ONE:
			break;
		}
	}
}

/* "all 12 cells where closer is server; or where path is veth", "5 of the 36 cells where closer is server" */
static void add_cells(const struct page *p, const struct cell_change *change, struct text *line)
{
	bool is_exact = change->n == change->n_where || change->exactly.n_rules;
	if (is_exact)
		text_addf(line, change->n == 1 ? "the one cell" : "all %zu cells", change->n);
	else
		text_addf(line, "%zu of the %" PRIu64 " cells", change->n, change->n_where);
	for (size_t i = 0; i < change->exactly.n_rules; i++) {
		text_add(line, i ? "; or where " : " where ");
		phrase_where(matrix_of(p, change->run), &change->exactly.rules[i].when, line);
	}
	if (change->exactly.n_rules || !change->where.n)
		return;
	text_add(line, " where ");
	phrase_where(matrix_of(p, change->run), &change->where, line);
}

static void add_reason(const struct page *p, const struct cell_change *change)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	if (!change->reason || !*change->reason)
		return;
	text_addf(&line, "in %s: %s", run_names[change->verdicts[1] != 1U << VERDICT_PASS], change->reason);
	add_paragraph(p, 4, text_get(&line));
}

static void add_change(const struct page *p, const struct cell_change *change)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	add_what(p, change, &line);
	text_add(&line, " in ");
	add_cells(p, change, &line);
	add_paragraph(p, 2, text_get(&line));
	add_reason(p, change);
	text_addf(p->t, "    %slook:%s ", p->style->dim, p->style->reset);
	comparison_command(p->view, change->plainest, p->t);
	text_add(p->t, "\n");
}

static void add_lonely(const struct page *p, const struct cell_change *change)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	text_addf(&line, "only in %s: ", run_names[change->run]);
	add_cells(p, change, &line);
	if (change->is_of_other)
		text_addf(&line, "; %s was to run %s, and has no result of %s", run_names[!change->run],
			change->n == 1 ? "it" : "them", change->n == 1 ? "it" : "them");
	add_paragraph(p, 2, text_get(&line));
}

static void add_changes(const struct page *p, enum change_kind from, enum change_kind to, const char *heading)
{
	size_t n = 0;
	for (size_t i = 0; i < p->comparison->n_changes; i++) {
		const struct cell_change *change = &p->comparison->changes[i];
		if (change->kind < from || change->kind > to)
			continue;
		if (!n)
			add_heading(p, heading);
		if (++n > CHANGES_MAX)
			continue;
		if (change->kind == ONLY_IN_ONE)
			add_lonely(p, change);
		else
			add_change(p, change);
	}
	if (n > CHANGES_MAX)
		text_addf(p->t, "  … and %zu more such changes: --format json has them all\n", n - CHANGES_MAX);
}

/* Why no two cells are the same: a factor that one scenario alone has. */
static void add_matchless(const struct page *p)
{
	const struct comparison *c = p->comparison;
	if (c->has_match)
		return;
	add_heading(p, "no cell of A has its like in B");
	for (size_t run = 0; run < 2; run++) {
		const struct matrix *m = matrix_of(p, run), *other = matrix_of(p, !run);
		for (size_t f = 0; f < m->n_factors; f++) {
			CLEANUP(text_done) struct text line = TEXT_INIT;
			if (matrix_find_factor(other, m->factors[f].name))
				continue;
			text_addf(&line,
				"the factor %s is in %s alone: choose one of its levels (--set %s=LEVEL), and run %s "
				"again",
				m->factors[f].name, run_names[run], m->factors[f].name, run_names[run]);
			add_paragraph(p, 2, text_get(&line));
		}
	}
}

static void add_rule(const struct page *p, const struct conditions *when, const struct matrix *m, const char *is)
{
	CLEANUP(text_done) struct text rule = TEXT_INIT;
	phrase_rule(m, when, is, &rule);
	add_paragraph(p, 6, text_get(&rule));
}

static void add_law(const struct page *p, size_t run, size_t response)
{
	const struct explanation *explanation = p->comparison->runs[run].explanation;
	const struct account *account = &explanation->accounts[response];
	const struct table_value *values = explanation->table.responses[response].values;
	const struct law *law = &account->law;
	text_addf(p->t, "    %s:\n", run_names[run]);
	if (account->lawlessness != LAW_FOUND) {
		const char *why = phrase_lawlessness(account);
		add_paragraph(p, 6, why ? why : "No law: no cell gave one answer.");
		return;
	}
	for (size_t i = 0; i < law->n_rules && i < RULES_MAX; i++)
		add_rule(p, &law->rules[i].when, matrix_of(p, run), values[law->rules[i].value].text);
	if (law->n_rules > RULES_MAX)
		text_addf(p->t, "      … and %zu more rules: `explain` of it has them all\n", law->n_rules - RULES_MAX);
	add_rule(p, NULL, matrix_of(p, run), values[law->otherwise].text);
}

static void add_laws(const struct page *p)
{
	const struct comparison *c = p->comparison;
	if (!c->n_laws)
		return;
	add_heading(p, "laws that are not the same");
	if (comparison_is_partial(c))
		add_paragraph(p, 2, "A law is of the cells that its run has, and the two have not the same cells.");
	for (size_t i = 0; i < c->n_laws; i++) {
		const struct law_change *change = &c->laws[i];
		CLEANUP(text_done) struct text line = TEXT_INIT;
		text_addf(&line, "%s%s", c->runs[0].explanation->table.responses[change->responses[0]].response->name,
			change->n_changed ? "" : " (it changed in no cell that both have: the law is of other cells)");
		add_paragraph(p, 2, text_get(&line));
		for (size_t run = 0; run < 2; run++)
			add_law(p, run, change->responses[run]);
	}
}

/* "in A it holds where closer is server; or path is veth" */
static void add_holds(const struct page *p, size_t run, const struct ruling *ruling)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	if (!ruling || ruling->verdict != CLAIM_CONDITIONAL)
		return;
	text_addf(&line, "in %s it holds ", run_names[run]);
	for (size_t i = 0; i < ruling->holds.n_rules; i++) {
		text_add(&line, i ? "; or where " : "where ");
		phrase_where(matrix_of(p, run), &ruling->holds.rules[i].when, &line);
	}
	add_paragraph(p, 4, text_get(&line));
}

static void add_claim(const struct page *p, const struct claim_change *change)
{
	const struct ruling *rulings[2] = {NULL, NULL};
	CLEANUP(text_done) struct text line = TEXT_INIT;
	for (int run = 0; run < 2; run++)
		if (change->rulings[run] != COMPARISON_NONE)
			rulings[run] = &p->comparison->runs[run].explanation->rulings[change->rulings[run]];
	const struct claim *claim = rulings[1] ? rulings[1]->claim : rulings[0]->claim;
	text_addf(&line, "%s ", claim->id);
	if (!rulings[0] || !rulings[1])
		text_addf(&line, "only in %s: %s", run_names[!rulings[0]],
			claim_verdict_names[rulings[!rulings[0]]->verdict]);
	else if (rulings[0]->verdict != rulings[1]->verdict)
		text_addf(&line, "%s → %s", claim_verdict_names[rulings[0]->verdict],
			claim_verdict_names[rulings[1]->verdict]);
	else
		text_addf(&line, "%s in both, but not in the same cells", claim_verdict_names[rulings[1]->verdict]);
	text_addf(&line, ": %s", claim->says);
	add_paragraph(p, 2, text_get(&line));
	for (size_t run = 0; run < 2; run++)
		add_holds(p, run, rulings[run]);
}

static void add_claims(const struct page *p)
{
	if (!p->comparison->n_claim_changes)
		return;
	add_heading(p, "claims whose verdict is not the same (A → B)");
	for (size_t i = 0; i < p->comparison->n_claim_changes; i++)
		add_claim(p, &p->comparison->claims[i]);
}

static void add_only_responses(const struct page *p)
{
	const struct comparison *c = p->comparison;
	if (!c->n_only_responses[0] && !c->n_only_responses[1])
		return;
	add_heading(p, "responses of one run alone");
	for (int run = 0; run < 2; run++)
		for (size_t i = 0; i < c->n_only_responses[run]; i++)
			text_addf(p->t, "  only in %s: %s\n", run_names[run], c->only_responses[run][i]);
}

static uint64_t count_lonely(const struct comparison *c, size_t run)
{
	uint64_t n = 0;
	for (size_t i = 0; i < c->n_changes; i++)
		n += c->changes[i].kind == ONLY_IN_ONE && c->changes[i].run == run ? c->changes[i].n : 0;
	return n;
}

/* "; 2 laws changed" */
static void add_count(struct text *t, uint64_t n, const char *what, const char *behind)
{
	if (n)
		text_addf(t, "; %" PRIu64 " %s%s%s", n, what, phrase_plural(n), behind);
}

static void add_last_line(const struct page *p)
{
	const struct comparison *c = p->comparison;
	struct text *t = p->t;
	bool differs = comparison_differs(c);
	text_add(t, p->style->bold);
	if (!differs) {
		text_addf(t, "%" PRIu64 " cell%s, %zu response%s, %zu claim%s: the same%s\n", c->n_compared,
			phrase_plural(c->n_compared), c->n_responses, phrase_plural(c->n_responses), c->n_claims,
			phrase_plural(c->n_claims), p->style->reset);
		return;
	}
	text_addf(t, "%" PRIu64 " of %" PRIu64 " cells changed%s", c->n_changed, c->n_compared, p->style->reset);
	add_count(t, c->n_untold, "cell", " cannot be told: too many different values");
	add_count(t, count_lonely(c, 0), "cell", " only in A");
	add_count(t, count_lonely(c, 1), "cell", " only in B");
	add_count(t, c->n_only_responses[0] + c->n_only_responses[1], "response", " of one run alone");
	add_count(t, c->n_laws, "law", " not the same");
	add_count(t, c->n_claim_changes, "claim", " not the same");
	text_add(t, "\n");
}

void comparison_text(const struct comparison_view *view, const struct style *style, bool brief, struct text *t)
{
	const struct page p = {view, view->comparison, style, t};
	if (brief) {
		if (comparison_differs(p.comparison))
			add_last_line(&p);
		return;
	}
	add_run(&p, 0);
	add_run(&p, 1);
	add_fingerprint(&p);
	add_matchless(&p);
	add_changes(&p, CHANGED_RESPONSE, CHANGED_DURATION, "cells whose response changed (A → B)");
	add_changes(&p, CHANGED_VERDICT, CHANGED_VERDICT, "cells whose verdict changed (A → B)");
	if (p.comparison->n_more)
		text_addf(t, "  … and %" PRIu64 " more in yet other ways\n", p.comparison->n_more);
	add_changes(&p, ONLY_IN_ONE, ONLY_IN_ONE, "cells of one run alone");
	add_only_responses(&p);
	add_laws(&p);
	add_claims(&p);
	text_add(t, "\n");
	add_last_line(&p);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// An explanation as text for people.
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/explain.h"
#include "report/phrase.h"

#define COLUMNS 100
#define RULE_COLUMNS 84 /* of a rule; what stands behind it takes the rest */
#define VALUES_MAX 12   /* of a response in its heading; --format json has all */
#define RULES_MAX 20
#define UNSTABLE_MAX 5

struct page {
	const struct explain_view *view;
	const struct explanation *explanation;
	const struct table *table;
	const struct matrix *matrix;
	const struct style *style;
	struct text *t;
};

/* A paragraph of its own, all of its lines indented. */
static void add_paragraph(const struct page *p, size_t indent, const char *words)
{
	size_t from = p->t->len;
	text_pad(p->t, from, indent);
	text_wrap(p->t, from, words, indent, COLUMNS);
	text_add(p->t, "\n");
}

/* " ok ×90, EADDRINUSE ×54" */
static void add_values(const struct page *p, size_t response, struct text *line)
{
	const struct table_response *r = &p->table->responses[response];
	const char *separator = " ";
	for (size_t i = 0; i < r->n_values && i < VALUES_MAX && r->values[i].count; i++) {
		text_addf(line, "%s%s ×%" PRIu64, separator, r->values[i].text, r->values[i].count);
		separator = ", ";
	}
	if (r->n_values > VALUES_MAX && r->values[VALUES_MAX].count)
		text_add(line, ", …");
	if (!line->len)
		text_add(line, r->n_asked ? " no cell gave an answer" : " no cell records it");
}

/* "rebind: ok ×90, EADDRINUSE ×54" */
static void add_heading(const struct page *p, size_t response)
{
	const struct table_response *r = &p->table->responses[response];
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t from = p->t->len;
	add_values(p, response, &line);
	if (r->n_timed) {
		text_add(&line, " (");
		phrase_durations(r, &line);
		text_add(&line, ")");
	}
	text_addf(p->t, "%s%s%s:", p->style->bold, r->response->name, p->style->reset);
	text_wrap(p->t, from, text_get(&line), 4, COLUMNS);
	text_add(p->t, "\n");
}

/* "Decided by closer. No effect: path." */
static void add_factors(const struct page *p, const struct account *account)
{
	const struct {
		const char *before, *after;
		uint64_t factors;
	} sentences[] = {
		{"Decided by ", ". ", phrase_decisive(p->table, account)},
		{"How long it takes is decided by ", ". ", phrase_slowing(p->table, account)},
		{"Never varied alone: ", ". ", phrase_never_alone(p->table, account)},
		{"Not told, as no pair of cells gave an answer: ", ". ",
			phrase_untold(p->table, account)},
	};
	CLEANUP(text_done) struct text line = TEXT_INIT, inert = TEXT_INIT;
	const struct table_response *r = &p->table->responses[account - p->explanation->accounts];
	bool is_constant = account->lawlessness == LAW_FOUND && !account->law.n_rules && account->n_cells > 1;
	if (is_constant && account->n_cells == r->n_asked)
		text_add(&line, "Always the same. ");
	else if (is_constant)
		text_addf(&line, "The same in the %" PRIu64 " of %" PRIu64 " cells that gave one answer. ",
			account->n_cells, r->n_asked);
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
		if (!sentences[i].factors)
			continue;
		text_add(&line, sentences[i].before);
		phrase_factors(p->matrix, sentences[i].factors, &line);
		text_add(&line, sentences[i].after);
	}
	phrase_inert(p->table, account, &inert);
	if (inert.len)
		text_addf(&line, "No effect: %s.", text_get(&inert));
	if (line.len)
		add_paragraph(p, 2, text_get(&line));
}

static void add_law_heading(const struct page *p, const struct account *account)
{
	struct text *t = p->t;
	text_addf(t, "  law: the first rule that fits decides (%s; right in all %" PRIu64 " cells)\n",
		account->law.exact ? "no smaller law exists" : "perhaps not the smallest law", account->n_cells);
}

/*
 * A rule, broken where it is too long behind a comma that does not stand within a list of levels: within braces YAML
 * takes a new line for a blank.
 */
static void add_rule(const struct page *p, const struct conditions *when, const char *is)
{
	static const char no_break = '\a'; /* stands in for a blank: no text of a scenario has a control character */
	CLEANUP(text_done) struct text rule = TEXT_INIT;
	bool is_in_list = false;
	size_t from = p->t->len;
	phrase_rule(p->matrix, when, is, &rule);
	for (size_t i = 0; i < rule.len; i++) {
		is_in_list = rule.data[i] == '[' || (is_in_list && rule.data[i] != ']');
		if (rule.data[i] == ' ' && (is_in_list || rule.data[i - 1] != ','))
			rule.data[i] = no_break;
	}
	text_add(p->t, "    ");
	text_wrap(p->t, from, text_get(&rule), 8, RULE_COLUMNS);
	for (size_t i = from; i < p->t->len; i++)
		if (p->t->data[i] == no_break)
			p->t->data[i] = ' ';
}

static void add_law_rule(const struct page *p, const struct account *account, size_t i, size_t width)
{
	const struct law *law = &account->law;
	const struct table_value *values = p->table->responses[account - p->explanation->accounts].values;
	bool is_last = i == law->n_rules;
	struct text *t = p->t;
	size_t from = t->len;
	add_rule(p, is_last ? NULL : &law->rules[i].when, values[is_last ? law->otherwise : law->rules[i].value].text);
	const char *newline = t->data ? strrchr(t->data + from, '\n') : NULL;
	if (newline)
		from = (size_t)(newline - t->data) + 1;
	text_pad(t, from, width);
	text_addf(t, "  %s# ", p->style->dim);
	phrase_support(&account->supports[i], t);
	text_addf(t, "%s\n", p->style->reset);
}

/* How wide the rules are, so that what stands behind them stands in one column. */
static size_t measure_rules(const struct page *p, const struct account *account)
{
	const struct table_value *values = p->table->responses[account - p->explanation->accounts].values;
	size_t widest = 0;
	for (size_t i = 0; i < account->law.n_rules && i < RULES_MAX; i++) {
		CLEANUP(text_done) struct text rule = TEXT_INIT;
		phrase_rule(p->matrix, &account->law.rules[i].when, values[account->law.rules[i].value].text, &rule);
		size_t width = 4 + text_columns(text_get(&rule));
		widest = width > widest ? width : widest;
	}
	return widest < RULE_COLUMNS ? widest : RULE_COLUMNS;
}

static void add_law(const struct page *p, const struct account *account)
{
	const struct law *law = &account->law;
	size_t width = measure_rules(p, account), most = p->view->responses ? SIZE_MAX : RULES_MAX;
	add_law_heading(p, account);
	for (size_t i = 0; i < law->n_rules && i < most; i++)
		add_law_rule(p, account, i, width);
	if (law->n_rules > most)
		text_addf(p->t, "    … and %zu more rules: `explain DIR %s` has them all\n", law->n_rules - most,
			p->table->responses[account - p->explanation->accounts].response->name);
	add_law_rule(p, account, law->n_rules, width);
	for (size_t i = 0; i < law->n_rules && i < most; i++)
		for (int left_out = 0; left_out < 2; left_out++) {
			CLEANUP(text_done) struct text line = TEXT_INIT;
			phrase_rests(p->table, &account->supports[i], i + 1, left_out, &line);
			if (line.len)
				add_paragraph(p, 4, text_get(&line));
		}
}

/* "  because  tcp_twsk_unique() …" */
static void add_mechanism(const struct page *p, size_t response)
{
	const char *mechanism = phrase_mechanism(p->table->scenario, response);
	if (!mechanism)
		return;
	size_t from = p->t->len;
	text_add(p->t, "  because: ");
	text_wrap(p->t, from, mechanism, 4, COLUMNS);
	text_add(p->t, "\n");
}

/* Whether a factor has a line of its own: one that does nothing is named with the others, unless all is wanted. */
static bool has_line(const struct page *p, const struct influence *influence)
{
	return p->view->responses ? influence->n_pairs : influence->n_changed || influence->n_slower;
}

/* "where first_reuseaddr=0 and path=veth": the other factors that matter */
static void add_surroundings(
	const struct page *p, const struct account *account, const struct pair *pair, size_t factor, struct text *line)
{
	uint64_t others = phrase_decisive(p->table, account) & ~(UINT64_C(1) << factor);
	size_t row = pair->rows[0], n = (size_t)__builtin_popcountll(others), k = 0;
	for (size_t f = 0; f < p->table->n_factors; f++) {
		if (!(others >> f & 1))
			continue;
		text_addf(line, "%s%s=%s", k == 0 ? ", where " : phrase_separator(k, n, " and "),
			p->matrix->factors[f].name, p->matrix->factors[f].levels[table_levels(p->table, row)[f]].name);
		k++;
	}
}

/* "they part: step 17, server: bind second *:12345: EADDRINUSE in cell 48, ok in cell 72" */
static void add_parting(const struct page *p, const struct pair *pair)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	const char *parting = phrase_parting(p->explanation, pair);
	if (!parting)
		return;
	text_addf(&line, "they part: %s", parting);
	add_paragraph(p, 6, text_get(&line));
}

/* "server → EADDRINUSE (cell 3), client → ok (cell 75)" */
static void add_pair(const struct page *p, const struct account *account, size_t factor, const struct pair *pair)
{
	const struct table *table = p->table;
	size_t response = (size_t)(account - p->explanation->accounts);
	CLEANUP(text_done) struct text line = TEXT_INIT;
	for (int i = 0; i < 2; i++) {
		text_addf(&line, "%s%s → ", i ? ", " : "",
			p->matrix->factors[factor].levels[table_levels(table, pair->rows[i])[factor]].name);
		phrase_observed(table, pair->rows[i], response, &line);
		text_addf(&line, " (cell %" PRIu64 ")", table->cells[pair->rows[i]]);
	}
	if (p->view->responses)
		add_surroundings(p, account, pair, factor, &line);
	add_paragraph(p, 6, text_get(&line));
	add_parting(p, pair);
}

/* "closer             54 of 72 pairs, depending on first_reuseaddr", and its minimal pair */
static void add_influence(const struct page *p, const struct account *account, size_t factor, size_t width)
{
	const struct influence *influence = &account->influences[factor];
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t from = p->t->len;
	text_addf(p->t, "    %s", p->matrix->factors[factor].name);
	text_pad(p->t, from, 4 + width);
	text_addf(&line, "  %" PRIu64 " of %" PRIu64 " pair%s", influence->n_changed, influence->n_pairs,
		phrase_plural(influence->n_pairs));
	if (influence->n_slower)
		text_addf(&line, ", and how long it took in %" PRIu64, influence->n_slower);
	if (influence->depends_on) {
		text_add(&line, ", depending on ");
		phrase_factors(p->matrix, influence->depends_on, &line);
	}
	text_add(p->t, " ");
	text_wrap(p->t, from, text_get(&line), 4 + width + 2, COLUMNS);
	text_add(p->t, "\n");
	if (influence->n_changed)
		add_pair(p, account, factor, &influence->minimal);
	else if (influence->n_slower)
		add_pair(p, account, factor, &influence->slower);
}

static void add_influences(const struct page *p, const struct account *account)
{
	size_t widest = 0, first = MATRIX_ANY_LEVEL;
	for (size_t f = p->table->n_factors; f-- > 0;) {
		size_t width = has_line(p, &account->influences[f]) ? text_columns(p->matrix->factors[f].name) : 0;
		widest = width > widest ? width : widest;
		first = account->influences[f].n_changed || account->influences[f].n_slower ? f : first;
	}
	if (!widest)
		return;
	text_add(p->t,
		"  pairs of cells that differ in one factor alone: in how many it changed, and one that shows it\n");
	for (size_t f = 0; f < p->table->n_factors; f++)
		if (has_line(p, &account->influences[f]))
			add_influence(p, account, f, widest);
	if (first == MATRIX_ANY_LEVEL)
		return;
	const struct influence *influence = &account->influences[first];
	const struct pair *pair = influence->n_changed ? &influence->minimal : &influence->slower;
	const uint64_t cells[] = {p->table->cells[pair->rows[0]], p->table->cells[pair->rows[1]]};
	if (p->view->results) {
		text_addf(p->t, "  %sside by side: ", p->style->dim);
		phrase_diff_command(p->view, cells, p->t);
	} else {
		text_addf(p->t, "  %sone again (--dry-run: its steps): ", p->style->dim);
		phrase_command(p->view->program, p->table->scenario, cells[0], p->t);
	}
	text_addf(p->t, "%s\n", p->style->reset);
}

static void add_unstable(const struct page *p, size_t response)
{
	const struct table *table = p->table;
	const struct table_response *r = &table->responses[response];
	size_t n = 0;
	uint64_t first = 0;
	if (!r->n_unstable)
		return;
	text_addf(p->t,
		"  %sunstable%s: in %" PRIu64 " cell%s the replicates differ; no law rests on %s, and no pair\n",
		p->style->verdicts[VERDICT_FAIL], p->style->reset, r->n_unstable, phrase_plural(r->n_unstable),
		r->n_unstable == 1 ? "it" : "them");
	for (size_t i = 0; i < table->n_unstable && n < UNSTABLE_MAX; i++) {
		if (table->unstable[i].response != response)
			continue;
		CLEANUP(text_done) struct text line = TEXT_INIT;
		size_t row = table->unstable[i].row;
		first = n ? first : table->cells[row];
		text_addf(&line, "cell %" PRIu64 ": ", table->cells[row]);
		phrase_observed(table, row, response, &line);
		text_add(&line, table->n_factors ? ", where" : "");
		for (size_t f = 0; f < table->n_factors; f++)
			text_addf(&line, " %s=%s", p->matrix->factors[f].name,
				p->matrix->factors[f].levels[table_levels(table, row)[f]].name);
		add_paragraph(p, 4, text_get(&line));
		n++;
	}
	if (r->n_unstable > n)
		text_addf(p->t, "    … and %" PRIu64 " more: --format json has them all\n", r->n_unstable - n);
	if (!p->view->results)
		return;
	text_addf(p->t, "  %stwo of its runs side by side: ", p->style->dim);
	phrase_diff_command(p->view, (const uint64_t[2]){first, first}, p->t);
	text_addf(p->t, "%s\n", p->style->reset);
}

static void add_missing(const struct page *p, size_t response)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	phrase_missing(&p->table->responses[response], &line);
	if (line.len)
		add_paragraph(p, 2, text_get(&line));
}

/* A response that proves the condition of a cell is told in a line: it is as the check wants, or the cell is inconc. */
static void add_checked_response(const struct page *p, size_t response)
{
	const struct account *account = &p->explanation->accounts[response];
	uint64_t decisive = phrase_decisive(p->table, account);
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t from = p->t->len;
	add_values(p, response, &line);
	if (decisive) {
		text_add(&line, " (decided by ");
		phrase_factors(p->matrix, decisive, &line);
		text_add(&line, ")");
	}
	text_addf(p->t, "  %s:", p->table->responses[response].response->name);
	text_wrap(p->t, from, text_get(&line), 4, COLUMNS);
	text_add(p->t, "\n");
	add_unstable(p, response);
}

/* Where no response is asked for by its name, those that only prove something stand together, behind the others. */
static void add_checked(const struct page *p)
{
	bool has_any = false;
	for (size_t i = 0; i < p->table->n_responses; i++) {
		if (p->view->responses || !p->table->responses[i].is_checked)
			continue;
		if (!has_any)
			text_addf(p->t, "%schecked%s\n", p->style->bold, p->style->reset);
		has_any = true;
		add_checked_response(p, i);
	}
	if (has_any)
		text_add(p->t, "\n");
}

static void add_response(const struct page *p, size_t response)
{
	const struct account *account = &p->explanation->accounts[response];
	add_heading(p, response);
	add_factors(p, account);
	if (phrase_lawlessness(account))
		add_paragraph(p, 2, phrase_lawlessness(account));
	if (account->lawlessness == LAW_FOUND && account->law.n_rules)
		add_law(p, account);
	/* A part of the matrix in which nothing changes may have little to do with what decides. */
	if (account->law.n_rules || p->explanation->is_whole)
		add_mechanism(p, response);
	add_unstable(p, response);
	if (account->lawlessness != LAW_NO_CELLS)
		add_missing(p, response);
	if (account->law.n_rules || account->lawlessness != LAW_FOUND || phrase_slowing(p->table, account))
		add_influences(p, account);
	text_add(p->t, "\n");
}

#define CLAIM_INDENT 4

static void add_sentence(void *context, const char *sentence)
{
	add_paragraph(context, CLAIM_INDENT, sentence);
}

static void add_verdict(const struct page *p, const struct ruling *ruling)
{
	text_addf(p->t, "%s%s%s", style_of_claim(p->style, ruling->verdict), claim_verdict_names[ruling->verdict],
		p->style->reset);
}

static void add_ruling(const struct page *p, const struct ruling *ruling)
{
	struct page page = *p;
	size_t from = p->t->len;
	CLEANUP(text_done) struct text says = TEXT_INIT;
	text_addf(p->t, "  %s%s%s ", p->style->bold, ruling->claim->id, p->style->reset);
	add_verdict(p, ruling);
	if (explanation_differs(p->explanation, ruling))
		text_addf(p->t, ", but %s:%u says %s", p->table->scenario->path, ruling->claim->at.line,
			claim_verdict_names[ruling->claim->verdict]);
	text_addf(&says, ": %s", ruling->claim->says);
	if (ruling->verdict == CLAIM_SUPPORTED && ruling->n_agree)
		text_addf(&says, " (%" PRIu64 " cell%s)", ruling->n_agree, phrase_plural(ruling->n_agree));
	text_add(p->t, ":");
	/* Escape sequences take no columns: without them the line would be broken too early. */
	size_t invisible =
		strlen(p->style->bold) + 2 * strlen(p->style->reset) + strlen(p->style->verdicts[VERDICT_PASS]);
	text_wrap(p->t, from, text_get(&says) + 1, CLAIM_INDENT, COLUMNS + invisible);
	text_add(p->t, "\n");
	phrase_ruling(p->explanation, ruling, add_sentence, &page);
}

static struct page page_of(const struct explain_view *view, const struct style *style, struct text *t)
{
	const struct table *table = &view->explanation->table;
	return (struct page){view, view->explanation, table, &table->scenario->matrix, style, t};
}

void explain_text(const struct explain_view *view, const struct style *style, struct text *t)
{
	struct page p = page_of(view, style, t);
	bool has_claims = false;
	for (size_t i = 0; i < p.table->n_responses; i++)
		if ((view->responses || !p.table->responses[i].is_checked) && phrase_is_selected(view, i))
			add_response(&p, i);
	add_checked(&p);
	for (size_t i = 0; i < view->explanation->n_rulings; i++) {
		const struct ruling *ruling = &view->explanation->rulings[i];
		if (!phrase_is_selected_claim(view, i))
			continue;
		if (!has_claims)
			text_addf(t, "%sclaims%s\n", style->bold, style->reset);
		has_claims = true;
		add_ruling(&p, ruling);
	}
	if (has_claims)
		text_add(t, "\n");
}

void explain_differing_text(const struct explain_view *view, const struct style *style, struct text *t)
{
	struct page p = page_of(view, style, t);
	for (size_t i = 0; i < view->explanation->n_rulings; i++)
		if (phrase_is_selected_claim(view, i) &&
			explanation_differs(view->explanation, &view->explanation->rulings[i]))
			add_ruling(&p, &view->explanation->rulings[i]);
}

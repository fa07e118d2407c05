// SPDX-License-Identifier: GPL-2.0-or-later
// Why a claim is not supported, and which cell decides it, in words.
#include <inttypes.h>

#include "analyze/deciding.h"
#include "base/cleanup.h"
#include "report/phrase.h"

#define CONDITIONS_MAX 8 /* of a claim that holds in part; JSON has all */

struct sentences {
	const struct explanation *explanation;
	const struct ruling *ruling;
	void (*add)(void *context, const char *sentence);
	void *context;
	bool is_timeless;
	struct text text;
};

static void say(struct sentences *s)
{
	s->add(s->context, text_get(&s->text));
	text_truncate(&s->text, 0);
}

/* What came out in a cell. */
static void add_observed(struct sentences *s, size_t row, size_t response)
{
	if (s->is_timeless)
		phrase_value(&s->explanation->table, row, response, &s->text);
	else
		phrase_observed(&s->explanation->table, row, response, &s->text);
}

/* "All 18 cells that it is about disagree." */
static void say_how_many(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	struct text *t = &s->text;
	uint64_t n = r->n_agree + r->n_disagree;
	if (!n)
		return;
	if (!r->n_disagree)
		text_addf(
			t, "Its prediction is right in all %" PRIu64 " cell%s that it is about.", n, phrase_plural(n));
	else if (!r->n_agree)
		text_addf(t,
			n == 1 ? "The one cell that it is about disagrees."
			       : "All %" PRIu64 " cells that it is about disagree.",
			n);
	else
		text_addf(t, "Of the %" PRIu64 " cells that it is about %" PRIu64 " agree%s, %" PRIu64 " do%s not.", n,
			r->n_agree, r->n_agree == 1 ? "s" : "", r->n_disagree, r->n_disagree == 1 ? "es" : "");
	say(s);
	if (r->verdict == CLAIM_REFUTED && r->n_agree && r->n_disagree && r->n_pairs && !r->n_pairs_agree) {
		text_addf(t,
			"But what it predicts to change does not: of %" PRIu64
			" pair%s of cells that differ in one factor and in what it predicts, it is right about both "
			"cells in none.",
			r->n_pairs, phrase_plural(r->n_pairs));
		say(s);
	}
}

static size_t count_levels(const struct matrix *m, const struct law *law)
{
	size_t n = 0;
	for (size_t i = 0; i < law->n_rules; i++)
		for (size_t k = 0; k < law->rules[i].when.n; k++)
			n += phrase_count_allowed(m, &law->rules[i].when.all[k]);
	return n;
}

/* Whether it is shorter to say where the claim does not hold. */
static bool is_exception(const struct matrix *m, const struct ruling *r)
{
	if (r->fails.n_rules != r->holds.n_rules)
		return r->fails.n_rules < r->holds.n_rules;
	if (r->fails.n_conditions != r->holds.n_conditions)
		return r->fails.n_conditions < r->holds.n_conditions;
	return count_levels(m, &r->fails) < count_levels(m, &r->holds);
}

/* A sentence a rule: "Of these it holds exactly where closer is server,", "or where path is loopback." */
static void say_condition(struct sentences *s)
{
	const struct matrix *m = &s->explanation->table.scenario->matrix;
	if (s->ruling->verdict != CLAIM_CONDITIONAL)
		return;
	bool is_but = is_exception(m, s->ruling);
	const struct law *law = is_but ? &s->ruling->fails : &s->ruling->holds;
	for (size_t i = 0; i < law->n_rules && i < CONDITIONS_MAX; i++) {
		text_add(&s->text, i > 0                  ? "or where "
				   : is_but               ? "It holds everywhere but where "
				   : s->ruling->n_unknown ? "It holds where "
							  : "It holds exactly where ");
		phrase_where(m, &law->rules[i].when, &s->text);
		text_add(&s->text, i + 1 < law->n_rules ? "," : ".");
		say(s);
	}
	if (law->n_rules > CONDITIONS_MAX) {
		text_addf(&s->text, "or in %zu more cases: --format json has them all.", law->n_rules - CONDITIONS_MAX);
		say(s);
	}
}

/* "Its twin with tw_reuse=1 instead of 0 (cell 84): ok as well." */
static void say_twin(struct sentences *s, const struct deciding *d)
{
	const struct table *table = &s->explanation->table;
	const struct factor *factor = &table->scenario->matrix.factors[d->twin_factor];
	struct text *t = &s->text;
	text_addf(t, "Its twin with %s=%s instead of %s (cell %" PRIu64 "): ", factor->name,
		factor->levels[table_levels(table, d->twin)[d->twin_factor]].name,
		factor->levels[table_levels(table, d->row)[d->twin_factor]].name, table->cells[d->twin]);
	add_observed(s, d->twin, d->response);
	if (table_is_stable(table, d->twin, d->response) &&
		table_value(table, d->twin, d->response) == table_value(table, d->row, d->response))
		text_add(t, " as well");
	text_add(t, d->twin_standing == STANDING_AGREE ? ", as predicted." : ".");
	say(s);
}

/* " (closer=server, path=veth)": the levels that make the rule speak of the cell */
static void add_levels(struct sentences *s, const struct rule *rule, size_t row)
{
	const struct table *table = &s->explanation->table;
	for (size_t i = 0; i < rule->when.n; i++) {
		const struct factor *factor = &table->scenario->matrix.factors[rule->when.all[i].factor];
		text_addf(&s->text, "%s%s=%s", i ? ", " : " (", factor->name,
			factor->levels[table_levels(table, row)[rule->when.all[i].factor]].name);
	}
	text_add(&s->text, rule->when.n ? ")" : "");
}

/* Whether a cell disagrees although its value is one that is predicted: it took another time. */
static bool is_wrong_in_time(const struct sentences *s, const struct deciding *d)
{
	const struct table *table = &s->explanation->table;
	if (d->standing != STANDING_DISAGREE || !d->rule->has_took || !table_is_stable(table, d->row, d->response))
		return false;
	const char *value = table->responses[d->response].values[table_value(table, d->row, d->response)].text;
	return !d->rule->n_is || rule_allows_value(d->rule, &(struct observed){.text = value});
}

/* "Cell 72 (closer=server): rebind is ok, not EADDRINUSE.", and its twin */
static void say_cell(struct sentences *s, const struct deciding *d)
{
	const struct response *response = s->explanation->table.responses[d->response].response;
	struct text *t = &s->text;
	text_addf(t, "Cell %" PRIu64, s->explanation->table.cells[d->row]);
	add_levels(s, d->rule, d->row);
	text_addf(t, ": %s is ", response->name);
	add_observed(s, d->row, d->response);
	if (d->standing == STANDING_DISAGREE) {
		text_add(t, s->is_timeless && is_wrong_in_time(s, d) ? ", but not at that time: not " : ", not ");
		phrase_predicted(response, d->rule, t);
		text_add(t, ".");
	} else {
		text_add(t, ", as predicted.");
	}
	say(s);
	if (d->twin != TABLE_NO_ROW)
		say_twin(s, d);
}

static void say_counterexample(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	const struct table *table = &s->explanation->table;
	size_t levels[MATRIX_FACTORS_MAX];
	if (r->counterexample == TABLE_NO_ROW)
		return;
	table_copy_levels(table, r->counterexample, levels);
	const struct rule_list *list = &r->claim->predicts[r->rule_list];
	const struct deciding d = {
		.row = r->counterexample,
		.response = list->response,
		.rule = rule_list_match(list, levels),
		.standing = STANDING_DISAGREE,
		.twin = r->twin,
		.twin_factor = r->twin_factor,
		.twin_standing = r->twin_standing,
	};
	say_cell(s, &d);
}

/* ", for instance b=0 (cell 0): no, b=1 (cell 2): no" */
static void add_instance(struct sentences *s, const struct statement *statement)
{
	const struct table *table = &s->explanation->table;
	const struct factor *factor = &table->scenario->matrix.factors[statement->factor];
	const struct pair *pair = &statement->pair;
	/* The twin of the counterexample shows it already. */
	if (pair->rows[0] == TABLE_NO_ROW ||
		(s->ruling->twin != TABLE_NO_ROW && s->ruling->twin_factor == statement->factor))
		return;
	text_add(&s->text, ", for instance ");
	for (int i = 0; i < 2; i++) {
		text_addf(&s->text, "%s%s=%s (cell %" PRIu64 "): ", i ? ", " : "", factor->name,
			factor->levels[table_levels(table, pair->rows[i])[statement->factor]].name,
			table->cells[pair->rows[i]]);
		add_observed(s, pair->rows[i], statement->response);
	}
}

/* "It says that b matters: changing it alone changed made in none of 4 pairs of cells, for instance …." */
static void say_false(struct sentences *s, const struct statement *statement)
{
	const struct explanation *x = s->explanation;
	struct text *t = &s->text;
	text_addf(t, "It says that %s %s: changing it alone changed %s in ",
		x->table.scenario->matrix.factors[statement->factor].name,
		statement->says_decisive ? "matters" : "does not matter",
		x->table.responses[statement->response].response->name);
	if (statement->says_decisive)
		text_addf(t, "none of %" PRIu64 " pair%s", statement->n_pairs, phrase_plural(statement->n_pairs));
	else
		text_addf(t, "%" PRIu64 " of %" PRIu64 " pair%s", statement->n_changed, statement->n_pairs,
			phrase_plural(statement->n_pairs));
	text_add(t, s->ruling->claim->n_predicts ? " that it is about" : " of cells");
	add_instance(s, statement);
	text_add(t, ".");
	say(s);
}

/* Why nothing is said of it. */
static void add_why_untried(struct sentences *s, const struct statement *statement)
{
	struct text *t = &s->text;
	const struct table_response *response = &s->explanation->table.responses[statement->response];
	if (response->has_more)
		text_addf(t, "%s has too many different values", response->response->name);
	else if (!statement->n_possible)
		text_addf(t, "no two cells %s differ in it alone",
			s->ruling->claim->n_predicts ? "that it is about" : "of this run");
	else
		text_addf(t, "%" PRIu64 " of the %" PRIu64 " pair%s that would show it%s%s gave no answer",
			statement->n_possible - statement->n_pairs, statement->n_possible,
			phrase_plural(statement->n_possible), s->ruling->claim->n_responses > 1 ? " for " : "",
			s->ruling->claim->n_responses > 1 ? response->response->name : "");
}

/* "It says that b matters: 3 of the 4 pairs that would show it gave no answer." */
static void say_untried(struct sentences *s, const struct statement *statement)
{
	text_addf(&s->text,
		"It says that %s %s: ", s->explanation->table.scenario->matrix.factors[statement->factor].name,
		statement->says_decisive ? "matters" : "does not matter");
	add_why_untried(s, statement);
	text_add(&s->text, ".");
	say(s);
}

/* Whether something is to be said of what was not tried: where that may change the verdict. */
static bool is_worth_saying(const struct ruling *r, const struct statement *statement)
{
	bool is_complete = statement->n_possible && statement->n_pairs == statement->n_possible;
	if (is_complete || statement->truth == TRUTH_FALSE)
		return false;
	if (r->verdict == CLAIM_SUPPORTED)
		return !statement->says_decisive && statement->n_possible;
	if (r->verdict != CLAIM_UNTESTED)
		return false;
	/* That it matters was seen of another response. */
	for (size_t i = 0; i < r->n_statements && statement->says_decisive; i++)
		if (r->statements[i].factor == statement->factor && r->statements[i].truth == TRUTH_TRUE)
			return false;
	return true;
}

/* What it says of factors and is false; where that leaves it untested, what was not tried. */
static void say_statements(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	for (size_t i = 0; i < r->n_statements; i++) {
		const struct statement *statement = &r->statements[i];
		if (statement->truth == TRUTH_FALSE)
			say_false(s, statement);
		else if (is_worth_saying(r, statement))
			say_untried(s, statement);
	}
}

static void say_all(struct sentences *s)
{
	const struct ruling *ruling = s->ruling;
	say_statements(s);
	if (ruling->verdict == CLAIM_UNTESTED && ruling->claim->n_predicts && !ruling->n_agree) {
		text_add(&s->text, ruling->n_unknown ? "No cell that it is about gave an answer."
						     : "No cell of this run is one that it is about.");
		say(s);
	} else if (ruling->verdict != CLAIM_SUPPORTED) {
		say_how_many(s);
		say_condition(s);
		say_counterexample(s);
	}
	if (ruling->n_unknown && ruling->n_agree + ruling->n_disagree) {
		text_addf(&s->text, "%" PRIu64 " more cell%s that it is about gave no answer.", ruling->n_unknown,
			phrase_plural(ruling->n_unknown));
		say(s);
	}
	if (ruling->n_unstable) {
		text_addf(&s->text, "In %" PRIu64 " of these cells replicates differ; one that disagrees is enough.",
			ruling->n_unstable);
		say(s);
	}
}

void phrase_ruling(const struct explanation *explanation, const struct ruling *ruling,
	void (*add)(void *context, const char *sentence), void *context)
{
	struct sentences s = {explanation, ruling, add, context, false, TEXT_INIT};
	say_all(&s);
	text_done(&s.text);
}

/* Of a supported claim about factors alone: "closer=server (cell 3): EADDRINUSE; closer=client (cell 75): ok." */
static void say_pair(struct sentences *s, const struct deciding *d)
{
	const struct table *table = &s->explanation->table;
	const struct factor *factor = &table->scenario->matrix.factors[d->twin_factor];
	const size_t rows[] = {d->row, d->twin};
	text_addf(&s->text, "%s with ", table->responses[d->response].response->name);
	for (int i = 0; i < 2; i++) {
		text_addf(&s->text, "%s%s=%s (cell %" PRIu64 "): ", i ? "; with " : "", factor->name,
			factor->levels[table_levels(table, rows[i])[d->twin_factor]].name, table->cells[rows[i]]);
		add_observed(s, rows[i], d->response);
	}
	text_add(&s->text, ".");
	say(s);
}

void phrase_settled(const struct explanation *explanation, const struct ruling *ruling, const struct deciding *deciding,
	bool is_timeless, void (*add)(void *context, const char *sentence), void *context)
{
	struct sentences s = {explanation, ruling, add, context, is_timeless, TEXT_INIT};
	say_all(&s);
	if (deciding->standing == STANDING_AGREE && deciding->row != TABLE_NO_ROW && deciding->rule)
		say_cell(&s, deciding);
	else if (deciding->standing == STANDING_AGREE && deciding->row != TABLE_NO_ROW)
		say_pair(&s, deciding);
	text_done(&s.text);
}

void phrase_condition(const struct explanation *explanation, const struct ruling *ruling,
	void (*add)(void *context, const char *sentence), void *context)
{
	struct sentences s = {explanation, ruling, add, context, false, TEXT_INIT};
	say_condition(&s);
	text_done(&s.text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Why a claim is not supported, in words.
#include <inttypes.h>

#include "base/cleanup.h"
#include "report/phrase.h"

#define CONDITIONS_MAX 8 /* of a claim that holds in part; JSON has all */

struct sentences {
	const struct explanation *explanation;
	const struct ruling *ruling;
	void (*add)(void *context, const char *sentence);
	void *context;
	struct text text;
};

static void say(struct sentences *s)
{
	s->add(s->context, text_get(&s->text));
	text_truncate(&s->text, 0);
}

static const struct rule *rule_for(const struct sentences *s, size_t row)
{
	size_t levels[MATRIX_FACTORS_MAX];
	table_copy_levels(&s->explanation->table, row, levels);
	return rule_list_match(&s->ruling->claim->predicts[s->ruling->rule_list], levels);
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
static void say_twin(struct sentences *s, size_t response)
{
	const struct ruling *r = s->ruling;
	const struct table *table = &s->explanation->table;
	const struct factor *factor = &table->scenario->matrix.factors[r->twin_factor];
	struct text *t = &s->text;
	text_addf(t, "Its twin with %s=%s instead of %s (cell %" PRIu64 "): ", factor->name,
		factor->levels[table_levels(table, r->twin)[r->twin_factor]].name,
		factor->levels[table_levels(table, r->counterexample)[r->twin_factor]].name, table->cells[r->twin]);
	phrase_observed(table, r->twin, response, t);
	if (table_is_stable(table, r->twin, response) &&
		table_value(table, r->twin, response) == table_value(table, r->counterexample, response))
		text_add(t, " as well");
	text_add(t, r->twin_standing == STANDING_AGREE ? ", as predicted." : ".");
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

static void say_counterexample(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	const struct table *table = &s->explanation->table;
	struct text *t = &s->text;
	if (r->counterexample == TABLE_NO_ROW)
		return;
	size_t response = r->claim->predicts[r->rule_list].response;
	text_addf(t, "Cell %" PRIu64, table->cells[r->counterexample]);
	add_levels(s, rule_for(s, r->counterexample), r->counterexample);
	text_addf(t, ": %s is ", table->responses[response].response->name);
	phrase_observed(table, r->counterexample, response, t);
	text_add(t, ", not ");
	phrase_predicted(table->responses[response].response, rule_for(s, r->counterexample), t);
	text_add(t, ".");
	say(s);
	if (r->twin != TABLE_NO_ROW)
		say_twin(s, response);
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
		phrase_observed(table, pair->rows[i], statement->response, &s->text);
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

void phrase_ruling(const struct explanation *explanation, const struct ruling *ruling,
	void (*add)(void *context, const char *sentence), void *context)
{
	struct sentences s = {explanation, ruling, add, context, TEXT_INIT};
	say_statements(&s);
	if (ruling->verdict == CLAIM_UNTESTED && ruling->claim->n_predicts && !ruling->n_agree) {
		text_add(&s.text, ruling->n_unknown ? "No cell that it is about gave an answer."
						    : "No cell of this run is one that it is about.");
		say(&s);
	} else if (ruling->verdict != CLAIM_SUPPORTED) {
		say_how_many(&s);
		say_condition(&s);
		say_counterexample(&s);
	}
	if (ruling->n_unknown && ruling->n_agree + ruling->n_disagree) {
		text_addf(&s.text, "%" PRIu64 " more cell%s that it is about gave no answer.", ruling->n_unknown,
			phrase_plural(ruling->n_unknown));
		say(&s);
	}
	if (ruling->n_unstable) {
		text_addf(&s.text, "In %" PRIu64 " of these cells replicates differ; one that disagrees is enough.",
			ruling->n_unstable);
		say(&s);
	}
	text_done(&s.text);
}

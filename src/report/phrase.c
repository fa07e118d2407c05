// SPDX-License-Identifier: GPL-2.0-or-later
// Words in which results are told.
#include "report/phrase.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

bool phrase_is_selected(const struct explain_view *view, size_t response)
{
	return !view->responses || view->responses[response];
}

bool phrase_is_selected_claim(const struct explain_view *view, size_t claim)
{
	const struct ruling *ruling = &view->explanation->rulings[claim];
	if (view->claims && view->claims[claim])
		return true;
	/* Of a part of the matrix many a claim says nothing. */
	if (!view->responses)
		return view->explanation->is_whole || ruling_bears_on_run(ruling);
	for (size_t i = 0; i < ruling->claim->n_responses; i++)
		if (view->responses[ruling->claim->responses[i]])
			return true;
	return false;
}

#define CONDITIONS_MAX 8 /* of a claim that holds in part; JSON has all */

const char *phrase_separator(size_t i, size_t n, const char *last)
{
	return i == 0 ? "" : i + 1 < n ? ", " : last;
}

void phrase_factors(const struct matrix *m, uint64_t factors, struct text *t)
{
	size_t n = (size_t)__builtin_popcountll(factors), i = 0;
	for (size_t f = 0; f < m->n_factors; f++)
		if (factors >> f & 1)
			text_addf(t, "%s%s", phrase_separator(i++, n, " and "), m->factors[f].name);
}

static void add_shell_word(struct text *t, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
	if (*word && strspn(word, plain) == strlen(word)) {
		text_add(t, word);
		return;
	}
	text_add(t, "'");
	for (; *word; word++)
		if (*word == '\'')
			text_add(t, "'\\''");
		else
			text_add_bytes(t, word, 1);
	text_add(t, "'");
}

void phrase_command(const char *program, const struct scenario *s, uint64_t cell, struct text *t)
{
	add_shell_word(t, program);
	text_addf(t, " run --cell %" PRIu64 " ", cell);
	add_shell_word(t, s->path);
}

void phrase_scalar(const char *scalar, struct text *t)
{
	/* Plain within a flow collection (YAML 1.2.2, 7.3.3): no indicator in front, none of ",[]{}" and no ": " or " #". */
	static const char first[] = "-?:,[]{}#&*!|>'\"%@` ";
	size_t len = strlen(scalar);
	bool is_plain = len && !strchr(first, *scalar) && !strpbrk(scalar, ",[]{}\"\\\t") && !strstr(scalar, ": ") &&
			!strstr(scalar, " #") && scalar[len - 1] != ':' && scalar[len - 1] != ' ';
	/* A number may begin with a minus. */
	is_plain |= *scalar == '-' && len > 1 && strspn(scalar + 1, "0123456789") == len - 1;
	if (is_plain) {
		text_add(t, scalar);
		return;
	}
	text_add(t, "'");
	for (; *scalar; scalar++)
		text_add_bytes(t, *scalar == '\'' ? "''" : scalar, *scalar == '\'' ? 2 : 1);
	text_add(t, "'");
}

static size_t count_allowed(const struct matrix *m, const struct condition *condition)
{
	size_t n = 0;
	for (size_t l = 0; l < m->factors[condition->factor].n_all_levels; l++)
		n += condition->allowed[l];
	return n;
}

void phrase_when(const struct matrix *m, const struct conditions *when, struct text *t)
{
	text_add(t, "{");
	for (size_t i = 0; i < when->n; i++) {
		const struct factor *factor = &m->factors[when->all[i].factor];
		size_t n = count_allowed(m, &when->all[i]), k = 0;
		text_addf(t, "%s%s: %s", i ? ", " : "", factor->name, n == 1 ? "" : "[");
		for (size_t l = 0; l < factor->n_all_levels; l++)
			if (when->all[i].allowed[l]) {
				text_add(t, k++ ? ", " : "");
				phrase_scalar(factor->levels[l].name, t);
			}
		text_add(t, n == 1 ? "" : "]");
	}
	text_add(t, "}");
}

void phrase_rule(const struct matrix *m, const struct conditions *when, const char *is, struct text *t)
{
	text_add(t, "- {");
	if (when) {
		text_add(t, "when: ");
		phrase_when(m, when, t);
		text_add(t, ", ");
	}
	text_add(t, "is: ");
	phrase_scalar(is, t);
	text_add(t, "}");
}

void phrase_where(const struct matrix *m, const struct conditions *when, struct text *t)
{
	for (size_t i = 0; i < when->n; i++) {
		const struct factor *factor = &m->factors[when->all[i].factor];
		size_t n = count_allowed(m, &when->all[i]), k = 0;
		text_addf(t, "%s%s is ", phrase_separator(i, when->n, " and "), factor->name);
		for (size_t l = 0; l < factor->n_all_levels; l++)
			if (when->all[i].allowed[l])
				text_addf(t, "%s%s", phrase_separator(k++, n, " or "), factor->levels[l].name);
	}
}

static void add_shares(const struct table *t, size_t row, size_t response, struct text *text)
{
	const struct table_unstable *unstable = &t->unstable[table_at(t, row, response)->n];
	for (size_t i = 0; i < unstable->n_values; i++)
		text_addf(text, "%s%s %" PRIu32, i ? ", " : "",
			t->responses[response].values[unstable->shares[i].value].text, unstable->shares[i].n);
}

void phrase_observed(const struct table *t, size_t row, size_t response, struct text *text)
{
	const struct table_observation *o = table_at(t, row, response);
	const struct table_value *values = t->responses[response].values;
	if (o->value == TABLE_UNSTABLE)
		add_shares(t, row, response, text);
	else if (o->value < TABLE_NOT_ASKED)
		text_add(text, values[o->value].text);
	else if (o->refused == TABLE_MISSING)
		text_add(text, o->value == TABLE_NOT_ASKED ? "not recorded" : "nothing conclusive");
	if (o->took_least_us != UINT64_MAX) {
		char least[DURATION_TEXT], most[DURATION_TEXT];
		text_addf(text, " after %s", duration_format(o->took_least_us, least));
		if (o->took_most_us != o->took_least_us)
			text_addf(text, " to %s", duration_format(o->took_most_us, most));
	}
	if (o->refused != TABLE_MISSING)
		text_addf(text, "%s%s (inconc: the check refuses it)", o->value == TABLE_MISSING ? "" : ", and ",
			values[o->refused].text);
}

void phrase_predicted(const struct rule *rule, struct text *t)
{
	for (size_t i = 0; i < rule->n_is; i++)
		text_addf(t, "%s%s", phrase_separator(i, rule->n_is, " or "), rule->is[i]);
	if (!rule->has_took)
		return;
	char least[DURATION_TEXT], most[DURATION_TEXT];
	text_addf(t, "%safter %s to %s", rule->n_is ? " " : "", duration_format_exact(rule->took_least_us, least),
		duration_format_exact(rule->took_most_us, most));
}

uint64_t phrase_decisive(const struct table *t, const struct account *account)
{
	uint64_t factors = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		factors |= (uint64_t)(account->influences[f].n_changed != 0) << f;
	return factors;
}

/* "b (in 1 of 9 pairs, as the others gave no answer)" */
static void add_inert_factor(const struct matrix *m, const struct account *account, size_t f, struct text *t)
{
	const struct influence *influence = &account->influences[f];
	text_add(t, m->factors[f].name);
	if (influence->n_pairs < influence->n_possible)
		text_addf(t, " (in the %" PRIu64 " of %" PRIu64 " pairs that gave an answer)", influence->n_pairs,
			influence->n_possible);
}

void phrase_inert(const struct table *t, const struct account *account, struct text *text)
{
	const struct matrix *m = &t->scenario->matrix;
	size_t n = 0, i = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		n += influence_is_inert(&account->influences[f]);
	for (size_t f = 0; f < t->n_factors; f++)
		if (influence_is_inert(&account->influences[f])) {
			text_add(text, phrase_separator(i++, n, " and "));
			add_inert_factor(m, account, f, text);
		}
}

uint64_t phrase_never_alone(const struct table *t, const struct account *account)
{
	uint64_t factors = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		factors |= (uint64_t)(account->influences[f].varies && !account->influences[f].n_pairs) << f;
	return factors;
}

uint64_t phrase_slowing(const struct table *t, const struct account *account)
{
	uint64_t factors = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		factors |= (uint64_t)(account->influences[f].n_slower != 0) << f;
	return factors;
}

const char *phrase_mechanism(const struct scenario *s, size_t response)
{
	for (size_t i = 0; i < s->n_mechanisms; i++)
		if (s->mechanisms[i].response == response)
			return s->mechanisms[i].text;
	return NULL;
}

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
		text_addf(t, "Its prediction is right in all %" PRIu64 " cells that it is about.", n);
	else if (!r->n_agree)
		text_addf(t, n == 1 ? "The one cell that it is about disagrees."
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
			n += count_allowed(m, &law->rules[i].when.all[k]);
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
		text_add(&s->text, i > 0     ? "or where "
				   : is_but ? "It holds everywhere but where "
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

static void say_counterexample(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	const struct table *table = &s->explanation->table;
	struct text *t = &s->text;
	if (r->counterexample == TABLE_NO_ROW)
		return;
	size_t response = r->claim->predicts[r->rule_list].response;
	text_addf(t, "Cell %" PRIu64 ": %s is ", table->cells[r->counterexample],
		table->responses[response].response->name);
	phrase_observed(table, r->counterexample, response, t);
	text_add(t, ", not ");
	phrase_predicted(rule_for(s, r->counterexample), t);
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

/* "It says that b matters: of 4 pairs that would show it 3 gave no answer." */
static void say_untried(struct sentences *s, const struct statement *statement)
{
	const struct explanation *x = s->explanation;
	const char *factor = x->table.scenario->matrix.factors[statement->factor].name;
	struct text *t = &s->text;
	text_addf(t, "It says that %s %s: ", factor, statement->says_decisive ? "matters" : "does not matter");
	if (!statement->n_possible)
		text_addf(t, "no two cells of this run differ in it alone");
	else
		text_addf(t, "%" PRIu64 " of the %" PRIu64 " pair%s that would show it gave no answer",
			statement->n_possible - statement->n_pairs, statement->n_possible,
			phrase_plural(statement->n_possible));
	text_add(t, ".");
	say(s);
}

/* What it says of factors and is false; where that leaves it untested, what was not tried. */
static void say_statements(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	for (size_t i = 0; i < r->n_statements; i++) {
		const struct statement *statement = &r->statements[i];
		if (statement->truth == TRUTH_FALSE)
			say_false(s, statement);
		else if (statement->truth == TRUTH_UNTRIED && r->verdict == CLAIM_UNTESTED)
			say_untried(s, statement);
	}
}

void phrase_ruling(const struct explanation *explanation, const struct ruling *ruling,
	void (*add)(void *context, const char *sentence), void *context)
{
	struct sentences s = {explanation, ruling, add, context, TEXT_INIT};
	if (ruling->verdict != CLAIM_SUPPORTED)
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

void phrase_support(const struct support *support, struct text *text)
{
	text_addf(text, "%" PRIu64 " cell%s", support->n_cells, phrase_plural(support->n_cells));
	if (support->n_missing)
		text_addf(text, "; %" PRIu64 " more gave no answer (cell %" PRIu64 "%s)", support->n_missing,
			support->missing, support->n_missing > 1 ? " …" : "");
}

void phrase_rests(const struct table *t, const struct support *support, size_t number, bool left_out, struct text *text)
{
	size_t n = 0, i = 0;
	for (size_t k = 0; k < support->n_rests; k++)
		n += support->rests[k].was_left_out == left_out;
	if (!n)
		return;
	text_addf(text, left_out ? "Rule %zu: the scenario leaves out all of its cells with "
				 : "Rule %zu rests on cells that gave no answer: those with ",
		number);
	for (size_t k = 0; k < support->n_rests; k++) {
		const struct rest *rest = &support->rests[k];
		const struct factor *factor = &t->scenario->matrix.factors[rest->factor];
		if (rest->was_left_out == left_out)
			text_addf(text, "%s%s=%s", phrase_separator(i++, n, " or "), factor->name,
				factor->levels[rest->level].name);
	}
	text_add(text, ".");
}

void phrase_held(const struct table *t, struct text *text)
{
	size_t n = 0, i = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		n += table_held_level(t, f) != MATRIX_ANY_LEVEL;
	for (size_t f = 0; f < t->n_factors; f++)
		if (table_held_level(t, f) != MATRIX_ANY_LEVEL)
			text_addf(text, "%s%s=%s", phrase_separator(i++, n, " and "), t->scenario->matrix.factors[f].name,
				t->scenario->matrix.factors[f].levels[table_held_level(t, f)].name);
}

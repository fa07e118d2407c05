// SPDX-License-Identifier: GPL-2.0-or-later
// Words in which results are told.
#include "report/phrase.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

bool phrase_is_selected(const struct explain_view *view, size_t response)
{
	return !view->selected || view->selected[response];
}

bool phrase_speaks_of_selected(const struct explain_view *view, const struct claim *claim)
{
	for (size_t i = 0; i < claim->n_responses; i++)
		if (phrase_is_selected(view, claim->responses[i]))
			return true;
	return false;
}

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

void phrase_condition(const struct matrix *m, const struct law *law, struct text *t)
{
	for (size_t i = 0; i < law->n_rules; i++) {
		text_add(t, i ? "; or where " : "where ");
		phrase_where(m, &law->rules[i].when, t);
	}
}

void phrase_observed(const struct table *t, size_t row, size_t response, struct text *text)
{
	const struct table_observation *o = table_at(t, row, response);
	const struct table_value *values = t->responses[response].values;
	if (o->value < TABLE_NOT_ASKED) {
		text_add(text, values[o->value].text);
	} else if (o->value == TABLE_UNSTABLE) {
		const struct table_unstable *unstable = &t->unstable[o->n];
		for (size_t i = 0; i < unstable->n_values; i++)
			text_addf(text, "%s%s %" PRIu32, i ? ", " : "", values[unstable->shares[i].value].text,
				unstable->shares[i].n);
	} else if (o->refused != TABLE_MISSING) {
		text_add(text, values[o->refused].text);
	} else {
		text_add(text, o->value == TABLE_NOT_ASKED ? "not recorded" : "nothing conclusive");
	}
	if (o->took_least_us != UINT64_MAX) {
		char least[DURATION_TEXT], most[DURATION_TEXT];
		text_addf(text, " after %s", duration_format(o->took_least_us, least));
		if (o->took_most_us != o->took_least_us)
			text_addf(text, " to %s", duration_format(o->took_most_us, most));
	}
}

void phrase_predicted(const struct rule *rule, struct text *t)
{
	for (size_t i = 0; i < rule->n_is; i++)
		text_addf(t, "%s%s", phrase_separator(i, rule->n_is, " or "), rule->is[i]);
	if (!rule->has_took)
		return;
	char least[DURATION_TEXT], most[DURATION_TEXT];
	text_addf(t, "%safter %s to %s", rule->n_is ? " " : "", duration_format(rule->took_least_us, least),
		duration_format(rule->took_most_us, most));
}

uint64_t phrase_decisive(const struct table *t, const struct account *account)
{
	uint64_t factors = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		factors |= (uint64_t)(account->influences[f].n_changed != 0) << f;
	return factors;
}

uint64_t phrase_inert(const struct table *t, const struct account *account)
{
	uint64_t factors = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		factors |= (uint64_t)influence_is_inert(&account->influences[f]) << f;
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

/* "All 18 cells that it speaks of disagree." */
static void say_how_many(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	struct text *t = &s->text;
	uint64_t n = r->n_agree + r->n_disagree;
	if (!n)
		return;
	if (!r->n_agree)
		text_addf(t, n == 1 ? "The one cell that it speaks of disagrees."
				    : "All %" PRIu64 " cells that it speaks of disagree.",
			n);
	else
		text_addf(t, "%" PRIu64 " of the %" PRIu64 " cells that it speaks of agree, %" PRIu64 " do not.",
			r->n_agree, n, r->n_disagree);
	say(s);
	if (r->verdict == CLAIM_REFUTED && r->n_agree && r->n_disagree && !r->n_misjudged) {
		text_addf(t,
			"But in none of the %" PRIu64
			" pairs of cells across which its prediction changes are both right.",
			r->n_pairs);
		say(s);
	}
}

static void say_condition(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	const struct matrix *m = &s->explanation->table.scenario->matrix;
	if (r->verdict != CLAIM_CONDITIONAL)
		return;
	bool is_exception = r->fails.n_rules < r->holds.n_rules ||
			    (r->fails.n_rules == r->holds.n_rules && r->fails.n_conditions < r->holds.n_conditions);
	text_add(&s->text, is_exception ? "It holds everywhere but " : "It holds exactly ");
	phrase_condition(m, is_exception ? &r->fails : &r->holds, &s->text);
	text_add(&s->text, ".");
	say(s);
}

static void add_cell(struct sentences *s, size_t row)
{
	text_addf(&s->text, "ell %" PRIu64, s->explanation->table.cells[row]);
}

static void say_counterexample(struct sentences *s)
{
	const struct ruling *r = s->ruling;
	const struct table *table = &s->explanation->table;
	const struct matrix *m = &table->scenario->matrix;
	struct text *t = &s->text;
	if (r->counterexample == TABLE_NO_ROW)
		return;
	size_t response = r->claim->predicts[r->rule_list].response;
	const char *name = table->responses[response].response->name;
	text_add(t, "C");
	add_cell(s, r->counterexample);
	text_addf(t, ": %s is ", name);
	phrase_observed(table, r->counterexample, response, t);
	text_add(t, ", not ");
	phrase_predicted(rule_for(s, r->counterexample), t);
	text_add(t, ".");
	say(s);
	if (r->twin == TABLE_NO_ROW)
		return;
	const struct factor *factor = &m->factors[r->twin_factor];
	size_t here = table_levels(table, r->counterexample)[r->twin_factor];
	size_t there = table_levels(table, r->twin)[r->twin_factor];
	text_add(t, "Its twin, c");
	add_cell(s, r->twin);
	text_addf(t, ", has %s=%s instead of %s: %s is ", factor->name, factor->levels[there].name,
		factor->levels[here].name, name);
	phrase_observed(table, r->twin, response, t);
	bool is_same = table_is_stable(table, r->twin, response) &&
		       table_value(table, r->twin, response) == table_value(table, r->counterexample, response);
	text_add(t, is_same ? " as well" : "");
	const struct rule *rule = rule_for(s, r->twin);
	if (rule && r->twin_standing == STANDING_AGREE)
		text_add(t, is_same ? ", as claimed there" : ", as claimed");
	text_add(t, ".");
	say(s);
}

static void say_misjudged(struct sentences *s, const struct misjudged *misjudged)
{
	const struct explanation *x = s->explanation;
	const struct table *table = &x->table;
	const struct influence *influence = &x->accounts[misjudged->response].influences[misjudged->factor];
	const char *factor = table->scenario->matrix.factors[misjudged->factor].name;
	const char *response = table->responses[misjudged->response].response->name;
	struct text *t = &s->text;
	text_addf(t, "Changing %s alone %s %s in ", factor, misjudged->said_decisive ? "changed" : "changes", response);
	if (misjudged->said_decisive)
		text_addf(t, "none of %" PRIu64 " pairs", influence->n_pairs);
	else
		text_addf(t, "%" PRIu64 " of %" PRIu64 " pairs", influence->n_changed, influence->n_pairs);
	const struct pair *pair = &misjudged->pair;
	/* The twin of the counterexample has shown it already. */
	bool is_shown = s->ruling->twin != TABLE_NO_ROW && s->ruling->twin_factor == misjudged->factor;
	if (pair->rows[0] == TABLE_NO_ROW || is_shown) {
		text_add(t, ".");
		say(s);
		return;
	}
	const struct factor *f = &table->scenario->matrix.factors[misjudged->factor];
	text_add(t, ", for instance ");
	for (int i = 0; i < 2; i++) {
		text_addf(t, "%s%s=%s (cell %" PRIu64 "): ", i ? ", " : "", f->name,
			f->levels[table_levels(table, pair->rows[i])[misjudged->factor]].name,
			table->cells[pair->rows[i]]);
		phrase_observed(table, pair->rows[i], misjudged->response, t);
	}
	text_add(t, ".");
	say(s);
}

void phrase_ruling(const struct explanation *explanation, const struct ruling *ruling,
	void (*add)(void *context, const char *sentence), void *context)
{
	struct sentences s = {explanation, ruling, add, context, TEXT_INIT};
	if (ruling->verdict == CLAIM_UNTESTED) {
		text_add(&s.text, ruling->n_unknown ? "No cell that it speaks of gave an answer."
						    : "No cell of this run is one that it speaks of.");
		say(&s);
	} else if (ruling->verdict != CLAIM_SUPPORTED) {
		say_how_many(&s);
		say_condition(&s);
		say_counterexample(&s);
		for (size_t i = 0; i < ruling->n_misjudged; i++)
			say_misjudged(&s, &ruling->misjudged[i]);
	}
	if (ruling->n_unknown && ruling->verdict != CLAIM_UNTESTED) {
		text_addf(&s.text, "%" PRIu64 " more cell%s that it speaks of gave no answer.", ruling->n_unknown,
			phrase_plural(ruling->n_unknown));
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

void phrase_rests(const struct table *t, const struct support *support, size_t number, struct text *text)
{
	size_t n = 0, i = 0;
	for (size_t k = 0; k < support->n_rests; k++)
		n += !support->rests[k].was_left_out;
	if (!n)
		return;
	text_addf(text, "Rule %zu rests on cells that gave no answer: those with ", number);
	for (size_t k = 0; k < support->n_rests; k++) {
		const struct rest *rest = &support->rests[k];
		const struct factor *factor = &t->scenario->matrix.factors[rest->factor];
		if (!rest->was_left_out)
			text_addf(text, "%s%s=%s", phrase_separator(i++, n, " or "), factor->name,
				factor->levels[rest->level].name);
	}
	text_add(text, ".");
}

static bool rests_on_left_out(const struct support *support)
{
	for (size_t k = 0; k < support->n_rests; k++)
		if (support->rests[k].was_left_out)
			return true;
	return false;
}

void phrase_left_out(const struct account *account, struct text *text)
{
	size_t n = 0, i = 0, n_rules = account->law.n_rules;
	for (size_t k = 0; k < n_rules; k++)
		n += rests_on_left_out(&account->supports[k]);
	if (!n)
		return;
	text_add(text, n == 1 ? "Rule " : "Rules ");
	for (size_t k = 0; k < n_rules; k++)
		if (rests_on_left_out(&account->supports[k]))
			text_addf(text, "%s%zu", phrase_separator(i++, n, " and "), k + 1);
	text_addf(text, " %s as short as that because the scenario leaves some combinations out.", n == 1 ? "is" : "are");
}

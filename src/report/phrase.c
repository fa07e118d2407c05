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

void phrase_shell_word(const char *word, struct text *t)
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
	phrase_shell_word(program, t);
	text_addf(t, " run%s --cell %" PRIu64 " ", s->program ? " --allow-exec" : "", cell);
	phrase_shell_word(s->path, t);
}

void phrase_show_command(const struct explain_view *view, uint64_t cell, struct text *t)
{
	phrase_shell_word(view->program, t);
	text_add(t, " show ");
	phrase_shell_word(view->results, t);
	text_addf(t, " %" PRIu64, cell);
}

void phrase_diff_command(const struct explain_view *view, const uint64_t cells[static 2], struct text *t)
{
	phrase_shell_word(view->program, t);
	text_add(t, " diff ");
	phrase_shell_word(view->results, t);
	text_addf(t, " %" PRIu64 " %" PRIu64, cells[0], cells[1]);
}

const char *phrase_parting(const struct explanation *explanation, const struct pair *pair)
{
	const struct example *example = examples_find(&explanation->examples, pair);
	return example ? example->parting : NULL;
}

void phrase_scalar(const char *scalar, struct text *t)
{
	/* Plain within a flow collection (YAML 1.2.2, 7.3.3): no indicator in front, none of ",[]{}" and no ": " or "
	 * #". */
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

size_t phrase_count_allowed(const struct matrix *m, const struct condition *condition)
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
		size_t n = phrase_count_allowed(m, &when->all[i]), k = 0;
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
		size_t n = phrase_count_allowed(m, &when->all[i]), k = 0;
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
		text_addf(text, "%s%s ×%" PRIu32, i ? ", " : "",
			t->responses[response].values[unstable->shares[i].value].text, unstable->shares[i].n);
}

/* Of the values that a check refused, the first by text; NULL for none. */
static const char *first_refused(
	const struct table *t, const struct table_observation *o, const struct table_value *values)
{
	const char *first = NULL;
	for (uint32_t i = o->refused; i; i = t->refused[i - 1].next) {
		const char *text = values[t->refused[i - 1].value].text;
		first = !first || strcmp(text, first) < 0 ? text : first;
	}
	return first;
}

/* @is_timeless: without how long it took */
static void add_observed(const struct table *t, size_t row, size_t response, bool is_timeless, struct text *text)
{
	const struct table_observation *o = table_at(t, row, response);
	const struct table_value *values = t->responses[response].values;
	if (o->value == TABLE_UNSTABLE)
		add_shares(t, row, response, text);
	else if (o->value < TABLE_NOT_ASKED)
		text_add(text, values[o->value].text);
	else if (!o->refused)
		text_add(text, o->value == TABLE_NOT_ASKED ? "not recorded" : "nothing conclusive");
	if (o->took_least_us != UINT64_MAX && !is_timeless) {
		char least[DURATION_TEXT], most[DURATION_TEXT];
		const char *is = response_duration_is(t->responses[response].response);
		text_addf(text, " %s %s", is ? "with" : "after", duration_format(o->took_least_us, least));
		if (o->took_most_us != o->took_least_us)
			text_addf(text, " to %s", duration_format(o->took_most_us, most));
		if (is)
			text_addf(text, " %s", is);
	}
	const char *refused = first_refused(t, o, values);
	if (refused)
		text_addf(text, "%s%s (inconc: the check refuses it)", o->value == TABLE_MISSING ? "" : ", and ",
			refused);
}

void phrase_observed(const struct table *t, size_t row, size_t response, struct text *text)
{
	add_observed(t, row, response, false, text);
}

void phrase_value(const struct table *t, size_t row, size_t response, struct text *text)
{
	add_observed(t, row, response, true, text);
}

void phrase_durations(const struct table_response *response, struct text *t)
{
	char least[DURATION_TEXT], most[DURATION_TEXT];
	const char *is = response_duration_is(response->response);
	text_addf(t, "%s%s to %s%s%s", is ? "" : "took ", duration_format(response->took_least_us, least),
		duration_format(response->took_most_us, most), is ? " " : "", is ? is : "");
}

void phrase_predicted(const struct response *response, const struct rule *rule, struct text *t)
{
	for (size_t i = 0; i < rule->n_is; i++)
		text_addf(t, "%s%s", phrase_separator(i, rule->n_is, " or "), rule->is[i]);
	if (!rule->has_took)
		return;
	char least[DURATION_TEXT], most[DURATION_TEXT];
	const char *is = response_duration_is(response);
	text_addf(t, "%s%s %s to %s%s%s", rule->n_is ? " " : "", is ? "with" : "after",
		duration_format_exact(rule->took_least_us, least), duration_format_exact(rule->took_most_us, most),
		is ? " " : "", is ? is : "");
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

/* Where no cell gave one answer, or too many, nothing is told of factors. */
static bool has_answer(const struct account *account)
{
	return account->lawlessness == LAW_FOUND || account->lawlessness == LAW_TOO_LONG;
}

const char *phrase_lawlessness(const struct account *account)
{
	switch (account->lawlessness) {
	case LAW_FOUND:
	case LAW_NO_CELLS: /* said with the values */
		break;
	case LAW_TOO_MANY_VALUES:
		return "No law, and no pairs: it has too many different values.";
	case LAW_TOO_LONG:
		return "No law: none that is short enough to be one was found.";
	}
	return NULL;
}

void phrase_missing(const struct table_response *response, struct text *text)
{
	if (response->n_missing)
		text_addf(text, "%" PRIu64 " of the %" PRIu64 " cells that record it gave no conclusive value",
			response->n_missing, response->n_asked);
}

uint64_t phrase_never_alone(const struct table *t, const struct account *account)
{
	uint64_t factors = 0;
	for (size_t f = 0; has_answer(account) && f < t->n_factors; f++)
		factors |= (uint64_t)(account->influences[f].varies && !account->influences[f].n_possible) << f;
	return factors;
}

uint64_t phrase_untold(const struct table *t, const struct account *account)
{
	uint64_t factors = 0;
	for (size_t f = 0; has_answer(account) && f < t->n_factors; f++)
		factors |= (uint64_t)(account->influences[f].n_possible && !account->influences[f].n_pairs) << f;
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
	text_addf(text,
		left_out ? "Rule %zu was not tried with " : "Rule %zu rests on cells that gave no answer: those with ",
		number);
	for (size_t k = 0; k < support->n_rests; k++) {
		const struct rest *rest = &support->rests[k];
		const struct factor *factor = &t->scenario->matrix.factors[rest->factor];
		if (rest->was_left_out == left_out)
			text_addf(text, "%s%s=%s", phrase_separator(i++, n, " or "), factor->name,
				factor->levels[rest->level].name);
	}
	text_add(text, left_out ? ": the scenario leaves that out." : ".");
}

void phrase_held(const struct explanation *explanation, struct text *text)
{
	const struct table *t = &explanation->table;
	size_t n = 0, i = 0;
	for (size_t f = 0; f < t->n_factors; f++)
		n += explanation_is_held(explanation, f);
	for (size_t f = 0; f < t->n_factors; f++) {
		const struct factor *factor = &t->scenario->matrix.factors[f];
		const char *separator = "";
		if (!explanation_is_held(explanation, f))
			continue;
		text_addf(text, "%s%s=", phrase_separator(i++, n, " and "), factor->name);
		for (size_t l = 0; l < factor->n_all_levels; l++)
			if (table_is_in_play(t, f, l)) {
				text_addf(text, "%s%s", separator, factor->levels[l].name);
				separator = ",";
			}
	}
}

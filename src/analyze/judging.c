// SPDX-License-Identifier: GPL-2.0-or-later
// What a claim is to each cell.
#include "analyze/judging.h"

const struct rule *judging_rule(const struct judging *j, size_t list, size_t row)
{
	size_t levels[MATRIX_FACTORS_MAX];
	table_copy_levels(j->t, row, levels);
	return rule_list_match(&j->claim->predicts[list], levels);
}

static bool is_allowed(const struct judging *j, const struct rule *rule, size_t response, uint16_t value,
	const struct table_observation *o)
{
	struct observed observed = {.text = j->t->responses[response].values[value].text};
	if (o->took_least_us == UINT64_MAX)
		return rule_allows(rule, &observed);
	/* Both ends of what was measured have to be allowed: then all between them is. */
	observed.timed = true;
	observed.took_us = o->took_least_us;
	if (!rule_allows(rule, &observed))
		return false;
	observed.took_us = o->took_most_us;
	return rule_allows(rule, &observed);
}

/* Whether all that came out in a cell is allowed; a replicate that is not is enough. */
static bool is_right(
	const struct judging *j, const struct rule *rule, size_t response, const struct table_observation *o)
{
	if (o->value != TABLE_UNSTABLE)
		return is_allowed(j, rule, response, o->value, o);
	const struct table_unstable *unstable = &j->t->unstable[o->n];
	for (size_t i = 0; i < unstable->n_values; i++)
		if (!is_allowed(j, rule, response, unstable->shares[i].value, o))
			return false;
	return true;
}

/* What one of the claim's predictions is to a cell. */
enum standing judging_stand(const struct judging *j, size_t list, size_t row)
{
	const struct rule *rule = judging_rule(j, list, row);
	size_t response = j->claim->predicts[list].response;
	const struct table_observation *o = table_at(j->t, row, response);
	if (!rule || o->value == TABLE_NOT_ASKED)
		return STANDING_SILENT;
	if (o->value != TABLE_MISSING && !is_right(j, rule, response, o))
		return STANDING_DISAGREE;
	for (uint32_t i = o->refused; i && !rule->has_took; i = j->t->refused[i - 1].next)
		if (!is_allowed(j, rule, response, j->t->refused[i - 1].value, o))
			return STANDING_DISAGREE;
	return o->value == TABLE_MISSING ? STANDING_UNKNOWN : STANDING_AGREE;
}

/* All predictions together: one that is wrong is enough to disagree, one that is not known to know nothing. */
static enum standing stand_all(const struct judging *j, size_t row)
{
	enum standing all = STANDING_SILENT;
	for (size_t list = 0; list < j->claim->n_predicts; list++) {
		enum standing one = judging_stand(j, list, row);
		if (one == STANDING_DISAGREE)
			return one;
		if (one == STANDING_UNKNOWN || all == STANDING_SILENT)
			all = one == STANDING_SILENT ? all : one;
	}
	return all;
}

/* Whether replicates differ in a response of which the claim says something in this cell. */
static bool is_unstable(const struct judging *j, size_t row)
{
	for (size_t list = 0; list < j->claim->n_predicts; list++)
		if (judging_rule(j, list, row) &&
			table_value(j->t, row, j->claim->predicts[list].response) == TABLE_UNSTABLE)
			return true;
	return false;
}

void judging_count_standings(struct judging *j)
{
	struct ruling *ruling = j->ruling;
	uint64_t *const counts[] = {
		[STANDING_SILENT] = &ruling->n_silent,
		[STANDING_UNKNOWN] = &ruling->n_unknown,
		[STANDING_AGREE] = &ruling->n_agree,
		[STANDING_DISAGREE] = &ruling->n_disagree,
	};
	for (size_t row = 0; row < j->t->n_rows; row++) {
		enum standing standing = stand_all(j, row);
		j->standings[row] = (uint8_t)standing;
		++*counts[standing];
		ruling->n_unstable += standing != STANDING_SILENT && is_unstable(j, row);
	}
}

bool judging_is_conclusive(const struct judging *j, size_t row)
{
	return j->standings[row] == STANDING_AGREE || j->standings[row] == STANDING_DISAGREE;
}

static bool allows_all(const struct rule *rule, const struct rule *other)
{
	for (size_t i = 0; i < other->n_is; i++)
		if (!rule_allows_value(rule, &(struct observed){.text = other->is[i]}))
			return false;
	return true;
}

bool judging_predicts_the_same(const struct rule *a, const struct rule *b)
{
	if (a->has_took != b->has_took || !a->n_is != !b->n_is)
		return false;
	if (a->has_took && (a->took_least_us != b->took_least_us || a->took_most_us != b->took_most_us))
		return false;
	return allows_all(a, b) && allows_all(b, a);
}

/* Whether a prediction is held against both cells. */
static bool speaks_of_both(const struct judging *j, size_t list, size_t row, size_t other)
{
	enum standing a = judging_stand(j, list, row), b = judging_stand(j, list, other);
	return (a == STANDING_AGREE || a == STANDING_DISAGREE) && (b == STANDING_AGREE || b == STANDING_DISAGREE);
}

enum isolation judging_isolation(const struct judging *j, size_t row, size_t other)
{
	enum isolation best = ISOLATES_NOT;
	for (size_t list = 0; list < j->claim->n_predicts; list++) {
		const struct rule *a = judging_rule(j, list, row), *b = judging_rule(j, list, other);
		if (!a || !b || a == b || judging_predicts_the_same(a, b))
			continue;
		if (speaks_of_both(j, list, row, other) && judging_is_conclusive(j, row) &&
			judging_is_conclusive(j, other))
			return ISOLATES;
		if (judging_stand(j, list, row) != STANDING_SILENT && judging_stand(j, list, other) != STANDING_SILENT)
			best = ISOLATES_UNKNOWN;
	}
	return best;
}

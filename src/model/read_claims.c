// SPDX-License-Identifier: GPL-2.0-or-later
// Reads `claims`.
#include "model/read.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"

/* What a name in a list of a claim stands for. */
typedef int read_name_of(struct reader *r, struct mark at, const char *name, size_t *ret);

static int read_list_of_names(struct reader *r, const struct yaml *node, const char *what, const char *what_each,
	read_name_of *read_each, size_t **ret, size_t *ret_n)
{
	if (!node)
		return 0;
	int rc = read_kind(r, node, YAML_LIST, what);
	if (rc >= 0)
		rc = read_array(r, node->n, sizeof **ret, ret);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_kind(r, entry, YAML_TEXT, what_each);
		if (rc >= 0)
			rc = read_each(r, entry->at, entry->text, &(*ret)[(*ret_n)++]);
		if (rc < 0)
			return rc;
	}
	return read_check_distinct(r, node);
}

static int read_unknown_verdict(struct reader *r, const struct yaml *node, const char *name)
{
	struct suggestion suggestion = SUGGESTION_FOR(name);
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (int i = 0; i < CLAIM_VERDICT_COUNT; i++) {
		suggestion_consider(&suggestion, claim_verdict_names[i]);
		text_addf(&known, "%s%s",
			!i                            ? ""
			: i + 1 < CLAIM_VERDICT_COUNT ? ", "
						      : " or ",
			claim_verdict_names[i]);
	}
	return scenario_error(r->s, node->at, r->e, "unknown verdict '%s'%s: it is %s", name,
		suggestion_phrase(&suggestion), text_get(&known));
}

static int read_verdict(struct reader *r, const struct yaml *node, struct claim *ret)
{
	const char *name;
	int rc = node ? read_line(r, node, "a verdict", &name) : 0;
	if (!node || rc < 0)
		return rc;
	for (int i = 0; i < CLAIM_VERDICT_COUNT; i++)
		if (!strcmp(name, claim_verdict_names[i])) {
			ret->has_verdict = true;
			ret->verdict = (enum claim_verdict)i;
			return 0;
		}
	return read_unknown_verdict(r, node, name);
}

static int read_check_id(struct reader *r, const struct yaml *id, const struct claim *claim)
{
	int rc = read_name(r, id->at, claim->id, "a claim", name_is_id, NAME_ID_RULE);
	if (rc < 0)
		return rc;
	for (const struct claim *other = r->s->claims; other < claim; other++)
		if (!strcmp(other->id, claim->id))
			return scenario_error(
				r->s, id->at, r->e, "two claims '%s', the first on line %u", claim->id, other->at.line);
	return 0;
}

static int read_check_factors(struct reader *r, const struct claim *claim)
{
	for (size_t i = 0; i < claim->n_decisive; i++)
		for (size_t j = 0; j < claim->n_inert; j++)
			if (claim->decisive[i] == claim->inert[j])
				return scenario_error(r->s, claim->at, r->e,
					"the claim has '%s' both decisive and inert",
					r->s->matrix.factors[claim->inert[j]].name);
	return 0;
}

/* Of which responses the claim has factors decisive and inert: those that it names, or those that it predicts. */
static int read_claim_responses(struct reader *r, const struct yaml *node, struct claim *claim)
{
	bool has_factors = claim->n_decisive || claim->n_inert;
	if (!has_factors && !claim->n_predicts)
		return scenario_error(r->s, claim->at, r->e,
			"the claim '%s' says nothing that can be tested: nothing stands under 'predicts:', 'decisive:' "
			"or 'inert:'",
			claim->id);
	if (node && !has_factors)
		return scenario_error(r->s, node->key_at, r->e,
			"'responses:' says for which responses factors are decisive or inert, and the claim '%s' names "
			"no such factors: leave it out",
			claim->id);
	if (node && node->kind == YAML_LIST && !node->n)
		return scenario_error(r->s, node->at, r->e,
			"responses is empty: name one, or leave it out where there is 'predicts:'");
	if (node)
		return read_list_of_names(
			r, node, "responses", "a response", read_find_response, &claim->responses, &claim->n_responses);
	if (!claim->n_predicts)
		return scenario_error(r->s, claim->at, r->e,
			"the claim '%s' does not say for which responses its factors are decisive or inert: name them, "
			"as in responses: [%s]",
			claim->id, r->s->n_responses ? r->s->responses[0].name : "RESPONSE");
	int rc = read_array(r, claim->n_predicts, sizeof *claim->responses, &claim->responses);
	while (rc >= 0 && claim->n_responses < claim->n_predicts) {
		claim->responses[claim->n_responses] = claim->predicts[claim->n_responses].response;
		claim->n_responses++;
	}
	return rc;
}

static int read_claim(struct reader *r, const struct yaml *node, struct claim *ret)
{
	const struct yaml *id, *says, *predicts, *decisive, *inert, *responses, *verdict;
	const struct read_field fields[] = {{"id", &id, true}, {"says", &says, true}, {"predicts", &predicts, false},
		{"decisive", &decisive, false}, {"inert", &inert, false}, {"responses", &responses, false},
		{"verdict", &verdict, false}};
	ret->at = node->at;
	int rc = read_fields(r, node, "a claim", fields, sizeof fields / sizeof *fields);
	if (rc >= 0)
		rc = read_line(r, id, "id", &ret->id);
	if (rc >= 0)
		rc = read_text(r, says, "says", &ret->says);
	if (rc >= 0)
		rc = read_rule_lists(r, predicts, "predicts", &ret->predicts, &ret->n_predicts);
	if (rc >= 0)
		rc = read_list_of_names(
			r, decisive, "decisive", "a factor", read_factor, &ret->decisive, &ret->n_decisive);
	if (rc >= 0)
		rc = read_list_of_names(r, inert, "inert", "a factor", read_factor, &ret->inert, &ret->n_inert);
	if (rc >= 0)
		rc = read_verdict(r, verdict, ret);
	if (rc >= 0)
		rc = read_check_id(r, id, ret);
	if (rc >= 0)
		rc = read_check_factors(r, ret);
	return rc < 0 ? rc : read_claim_responses(r, responses, ret);
}

int read_claims(struct reader *r, const struct yaml *node)
{
	struct scenario *s = r->s;
	if (!node)
		return 0;
	int rc = read_kind(r, node, YAML_LIST, "claims");
	if (rc < 0)
		return rc;
	if (node->n > READ_ENTRIES_MAX)
		return scenario_error(s, node->at, r->e, "more than %d claims", READ_ENTRIES_MAX);
	rc = read_array(r, node->n, sizeof *s->claims, &s->claims);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_claim(r, entry, &s->claims[s->n_claims]);
		if (rc < 0)
			return rc;
		s->n_claims++;
	}
	return 0;
}

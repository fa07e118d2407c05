// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of listed claims: the claims of scenarios that are parts of them, and the verdict that follows.
#include "analyze/settlement.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static struct settlement *find(struct settlements *s, const char *id, size_t len)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strncmp(s->all[i].id, id, len) && !s->all[i].id[len])
			return &s->all[i];
	return NULL;
}

/* The listed claim of which a claim is a part: by its ID, otherwise by that without a letter. */
static struct settlement *find_whole(struct settlements *s, const char *id)
{
	size_t len = strlen(id);
	struct settlement *whole = find(s, id, len);
	if (whole || len < 2 || id[len - 1] < 'a' || id[len - 1] > 'z')
		return whole;
	whole = find(s, id, len - 1);
	return whole && whole->listed ? whole : NULL;
}

static int add(struct settlements *s, const struct settlement *settlement, struct error *e)
{
	struct settlement *grown = grow_by_one(s->all, s->n, sizeof *grown);
	if (!grown)
		return error_no_memory(e);
	s->all = grown;
	s->all[s->n++] = *settlement;
	return 0;
}

static int add_list(struct settlements *s, const struct claim_list *list, struct error *e)
{
	for (size_t a = 0; a < list->n_articles; a++)
		for (size_t i = 0; i < list->articles[a].n_claims; i++) {
			const struct listed_claim *claim = &list->articles[a].claims[i];
			if (find(s, claim->id, strlen(claim->id)))
				return scenario_error(list->file, claim->at, e,
					"the claim '%s' stands in another list as well: name the one that is meant",
					claim->id);
			int r = add(s,
				&(struct settlement){.id = claim->id, .listed = claim, .article = &list->articles[a]},
				e);
			if (r < 0)
				return r;
		}
	return 0;
}

static struct settled_part part_of(const struct claim_source *source, const struct claim *claim, bool by_runs)
{
	struct settled_part part = {
		.source = source, .claim = claim, .by = SETTLED_BY_NOTHING, .verdict = CLAIM_UNTESTED};
	if (by_runs && source->explanation) {
		part.ruling = &source->explanation->rulings[claim - source->scenario->claims];
		part.by = SETTLED_BY_RUN;
		part.verdict = part.ruling->verdict;
		part.differs = explanation_differs(source->explanation, part.ruling);
	} else if (!by_runs && claim->has_verdict) {
		part.by = SETTLED_BY_SCENARIO;
		part.verdict = claim->verdict;
	}
	return part;
}

/* Behind those of the same ID: the claims come in the order of the scenarios. */
static int add_part(struct settlement *whole, const struct settled_part *part, struct error *e)
{
	struct settled_part *grown = grow_by_one(whole->parts, whole->n_parts, sizeof *grown);
	if (!grown)
		return error_no_memory(e);
	whole->parts = grown;
	size_t at = whole->n_parts++;
	for (; at && strcmp(whole->parts[at - 1].claim->id, part->claim->id) > 0; at--)
		whole->parts[at] = whole->parts[at - 1];
	whole->parts[at] = *part;
	return 0;
}

static int add_source(struct settlements *s, const struct claim_source *source, bool by_runs, struct error *e)
{
	const struct scenario *scenario = source->scenario;
	int r = 0;
	for (size_t i = 0; r == 0 && i < scenario->n_claims; i++) {
		const struct claim *claim = &scenario->claims[i];
		struct settled_part part = part_of(source, claim, by_runs);
		struct settlement *whole = find_whole(s, claim->id);
		if (!whole)
			r = add(s, &(struct settlement){.id = claim->id}, e);
		if (r == 0)
			r = add_part(whole ? whole : &s->all[s->n - 1], &part, e);
		s->n_differing += part.differs;
	}
	return r;
}

static void count_parts(const struct settlement *settlement, size_t counts[static CLAIM_VERDICT_COUNT])
{
	for (int i = 0; i < CLAIM_VERDICT_COUNT; i++)
		counts[i] = 0;
	for (size_t i = 0; i < settlement->n_parts; i++)
		counts[settlement->parts[i].verdict]++;
}

/* See the head of settlement.h. */
static enum claim_verdict decide(const struct settlement *settlement)
{
	size_t counts[CLAIM_VERDICT_COUNT];
	count_parts(settlement, counts);
	if (counts[CLAIM_CONDITIONAL] || (counts[CLAIM_SUPPORTED] && counts[CLAIM_REFUTED]))
		return CLAIM_CONDITIONAL;
	if (counts[CLAIM_UNTESTED] || !settlement->n_parts)
		return CLAIM_UNTESTED;
	return counts[CLAIM_SUPPORTED] ? CLAIM_SUPPORTED : CLAIM_REFUTED;
}

bool settlement_is_mixed(const struct settlement *settlement)
{
	size_t counts[CLAIM_VERDICT_COUNT];
	count_parts(settlement, counts);
	return settlement->verdict == CLAIM_CONDITIONAL && counts[CLAIM_CONDITIONAL] < settlement->n_parts;
}

static size_t find_decider(const struct settlement *settlement)
{
	for (size_t i = 0; i < settlement->n_parts; i++)
		if (settlement->parts[i].verdict != CLAIM_SUPPORTED)
			return i;
	return 0;
}

int settlements_init(struct settlements *ret, const struct claim_list *const *lists, size_t n_lists,
	const struct claim_source *sources, size_t n_sources, bool by_runs, struct error *e)
{
	*ret = (struct settlements){.all = NULL};
	int r = 0;
	for (size_t i = 0; r == 0 && i < n_lists; i++)
		r = add_list(ret, lists[i], e);
	ret->n_listed = ret->n;
	for (size_t i = 0; r == 0 && i < n_sources; i++)
		r = add_source(ret, &sources[i], by_runs, e);
	for (size_t i = 0; r == 0 && i < ret->n; i++) {
		ret->all[i].verdict = decide(&ret->all[i]);
		ret->all[i].decider = find_decider(&ret->all[i]);
		ret->n_verdicts[ret->all[i].verdict] += !ret->n_listed || i < ret->n_listed;
	}
	return r;
}

void settlements_done(struct settlements *settlements)
{
	for (size_t i = 0; i < settlements->n; i++)
		free(settlements->all[i].parts);
	free(settlements->all);
	*settlements = (struct settlements){.all = NULL};
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Plans every cell of a scenario as a run would, and holds the rules against what its steps record there.
#include "model/read.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "model/plan.h"

/* What became of one rule over all cells. */
struct rule_use {
	const struct rule *rule;
	bool matched, recorded; /* some cell; some cell in which a step records its response */
};

struct rule_uses {
	struct rule_use *uses; /* owned; of all lists, one behind the other */
	bool *records;         /* owned; by response, of the cell at hand */
};

static void rule_uses_done(struct rule_uses *u)
{
	free(u->uses);
	free(u->records);
}

static size_t count_rules(const struct rule_list *lists, size_t n_lists)
{
	size_t n = 0;
	for (size_t i = 0; i < n_lists; i++)
		n += lists[i].n_rules;
	return n;
}

static void note_records(const struct plan *plan, const struct scenario *s, bool *records)
{
	for (size_t i = 0; i < s->n_responses; i++)
		records[i] = false;
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].step->response != SCENARIO_NO_RESPONSE)
			records[plan->steps[i].step->response] = true;
}

/* Return: the place behind the uses of these lists. */
static struct rule_use *note_rules(const struct rule_list *lists, size_t n_lists, const struct plan *plan,
	const bool *records, struct rule_use *use)
{
	for (size_t i = 0; i < n_lists; i++) {
		const struct rule *rule = rule_list_match(&lists[i], plan->levels);
		if (rule) {
			struct rule_use *matched = &use[rule - lists[i].rules];
			matched->matched = true;
			matched->recorded |= records[lists[i].response];
		}
		use += lists[i].n_rules;
	}
	return use;
}

static int check_rules(struct reader *r, const struct rule_list *lists, size_t n_lists, struct rule_use **use)
{
	for (size_t i = 0; i < n_lists; i++)
		for (size_t j = 0; j < lists[i].n_rules; j++, (*use)++)
			if ((*use)->matched && !(*use)->recorded)
				return scenario_error(r->s, lists[i].rules[j].at, r->e,
					"no cell that this rule matches records '%s': the step on line %u is not in "
					"them",
					r->s->responses[lists[i].response].name,
					r->s->responses[lists[i].response].first->at.line);
	return 0;
}

int read_check_cells(struct reader *r)
{
	const struct scenario *s = r->s;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(rule_uses_done)
	struct rule_uses u = {
		.uses = calloc(count_rules(s->checks, s->n_checks) + count_rules(s->expects, s->n_expects) + 1,
			sizeof *u.uses),
		.records = calloc(s->n_responses + 1, sizeof *u.records),
	};
	if (!u.uses || !u.records)
		return error_no_memory(r->e);
	size_t levels[MATRIX_FACTORS_MAX];
	for (uint64_t index = 0; index < s->matrix.n_indices; index++) {
		if (!matrix_cell(&s->matrix, index, levels))
			continue;
		int rc = plan_make(&plan, s, index, r->e);
		if (rc < 0)
			return rc;
		r->s->ipv6 |= plan.ipv6;
		r->s->bulky |= plan.bulky;
		r->s->loopback |= plan.loopback;
		if (plan.waits_us > s->longest_wait_us)
			r->s->longest_wait_us = plan.waits_us;
		note_records(&plan, s, u.records);
		struct rule_use *rest = note_rules(s->checks, s->n_checks, &plan, u.records, u.uses);
		note_rules(s->expects, s->n_expects, &plan, u.records, rest);
	}
	struct rule_use *use = u.uses;
	int rc = check_rules(r, s->checks, s->n_checks, &use);
	return rc < 0 ? rc : check_rules(r, s->expects, s->n_expects, &use);
}

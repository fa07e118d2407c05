// SPDX-License-Identifier: GPL-2.0-or-later
// --dry-run.
#include "cli/dry_run.h"

#include <inttypes.h>

#include "base/clock.h"
#include "model/plan.h"

static void add_step(const struct scenario *s, const struct plan *plan, const struct plan_step *planned, struct text *t)
{
	char duration[DURATION_TEXT];
	text_addf(t, "  %4u  %s: %s", planned->step->at.line, plan->actors[planned->actor].name, planned->text);
	if (planned->step->response != SCENARIO_NO_RESPONSE)
		text_addf(t, "  → %s", planned->step->asked_by ? "check" : s->responses[planned->step->response].name);
	if (planned->repeat_for_us) {
		text_addf(t, " (again until ok, for %s", duration_format(planned->repeat_for_us, duration));
		text_addf(t, ", every %s)", duration_format(planned->every_us, duration));
	}
	text_add(t, "\n");
}

static void add_cell(const struct scenario *s, const struct plan *plan, uint32_t replicate, uint64_t max_wait_us,
	const struct style *style, struct text *t)
{
	char waits[DURATION_TEXT], most[DURATION_TEXT];
	text_addf(t, "%scell %" PRIu64, style->bold, plan->cell);
	if (replicate > 1)
		text_addf(t, ", replicate %" PRIu32, replicate);
	text_addf(t, "%s  ", style->reset);
	plan_levels_text(s, plan->levels, t);
	text_add(t, "\n");
	if (plan->waits_us > max_wait_us)
		text_addf(t, "        skip: waits up to %s, which is longer than --max-wait %s\n",
			duration_format_exact(plan->waits_us, waits), duration_format_exact(max_wait_us, most));
	for (size_t i = 0; i < plan->n_namespaces; i++)
		for (size_t j = 0; j < plan->namespaces[i].n_sysctls; j++)
			text_addf(t, "  %4u  namespace %s: %s = %s\n", plan->namespaces[i].sysctls[j].at.line,
				plan->namespaces[i].name, plan->namespaces[i].sysctls[j].name,
				plan->namespaces[i].sysctls[j].value);
	for (size_t i = 0; i < plan->n_actors; i++)
		text_addf(t, "        actor %s in namespace %s\n", plan->actors[i].name,
			plan->namespaces[plan->actors[i].namespace].name);
	for (size_t i = 0; i < plan->n_steps; i++)
		add_step(s, plan, &plan->steps[i], t);
	text_add(t, "\n");
}

int dry_run(const struct scenario *s, struct schedule *schedule, uint64_t max_wait_us, const struct style *style,
	struct text *t, struct error *e)
{
	struct plan plan = PLAN_INIT;
	struct run_id id;
	int r = 0;
	while (r == 0 && schedule_next(schedule, &id)) {
		r = plan_make(&plan, s, id.cell, e);
		if (r == 0)
			add_cell(s, &plan, id.replicate, max_wait_us, style, t);
	}
	plan_done(&plan);
	text_addf(t, "%" PRIu64 " run%s; none was made (--dry-run)\n", schedule->n_runs,
		schedule->n_runs == 1 ? "" : "s");
	return r;
}

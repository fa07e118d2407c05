// SPDX-License-Identifier: GPL-2.0-or-later
// --dry-run.
#include "cli/dry_run.h"

#include <arpa/inet.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/mapped.h"
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

/* What the file says of links, addresses and routes; nothing of the link that there is without a word of it. */
static void add_topology(const struct scenario *s, const struct plan *plan, struct text *t)
{
	char buffer[INET6_ADDRSTRLEN];
	for (size_t k = 0; k < plan->n_ends; k += 2) {
		const struct plan_end *ends = &plan->ends[k];
		unsigned line = s->links[k / 2].at.line;
		if (!line)
			continue;
		text_addf(t, "  %4u  link %zu: %s veth%zu %s", line, k / 2, plan->namespaces[ends[0].namespace].name, k,
			inet_ntop(AF_INET, &ends[0].ipv4, buffer, sizeof buffer));
		text_addf(t, ", %s veth%zu %s\n", plan->namespaces[ends[1].namespace].name, k + 1,
			inet_ntop(AF_INET, &ends[1].ipv4, buffer, sizeof buffer));
	}
	for (size_t k = 0; k < plan->n_ends; k++)
		for (size_t i = 0; i < plan->ends[k].n_more; i++) {
			const struct in6_addr *more = &plan->ends[k].more[i];
			text_addf(t, "        namespace %s: veth%zu has %s too\n",
				plan->namespaces[plan->ends[k].namespace].name, k,
				mapped_text(more, buffer));
		}
	for (size_t i = 0; i < plan->n_namespaces; i++)
		for (size_t k = 0; k < plan->namespaces[i].n_routes; k++) {
			const struct plan_route *route = &plan->namespaces[i].routes[k];
			bool is_told = k && route[-1].at.line == route->at.line &&
				       route[-1].at.column == route->at.column;
			if (!is_told)
				text_addf(t, "  %4u  namespace %s: to %s by %s\n", route->at.line,
					plan->namespaces[i].name, route->destination, route->neighbour);
		}
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
	add_topology(s, plan, t);
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

// SPDX-License-Identifier: GPL-2.0-or-later
// The story of a cell: whose it is, its diagram, and what the diagram leaves out.
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/phrase.h"
#include "report/story.h"
#include "report/story_diagram.h"
#include "report/story_phrase.h"

struct page {
	const struct story_view *view;
	const struct story *story;
	const struct style *style;
	struct text *t;
};

#define NO_BREAK '\a' /* stands in for a blank: what is shown has no control character */

static void put_blanks_back(const struct page *p, size_t from)
{
	for (size_t i = from; i < p->t->len; i++)
		if (p->t->data[i] == NO_BREAK)
			p->t->data[i] = ' ';
}

static void add_paragraph(const struct page *p, size_t indent, const char *words)
{
	size_t from = p->t->len;
	text_pad(p->t, from, indent);
	text_wrap(p->t, from, words, indent, STORY_COLUMNS);
	text_add(p->t, "\n");
	put_blanks_back(p, from);
}

/* What a check asks itself stands with its answer among the steps. */
static bool is_asked_by_check(const struct scenario *s, const char *response)
{
	for (size_t i = 0; i < s->n_responses; i++)
		if (!strcmp(s->responses[i].name, response))
			return scenario_is_question(s, i);
	return false;
}

static void add_heading(const struct page *p)
{
	const struct result *result = p->story->result;
	CLEANUP(text_done) struct text levels = TEXT_INIT, values = TEXT_INIT;
	text_addf(p->t, "%scell %" PRIu64 "%s of %s", p->style->bold, result->cell, p->style->reset,
		p->story->scenario->name);
	if (p->view->n_replicates > 1)
		text_addf(p->t, ", replicate %" PRIu32 " of %" PRIu32, result->replicate, p->view->n_replicates);
	text_addf(p->t, ": %s%s%s\n", p->style->verdicts[result->verdict], verdict_names[result->verdict],
		p->style->reset);
	if (result->reason)
		add_paragraph(p, 2, result->reason);
	plan_levels_text(p->story->scenario, p->story->plan->levels, &levels);
	if (levels.len)
		add_paragraph(p, 2, text_get(&levels));
	for (size_t i = 0; i < result->n_values; i++)
		if (!is_asked_by_check(p->story->scenario, result->values[i].response))
			text_addf(&values, "%s%s:%c%s", values.len ? ", " : "", result->values[i].response, NO_BREAK,
				result->values[i].text);
	if (values.len)
		add_paragraph(p, 2, text_get(&values));
	if (p->view->n_alike > 1)
		text_addf(
			p->t, "  one of %" PRIu64 " cells that were asked for and came out alike\n", p->view->n_alike);
	if (p->view->remark)
		add_paragraph(p, 2, p->view->remark);
	text_addf(p->t, "%sLinux %s, %s; times in ms since the cell began%s%s\n\n", p->style->dim, p->view->kernel,
		strcmp(p->view->privilege, "root") ? "in a user namespace" : "as root",
		p->story->is_one_namespace ? "; the actors share a namespace" : "", p->style->reset);
}

static void add_counters_of(const struct page *p, size_t namespace, size_t width)
{
	const struct evidence *evidence = p->story->evidence;
	const char *name = p->story->plan->namespaces[namespace].name;
	CLEANUP(text_done) struct text list = TEXT_INIT;
	for (size_t i = 0; i < evidence->n_counters; i++) {
		const struct evidence_counter *counter = &evidence->counters[i];
		if (counter->namespace == namespace && !story_counter_is_traffic(counter->name))
			text_addf(&list, "%s%s%c%" PRId64, list.len ? ", " : " ", counter->name, NO_BREAK,
				counter->moved);
	}
	size_t from = p->t->len;
	text_addf(p->t, "  %s", name);
	text_pad(p->t, from, 2 + width + 1);
	text_wrap(p->t, from, list.len ? text_get(&list) : " none", 2 + width + 2, STORY_COLUMNS);
	text_add(p->t, "\n");
	put_blanks_back(p, from);
}

static void add_counters(const struct page *p)
{
	const struct plan *plan = p->story->plan;
	size_t width = 0;
	for (size_t i = 0; i < plan->n_namespaces; i++) {
		size_t columns = text_columns(plan->namespaces[i].name);
		width = columns > width ? columns : width;
	}
	text_addf(p->t, "counters that moved %s(those of all packets and bytes: --format json)%s\n", p->style->dim,
		p->style->reset);
	for (size_t i = 0; i < plan->n_namespaces; i++)
		add_counters_of(p, i, width);
}

/* What is not in the diagram, so that nobody takes it for what did not happen. */
static void add_omissions(const struct page *p)
{
	const struct evidence *evidence = p->story->evidence;
	uint64_t n_for_all = 0;
	CLEANUP(text_done) struct text gap = TEXT_INIT;
	for (size_t i = 0; i < p->story->n_packets; i++)
		n_for_all += story_packet_is_for_all(p->story->packets[i].packet);
	if (n_for_all)
		text_addf(p->t, "not drawn: %" PRIu64 " packet%s to all (neighbour discovery and the like)\n",
			n_for_all, phrase_plural(n_for_all));
	for (size_t i = 0; i < evidence->capture.n_namespaces; i++)
		if (evidence->capture.dropped[i])
			text_addf(p->t,
				"%sincomplete%s: %" PRIu64 " packet%s dropped in %s before they could be kept\n",
				p->style->verdicts[VERDICT_FAIL], p->style->reset, evidence->capture.dropped[i],
				evidence->capture.dropped[i] == 1 ? " was" : "s were", evidence->capture.namespaces[i]);
	if (evidence->left_out)
		text_addf(p->t, "%sincomplete%s: %" PRIu64 " packet%s left out, as there were too many to be kept\n",
			p->style->verdicts[VERDICT_FAIL], p->style->reset, evidence->left_out,
			evidence->left_out == 1 ? " was" : "s were");
	if (!evidence->gap)
		return;
	text_addf(&gap, "incomplete: %s", evidence->gap);
	add_paragraph(p, 0, text_get(&gap));
}

static void add_foot(const struct page *p)
{
	const struct story *story = p->story;
	struct explain_view view = {.program = p->view->program, .results = p->view->folder};
	uint64_t cell = story->result->cell;
	if (!story->evidence) {
		text_add(p->t,
			"Steps alone: neither packets nor states nor counters were kept of this run. With them:\n  ");
		phrase_command(p->view->program, story->scenario, cell, p->t);
		text_add(p->t, " --evidence all -o NEW\n");
		return;
	}
	/* Where they could not be collected, none that moved is no answer. */
	if (story->evidence->n_counters || !story->evidence->gap)
		add_counters(p);
	add_omissions(p);
	if (!story->n_packets)
		return;
	text_addf(p->t, "%spackets, for Wireshark: ", p->style->dim);
	phrase_show_command(&view, cell, p->t);
	if (p->view->n_replicates > 1)
		text_addf(p->t, " --replicate %" PRIu32, story->result->replicate);
	text_addf(p->t, " --pcapng FILE%s\n", p->style->reset);
}

int story_text(const struct story_view *view, const struct style *style, struct text *t)
{
	const struct page p = {.view = view, .story = view->story, .style = style, .t = t};
	add_heading(&p);
	story_diagram(view->story, style, t);
	add_foot(&p);
	return t->failed ? -ENOMEM : 0;
}

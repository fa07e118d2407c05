// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The story of a cell as a sequence diagram.
 *
 *	   ms  server 10.0.0.1                                        client 10.0.0.2
 *	2.204  │ 1 socket listener  ok                                              │
 *	2.310  │                                 6 connect conn server:12345  ok    │
 *	2.321  │◀────────────────────── SYN :12345 ← :40000 seq 0 ──────────────────│
 *	       │   ESTABLISHED :12345 ↔ :40000        ESTABLISHED :40000 ↔ :12345   │
 *
 * Two life lines, one for each side. A row is a step, on the side of its actor; or a packet, an arrow from line to line
 * (what stays on a side, or cannot be told, is a note between the lines); or what became of sockets, those of the two
 * sides next to each other where there is room.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "report/phrase.h"
#include "report/story.h"
#include "report/story_phrase.h"

#define COLUMNS 100
#define TIME_COLUMNS_MIN 7
#define STEP_COLUMNS_MAX 40 /* of steps behind which outcomes stand in one column; longer ones push theirs */
#define STEP_COLUMNS_MIN 24 /* an outcome that leaves its step less stands below it */
#define LOST "╳ never came in"

struct page {
	const struct story_view *view;
	const struct story *story;
	const struct style *style;
	struct text *t;
	struct story_addresses addresses;
	size_t time_columns;                   /* of "12.345" */
	size_t inner;                          /* columns between the life lines */
	size_t number_columns;                 /* of the steps' numbers */
	size_t step_columns[STORY_SIDE_COUNT]; /* of the steps with their numbers */
	size_t right_column;                   /* where the steps of the right side begin */
	bool has_several[STORY_SIDE_COUNT];    /* actors stand on a side: each step says whose it is */
};

/* A row of the diagram while it is put together: escape sequences take no columns. */
struct row {
	struct text t;
	size_t columns;
};
#define ROW_INIT ((struct row){TEXT_INIT, 0})

static void cleanup_row(struct row *row)
{
	text_done(&row->t);
}

static void row_add(struct row *row, const char *text)
{
	text_add(&row->t, text);
	row->columns += text_columns(text);
}

static void row_add_styled(struct row *row, const struct page *p, const char *style, const char *text)
{
	text_add(&row->t, style);
	row_add(row, text);
	text_add(&row->t, *style ? p->style->reset : "");
}

static void row_fill(struct row *row, const char *with, size_t until)
{
	while (row->columns < until)
		row_add(row, with);
}

static void row_append(struct row *row, const struct row *other)
{
	text_add(&row->t, text_get(&other->t));
	row->columns += other->columns;
}

/* How many bytes the first @columns of @text take. */
static size_t bytes_of(const char *text, size_t columns)
{
	size_t i = 0;
	while (columns-- && text[i])
		do
			i++;
		while (((unsigned char)text[i] & 0xC0) == 0x80);
	return i;
}

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
	text_wrap(p->t, from, words, indent, COLUMNS);
	text_add(p->t, "\n");
	put_blanks_back(p, from);
}

#define NO_TIME UINT64_MAX

/* A row between the life lines, with the time in front of it. */
static void add_row(const struct page *p, uint64_t at_us, struct row *inner)
{
	char time[32] = "";
	if (at_us != NO_TIME)
		snprintf(time, sizeof time, "%llu.%03llu", at_us / CLOCK_US_PER_MS, at_us % CLOCK_US_PER_MS);
	row_fill(inner, " ", p->inner);
	text_addf(p->t, "%s%*s%s  │%s│\n", p->style->dim, (int)p->time_columns, time, p->style->reset,
		text_get(&inner->t));
}

/* As many rows as it takes, broken anywhere. */
static void add_note(const struct page *p, size_t indent, const char *style, const char *words)
{
	while (*words) {
		CLEANUP(cleanup_row) struct row row = ROW_INIT;
		CLEANUP(text_done) struct text line = TEXT_INIT;
		size_t len = bytes_of(words, p->inner - indent - 1);
		text_add_bytes(&line, words, len);
		row_fill(&row, " ", indent);
		row_add_styled(&row, p, style, text_get(&line));
		add_row(p, NO_TIME, &row);
		words += len;
	}
}

/* Refusals stand out, and so does what was measured; that set-up succeeded is a matter of course. */
static const char *outcome_style(const struct page *p, const struct story_step *step)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *outcome = step->made->outcome;
	if (outcome[0] == 'E' && strspn(outcome, capitals) == strlen(outcome))
		return p->style->verdicts[VERDICT_FAIL];
	return step->response ? p->style->bold : p->style->dim;
}

/* "  as rebind, 3 tries, took 1.2s"; a check that asks itself has no name but its own text */
static void add_circumstances(const struct story_step *step, struct text *t)
{
	char took[DURATION_TEXT];
	if (step->planned->step->asked_by)
		text_add(t, "  checked");
	else if (step->response)
		text_addf(t, "  as %s", step->response);
	if (step->made->tries > 1)
		text_addf(t, ", %u tries", step->made->tries);
	if (step->made->took_us >= CLOCK_US_PER_MS)
		text_addf(t, ", took %s", duration_format(step->made->took_us, took));
}

/* "bind listener *:12345"; "server: bind listener *:12345" where it must be told whose it is. */
static const char *step_text(const struct page *p, const struct story_step *step)
{
	bool is_told = p->has_several[story_side_of_actor(p->story, step->actor)];
	return is_told ? step->made->action : step->planned->text;
}

static size_t outcome_columns(const struct story_step *step)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	add_circumstances(step, &t);
	return text_columns(step->made->outcome) + text_columns(text_get(&t));
}

static bool is_outcome_below(const struct page *p, const struct story_step *step)
{
	return outcome_columns(step) + p->number_columns + 1 + STEP_COLUMNS_MIN + 4 > p->inner;
}

/* " 6 connect conn server:12345  ok" */
static void add_step(const struct page *p, size_t i, enum story_side side, struct row *row)
{
	const struct story_step *step = &p->story->steps[i];
	bool is_below = is_outcome_below(p, step);
	size_t room = p->inner - 2 - p->number_columns - 1 - (is_below ? 0 : 2 + outcome_columns(step));
	char number[32];
	CLEANUP(text_done) struct text text = TEXT_INIT, more = TEXT_INIT;
	snprintf(number, sizeof number, "%*zu ", (int)p->number_columns, i + 1);
	row_add_styled(row, p, p->style->dim, number);
	text_add_shortened(&text, step_text(p, step), room);
	row_add(row, text_get(&text));
	if (is_below)
		return;
	size_t column = p->step_columns[side];
	row_fill(row, " ", column < p->number_columns + 1 + room ? column : row->columns);
	row_add(row, "  ");
	row_add_styled(row, p, outcome_style(p, step), step->made->outcome);
	add_circumstances(step, &more);
	row_add(row, text_get(&more));
}

static void add_step_row(const struct page *p, size_t i)
{
	const struct story_step *step = &p->story->steps[i];
	enum story_side side = story_side_of_actor(p->story, step->actor);
	CLEANUP(cleanup_row) struct row block = ROW_INIT, row = ROW_INIT;
	add_step(p, i, side, &block);
	size_t column = 1, last = p->inner - 1 - block.columns;
	if (side == STORY_RIGHT)
		column = p->right_column < last ? p->right_column : last;
	row_fill(&row, " ", column);
	row_append(&row, &block);
	add_row(p, step->made->at_us, &row);
	if (!is_outcome_below(p, step))
		return;
	CLEANUP(text_done) struct text more = TEXT_INIT;
	text_add(&more, step->made->outcome);
	add_circumstances(step, &more);
	add_note(p, 5, outcome_style(p, step), text_get(&more));
}

/* An arrow from line to line, or one that ends on its way. */
static void add_arrow(const struct page *p, const struct story_packet *packet, const char *label, struct row *row)
{
	bool leftward = packet->from == STORY_RIGHT, is_lost = !packet->was_received;
	size_t end = is_lost ? text_columns(LOST) + 2 : 1, room = p->inner - end - 6;
	const char *colour =
		packet->is_tcp && packet->segment.flags & SEGMENT_RST ? p->style->verdicts[VERDICT_FAIL] : "";
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_add_shortened(&t, label, room);
	size_t dashes = p->inner - end - 2 - text_columns(text_get(&t)), before = dashes / 2;
	if (leftward && is_lost)
		row_add_styled(row, p, p->style->verdicts[VERDICT_FAIL], "  never came in ╳");
	else if (leftward)
		row_add(row, "◀");
	row_fill(row, "─", row->columns + before);
	row_add(row, " ");
	row_add_styled(row, p, colour, text_get(&t));
	row_add(row, " ");
	row_fill(row, "─", row->columns + dashes - before);
	if (!leftward && is_lost)
		row_add_styled(row, p, p->style->verdicts[VERDICT_FAIL], LOST);
	else if (!leftward)
		row_add(row, "▶");
}

static void add_packet_label(const struct page *p, const struct story_packet *packet, struct text *t)
{
	char late[DURATION_TEXT];
	bool is_told = packet->from != STORY_UNTOLD && packet->to != STORY_UNTOLD;
	if (packet->packet->loopback && !p->story->is_one_namespace)
		text_add(t, "on lo: ");
	story_phrase_packet(
		p->story, &p->addresses, packet, packet->from == STORY_RIGHT && packet->to == STORY_LEFT, t);
	if (!packet->was_sent)
		text_add(t, ", seen only as it came in");
	else if (packet->received_us >= packet->at_us + CLOCK_US_PER_MS)
		text_addf(t, ", came in %s later", duration_format(packet->received_us - packet->at_us, late));
	if (!is_told)
		text_add(t, ", of whom it is cannot be told");
}

static void add_packet_row(const struct page *p, size_t i)
{
	const struct story_packet *packet = &p->story->packets[i];
	CLEANUP(cleanup_row) struct row row = ROW_INIT;
	CLEANUP(text_done) struct text label = TEXT_INIT, t = TEXT_INIT;
	if (story_packet_is_for_all(packet->packet))
		return;
	add_packet_label(p, packet, &label);
	bool spans = packet->from != packet->to && packet->from != STORY_UNTOLD && packet->to != STORY_UNTOLD;
	if (spans) {
		add_arrow(p, packet, text_get(&label), &row);
	} else {
		text_addf(&t, "%s%s", packet->from == STORY_UNTOLD ? "" : "↺ ", text_get(&label));
		CLEANUP(text_done) struct text shortened = TEXT_INIT;
		text_add_shortened(&shortened, text_get(&t), p->inner - 4);
		size_t spare = p->inner - text_columns(text_get(&shortened));
		row_fill(&row, " ",
			packet->from == STORY_LEFT    ? 2
			: packet->from == STORY_RIGHT ? spare - 2
						      : spare / 2);
		row_add(&row, text_get(&shortened));
	}
	add_row(p, packet->at_us, &row);
}

/* How far the changes of one side have been told, among looks that follow each other. */
struct cursor {
	enum story_side side;
	size_t event, change;
};

/* The next change of the side among the events up to @to; NULL behind the last one. */
static const struct story_change *next_change(const struct page *p, struct cursor *at, size_t to)
{
	for (; at->event < to; at->event++, at->change = 0) {
		const struct story_look *look = &p->story->looks[p->story->events[at->event].number];
		while (at->change < look->n_changes) {
			const struct story_change *change = &look->changes[at->change++];
			if (change->side == at->side)
				return change;
		}
	}
	return NULL;
}

static void add_change(const struct page *p, const struct story_change *change, size_t columns, struct text *t)
{
	CLEANUP(text_done) struct text whole = TEXT_INIT;
	if (!change)
		return;
	story_phrase_socket(&p->addresses, change, &whole);
	if (change->side == STORY_UNTOLD)
		text_add(&whole, ", of whom it is cannot be told");
	text_add_shortened(t, text_get(&whole), columns);
}

/* Sockets of the left side and of the right, in one row where both have room, otherwise in two. */
static void add_changes(const struct page *p, const struct story_change *left, const struct story_change *right)
{
	CLEANUP(text_done) struct text l = TEXT_INIT, r = TEXT_INIT;
	size_t indent = 1 + p->number_columns + 1, most = p->inner - 2 * indent;
	add_change(p, left, most, &l);
	add_change(p, right, most, &r);
	size_t columns_r = text_columns(text_get(&r)), last = p->inner - 1 - columns_r;
	size_t column_r = p->right_column + p->number_columns + 1;
	column_r = column_r < last ? column_r : last;
	bool is_untold = left && left->side == STORY_UNTOLD;
	size_t column_l = is_untold ? (p->inner - text_columns(text_get(&l))) / 2 : indent;
	CLEANUP(cleanup_row) struct row row = ROW_INIT, below = ROW_INIT;
	bool fits = !left || !right || column_l + text_columns(text_get(&l)) + 2 <= column_r;
	if (left) {
		row_fill(&row, " ", column_l);
		row_add_styled(&row, p, p->style->dim, text_get(&l));
	}
	struct row *of_right = fits ? &row : &below;
	if (right) {
		row_fill(of_right, " ", column_r);
		row_add_styled(of_right, p, p->style->dim, text_get(&r));
	}
	add_row(p, NO_TIME, &row);
	if (!fits)
		add_row(p, NO_TIME, &below);
}

/* Looks that follow each other, which are those at all namespaces after a step. Return: the event behind them. */
static size_t add_looks(const struct page *p, size_t from)
{
	struct cursor at_left = {STORY_LEFT, from, 0}, at_right = {STORY_RIGHT, from, 0};
	struct cursor at_untold = {STORY_UNTOLD, from, 0};
	size_t to = from;
	while (to < p->story->n_events && p->story->events[to].kind == STORY_LOOK)
		to++;
	for (;;) {
		const struct story_change *left = next_change(p, &at_left, to);
		const struct story_change *right = next_change(p, &at_right, to);
		if (!left && !right)
			break;
		add_changes(p, left, right);
	}
	for (const struct story_change *change; (change = next_change(p, &at_untold, to));)
		add_changes(p, change, NULL);
	return to;
}

static void add_title(const struct page *p, enum story_side side, struct text *t)
{
	const struct story *story = p->story;
	for (size_t i = 0; i < story->plan->n_actors; i++)
		if (story->acts[i] && story_side_of_actor(story, i) == side)
			text_addf(t, "%s%s", t->len ? ", " : "", story->plan->actors[i].name);
	if (!t->len && !story->is_one_namespace && (size_t)side < story->plan->n_namespaces)
		text_add(t, story->plan->namespaces[side].name);
	if (p->addresses.only[side]) {
		text_add(t, " ");
		story_phrase_address(p->addresses.only[side], t);
	}
}

static void add_titles(const struct page *p)
{
	CLEANUP(text_done) struct text left = TEXT_INIT, right = TEXT_INIT;
	size_t from = p->t->len;
	add_title(p, STORY_LEFT, &left);
	add_title(p, STORY_RIGHT, &right);
	text_addf(p->t, "%*s  %s", (int)p->time_columns, "ms", text_get(&left));
	text_pad(p->t, from, COLUMNS - text_columns(text_get(&right)));
	text_addf(p->t, "%s\n", text_get(&right));
}

static void add_diagram(const struct page *p)
{
	const struct story *story = p->story;
	if (!story->n_events)
		return;
	add_titles(p);
	for (size_t i = 0; i < story->n_events;)
		switch (story->events[i].kind) {
		case STORY_STEP:
			add_step_row(p, story->events[i++].number);
			break;
		case STORY_PACKET:
			add_packet_row(p, story->events[i++].number);
			break;
		case STORY_LOOK:
			i = add_looks(p, i);
			break;
		}
	text_add(p->t, "\n");
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
	text_wrap(p->t, from, list.len ? text_get(&list) : " none", 2 + width + 2, COLUMNS);
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

/* How wide the columns of this story are. */
static void measure(struct page *p)
{
	const struct story *story = p->story;
	char last[32];
	uint64_t last_us = story->n_events ? story->events[story->n_events - 1].at_us : 0;
	size_t time_columns = (size_t)snprintf(last, sizeof last, "%llu.000", last_us / CLOCK_US_PER_MS);
	p->time_columns = time_columns > TIME_COLUMNS_MIN ? time_columns : TIME_COLUMNS_MIN;
	p->inner = COLUMNS - p->time_columns - 4;
	p->number_columns = (size_t)snprintf(last, sizeof last, "%zu", story->n_steps);
	size_t n_actors[STORY_SIDE_COUNT] = {0};
	for (size_t i = 0; i < story->plan->n_actors; i++) {
		enum story_side side = story_side_of_actor(story, i);
		p->has_several[side] |= story->acts[i] && ++n_actors[side] > 1;
	}
	for (size_t i = 0; i < story->n_steps; i++) {
		enum story_side side = story_side_of_actor(story, story->steps[i].actor);
		size_t columns = p->number_columns + 1 + text_columns(step_text(p, &story->steps[i]));
		if (columns <= STEP_COLUMNS_MAX && columns > p->step_columns[side])
			p->step_columns[side] = columns;
	}
	size_t widest = 0;
	for (size_t i = 0; i < story->n_steps; i++) {
		CLEANUP(cleanup_row) struct row block = ROW_INIT;
		if (story_side_of_actor(story, story->steps[i].actor) != STORY_RIGHT)
			continue;
		add_step(p, i, STORY_RIGHT, &block);
		if (block.columns < p->inner / 2 && block.columns > widest)
			widest = block.columns;
	}
	for (size_t i = 0; i < story->n_looks; i++)
		for (size_t k = 0; k < story->looks[i].n_changes; k++) {
			CLEANUP(text_done) struct text t = TEXT_INIT;
			if (story->looks[i].changes[k].side != STORY_RIGHT)
				continue;
			story_phrase_socket(&p->addresses, &story->looks[i].changes[k], &t);
			size_t columns = p->number_columns + 1 + text_columns(text_get(&t));
			if (columns < p->inner / 2 && columns > widest)
				widest = columns;
		}
	p->right_column = widest ? p->inner - 1 - widest : p->inner / 2 + 1;
}

int story_text(const struct story_view *view, const struct style *style, struct text *t)
{
	struct page p = {.view = view, .story = view->story, .style = style, .t = t};
	story_addresses_find(view->story, &p.addresses);
	measure(&p);
	add_heading(&p);
	add_diagram(&p);
	add_foot(&p);
	return t->failed ? -ENOMEM : 0;
}

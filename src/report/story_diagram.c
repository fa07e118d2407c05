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
#include "report/story_diagram.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "report/story_phrase.h"

#define COLUMNS STORY_COLUMNS
#define TIME_COLUMNS_MIN 7
#define STEP_COLUMNS_MAX 40 /* of steps behind which outcomes stand in one column; longer ones push theirs */
#define STEP_COLUMNS_MIN 24 /* an outcome that leaves its step less stands below it */
#define LOST "╳ "
#define STOPPED_COLUMNS_MAX 20 /* of the name of who kept a packet: its arrow needs room */

struct diagram {
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
	bool names_sockets[STORY_SIDE_COUNT];  /* namespaces stand on a side: each socket says in which it is */
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

static void row_add_styled(struct row *row, const struct diagram *d, const char *style, const char *text)
{
	text_add(&row->t, style);
	row_add(row, text);
	text_add(&row->t, *style ? d->style->reset : "");
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

#define NO_TIME UINT64_MAX

/* A row between the life lines, with the time in front of it. */
static void add_row(const struct diagram *d, uint64_t at_us, struct row *inner)
{
	char time[32] = "";
	if (at_us != NO_TIME)
		snprintf(time, sizeof time, "%llu.%03llu", at_us / CLOCK_US_PER_MS, at_us % CLOCK_US_PER_MS);
	row_fill(inner, " ", d->inner);
	text_addf(d->t, "%s%*s%s  │%s│\n", d->style->dim, (int)d->time_columns, time, d->style->reset,
		text_get(&inner->t));
}

/* As many rows as it takes, broken anywhere. */
static void add_note(const struct diagram *d, size_t indent, const char *style, const char *words)
{
	while (*words) {
		CLEANUP(cleanup_row) struct row row = ROW_INIT;
		CLEANUP(text_done) struct text line = TEXT_INIT;
		size_t len = bytes_of(words, d->inner - indent - 1);
		text_add_bytes(&line, words, len);
		row_fill(&row, " ", indent);
		row_add_styled(&row, d, style, text_get(&line));
		add_row(d, NO_TIME, &row);
		words += len;
	}
}

/* Refusals stand out, and so does what was measured; that set-up succeeded is a matter of course. */
static const char *outcome_style(const struct diagram *d, const struct story_step *step)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *outcome = step->made->outcome;
	if (outcome[0] == 'E' && strspn(outcome, capitals) == strlen(outcome))
		return d->style->verdicts[VERDICT_FAIL];
	return step->response ? d->style->bold : d->style->dim;
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
static const char *step_text(const struct diagram *d, const struct story_step *step)
{
	bool is_told = d->has_several[story_side_of_actor(d->story, step->actor)];
	return is_told ? step->made->action : step->planned->text;
}

static size_t outcome_columns(const struct story_step *step)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	add_circumstances(step, &t);
	return text_columns(step->made->outcome) + text_columns(text_get(&t));
}

static bool is_outcome_below(const struct diagram *d, const struct story_step *step)
{
	return outcome_columns(step) + d->number_columns + 1 + STEP_COLUMNS_MIN + 4 > d->inner;
}

/* " 6 connect conn server:12345  ok" */
static void add_step(const struct diagram *d, size_t i, enum story_side side, struct row *row)
{
	const struct story_step *step = &d->story->steps[i];
	bool is_below = is_outcome_below(d, step);
	size_t room = d->inner - 2 - d->number_columns - 1 - (is_below ? 0 : 2 + outcome_columns(step));
	char number[32];
	CLEANUP(text_done) struct text text = TEXT_INIT, more = TEXT_INIT;
	snprintf(number, sizeof number, "%*zu ", (int)d->number_columns, i + 1);
	row_add_styled(row, d, d->style->dim, number);
	text_add_shortened(&text, step_text(d, step), room);
	row_add(row, text_get(&text));
	if (is_below)
		return;
	size_t column = d->step_columns[side];
	row_fill(row, " ", column < d->number_columns + 1 + room ? column : row->columns);
	row_add(row, "  ");
	row_add_styled(row, d, outcome_style(d, step), step->made->outcome);
	add_circumstances(step, &more);
	row_add(row, text_get(&more));
}

static void add_step_row(const struct diagram *d, size_t i)
{
	const struct story_step *step = &d->story->steps[i];
	enum story_side side = story_side_of_actor(d->story, step->actor);
	CLEANUP(cleanup_row) struct row block = ROW_INIT, row = ROW_INIT;
	add_step(d, i, side, &block);
	size_t column = 1, last = d->inner - 1 - block.columns;
	if (side == STORY_RIGHT)
		column = d->right_column < last ? d->right_column : last;
	row_fill(&row, " ", column);
	row_append(&row, &block);
	add_row(d, step->made->at_us, &row);
	if (!is_outcome_below(d, step))
		return;
	CLEANUP(text_done) struct text more = TEXT_INIT;
	text_add(&more, step->made->outcome);
	add_circumstances(step, &more);
	add_note(d, 5, outcome_style(d, step), text_get(&more));
}

static const char *name_of(const struct diagram *d, size_t namespace)
{
	return d->story->plan->namespaces[namespace].name;
}

/* "never came in", or how far it came. */
static void add_loss(const struct diagram *d, const struct story_packet *packet, struct text *t)
{
	text_add(t, packet->stopped_at == STORY_NO_NAMESPACE ? "never came in" : "came no further than ");
	if (packet->stopped_at != STORY_NO_NAMESPACE)
		text_add_shortened(t, name_of(d, packet->stopped_at), STOPPED_COLUMNS_MAX);
}

/* An arrow from line to line, or one that ends on its way. */
static void add_arrow(const struct diagram *d, const struct story_packet *packet, const char *label, struct row *row)
{
	bool leftward = packet->from == STORY_RIGHT, is_lost = !packet->was_received;
	CLEANUP(text_done) struct text loss = TEXT_INIT;
	if (is_lost)
		add_loss(d, packet, &loss);
	size_t end = is_lost ? text_columns(LOST) + text_columns(text_get(&loss)) + 2 : 1, room = d->inner - end - 6;
	const char *colour =
		packet->is_tcp && packet->segment.flags & SEGMENT_RST ? d->style->verdicts[VERDICT_FAIL] : "";
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_add_shortened(&t, label, room);
	size_t dashes = d->inner - end - 2 - text_columns(text_get(&t)), before = dashes / 2;
	CLEANUP(text_done) struct text mark = TEXT_INIT;
	text_addf(&mark, leftward ? "  %s ╳" : LOST "%s", text_get(&loss));
	if (leftward && is_lost)
		row_add_styled(row, d, d->style->verdicts[VERDICT_FAIL], text_get(&mark));
	else if (leftward)
		row_add(row, "◀");
	row_fill(row, "─", row->columns + before);
	row_add(row, " ");
	row_add_styled(row, d, colour, text_get(&t));
	row_add(row, " ");
	row_fill(row, "─", row->columns + dashes - before);
	if (!leftward && is_lost)
		row_add_styled(row, d, d->style->verdicts[VERDICT_FAIL], text_get(&mark));
	else if (!leftward)
		row_add(row, "▶");
}

/* Whether it crosses a link and yet no arrow can be drawn, as it does not go from the one side to the other. */
static bool is_between(const struct diagram *d, const struct story_packet *packet)
{
	bool is_told = packet->from != STORY_UNTOLD && packet->to != STORY_UNTOLD;
	return story_has_routers(d->story) && !packet->packet->loopback && (!is_told || packet->from == packet->to);
}

static void add_packet_label(const struct diagram *d, const struct story_packet *packet, struct text *t)
{
	char late[DURATION_TEXT];
	bool is_told = packet->from != STORY_UNTOLD && packet->to != STORY_UNTOLD;
	if (packet->packet->loopback && !d->story->is_one_namespace)
		text_add(t, "on lo: ");
	if (is_between(d, packet))
		text_addf(t, "%s to %s: ", name_of(d, packet->namespace), name_of(d, packet->to_namespace));
	story_phrase_packet(
		d->story, &d->addresses, packet, packet->from == STORY_RIGHT && packet->to == STORY_LEFT, t);
	if (!packet->was_sent)
		text_add(t, ", seen only as it came in");
	else if (packet->received_us >= packet->at_us + CLOCK_US_PER_MS)
		text_addf(t, ", came in %s later", duration_format(packet->received_us - packet->at_us, late));
	for (size_t i = 0; i < packet->n_via; i++)
		text_addf(t, "%s%s", i ? ", " : ", via ", name_of(d, packet->via[i]));
	if (packet->stopped_at != STORY_NO_NAMESPACE && is_between(d, packet)) /* an arrow tells it by its end */
		text_addf(t, ", came no further than %s", name_of(d, packet->stopped_at));
	if (!is_told && !is_between(d, packet))
		text_add(t, ", of whom it is cannot be told");
}

static void add_packet_row(const struct diagram *d, size_t i)
{
	const struct story_packet *packet = &d->story->packets[i];
	CLEANUP(cleanup_row) struct row row = ROW_INIT;
	CLEANUP(text_done) struct text label = TEXT_INIT, t = TEXT_INIT;
	if (story_packet_is_for_all(packet->packet))
		return;
	add_packet_label(d, packet, &label);
	bool spans = packet->from != packet->to && packet->from != STORY_UNTOLD && packet->to != STORY_UNTOLD;
	if (spans) {
		add_arrow(d, packet, text_get(&label), &row);
	} else {
		bool returns = packet->from != STORY_UNTOLD && !is_between(d, packet);
		text_addf(&t, "%s%s", returns ? "↺ " : "", text_get(&label));
		CLEANUP(text_done) struct text shortened = TEXT_INIT;
		text_add_shortened(&shortened, text_get(&t), d->inner - 4);
		size_t spare = d->inner - text_columns(text_get(&shortened));
		row_fill(&row, " ",
			packet->from == STORY_LEFT    ? 2
			: packet->from == STORY_RIGHT ? spare - 2
						      : spare / 2);
		row_add(&row, text_get(&shortened));
	}
	add_row(d, packet->at_us, &row);
}

/* How far the changes of one side have been told, among looks that follow each other. */
struct cursor {
	enum story_side side;
	size_t event, change;
};

/* The next change of the side among the events up to @to; NULL behind the last one. */
static const struct story_change *next_change(const struct diagram *d, struct cursor *at, size_t to)
{
	for (; at->event < to; at->event++, at->change = 0) {
		const struct story_look *look = &d->story->looks[d->story->events[at->event].number];
		while (at->change < look->n_changes) {
			const struct story_change *change = &look->changes[at->change++];
			if (change->side == at->side)
				return change;
		}
	}
	return NULL;
}

static void phrase_change(const struct diagram *d, const struct story_change *change, struct text *t)
{
	if (d->names_sockets[change->side])
		text_addf(t, "%s: ", name_of(d, change->namespace));
	story_phrase_socket(&d->addresses, change, t);
	if (change->side == STORY_UNTOLD && !d->names_sockets[change->side])
		text_add(t, ", of whom it is cannot be told");
}

static void add_change(const struct diagram *d, const struct story_change *change, size_t columns, struct text *t)
{
	CLEANUP(text_done) struct text whole = TEXT_INIT;
	if (!change)
		return;
	phrase_change(d, change, &whole);
	text_add_shortened(t, text_get(&whole), columns);
}

/* Sockets of the left side and of the right, in one row where both have room, otherwise in two. */
static void add_changes(const struct diagram *d, const struct story_change *left, const struct story_change *right)
{
	CLEANUP(text_done) struct text l = TEXT_INIT, r = TEXT_INIT;
	size_t indent = 1 + d->number_columns + 1, most = d->inner - 2 * indent;
	add_change(d, left, most, &l);
	add_change(d, right, most, &r);
	size_t columns_r = text_columns(text_get(&r)), last = d->inner - 1 - columns_r;
	size_t column_r = d->right_column + d->number_columns + 1;
	column_r = column_r < last ? column_r : last;
	bool is_untold = left && left->side == STORY_UNTOLD;
	size_t column_l = is_untold ? (d->inner - text_columns(text_get(&l))) / 2 : indent;
	CLEANUP(cleanup_row) struct row row = ROW_INIT, below = ROW_INIT;
	bool fits = !left || !right || column_l + text_columns(text_get(&l)) + 2 <= column_r;
	if (left) {
		row_fill(&row, " ", column_l);
		row_add_styled(&row, d, d->style->dim, text_get(&l));
	}
	struct row *of_right = fits ? &row : &below;
	if (right) {
		row_fill(of_right, " ", column_r);
		row_add_styled(of_right, d, d->style->dim, text_get(&r));
	}
	add_row(d, NO_TIME, &row);
	if (!fits)
		add_row(d, NO_TIME, &below);
}

/* Looks that follow each other, which are those at all namespaces after a step. Return: the event behind them. */
static size_t add_looks(const struct diagram *d, size_t from)
{
	struct cursor at_left = {STORY_LEFT, from, 0}, at_right = {STORY_RIGHT, from, 0};
	struct cursor at_untold = {STORY_UNTOLD, from, 0};
	size_t to = from;
	while (to < d->story->n_events && d->story->events[to].kind == STORY_LOOK)
		to++;
	for (;;) {
		const struct story_change *left = next_change(d, &at_left, to);
		const struct story_change *right = next_change(d, &at_right, to);
		if (!left && !right)
			break;
		add_changes(d, left, right);
	}
	for (const struct story_change *change; (change = next_change(d, &at_untold, to));)
		add_changes(d, change, NULL);
	return to;
}

static void add_title(const struct diagram *d, enum story_side side, struct text *t)
{
	const struct story *story = d->story;
	for (size_t i = 0; i < story->plan->n_actors; i++)
		if (story->acts[i] && story_side_of_actor(story, i) == side)
			text_addf(t, "%s%s", t->len ? ", " : "", story->plan->actors[i].name);
	if (!t->len && !story->is_one_namespace && !story_has_routers(story) &&
		(size_t)side < story->plan->n_namespaces)
		text_add(t, story->plan->namespaces[side].name);
	if (d->addresses.only[side]) {
		text_add(t, " ");
		story_phrase_address(d->addresses.only[side], t);
	}
}

static void add_titles(const struct diagram *d)
{
	CLEANUP(text_done) struct text left = TEXT_INIT, right = TEXT_INIT;
	size_t from = d->t->len;
	add_title(d, STORY_LEFT, &left);
	add_title(d, STORY_RIGHT, &right);
	text_addf(d->t, "%*s  %s", (int)d->time_columns, "ms", text_get(&left));
	text_pad(d->t, from, COLUMNS - text_columns(text_get(&right)));
	text_addf(d->t, "%s\n", text_get(&right));
}

static void add_diagram(const struct diagram *d)
{
	const struct story *story = d->story;
	if (!story->n_events)
		return;
	add_titles(d);
	for (size_t i = 0; i < story->n_events;)
		switch (story->events[i].kind) {
		case STORY_STEP:
			add_step_row(d, story->events[i++].number);
			break;
		case STORY_PACKET:
			add_packet_row(d, story->events[i++].number);
			break;
		case STORY_LOOK:
			i = add_looks(d, i);
			break;
		}
	text_add(d->t, "\n");
}

/* How wide the columns of this story are. */
static void measure(struct diagram *d)
{
	const struct story *story = d->story;
	char last[32];
	uint64_t last_us = story->n_events ? story->events[story->n_events - 1].at_us : 0;
	size_t time_columns = (size_t)snprintf(last, sizeof last, "%llu.000", last_us / CLOCK_US_PER_MS);
	d->time_columns = time_columns > TIME_COLUMNS_MIN ? time_columns : TIME_COLUMNS_MIN;
	d->inner = COLUMNS - d->time_columns - 4;
	d->number_columns = (size_t)snprintf(last, sizeof last, "%zu", story->n_steps);
	size_t n_actors[STORY_SIDE_COUNT] = {0}, n_namespaces[STORY_SIDE_COUNT] = {0};
	for (size_t i = 0; i < story->plan->n_actors; i++) {
		enum story_side side = story_side_of_actor(story, i);
		d->has_several[side] |= story->acts[i] && ++n_actors[side] > 1;
	}
	for (size_t i = 0; i < story->plan->n_namespaces && story_has_routers(story); i++) {
		enum story_side side = story_side_of_namespace(story, i);
		d->names_sockets[side] |= side == STORY_UNTOLD || n_namespaces[side]++ > 0;
	}
	for (size_t i = 0; i < story->n_steps; i++) {
		enum story_side side = story_side_of_actor(story, story->steps[i].actor);
		size_t columns = d->number_columns + 1 + text_columns(step_text(d, &story->steps[i]));
		if (columns <= STEP_COLUMNS_MAX && columns > d->step_columns[side])
			d->step_columns[side] = columns;
	}
	size_t widest = 0;
	for (size_t i = 0; i < story->n_steps; i++) {
		CLEANUP(cleanup_row) struct row block = ROW_INIT;
		if (story_side_of_actor(story, story->steps[i].actor) != STORY_RIGHT)
			continue;
		add_step(d, i, STORY_RIGHT, &block);
		if (block.columns < d->inner / 2 && block.columns > widest)
			widest = block.columns;
	}
	for (size_t i = 0; i < story->n_looks; i++)
		for (size_t k = 0; k < story->looks[i].n_changes; k++) {
			CLEANUP(text_done) struct text t = TEXT_INIT;
			if (story->looks[i].changes[k].side != STORY_RIGHT)
				continue;
			phrase_change(d, &story->looks[i].changes[k], &t);
			size_t columns = d->number_columns + 1 + text_columns(text_get(&t));
			if (columns < d->inner / 2 && columns > widest)
				widest = columns;
		}
	d->right_column = widest ? d->inner - 1 - widest : d->inner / 2 + 1;
}

void story_diagram(const struct story *story, const struct style *style, struct text *t)
{
	struct diagram d = {.story = story, .style = style, .t = t};
	story_addresses_find(story, &d.addresses);
	measure(&d);
	add_diagram(&d);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cells held against each other, as text for people.
 *
 *	    A                                              │ B
 *	… steps 1 to 16, the same in both
 *	  17 server: setsockopt second SO_REUSEADDR 1  ok  │ 17 server: setsockopt second SO_REUSEADDR 1  ok
 *	▶ 18 server: bind second *:12345  EADDRINUSE       │ 18 server: bind second *:12345  ok
 *
 * The first event at which they part has the sign ▶, what differs after it ≠, a step that a factor put into one of them
 * +. Steps that are the same are left out but for those next to something that is not.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/plan.h"
#include "report/parting.h"
#include "report/phrase.h"

#define COLUMNS 100
#define SIDE_COLUMNS 47 /* of a story, beside the sign (2) and what is between them (3) */
#define NAME_COLUMNS 24
#define CONTEXT 2  /* rows of steps that are shown before and after what differs */
#define FOLD_MIN 2 /* fewer than so many steps are shown, not counted */

struct page {
	const struct parting_view *view;
	const struct style *style;
	struct text *t;
};

static const char *const names[2] = {"A", "B"};

static void add_paragraph(const struct page *p, size_t from, size_t indent, const char *words)
{
	text_wrap(p->t, from, words, indent, COLUMNS);
	text_add(p->t, "\n");
}

static void add_heading(const struct page *p, const char *heading)
{
	text_addf(p->t, "\n%s%s%s\n", p->style->bold, heading, p->style->reset);
}

/* "A  before, cell 48: closer=server …; pass" */
static void add_cell(const struct page *p, int side)
{
	const struct parting_cell *cell = &p->view->cells[side];
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t from = p->t->len;
	text_addf(&line, "%s, cell %" PRIu64, cell->path, cell->story->result->cell);
	if (cell->n_replicates > 1)
		text_addf(&line, " (replicate %" PRIu32 " of %zu)", cell->story->result->replicate, cell->n_replicates);
	text_addf(&line, " of %s, on Linux %s: ", cell->story->scenario->name, cell->kernel);
	plan_levels_text(cell->story->scenario, cell->levels, &line);
	text_addf(p->t, "%s%s%s  ", p->style->bold, names[side], p->style->reset);
	/* Escape sequences take no columns. */
	add_paragraph(p, from + strlen(p->style->bold) + strlen(p->style->reset), 3, text_get(&line));
}

/* "  first_reuseaddr         0 → 1" */
static void add_pair(const struct page *p, const char *name, const char *a, const char *b)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t from = p->t->len;
	text_addf(p->t, "  %s", name);
	text_pad(p->t, from, NAME_COLUMNS);
	if (a && b)
		text_addf(&line, " %s → %s", a, b);
	else
		text_addf(&line, " only in %s: %s", names[!a], a ? a : b);
	add_paragraph(p, from, NAME_COLUMNS + 1, text_get(&line));
}

static void add_factors(const struct page *p)
{
	struct parting_factor factor;
	bool has_heading = false;
	for (size_t i = 0; parting_factor(p->view, i, &factor); i++) {
		if (factor.levels[0] && factor.levels[1] && !strcmp(factor.levels[0], factor.levels[1]))
			continue;
		if (!has_heading)
			add_heading(p, "factors that differ (A → B)");
		has_heading = true;
		add_pair(p, factor.name, factor.levels[0], factor.levels[1]);
	}
}

static void add_responses(const struct page *p)
{
	const struct result *a = p->view->cells[0].story->result, *b = p->view->cells[1].story->result;
	struct parting_response response;
	bool has_heading = false;
	for (size_t i = 0; parting_response(p->view, i, &response); i++) {
		if (!response.differs)
			continue;
		if (!has_heading)
			add_heading(p, "responses that differ (A → B)");
		has_heading = true;
		add_pair(p, response.name, response.values[0] ? response.values[0]->text : NULL,
			response.values[1] ? response.values[1]->text : NULL);
	}
	if (a->verdict == b->verdict)
		return;
	add_heading(p, "the verdict (A → B)");
	add_pair(p, "verdict", verdict_names[a->verdict], verdict_names[b->verdict]);
	for (int side = 0; side < 2; side++) {
		const char *reason = side ? b->reason : a->reason;
		size_t from = p->t->len;
		if (!reason)
			continue;
		text_addf(p->t, "    in %s: ", names[side]);
		add_paragraph(p, from, 6, reason);
	}
}

/* "18 server: bind second *:12345  EADDRINUSE": where that is too long, the step is shortened first. */
static void add_step(const struct page *p, int side, size_t number, struct text *cell)
{
	if (!number)
		return;
	const struct story_step *step = &p->view->cells[side].story->steps[number - 1];
	size_t n_outcome = text_columns(step->made->outcome), most = SIDE_COLUMNS / 2;
	if (n_outcome > most)
		n_outcome = most;
	text_addf(cell, "%2zu ", number);
	text_add_shortened(cell, step->made->action, SIDE_COLUMNS - cell->len - 2 - n_outcome);
	text_add(cell, "  ");
	text_add_shortened(cell, step->made->outcome, n_outcome);
}

static void add_packets(const struct aligned_packets *packets, struct text *cell)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	if (!packets)
		return;
	parting_packets(packets, &line);
	text_add(cell, "     ");
	text_add_shortened(cell, text_get(&line), SIDE_COLUMNS - 5);
}

static void add_row(const struct page *p, size_t i)
{
	const struct aligned_row *row = &p->view->alignment->rows[i];
	bool is_first = i == p->view->alignment->first;
	CLEANUP(text_done) struct text left = TEXT_INIT, right = TEXT_INIT;
	struct text *cells[2] = {&left, &right};
	const char *style = is_first ? p->style->bold : row->is_step ? "" : p->style->dim;
	for (int side = 0; side < 2; side++)
		if (row->is_step)
			add_step(p, side, row->steps[side], cells[side]);
		else
			add_packets(row->packets[side], cells[side]);
	text_pad(&left, 0, SIDE_COLUMNS);
	const char *sign = is_first ? "▶" : row->differs ? "≠" : row->by_factor ? "+" : " ";
	text_addf(p->t, "%s%s %s │%s%s%s\n", style, sign, text_get(&left), right.len ? " " : "", text_get(&right),
		*style ? p->style->reset : "");
}

static bool is_same(const struct aligned_row *row)
{
	return !row->differs && !row->by_factor;
}

/* Whether there are fewer than CONTEXT rows of steps between row @i and one that is not the same in both. */
static bool is_near_difference(const struct page *p, size_t i)
{
	const struct alignment *a = p->view->alignment;
	size_t steps = 0;
	if (i == a->first || !is_same(&a->rows[i]))
		return true;
	for (size_t k = i + 1; k < a->n_rows && steps < CONTEXT; k++) {
		if (!is_same(&a->rows[k]))
			return true;
		steps += a->rows[k].is_step;
	}
	steps = a->rows[i].is_step;
	for (size_t k = i; k-- > 0 && steps <= CONTEXT;) {
		if (!is_same(&a->rows[k]))
			return true;
		steps += a->rows[k].is_step;
	}
	return false;
}

/* "… steps 1 to 15, the same in both": from row @from up to and without @to. */
static void add_fold(const struct page *p, size_t from, size_t to)
{
	const struct aligned_row *rows = p->view->alignment->rows;
	size_t n = 0, first[2] = {0, 0}, last[2] = {0, 0};
	for (size_t i = from; i < to; i++) {
		if (!rows[i].is_step)
			continue;
		n++;
		for (int side = 0; side < 2; side++) {
			first[side] = first[side] ? first[side] : rows[i].steps[side];
			last[side] = rows[i].steps[side];
		}
	}
	if (!n)
		return;
	text_addf(p->t, "  %s… the same in both: step%s %zu", p->style->dim, phrase_plural(n), first[0]);
	if (n > 1)
		text_addf(p->t, " to %zu", last[0]);
	if (first[0] != first[1]) {
		text_addf(p->t, " in A, %zu", first[1]);
		if (n > 1)
			text_addf(p->t, " to %zu", last[1]);
		text_add(p->t, " in B");
	}
	text_addf(p->t, "%s\n", p->style->reset);
}

static size_t count_steps(const struct alignment *a, size_t from, size_t to)
{
	size_t n = 0;
	for (size_t i = from; i < to; i++)
		n += a->rows[i].is_step;
	return n;
}

static void add_stories(const struct page *p)
{
	const struct alignment *a = p->view->alignment;
	CLEANUP(text_done) struct text left = TEXT_INIT;
	text_addf(&left, "A  cell %" PRIu64, p->view->cells[0].story->result->cell);
	text_pad(&left, 0, SIDE_COLUMNS);
	text_addf(p->t, "\n%s  %s │ B  cell %" PRIu64 "%s\n", p->style->bold, text_get(&left),
		p->view->cells[1].story->result->cell, p->style->reset);
	bool has_put_in = false;
	for (size_t i = 0; i < a->n_rows; i++)
		has_put_in |= a->rows[i].by_factor && i != a->first;
	for (size_t i = 0; i < a->n_rows;) {
		size_t end = i;
		while (end < a->n_rows && !is_near_difference(p, end))
			end++;
		if (count_steps(a, i, end) >= FOLD_MIN) {
			add_fold(p, i, end);
			i = end;
		}
		for (; i < end; i++)
			add_row(p, i);
		if (i < a->n_rows)
			add_row(p, i++);
	}
	if (has_put_in)
		text_addf(p->t, "  %s+ only there by the factor%s\n", p->style->dim, p->style->reset);
}

static void add_parting(const struct page *p)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	size_t from = p->t->len;
	bool parts = p->view->divergence->kind != DIVERGENCE_NONE;
	divergence_phrase(p->view->divergence, names, &line);
	text_addf(p->t, "%s%s", p->style->bold, parts ? "they part: " : "");
	text_wrap(p->t, from, text_get(&line), 2, COLUMNS + strlen(p->style->bold));
	text_addf(p->t, "%s\n", p->style->reset);
}

static void add_whole_stories(const struct page *p)
{
	for (int side = 0; side < 2; side++) {
		const struct parting_cell *cell = &p->view->cells[side];
		text_addf(p->t, "%s%s  %s%s ", side ? "" : "\n", p->style->dim,
			side ? "          " : "the whole:", p->style->reset);
		phrase_shell_word(p->view->program, p->t);
		text_add(p->t, " show ");
		phrase_shell_word(cell->path, p->t);
		text_addf(p->t, " %" PRIu64, cell->story->result->cell);
		if (cell->n_replicates > 1)
			text_addf(p->t, " --replicate %" PRIu32, cell->story->result->replicate);
		text_add(p->t, "\n");
	}
}

/* Of which cells that is so: "of A and B". Return: whether of any. */
static bool add_sides(const struct page *p, bool (*is_so)(const struct story *story), struct text *line)
{
	for (int side = 0; side < 2; side++)
		if (is_so(p->view->cells[side].story))
			text_addf(line, "%s%s", line->len ? " and " : "of ", names[side]);
	return line->len;
}

static bool has_no_evidence(const struct story *story)
{
	return !story->evidence;
}

static bool has_part_of_it(const struct story *story)
{
	return story->evidence && !story_is_whole(story);
}

/* Why packets are not compared. */
static void add_remark(const struct page *p)
{
	static const struct {
		bool (*is_so)(const struct story *story);
		const char *what;
	} remarks[] = {
		{has_no_evidence,
			" no packets were kept, so that steps alone are compared: `run --evidence all` keeps them"},
		{has_part_of_it,
			" packets or other evidence is missing, so that steps alone are compared: `show` says what"},
	};
	for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++) {
		CLEANUP(text_done) struct text line = TEXT_INIT;
		if (!add_sides(p, remarks[i].is_so, &line))
			continue;
		size_t from = p->t->len;
		text_add(&line, remarks[i].what);
		add_paragraph(p, from, 2, text_get(&line));
	}
}

void parting_text(const struct parting_view *view, const struct style *style, bool brief, struct text *t)
{
	const struct page p = {view, style, t};
	if (brief) {
		if (parting_differs(view))
			add_parting(&p);
		return;
	}
	add_cell(&p, 0);
	add_cell(&p, 1);
	text_add(t, "\n");
	add_parting(&p);
	add_remark(&p);
	add_factors(&p);
	add_responses(&p);
	if (view->alignment->n_rows)
		add_stories(&p);
	add_whole_stories(&p);
}

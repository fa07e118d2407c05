// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CSV (RFC 4180): a run of a cell is a row.
 *
 * All scenarios share one header, known before the first row: the columns are the union of what they have, and a field
 * is empty where it does not apply. A factor and a response may have the name of a column that is there already (of one
 * scenario they never have the same, of two they may): then "factor.", "response." or "duration." stands in front, a
 * dot being what R keeps in a name.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/report.h"

enum kind { KIND_FACTOR, KIND_RESPONSE, KIND_DURATION, KIND_COUNT };

static const char *const prefixes[] = {
	[KIND_FACTOR] = "factor.",
	[KIND_RESPONSE] = "response.",
	[KIND_DURATION] = "duration.",
};
static_assert(sizeof prefixes / sizeof *prefixes == KIND_COUNT, "for each kind");

static const char *const fixed[] = {"scenario", "cell", "replicate", "verdict", "reason", "elapsed_us"};
#define N_FIXED (sizeof fixed / sizeof *fixed)

struct column {
	enum kind kind;
	const char *name; /* of the factor or the response; borrowed */
	char *title;      /* owned */
};

struct columns {
	struct column *all; /* owned; those of a kind in a row */
	size_t n;
	bool failed;
};

static void add_field(struct text *t, const char *separator, const char *field)
{
	text_add(t, separator);
	/* Blanks at the ends belong to a field (2.4), but not every reader knows that. */
	size_t len = strlen(field);
	bool is_plain = !strpbrk(field, ",\"\r\n") && (!len || (field[0] != ' ' && field[len - 1] != ' '));
	if (is_plain) {
		text_add(t, field);
		return;
	}
	text_add(t, "\"");
	for (; *field; field++) {
		if (*field == '"')
			text_add(t, "\"");
		text_add_bytes(t, field, 1);
	}
	text_add(t, "\"");
}

static bool is_taken(const struct columns *columns, const char *title)
{
	for (size_t i = 0; i < N_FIXED; i++)
		if (!strcmp(fixed[i], title))
			return true;
	for (size_t i = 0; i < columns->n; i++)
		if (!strcmp(columns->all[i].title, title))
			return true;
	return false;
}

static void add_column(struct columns *columns, enum kind kind, const char *name)
{
	for (size_t i = 0; i < columns->n; i++)
		if (columns->all[i].kind == kind && !strcmp(columns->all[i].name, name))
			return;
	struct column *all = reallocarray(columns->all, columns->n + 1, sizeof *all);
	columns->all = all ? all : columns->all;
	CLEANUP(text_done) struct text title = TEXT_INIT, longer = TEXT_INIT;
	text_addf(&title, "%s%s", name, kind == KIND_DURATION ? "_us" : "");
	while (!title.failed && !longer.failed && is_taken(columns, text_get(&title))) {
		text_truncate(&longer, 0);
		text_addf(&longer, "%s%s", prefixes[kind], text_get(&title));
		text_truncate(&title, 0);
		text_add(&title, text_get(&longer));
	}
	if (!all || title.failed || longer.failed || !title.data) {
		columns->failed = true;
		return;
	}
	columns->all[columns->n++] = (struct column){kind, name, TAKE_POINTER(title.data)};
}

/* Of the scenarios that are to be told, which outlive the report. */
static void add_columns(struct columns *columns, const struct report *report, enum kind kind)
{
	for (size_t i = 0; i < report->n_scenarios; i++) {
		const struct scenario *s = report->scenarios[i];
		for (size_t f = 0; kind == KIND_FACTOR && f < s->matrix.n_factors; f++)
			add_column(columns, kind, s->matrix.factors[f].name);
		for (size_t r = 0; kind != KIND_FACTOR && r < s->n_responses; r++)
			if (kind == KIND_RESPONSE || s->responses[r].timed)
				add_column(columns, kind, s->responses[r].name);
	}
}

static void begin(struct report *report, struct text *t)
{
	struct columns *columns = report->state = calloc(1, sizeof *columns);
	if (!columns) {
		t->failed = true;
		return;
	}
	for (int kind = 0; kind < KIND_COUNT; kind++)
		add_columns(columns, report, (enum kind)kind);
	for (size_t i = 0; i + 1 < N_FIXED; i++)
		add_field(t, i ? "," : "", fixed[i]);
	for (size_t i = 0; i < columns->n; i++)
		add_field(t, ",", columns->all[i].title);
	add_field(t, ",", fixed[N_FIXED - 1]);
	text_add(t, "\r\n");
	t->failed |= columns->failed;
}

static void add_number(struct text *t, uint64_t number)
{
	text_addf(t, ",%" PRIu64, number);
}

static void add_cell(struct text *t, const struct column *column, const struct matrix *m, const size_t *levels,
	const struct result *result)
{
	if (column->kind == KIND_FACTOR) {
		const struct factor *factor = matrix_find_factor(m, column->name);
		add_field(t, ",", factor ? factor->levels[levels[factor - m->factors]].name : "");
		return;
	}
	for (size_t i = 0; i < result->n_values; i++) {
		const struct result_value *value = &result->values[i];
		if (strcmp(value->response, column->name) != 0)
			continue;
		if (column->kind == KIND_RESPONSE)
			add_field(t, ",", value->text);
		else if (value->timed)
			add_number(t, value->took_us);
		else
			break;
		return;
	}
	text_add(t, ",");
}

static void run(struct report *report, const struct summary *summary, const size_t *levels, const struct result *result,
	struct text *t)
{
	const struct columns *columns = report->state;
	const struct scenario *s = summary->view.explanation->table.scenario;
	if (!columns)
		return;
	add_field(t, "", s->name);
	add_number(t, result->cell);
	add_number(t, result->replicate);
	add_field(t, ",", verdict_names[result->verdict]);
	add_field(t, ",", result->reason ? result->reason : "");
	for (size_t i = 0; i < columns->n; i++)
		add_cell(t, &columns->all[i], &s->matrix, levels, result);
	add_number(t, result->elapsed_us);
	text_add(t, "\r\n");
}

static void done(struct report *report)
{
	struct columns *columns = report->state;
	for (size_t i = 0; columns && i < columns->n; i++)
		free(columns->all[i].title);
	if (columns)
		free(columns->all);
	free(TAKE_POINTER(report->state));
}

REPORT_FORMAT(csv) = {
	.name = "csv",
	.begin = begin,
	.run = run,
	.done = done,
};

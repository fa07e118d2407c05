// SPDX-License-Identifier: GPL-2.0-or-later
// What is not as expected, as GitHub's workflow commands.
#include "report/annotations.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/plan.h"
#include "report/phrase.h"
#include "report/report.h"

static const char *const commands[] = {
	[ANNOTATION_ERROR] = "error",
	[ANNOTATION_WARNING] = "warning",
};
static_assert(sizeof commands / sizeof *commands == ANNOTATION_KIND_COUNT, "a command for each kind");

/* As the toolkit does it (escapeData() and escapeProperty() in packages/core/src/command.ts of actions/toolkit). */
static void add_escaped(struct text *t, const char *plain, bool is_property)
{
	const char *special = is_property ? "%\r\n:," : "%\r\n";
	for (; *plain; plain++)
		if (strchr(special, *plain))
			text_addf(t, "%%%02X", (unsigned char)*plain);
		else
			text_add_bytes(t, plain, 1);
}

/* A file as GitHub wants it: from the top of the checkout. */
static void add_file(struct text *t, const char *path, const char *workspace)
{
	CLEANUP(cleanup_free) char *file = realpath(path, NULL);
	CLEANUP(cleanup_free) char *top = workspace && *workspace ? realpath(workspace, NULL) : NULL;
	size_t len = top ? strlen(top) : 0;
	bool is_below = file && len && !strncmp(file, top, len) && file[len] == '/';
	add_escaped(t, is_below ? file + len + 1 : path, true);
}

/* The line that a reason names, "(PATH:12)"; 0 for none. */
static unsigned line_of(const char *reason, const char *path)
{
	CLEANUP(text_done) struct text place = TEXT_INIT;
	text_addf(&place, "(%s:", path);
	const char *found = strstr(reason, text_get(&place));
	char *end;
	unsigned long line = found ? strtoul(found + place.len, &end, 10) : 0;
	return found && *end == ')' && line <= UINT32_MAX ? (unsigned)line : 0;
}

/* Where to write the next one; NULL where it is but counted. */
static struct text *next_of(struct annotations *annotations, enum annotation_kind kind)
{
	struct annotation_list *list = &annotations->lists[kind];
	return list->n++ < ANNOTATIONS_MAX ? &list->all[list->n - 1] : NULL;
}

static void add_annotation(struct annotations *annotations, enum annotation_kind kind, const struct scenario *s,
	unsigned line, const char *title, const char *message)
{
	struct text *t = next_of(annotations, kind);
	if (!t)
		return;
	text_addf(t, "::%s file=", commands[kind]);
	add_file(t, s->path, annotations->workspace);
	if (line)
		text_addf(t, ",line=%u", line);
	text_add(t, ",title=");
	add_escaped(t, title, true);
	text_add(t, "::");
	add_escaped(t, message, false);
	text_add(t, "\n");
}

static void add_reason(
	struct annotations *annotations, const struct summary *summary, const struct tally_reason *reason)
{
	const struct scenario *s = summary->view.explanation->table.scenario;
	bool is_warning = reason->verdict == VERDICT_INCONC;
	CLEANUP(text_done) struct text title = TEXT_INIT;
	CLEANUP(text_done) struct text message = TEXT_INIT;
	text_addf(&title, "%s: %s", s->name, verdict_names[reason->verdict]);
	if (reason->count > 1)
		text_addf(&title, " ×%" PRIu64, reason->count);
	text_addf(&message, "%s\nfor instance cell %" PRIu64, reason->text, reason->cell);
	CLEANUP(cleanup_free) size_t *levels = calloc(s->matrix.n_factors + 1, sizeof *levels);
	if (levels && s->matrix.n_factors) {
		matrix_cell(&s->matrix, reason->cell, levels);
		text_add(&message, ", ");
		plan_levels_text(s, levels, &message);
	}
	text_add(&message, "\nagain: ");
	phrase_command(summary->view.program, s, reason->cell, &message);
	add_annotation(annotations, is_warning ? ANNOTATION_WARNING : ANNOTATION_ERROR, s,
		line_of(reason->text, s->path), text_get(&title), text_get(&message));
}

static void add_claim(
	struct annotations *annotations, const struct explanation *explanation, const struct ruling *ruling)
{
	const struct scenario *s = explanation->table.scenario;
	CLEANUP(text_done) struct text title = TEXT_INIT;
	CLEANUP(text_done) struct text message = TEXT_INIT;
	text_addf(&title, "%s: claim %s", s->name, ruling->claim->id);
	text_addf(&message, "%s\nIt is ", ruling->claim->says);
	report_claim(explanation, ruling, &message);
	text_add(&message, ".");
	add_annotation(annotations, ANNOTATION_ERROR, s, ruling->claim->at.line, text_get(&title), text_get(&message));
}

void annotations_add(struct annotations *annotations, const struct summary *summary)
{
	const struct explanation *explanation = summary->view.explanation;
	const struct tally *tally = &explanation->tally;
	for (size_t i = 0; i < explanation->n_rulings; i++)
		if (explanation_differs(explanation, &explanation->rulings[i]))
			add_claim(annotations, explanation, &explanation->rulings[i]);
	for (size_t i = 0; i < tally->n_reasons; i++)
		if (tally->reasons[i].verdict != VERDICT_SKIP)
			add_reason(annotations, summary, &tally->reasons[i]);
}

void annotations_add_absent(struct annotations *annotations, const struct scenario *s, const char *why)
{
	CLEANUP(text_done) struct text title = TEXT_INIT;
	text_addf(&title, "%s: not run", s->name);
	add_annotation(annotations, ANNOTATION_ERROR, s, 0, text_get(&title), why);
}

static void write_list(const struct annotation_list *list, const char *command, struct text *t)
{
	bool has_more = list->n > ANNOTATIONS_MAX;
	uint64_t n_shown = has_more ? ANNOTATIONS_MAX - 1 : list->n;
	for (uint64_t i = 0; i < n_shown; i++) {
		text_add(t, text_get(&list->all[i]));
		t->failed |= list->all[i].failed;
	}
	if (has_more)
		text_addf(t,
			"::%s title=netrepro::… and %" PRIu64
			" more, which GitHub would not show; the summary has them\n",
			command, list->n - n_shown);
}

void annotations_write(const struct annotations *annotations, struct text *t)
{
	for (int kind = 0; kind < ANNOTATION_KIND_COUNT; kind++)
		write_list(&annotations->lists[kind], commands[kind], t);
}

void annotations_done(struct annotations *annotations)
{
	for (int kind = 0; kind < ANNOTATION_KIND_COUNT; kind++)
		for (size_t i = 0; i < ANNOTATIONS_MAX; i++)
			text_done(&annotations->lists[kind].all[i]);
}

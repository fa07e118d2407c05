// SPDX-License-Identifier: GPL-2.0-or-later
// What a run says at its end, as text for people.
#include "report/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "model/plan.h"

#define SUMMARY_VALUES_MAX 12 /* rows of a table; the results file has the rest */
#define SUMMARY_REASONS_MAX 10

static void add_shell_word(struct text *t, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
	if (*word && strspn(word, plain) == strlen(word)) {
		text_add(t, word);
		return;
	}
	text_add(t, "'");
	for (; *word; word++)
		if (*word == '\'')
			text_add(t, "'\\''");
		else
			text_add_bytes(t, word, 1);
	text_add(t, "'");
}

void summary_command(const struct summary *summary, uint64_t cell, struct text *t)
{
	add_shell_word(t, summary->program);
	text_addf(t, " run --cell %" PRIu64 " ", cell);
	add_shell_word(t, summary->scenario->path);
}

/* Over all responses, so that their counts stand in one column. */
static size_t widest_value(const struct tally *tally)
{
	size_t widest = 0;
	for (size_t r = 0; r < tally->n_responses; r++)
		for (size_t i = 0; i < tally->responses[r].n_values && i < SUMMARY_VALUES_MAX; i++) {
			size_t width = text_columns(tally->responses[r].values[i].text);
			widest = width > widest ? width : widest;
		}
	return widest;
}

static void add_response(const struct tally_response *response, size_t width, const struct style *style, struct text *t)
{
	text_addf(t, "%s%s%s\n", style->bold, response->name, style->reset);
	if (!response->n_values)
		text_add(t, "  (no cell recorded it)\n");
	uint64_t n_more = response->n_more;
	for (size_t i = 0; i < response->n_values; i++) {
		if (i >= SUMMARY_VALUES_MAX) {
			n_more += response->values[i].count;
			continue;
		}
		size_t from = t->len;
		text_addf(t, "  %s", response->values[i].text);
		text_pad(t, from, 2 + width);
		text_addf(t, "%7" PRIu64 "\n", response->values[i].count);
	}
	if (n_more)
		text_addf(t, "  … and %" PRIu64 " with other values\n", n_more);
	if (response->n_timed) {
		char least[DURATION_TEXT], most[DURATION_TEXT];
		text_addf(t, "  took %s to %s\n", duration_format(response->took_least_us, least),
			duration_format(response->took_most_us, most));
	}
	text_add(t, "\n");
}

static void add_reason(
	const struct summary *summary, const struct tally_reason *reason, const struct style *style, struct text *t)
{
	const struct scenario *s = summary->scenario;
	text_addf(t, "%s%s%s %" PRIu64 " ×  %s\n", style->verdicts[reason->verdict], verdict_names[reason->verdict],
		style->reset, reason->count, reason->text);
	CLEANUP(cleanup_free) size_t *levels = calloc(s->matrix.n_factors + 1, sizeof *levels);
	if (levels && s->matrix.n_factors) {
		matrix_cell(&s->matrix, reason->cell, levels);
		text_add(t, "  for instance ");
		plan_levels_text(s, levels, t);
		text_add(t, "\n");
	}
	text_addf(t, "  %sagain:%s ", style->dim, style->reset);
	summary_command(summary, reason->cell, t);
	text_add(t, "\n\n");
}

static void add_reasons(const struct summary *summary, const struct style *style, struct text *t)
{
	const struct tally *tally = summary->tally;
	uint64_t n_more = tally->n_more_reasons;
	for (size_t i = 0; i < tally->n_reasons; i++)
		if (i < SUMMARY_REASONS_MAX)
			add_reason(summary, &tally->reasons[i], style, t);
		else
			n_more += tally->reasons[i].count;
	if (n_more)
		text_addf(t, "… and %" PRIu64 " more for other reasons: the results file has them all (-o DIR)\n\n",
			n_more);
}

static void add_last_line(const struct summary *summary, const struct style *style, struct text *t)
{
	char elapsed[DURATION_TEXT];
	uint64_t total = tally_total(summary->tally);
	text_addf(t, "%s%" PRIu64 "%s run%s", style->bold, total, style->reset, total == 1 ? "" : "s");
	if (total < summary->n_runs)
		text_addf(t, " of %" PRIu64, summary->n_runs);
	const char *separator = ": ";
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (summary->tally->verdicts[i]) {
			text_addf(t, "%s%s%" PRIu64 " %s%s", separator, style->verdicts[i], summary->tally->verdicts[i],
				verdict_names[i], style->reset);
			separator = ", ";
		}
	text_addf(t, "; %s", duration_format(summary->elapsed_us, elapsed));
	if (summary->n_done && summary->elapsed_us)
		text_addf(t, ", %.0f a second",
			(double)summary->n_done * (double)CLOCK_US_PER_S / (double)summary->elapsed_us);
	text_addf(t, "; seed %" PRIu64, summary->seed);
	if (summary->results_path)
		text_addf(t, "; %s", summary->results_path);
	if (summary->interrupted)
		text_add(t, summary->results_path ? "; interrupted: --resume goes on" : "; interrupted");
	text_add(t, "\n");
}

void summary_text(const struct summary *summary, const struct style *style, bool brief, struct text *t)
{
	const struct scenario *s = summary->scenario;
	if (!brief) {
		text_addf(t, "%s%s%s", style->bold, s->name, style->reset);
		if (s->question)
			text_addf(t, ": %s", s->question);
		text_addf(t, "\n%sLinux %s, %s%s\n\n", style->dim, summary->kernel,
			strcmp(summary->privilege, "root") ? "in a user namespace" : "as root", style->reset);
		for (size_t i = 0; i < summary->tally->n_responses; i++)
			add_response(&summary->tally->responses[i], widest_value(summary->tally) + 2, style, t);
	}
	add_reasons(summary, style, t);
	if (!brief)
		add_last_line(summary, style, t);
}

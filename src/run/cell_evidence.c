// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The evidence of a cell, put together when its last step is made and its testbed still stands.
 *
 * Steps are timed on CLOCK_MONOTONIC, packets by the kernel on CLOCK_REALTIME. How far they are apart is asked when the
 * cell begins and again at its end: where the host's clock was set in between, the evidence says so.
 */
#include "run/cell_evidence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "net/mib.h"
#include "run/frame.h"

#define NS_PER_US 1000
#define NS_PER_S 1000000000LL

/* The two clocks are asked one after the other, and the host's may be slewed: no more than this is no step. */
#define OFFSET_TOLERANCE_NS (NS_PER_S / 1000)

static int64_t ns_of(const struct timespec *t)
{
	return t->tv_sec * NS_PER_S + t->tv_nsec;
}

int64_t cell_evidence_offset_ns(void)
{
	struct timespec before, real, after;
	int64_t best_ns = INT64_MAX, offset_ns = 0;
	/* Of three tries the one in which the least time went by: the thread may have been put aside in between. */
	for (int i = 0; i < 3; i++) {
		clock_gettime(CLOCK_MONOTONIC, &before);
		clock_gettime(CLOCK_REALTIME, &real);
		clock_gettime(CLOCK_MONOTONIC, &after);
		int64_t took_ns = ns_of(&after) - ns_of(&before);
		if (took_ns >= best_ns)
			continue;
		best_ns = took_ns;
		offset_ns = ns_of(&real) - ns_of(&before) - took_ns / 2;
	}
	return offset_ns;
}

/* What could not be collected, sentence by sentence. */
static void add_gap(struct text *gap, struct error *e)
{
	text_addf(gap, "%s%s", gap->len ? "; " : "", error_text(e));
	error_clear(e);
}

static int compare_counters(const void *a, const void *b)
{
	const struct evidence_counter *x = a, *y = b;
	if (x->namespace != y->namespace)
		return x->namespace < y->namespace ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int add_counters(
	struct testbed *t, size_t namespace, struct arena *arena, struct evidence *evidence, struct error *e)
{
	struct mib_counter *counters;
	size_t n;
	int r = testbed_enter(t, &t->namespaces[namespace], e);
	if (r == 0)
		r = mib_read(arena, &counters, &n, e);
	if (r < 0)
		return r;
	struct evidence_counter *all = arena_array(arena, evidence->n_counters + n, sizeof *all);
	if (!all)
		return error_no_memory(e);
	if (evidence->n_counters)
		memcpy(all, evidence->counters, evidence->n_counters * sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[evidence->n_counters + i] =
			(struct evidence_counter){namespace, counters[i].name, counters[i].value};
	evidence->counters = all;
	evidence->n_counters += n;
	return 0;
}

static int compare_packets(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;
	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return (int)y->outgoing - (int)x->outgoing; /* leaves before it comes in */
}

/* "step 6: client: connect conn server:12345 → ok" of the step that was being made when the packet was seen, or that
 * was the last one made. */
static const char *describe_cause(
	const struct evidence *evidence, const struct packet *packet, const struct result *result, struct arena *arena)
{
	uint64_t at_us = evidence_packet_us(evidence, packet);
	size_t i = result->n_steps;
	while (i && result->steps[i - 1].at_us > at_us)
		i--;
	if (!i)
		return "before the first step";
	const struct result_step *step = &result->steps[i - 1];
	bool is_over = at_us > step->at_us + step->took_us;
	return arena_printf(arena, "%s %zu: %s → %s", is_over ? "after step" : "step", i, step->action, step->outcome);
}

static int add_packets(const struct cell *cell, const struct result *result, struct arena *arena,
	struct evidence *evidence, struct text *file)
{
	const struct witness *w = &cell->testbed.witness;
	struct pcapng *capture = &evidence->capture;
	const char **comments = arena_array(arena, w->n_packets, sizeof *comments);
	if (!comments)
		return -ENOMEM;
	capture->packets = w->packets;
	capture->n_packets = w->n_packets;
	if (w->n_packets)
		qsort(w->packets, w->n_packets, sizeof *w->packets, compare_packets);
	for (size_t i = 0; i < w->n_packets; i++)
		comments[i] = describe_cause(evidence, &w->packets[i], result, arena);
	capture->comments = comments;
	CLEANUP(text_done) struct text about = TEXT_INIT;
	text_addf(&about, "%s, cell %" PRIu64 ", replicate %" PRIu32 ": ", cell->scenario->name, cell->id.cell,
		cell->id.replicate);
	plan_levels_text(cell->scenario, cell->plan.levels, &about);
	capture->about = text_get(&about);
	pcapng_write(capture, file);
	if (file->failed || about.failed)
		return -ENOMEM;
	evidence->pcapng = file->data;
	evidence->pcapng_len = file->len;
	return 0;
}

/* Whose it is. */
static struct evidence describe(const struct cell *cell, const struct result *result)
{
	struct evidence evidence = {
		.cell = cell->id.cell,
		.replicate = cell->id.replicate,
		.verdict = result->verdict,
		.began_ns = cell->began_us * NS_PER_US + (uint64_t)cell->offset_ns,
	};
	evidence.capture.n_namespaces = cell->testbed.n_namespaces;
	for (size_t i = 0; i < cell->testbed.n_namespaces; i++)
		evidence.capture.namespaces[i] = cell->testbed.namespaces[i].name;
	return evidence;
}

/* All that there is. Return: owned by the caller; NULL when memory is out. */
static char *tell_all(struct cell *cell, const struct result *result)
{
	struct testbed *t = &cell->testbed;
	struct arena *arena = &cell->plan.arena;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(text_done) struct text gap = TEXT_INIT, file = TEXT_INIT;
	struct evidence evidence = describe(cell, result);
	evidence.looks = cell->watch.looks;
	evidence.n_looks = cell->watch.n_looks;
	text_add(&gap, cell->evidence_gap ? cell->evidence_gap : "");
	if (witness_drain(t, &e) < 0)
		add_gap(&gap, &e);
	evidence.left_out = t->witness.left_out;
	for (size_t i = 0; i < t->n_namespaces; i++) {
		evidence.capture.dropped[i] = t->witness.captures[i].dropped;
		/* Where a namespace could not be made, the worker is in another one. */
		if (t->namespaces[i].fd >= 0 && add_counters(t, i, arena, &evidence, &e) < 0)
			add_gap(&gap, &e);
	}
	if (evidence.n_counters)
		qsort(evidence.counters, evidence.n_counters, sizeof *evidence.counters, compare_counters);
	int64_t drift_ns = cell_evidence_offset_ns() - cell->offset_ns;
	if (t->witness.captures_on && llabs(drift_ns) > OFFSET_TOLERANCE_NS)
		text_addf(&gap,
			"%sthe host's clock was set by %" PRId64
			" us while the cell ran, and the times of packets are of "
			"that clock",
			gap.len ? "; " : "", drift_ns / NS_PER_US);
	if (t->witness.captures_on && add_packets(cell, result, arena, &evidence, &file) < 0) {
		error_no_memory(&e);
		error_wrap(&e, "the packets");
		add_gap(&gap, &e);
	}
	evidence.gap = gap.len ? text_get(&gap) : NULL;
	return gap.failed ? NULL : evidence_to_line(&evidence);
}

/* That there is no more. */
static char *tell_gap(const struct cell *cell, const struct result *result, const char *gap)
{
	struct evidence evidence = describe(cell, result);
	evidence.gap = gap;
	return evidence_to_line(&evidence);
}

char *cell_evidence_line(struct cell *cell, const struct result *result)
{
	CLEANUP(cleanup_free) char *line = tell_all(cell, result);
	size_t len = line ? strlen(line) : 0;
	if (!line)
		return tell_gap(cell, result, "out of memory (ENOMEM)");
	if (len > FRAME_PAYLOAD_MAX)
		return tell_gap(cell, result, "it is longer than a worker can send (EMSGSIZE)");
	return TAKE_POINTER(line);
}

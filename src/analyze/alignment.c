// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two stories next to each other.
 *
 * Theory of operation. The steps of one scenario are brought together by their places in it (analyze/pairing.h), those
 * of different ones by their longest common subsequence (which takes quadratic memory, so that lists too long for it
 * are paired as they stand); then, below each row of steps, the packets that were sent during them by the same means. A
 * packet may be seen during another step in one of the stories than in the other: before the row at which the stories
 * part, that is no difference.
 */
#include "analyze/alignment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"

/* Of two lists, the most that their lengths multiplied may be: 4 MB. */
#define COMMON_CELLS_MAX (UINT64_C(1) << 20)

/* What a sender did, as far as it is compared. */
#define FLAGS (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST)

struct packets_of_story {
	struct aligned_packets *all; /* in the order of time */
	size_t n;
};

struct aligning {
	struct pairing pairing;
	struct arena *arena;
	struct packets_of_story packets[2];
	struct aligned_row *rows; /* owned until the end */
	size_t n_rows;
	size_t steps[2]; /* whose packets are being aligned, … */
	size_t from[2];  /* … the first of them */
	struct error *e;
};

static bool is_same_kind(const struct story_packet *a, const struct story_packet *b)
{
	return (a->segment.flags & FLAGS) == (b->segment.flags & FLAGS) &&
	       (!(a->segment.flags & SEGMENT_SYN) || a->segment.has_timestamps == b->segment.has_timestamps) &&
	       (!(a->segment.flags & FLAGS) || (a->segment.flags & SEGMENT_ACK) == (b->segment.flags & SEGMENT_ACK));
}

static int list_packets(struct aligning *a, int side)
{
	const struct story *story = a->pairing.stories[side];
	struct packets_of_story *list = &a->packets[side];
	list->all = arena_array(a->arena, story->n_packets, sizeof *list->all);
	if (!list->all)
		return error_no_memory(a->e);
	for (size_t i = 0; i < story->n_packets; i++) {
		const struct story_packet *packet = &story->packets[i];
		struct aligned_packets *last = list->n ? &list->all[list->n - 1] : NULL;
		if (!packet->is_tcp || (!(packet->segment.flags & FLAGS) && !packet->segment.n_data))
			continue;
		const char *sender = story_who(story, packet);
		if (!last || last->first->step != packet->step || strcmp(last->sender, sender) != 0 ||
			!is_same_kind(last->first, packet)) {
			last = &list->all[list->n++];
			*last = (struct aligned_packets){.first = packet, .sender = sender};
		}
		last->n++;
		last->n_data += packet->segment.n_data;
	}
	return 0;
}

static bool is_same_step(const struct aligning *a, size_t i, size_t j)
{
	const struct story *const *stories = a->pairing.stories;
	return !strcmp(stories[0]->steps[i].made->action, stories[1]->steps[j].made->action);
}

static bool is_same_packet(const struct aligning *a, size_t i, size_t j)
{
	const struct aligned_packets *x = &a->packets[0].all[a->from[0] + i], *y = &a->packets[1].all[a->from[1] + j];
	bool is_same_often = !(x->first->segment.flags & FLAGS) || (x->n > 1) == (y->n > 1);
	return !strcmp(x->sender, y->sender) && is_same_kind(x->first, y->first) && is_same_often;
}

static int add_row(struct aligning *a, struct aligned_row row)
{
	struct aligned_row *rows = grow_by_one(a->rows, a->n_rows, sizeof *rows);
	if (!rows)
		return error_no_memory(a->e);
	a->rows = rows;
	rows[a->n_rows++] = row;
	return 0;
}

#define NEITHER SIZE_MAX

/* Whether an entry of the first list and one of the second are the same; a row of the two. */
typedef bool same_function(const struct aligning *a, size_t i, size_t j);
typedef int add_function(struct aligning *a, size_t i, size_t j); /* NEITHER where one list has none */

/* By index of each list: how long the longest common subsequence is of what stands from there on; NULL: too long. */
static uint32_t *find_common(struct aligning *a, size_t n, size_t m, same_function *same)
{
	uint32_t *common = calloc((n + 1) * (m + 1), sizeof *common);
	for (size_t i = n; common && i-- > 0;)
		for (size_t j = m; j-- > 0;) {
			uint32_t *here = &common[i * (m + 1) + j];
			if (same(a, i, j))
				*here = here[m + 2] + 1;
			else
				*here = here[1] > here[m + 1] ? here[1] : here[m + 1];
		}
	return common;
}

static int align_as_they_stand(struct aligning *a, size_t n, size_t m, add_function *add)
{
	int r = 0;
	for (size_t i = 0; r == 0 && (i < n || i < m); i++)
		r = add(a, i < n ? i : NEITHER, i < m ? i : NEITHER);
	return r;
}

static int align(struct aligning *a, size_t n, size_t m, same_function *same, add_function *add)
{
	if ((uint64_t)(n + 1) * (m + 1) > COMMON_CELLS_MAX)
		return align_as_they_stand(a, n, m, add);
	CLEANUP(cleanup_free) uint32_t *common = find_common(a, n, m, same);
	if (!common)
		return error_no_memory(a->e);
	size_t i = 0, j = 0;
	int r = 0;
	while (r == 0 && (i < n || j < m)) {
		const uint32_t *here = &common[i * (m + 1) + j];
		if (i < n && j < m && same(a, i, j))
			r = add(a, i++, j++);
		else if (j == m || (i < n && here[m + 1] >= here[1]))
			r = add(a, i++, NEITHER);
		else
			r = add(a, NEITHER, j++);
	}
	return r;
}

/* What the same sender did instead stands in the same row. */
static int add_packets(struct aligning *a, size_t i, size_t j)
{
	struct aligned_row *last = a->n_rows ? &a->rows[a->n_rows - 1] : NULL;
	const struct aligned_packets *second = j == NEITHER ? NULL : &a->packets[1].all[a->from[1] + j];
	if (i == NEITHER && last && !last->is_step && last->steps[1] == a->steps[1] && last->packets[0] &&
		!last->packets[1] && !strcmp(last->packets[0]->sender, second->sender)) {
		last->packets[1] = second;
		return 0;
	}
	return add_row(a, (struct aligned_row){
				  .steps = {a->steps[0], a->steps[1]},
				  .packets = {i == NEITHER ? NULL : &a->packets[0].all[a->from[0] + i],
					  j == NEITHER ? NULL : &a->packets[1].all[a->from[1] + j]},
				  .differs = i == NEITHER || j == NEITHER || !is_same_packet(a, i, j),
			  });
}

/* The packets that were sent during the steps of these numbers; of a step that is not there, none. */
static int align_packets(struct aligning *a, bool has_first, size_t first, bool has_second, size_t second)
{
	const bool has[2] = {has_first, has_second};
	size_t n[2] = {0, 0};
	a->steps[0] = first;
	a->steps[1] = second;
	for (int side = 0; side < 2; side++)
		while (has[side] && a->from[side] + n[side] < a->packets[side].n &&
			a->packets[side].all[a->from[side] + n[side]].first->step <= a->steps[side])
			n[side]++;
	int r = align(a, n[0], n[1], is_same_packet, add_packets);
	for (int side = 0; side < 2; side++)
		a->from[side] += n[side];
	return r;
}

static int add_pair(struct aligning *a, const struct step_pair *pair)
{
	int r = add_row(a, (struct aligned_row){
				   .is_step = true,
				   .steps = {pair->steps[0], pair->steps[1]},
				   .by_factor = pair->by_factor,
				   .differs = !pair->by_factor &&
					      !(pair->is_same && pairing_has_same_outcome(&a->pairing, pair->steps)),
			   });
	return r < 0 ? r : align_packets(a, pair->steps[0], pair->steps[0], pair->steps[1], pair->steps[1]);
}

static int add_steps(struct aligning *a, size_t i, size_t j)
{
	return add_pair(a, &(struct step_pair){
				   .steps = {i == NEITHER ? 0 : i + 1, j == NEITHER ? 0 : j + 1},
				   .is_same = i != NEITHER && j != NEITHER && is_same_step(a, i, j),
			   });
}

static int align_steps(struct aligning *a)
{
	const struct story *const *stories = a->pairing.stories;
	if (!a->pairing.is_one_scenario)
		return align(a, stories[0]->n_steps, stories[1]->n_steps, is_same_step, add_steps);
	size_t done[2] = {0, 0};
	struct step_pair pair;
	int r = 0;
	while (r == 0 && pairing_next(&a->pairing, done, &pair))
		r = add_pair(a, &pair);
	return r;
}

/* `what` is the sender, or where it is timestamps alone "SYN of SENDER". */
static bool is_of_sender(const char *sender, const struct divergence *d)
{
	size_t len = strlen(d->what), len_sender = strlen(sender);
	return len >= len_sender && !strcmp(d->what + len - len_sender, sender);
}

static bool is_where_they_part(const struct aligned_row *row, const struct divergence *d)
{
	switch (d->kind) {
	case DIVERGENCE_STEP:
	case DIVERGENCE_OUTCOME:
		return row->is_step &&
		       ((d->steps[0] && row->steps[0] == d->steps[0]) || (d->steps[1] && row->steps[1] == d->steps[1]));
	case DIVERGENCE_PACKET:
		for (int side = 0; side < 2; side++)
			if (!row->is_step && row->differs && row->packets[side] && d->steps[side] &&
				is_of_sender(row->packets[side]->sender, d) && row->steps[side] >= d->steps[side])
				return true;
		return false;
	case DIVERGENCE_ENDING:
		for (int side = 0; side < 2; side++) {
			const struct aligned_packets *packets = row->packets[side];
			if (packets && packets->first->step == d->steps[side] &&
				packets->first->segment.flags & (SEGMENT_FIN | SEGMENT_RST) &&
				!strcmp(packets->sender, d->texts[side]))
				return true;
		}
		return false;
	case DIVERGENCE_NONE:
	case DIVERGENCE_STATES:
	case DIVERGENCE_COUNTER:
	case DIVERGENCE_KIND_COUNT:
		break;
	}
	return false;
}

static size_t find_first(const struct aligning *a, const struct divergence *d)
{
	size_t i = 0;
	while (i < a->n_rows && !is_where_they_part(&a->rows[i], d))
		i++;
	return i;
}

int alignment_make(const struct story *first, const struct story *second, const struct divergence *divergence,
	struct arena *arena, struct alignment *ret, struct error *e)
{
	struct aligning a = {.pairing = pairing_of(first, second), .arena = arena, .e = e};
	int r = list_packets(&a, 0);
	if (r == 0)
		r = list_packets(&a, 1);
	if (r == 0)
		r = align_packets(&a, true, 0, true, 0);
	if (r == 0)
		r = align_steps(&a);
	*ret = (struct alignment){.rows = arena_array(arena, a.n_rows, sizeof *ret->rows), .n_rows = a.n_rows};
	if (r == 0 && !ret->rows)
		r = error_no_memory(e);
	if (r == 0) {
		ret->first = find_first(&a, divergence);
		for (size_t i = 0; i < a.n_rows; i++) {
			ret->rows[i] = a.rows[i];
			ret->rows[i].differs &= i >= ret->first;
		}
	}
	free(a.rows);
	return r;
}

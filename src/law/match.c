// SPDX-License-Identifier: GPL-2.0-or-later
// Which rules hold where.
//
// Theory of operation: in a sorted table the points with the same first levels follow one another. So the points are
// split by the first factor, then each part by the second …, and with each part goes the list of the rules that
// hold as far as the factors were looked at. A law with many rules is held against all points in much less time than
// their product.
#include "law/match.h"

#include <assert.h>
#include <stdlib.h>

#include "base/cleanup.h"

struct matching {
	const struct law_table *table;
	const struct law_rule *rules;
	int (*each)(void *context, size_t first, size_t n_points, const struct match *matches, size_t n_matches);
	void *context;
	struct match *matches; /* the lists of all parts that are being split, one behind the other; owned */
	size_t room;
	struct error *e;
};

static void cleanup_matching(struct matching *m)
{
	free(m->matches);
}

/* Room for @n more behind the first @used. */
static int make_room(struct matching *m, size_t used, size_t n)
{
	if (used + n <= m->room)
		return 0;
	size_t room = 2 * (used + n);
	struct match *matches = reallocarray(m->matches, room, sizeof *matches);
	if (!matches)
		return error_no_memory(m->e);
	m->matches = matches;
	m->room = room;
	return 0;
}

static bool is_decided(const struct matching *m, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		if (m->matches[i].n_met < m->rules[m->matches[i].rule].when.n)
			return false;
	return true;
}

/* Put the rules of the list that allow @level at factor @f behind it. Return: the end of the new list. */
static size_t filter(struct matching *m, size_t begin, size_t end, size_t f, uint16_t level)
{
	size_t n = end;
	for (size_t i = begin; i < end; i++) {
		struct match match = m->matches[i];
		const struct conditions *when = &m->rules[match.rule].when;
		if (match.n_met < when->n && when->all[match.n_met].factor == f) {
			if (!when->all[match.n_met].allowed[level])
				continue;
			match.n_met++;
		}
		m->matches[n++] = match;
	}
	return n;
}

/* Points @first … @last-1 agree at all factors before @f. As deep as there are factors: MATRIX_FACTORS_MAX at most. */
static int split(struct matching *m, size_t f, size_t first, size_t last, size_t begin, size_t end)
{
	const struct law_table *t = m->table;
	if (f == t->n_factors || is_decided(m, begin, end))
		return m->each(m->context, first, last - first, m->matches + begin, end - begin);
	int r = make_room(m, end, end - begin);
	for (size_t next; r == 0 && first < last; first = next) {
		uint16_t level = t->levels[first * t->n_factors + f];
		for (next = first + 1; next < last && t->levels[next * t->n_factors + f] == level;)
			next++;
		r = split(m, f + 1, first, next, end, filter(m, begin, end, f, level));
	}
	return r;
}

int match_each(const struct law_table *table, const struct law_rule *rules, size_t n_rules,
	int (*each)(void *context, size_t first, size_t n_points, const struct match *matches, size_t n_matches),
	void *context, struct error *e)
{
	assert(table->n_factors <= MATRIX_FACTORS_MAX);
	CLEANUP(cleanup_matching)
	struct matching m = {
		.table = table,
		.rules = rules,
		.each = each,
		.context = context,
		.e = e,
	};
	int r = make_room(&m, 0, n_rules);
	if (r < 0 || !table->n_points)
		return r;
	for (size_t i = 0; i < n_rules; i++)
		m.matches[i] = (struct match){.rule = (uint32_t)i};
	return split(&m, 0, 0, table->n_points, 0, n_rules);
}

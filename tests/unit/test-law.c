// SPDX-License-Identifier: GPL-2.0-or-later
// analyze/law: planted laws are found; random ones hold, and are as small as a search through all laws says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "law/law.h"
#include "base/cleanup.h"
#include "base/shuffle.h"

#define FACTORS_MAX 64
#define HOLE -1

struct sample {
	size_t n_factors;
	uint32_t n_levels[FACTORS_MAX];
	size_t n_points, room;
	uint16_t *levels, *values;
	size_t n_values;
	uint64_t n_steps;
};

static void cleanup_sample(struct sample *s)
{
	free(s->levels);
	free(s->values);
}

static void sample_add(struct sample *s, const size_t *levels, size_t value)
{
	if (s->n_points == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->levels = reallocarray(s->levels, s->room * s->n_factors, sizeof *s->levels);
		s->values = reallocarray(s->values, s->room, sizeof *s->values);
		assert_non_null(s->levels);
		assert_non_null(s->values);
	}
	for (size_t f = 0; f < s->n_factors; f++)
		s->levels[s->n_points * s->n_factors + f] = (uint16_t)levels[f];
	s->values[s->n_points++] = (uint16_t)value;
	if (value >= s->n_values)
		s->n_values = value + 1;
}

/* All combinations of the levels, @value_of saying the value or HOLE. @shape: the numbers of levels, 0 at the end. */
static struct sample sample_of(const uint32_t *shape, int (*value_of)(const size_t *levels))
{
	struct sample s = {.n_factors = 0};
	for (; shape[s.n_factors]; s.n_factors++)
		s.n_levels[s.n_factors] = shape[s.n_factors];
	size_t levels[FACTORS_MAX] = {0};
	for (size_t f = 0; f < s.n_factors;) {
		int value = value_of(levels);
		if (value != HOLE)
			sample_add(&s, levels, (size_t)value);
		/* The first factor varies fastest, so that the points are not sorted yet. */
		for (f = 0; f < s.n_factors && ++levels[f] == s.n_levels[f]; f++)
			levels[f] = 0;
	}
	return s;
}

#define SAMPLE(value_of, ...) sample_of((const uint32_t[]){__VA_ARGS__, 0}, value_of)

static struct law find(const struct sample *s)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct law_table table = {
		.n_factors = s->n_factors,
		.n_levels = s->n_levels,
		.n_points = s->n_points,
		.levels = s->levels,
		.values = s->values,
		.n_values = s->n_values,
		.n_steps = s->n_steps,
	};
	struct law law;
	if (law_find(&table, &law, &e) < 0)
		fail_msg("%s", error_text(&e));
	return law;
}

static void levels_at(const struct sample *s, size_t i, size_t *ret)
{
	for (size_t f = 0; f < s->n_factors; f++)
		ret[f] = s->levels[i * s->n_factors + f];
}

/* "1=0,2 3=1 -> 2; else 0": factors and levels by number. */
static const char *text_of(const struct sample *s, const struct law *law)
{
	static char text[65536];
	size_t n = 0;
	for (size_t r = 0; r < law->n_rules; r++) {
		for (size_t k = 0; k < law->rules[r].when.n; k++) {
			const struct condition *condition = &law->rules[r].when.all[k];
			const char *separator = "=";
			n += (size_t)snprintf(text + n, sizeof text - n, "%zu", condition->factor);
			for (size_t l = 0; l < s->n_levels[condition->factor]; l++)
				if (condition->allowed[l]) {
					n += (size_t)snprintf(text + n, sizeof text - n, "%s%zu", separator, l);
					separator = ",";
				}
			n += (size_t)snprintf(text + n, sizeof text - n, " ");
			assert_true(n < sizeof text);
		}
		n += (size_t)snprintf(text + n, sizeof text - n, "-> %zu; ", law->rules[r].value);
	}
	snprintf(text + n, sizeof text - n, "else %zu", law->otherwise);
	return text;
}

/* No level is listed without a point there that the rule speaks of. */
static void assert_observed(const struct sample *s, const struct law_rule *rule)
{
	size_t levels[FACTORS_MAX];
	for (size_t k = 0; k < rule->when.n; k++) {
		size_t f = rule->when.all[k].factor;
		bool seen[256] = {false};
		assert_true(s->n_levels[f] <= 256);
		for (size_t i = 0; i < s->n_points; i++) {
			levels_at(s, i, levels);
			seen[levels[f]] |= conditions_hold(&rule->when, levels);
		}
		for (size_t l = 0; l < s->n_levels[f]; l++)
			assert_int_equal(rule->when.all[k].allowed[l], seen[l]);
	}
}

/* Whether @a is to stand before @b: by the first condition in which they differ. */
static bool stands_before(const struct sample *s, const struct law_rule *a, const struct law_rule *b)
{
	for (size_t k = 0; k < a->when.n && k < b->when.n; k++) {
		const struct condition *x = &a->when.all[k], *y = &b->when.all[k];
		if (x->factor != y->factor)
			return x->factor < y->factor;
		for (size_t l = 0; l < s->n_levels[x->factor]; l++)
			if (x->allowed[l] != y->allowed[l])
				return x->allowed[l];
	}
	return a->when.n < b->when.n;
}

/* All that the header promises, but that the law is small. */
static void assert_law(const struct sample *s, const struct law *law)
{
	size_t n_conditions = 0, levels[FACTORS_MAX];
	for (size_t i = 0; i < s->n_points; i++) {
		levels_at(s, i, levels);
		assert_int_equal(law_value(law, levels), s->values[i]);
		for (size_t r = 0; r < law->n_rules; r++)
			if (conditions_hold(&law->rules[r].when, levels))
				assert_int_equal(law->rules[r].value, s->values[i]);
	}
	bool *said = calloc(s->n_values, sizeof *said);
	assert_non_null(said);
	for (size_t r = 0; r < law->n_rules; r++) {
		const struct law_rule *rule = &law->rules[r];
		assert_true(rule->when.n > 0);
		for (size_t k = 1; k < rule->when.n; k++)
			assert_true(rule->when.all[k - 1].factor < rule->when.all[k].factor);
		assert_int_not_equal(rule->value, law->otherwise);
		if (r == 0 || law->rules[r - 1].value != rule->value)
			assert_false(said[rule->value]);
		else
			assert_true(stands_before(s, &law->rules[r - 1], rule));
		said[rule->value] = true;
		assert_observed(s, rule);
		n_conditions += rule->when.n;
	}
	free(said);
	assert_int_equal(law->n_conditions, n_conditions);
}

static void assert_finds(struct sample s, const char *expected)
{
	CLEANUP(law_done) struct law law = find(&s);
	assert_law(&s, &law);
	assert_string_equal(text_of(&s, &law), expected);
	assert_true(law.exact);
	cleanup_sample(&s);
}

static int constant(const size_t *l)
{
	(void)l;
	return 0;
}

static void test_constant(void **state)
{
	(void)state;
	assert_finds(SAMPLE(constant, 3, 2, 2), "else 0");
	/* Not a single factor: one point. */
	struct sample s = {.n_factors = 0};
	s.values = calloc(1, sizeof *s.values);
	s.levels = calloc(1, sizeof *s.levels);
	s.n_points = s.n_values = 1;
	assert_finds(s, "else 0");
}

static int both(const size_t *l)
{
	return l[1] == 1 && l[3] == 0;
}

static int either_not_both(const size_t *l)
{
	return (l[0] + l[2]) % 2 != 0;
}

static void test_two_factors_together(void **state)
{
	(void)state;
	assert_finds(SAMPLE(both, 2, 2, 3, 2), "1=1 3=0 -> 1; else 0");
	assert_finds(SAMPLE(either_not_both, 2, 3, 2), "0=0 2=1 -> 1; 0=1 2=0 -> 1; else 0");
}

static int at_one_level(const size_t *l)
{
	return l[0] == 2 && l[1] == 0 ? 1 : 0;
}

static int three_values(const size_t *l)
{
	return l[0] == 1 ? 2 : l[1] == 1 ? 1 : 0;
}

static int value_per_level(const size_t *l)
{
	return (int)l[1];
}

static int two_alike(const size_t *l)
{
	return l[1] != 1 && l[0] == 1;
}

static void test_levels(void **state)
{
	(void)state;
	assert_finds(SAMPLE(at_one_level, 3, 2), "0=2 1=0 -> 1; else 0");
	assert_finds(SAMPLE(three_values, 2, 2, 2), "0=1 -> 2; 0=0 1=1 -> 1; else 0");
	assert_finds(SAMPLE(value_per_level, 3, 5), "1=1 -> 1; 1=2 -> 2; 1=3 -> 3; 1=4 -> 4; else 0");
	assert_finds(SAMPLE(two_alike, 2, 3, 2), "0=1 1=0,2 -> 1; else 0");
}

static int hole_under_a_rule(const size_t *l)
{
	if (l[0] == 1 && l[1] == 2)
		return HOLE;
	return l[0] == 1;
}

static int only_two_seen(const size_t *l)
{
	return l[0] > 1 || l[1] != l[0] ? HOLE : (int)l[0];
}

static int unseen_levels(const size_t *l)
{
	return l[0] == 1 || l[1] == 3 ? HOLE : l[0] >= 2;
}

static void test_holes(void **state)
{
	(void)state;
	assert_finds(SAMPLE(hole_under_a_rule, 2, 3, 2), "0=1 -> 1; else 0");
	/* Of factors that always had the same level, the first one is named. */
	assert_finds(SAMPLE(only_two_seen, 4, 2), "0=1 -> 1; else 0");
	assert_finds(SAMPLE(unseen_levels, 4, 4), "0=0 -> 0; else 1");
}

/* closer, first, second, when, order, family, who: EADDRINUSE but for the client, and for both options. */
static int restart(const size_t *l)
{
	if (l[3] == 1 && l[1] != l[2])
		return HOLE; /* excluded: set once, for both */
	return l[0] == 0 && !(l[1] == 1 && l[2] == 1);
}

static void test_restart(void **state)
{
	(void)state;
	assert_finds(SAMPLE(restart, 2, 2, 2, 2, 2, 2, 3), "0=1 -> 0; 1=1 2=1 -> 0; else 1");
}

static void test_tie_is_the_commonest(void **state)
{
	(void)state;
	struct sample s = {.n_factors = 1, .n_levels = {4}};
	sample_add(&s, &(size_t){0}, 0);
	sample_add(&s, &(size_t){1}, 0);
	sample_add(&s, &(size_t){2}, 1);
	sample_add(&s, &(size_t){3}, 2);
	assert_finds(s, "0=2 -> 1; 0=3 -> 2; else 0");
	s = (struct sample){.n_factors = 1, .n_levels = {4}};
	sample_add(&s, &(size_t){0}, 0);
	sample_add(&s, &(size_t){1}, 1);
	sample_add(&s, &(size_t){2}, 2);
	sample_add(&s, &(size_t){3}, 2);
	assert_finds(s, "0=0 -> 0; 0=1 -> 1; else 2");
}

static void test_contradiction(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_sample) struct sample s = {.n_factors = 1, .n_levels = {2}};
	sample_add(&s, &(size_t){1}, 0);
	sample_add(&s, &(size_t){1}, 1);
	struct law law;
	struct law_table table = {
		.n_factors = 1,
		.n_levels = s.n_levels,
		.n_points = s.n_points,
		.levels = s.levels,
		.values = s.values,
		.n_values = s.n_values,
	};
	assert_true(law_find(&table, &law, &e) < 0);
	assert_string_equal(error_text(&e), "a point of the table has two values");
}

/* Random numbers that are the same everywhere: splitmix64. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static size_t below(uint64_t *random, size_t n)
{
	return (size_t)(next_random(random) % n);
}

/* A law to draw values from: the last rule that holds says the value. */
struct planted {
	size_t n_rules;
	struct {
		size_t value, n_conditions, factors[3];
		unsigned levels[3]; /* a bit each */
	} rules[5];
};

static struct planted plant(const struct sample *s, size_t n_values, uint64_t *random)
{
	struct planted p = {.n_rules = 1 + below(random, 5)};
	for (size_t r = 0; r < p.n_rules; r++) {
		p.rules[r].value = below(random, n_values);
		p.rules[r].n_conditions = 1 + below(random, 3);
		for (size_t k = 0; k < p.rules[r].n_conditions; k++) {
			p.rules[r].factors[k] = below(random, s->n_factors);
			p.rules[r].levels[k] =
				1 + (unsigned)below(random, (1U << s->n_levels[p.rules[r].factors[k]]) - 2);
		}
	}
	return p;
}

static size_t planted_value(const struct planted *p, const size_t *levels)
{
	for (size_t r = p->n_rules; r-- > 0;) {
		bool holds = true;
		for (size_t k = 0; k < p->rules[r].n_conditions; k++)
			holds &= p->rules[r].levels[k] >> levels[p->rules[r].factors[k]] & 1;
		if (holds)
			return p->rules[r].value;
	}
	return 0;
}

/* Values are numbered by what is there. */
static void number_values(struct sample *s)
{
	uint16_t number[16];
	size_t n = 0;
	for (size_t v = 0; v < 16; v++)
		for (size_t i = 0; i < s->n_points; i++)
			if (s->values[i] == v) {
				number[v] = (uint16_t)n++;
				break;
			}
	for (size_t i = 0; i < s->n_points; i++)
		s->values[i] = number[s->values[i]];
	s->n_values = n;
}

/* At most @most combinations of levels. Some points are taken away; in some tables two factors are equal in a part. */
static struct sample random_sample(size_t most, uint64_t *random)
{
	struct sample s = {.n_factors = 1 + below(random, 6)};
	size_t product = 1, n_values = 2 + below(random, 3), n_sparse = below(random, 4);
	for (size_t f = 0; f < s.n_factors; f++) {
		s.n_levels[f] = 2 + (uint32_t)below(random, 3);
		if (product * s.n_levels[f] > most)
			s.n_levels[f] = 2;
		if (product * s.n_levels[f] > most) {
			s.n_factors = f;
			break;
		}
		product *= s.n_levels[f];
	}
	bool structured = below(random, 4) > 0, equal = s.n_factors > 2 && below(random, 3) == 0;
	struct planted p = plant(&s, n_values, random);
	for (size_t i = 0; i < product; i++) {
		size_t levels[FACTORS_MAX], rest = i;
		for (size_t f = 0; f < s.n_factors; rest /= s.n_levels[f++])
			levels[f] = rest % s.n_levels[f];
		if (below(random, 8) < 2 * n_sparse || (equal && levels[0] == 1 && levels[1] != levels[2]))
			continue;
		sample_add(&s, levels, structured ? planted_value(&p, levels) : below(random, n_values));
	}
	if (!s.n_points)
		sample_add(&s, (size_t[FACTORS_MAX]){0}, 0);
	number_values(&s);
	return s;
}

struct cost {
	size_t rules, conditions;
};

static bool is_cheaper(struct cost a, struct cost b)
{
	return a.rules != b.rules ? a.rules < b.rules : a.conditions < b.conditions;
}

#define BRUTE_POINTS_MAX 12
#define BRUTE_SETS (1 << BRUTE_POINTS_MAX)

/*
 * What covers of @value's points can cost: @ret, by set of points (a bit each), the fewest conditions of a rule that
 * holds these of the value's points and none of another; SIZE_MAX when there is no such rule.
 */
static void all_rules(const struct sample *s, size_t value, size_t *ret)
{
	unsigned allowed[FACTORS_MAX];
	for (size_t i = 0; i < BRUTE_SETS; i++)
		ret[i] = SIZE_MAX;
	for (size_t f = 0; f < s->n_factors; f++)
		allowed[f] = 1;
	for (size_t f = 0; f < s->n_factors;) {
		size_t points = 0, n = 0, n_conditions = 0;
		bool wrong = false;
		for (size_t g = 0; g < s->n_factors; g++)
			n_conditions += allowed[g] + 1 != 1U << s->n_levels[g];
		for (size_t i = 0; i < s->n_points && !wrong; i++) {
			bool holds = true;
			for (size_t g = 0; g < s->n_factors; g++)
				holds &= allowed[g] >> s->levels[i * s->n_factors + g] & 1;
			wrong = holds && s->values[i] != value;
			if (s->values[i] == value)
				points |= (size_t)holds << n++;
		}
		if (!wrong && points && n_conditions < ret[points])
			ret[points] = n_conditions;
		for (f = 0; f < s->n_factors && ++allowed[f] == 1U << s->n_levels[f]; f++)
			allowed[f] = 1;
	}
}

/* The cheapest cover of the points with @value, by going through all sets of points. */
static struct cost brute_cover(const struct sample *s, size_t value)
{
	static size_t rules[BRUTE_SETS], sets[BRUTE_SETS];
	static struct cost costs[BRUTE_SETS];
	size_t n = 0, n_sets = 0;
	for (size_t i = 0; i < s->n_points; i++)
		n += s->values[i] == value;
	assert_true(n <= BRUTE_POINTS_MAX);
	all_rules(s, value, rules);
	for (size_t set = 0; set < BRUTE_SETS; set++) {
		costs[set] = (struct cost){SIZE_MAX, SIZE_MAX};
		if (rules[set] != SIZE_MAX)
			sets[n_sets++] = set;
	}
	size_t all = ((size_t)1 << n) - 1;
	costs[0] = (struct cost){0, 0};
	for (size_t set = 0; set < all; set++) {
		if (costs[set].rules == SIZE_MAX)
			continue;
		size_t first = ~set & (set + 1); /* the first point without a rule has to get one */
		for (size_t i = 0; i < n_sets; i++) {
			struct cost cost = {costs[set].rules + 1, costs[set].conditions + rules[sets[i]]};
			if (sets[i] & first && is_cheaper(cost, costs[set | sets[i]]))
				costs[set | sets[i]] = cost;
		}
	}
	return costs[all];
}

static bool is_for_brute_force(const struct sample *s)
{
	size_t n[16] = {0};
	for (size_t i = 0; i < s->n_points; i++)
		if (++n[s->values[i]] > BRUTE_POINTS_MAX)
			return false;
	return true;
}

static void assert_smallest(const struct sample *s, const struct law *law)
{
	struct cost costs[16], best = {SIZE_MAX, SIZE_MAX};
	for (size_t v = 0; v < s->n_values; v++)
		costs[v] = brute_cover(s, v);
	for (size_t otherwise = 0; otherwise < s->n_values; otherwise++) {
		struct cost sum = {0, 0};
		for (size_t v = 0; v < s->n_values; v++)
			if (v != otherwise) {
				sum.rules += costs[v].rules;
				sum.conditions += costs[v].conditions;
			}
		if (is_cheaper(sum, best))
			best = sum;
	}
	assert_int_equal(law->n_rules, best.rules);
	assert_int_equal(law->n_conditions, best.conditions);
}

static void assert_same_in_any_order(const struct sample *s, const struct law *law, uint64_t seed)
{
	CLEANUP(cleanup_sample) struct sample other = *s;
	struct shuffle order;
	other.levels = NULL;
	other.values = NULL;
	other.n_points = other.room = 0;
	shuffle_init(&order, s->n_points, seed);
	for (size_t i = 0; i < s->n_points; i++) {
		size_t levels[FACTORS_MAX], at = (size_t)shuffle_at(&order, i);
		levels_at(s, at, levels);
		sample_add(&other, levels, s->values[at]);
	}
	CLEANUP(law_done) struct law again = find(&other);
	CLEANUP(cleanup_free) char *text = strdup(text_of(s, law));
	assert_non_null(text);
	assert_string_equal(text_of(&other, &again), text);
	assert_int_equal(again.exact, law->exact);
}

static void test_random_tables(void **state)
{
	(void)state;
	/* Steps that suffice, and some that are spent in the middle of something. */
	static const uint64_t n_steps[] = {0, 0, 0, 0, 1, 300, 3000, 30000};
	uint64_t random = 1;
	size_t n_proven = 0, n_rules = 0, n_unproven = 0;
	for (unsigned i = 0; i < 6000; i++) {
		CLEANUP(cleanup_sample) struct sample s = random_sample(i % 4 ? 36 : 200, &random);
		s.n_steps = n_steps[i / 4 % 8];
		CLEANUP(law_done) struct law law = find(&s);
		assert_law(&s, &law);
		n_unproven += !law.exact;
		if (i % 4 < 2)
			assert_same_in_any_order(&s, &law, i);
		if (!is_for_brute_force(&s))
			continue;
		assert_true(law.exact || s.n_steps);
		if (!law.exact)
			continue;
		assert_smallest(&s, &law);
		n_proven++;
		n_rules += law.n_rules;
	}
	/* Of the tables that came up, many were small enough, and not all of them trivial. */
	assert_true(n_proven > 2000);
	assert_true(n_rules > n_proven);
	assert_true(n_unproven > 500);
}

/* A table of @n random points. */
static struct sample large_sample(size_t n_factors, uint32_t n_levels, size_t n, size_t n_values)
{
	uint64_t random = 7;
	struct sample s = {.n_factors = n_factors};
	for (size_t f = 0; f < n_factors; f++)
		s.n_levels[f] = n_levels;
	for (size_t i = 0; i < n; i++) {
		size_t levels[FACTORS_MAX];
		for (size_t f = 0; f < n_factors; f++)
			levels[f] = below(&random, n_levels);
		/* So that no value is missing, the first points have one each. */
		size_t value = i < n_values ? i : below(&random, n_values);
		sample_add(&s, levels, value);
	}
	return s;
}

static void assert_holds_unproven(struct sample s)
{
	s.n_steps = 20000000;
	CLEANUP(law_done) struct law law = find(&s);
	assert_law(&s, &law);
	assert_false(law.exact);
	assert_same_in_any_order(&s, &law, 1);
	cleanup_sample(&s);
}

static void test_beyond_the_effort(void **state)
{
	(void)state;
	/* More primes, more values and more levels than there is effort for. */
	assert_holds_unproven(large_sample(64, 2, 300, 2));
	assert_holds_unproven(large_sample(16, 3, 1000, 256));
	assert_holds_unproven(large_sample(4, 250, 1000, 2));
}

/* Levels without end, and still no more than a rule for each. */
static void test_value_for_each_of_many_levels(void **state)
{
	(void)state;
	enum { LEVELS = 1000 };
	struct sample s = {.n_factors = 2, .n_levels = {2, LEVELS}};
	for (size_t i = 0; i < 2 * LEVELS; i++)
		sample_add(&s, (size_t[]){i % 2, i / 2}, i / 2);
	CLEANUP(law_done) struct law law = find(&s);
	assert_int_equal(law.n_rules, LEVELS - 1);
	assert_int_equal(law.n_conditions, LEVELS - 1);
	assert_true(law.exact);
	for (size_t i = 0; i < 2 * LEVELS; i++)
		assert_int_equal(law_value(&law, (size_t[]){i % 2, i / 2}), i / 2);
	cleanup_sample(&s);
}

/* A point for each of so many levels that no cubes are made: a rule a point. */
static void test_more_levels_than_memory(void **state)
{
	(void)state;
	enum { LEVELS = 40000 };
	struct sample s = {.n_factors = 2, .n_levels = {LEVELS, LEVELS}};
	uint64_t random = 3;
	for (size_t i = 0; i < LEVELS; i++)
		sample_add(&s, (size_t[]){i, (i * 7) % LEVELS}, i < 3 ? i : below(&random, 3));
	/* Not determined by one another. */
	sample_add(&s, (size_t[]){0, 1}, 1);
	sample_add(&s, (size_t[]){2, 7}, 1);
	CLEANUP(law_done) struct law law = find(&s);
	assert_false(law.exact);
	for (size_t i = 0; i < s.n_points; i += 1000) {
		size_t levels[2];
		levels_at(&s, i, levels);
		assert_int_equal(law_value(&law, levels), s.values[i]);
	}
	cleanup_sample(&s);
}

/* A tenth of the points is missing, here and there: nothing can be condensed, and it is still proven. */
static uint64_t hole_random;

static int with_random_holes(const size_t *l)
{
	if (below(&hole_random, 10) == 0)
		return HOLE;
	return l[0] == 1 ? 2 : l[3] == 2 && l[5] == 0;
}

static void test_random_holes(void **state)
{
	(void)state;
	hole_random = 5;
	assert_finds(SAMPLE(with_random_holes, 3, 2, 3, 3, 2, 2, 3, 2, 2, 3), "0=1 -> 2; 0=0,2 3=2 5=0 -> 1; else 0");
}

/* Single odd values in a large table become rules of their own, as specific as they are. */
static int with_odd_values(const size_t *l)
{
	size_t all = 1;
	for (size_t f = 0; f < 7; f++)
		all &= l[f] == 1;
	return all || l[2] == 0;
}

static void test_odd_value(void **state)
{
	(void)state;
	assert_finds(
		SAMPLE(with_odd_values, 3, 3, 3, 3, 3, 3, 3), "0=1 1=1 2=1 3=1 4=1 5=1 6=1 -> 1; 2=0 -> 1; else 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constant),
		cmocka_unit_test(test_two_factors_together),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_tie_is_the_commonest),
		cmocka_unit_test(test_contradiction),
		cmocka_unit_test(test_random_tables),
		cmocka_unit_test(test_random_holes),
		cmocka_unit_test(test_odd_value),
		cmocka_unit_test(test_value_for_each_of_many_levels),
		cmocka_unit_test(test_beyond_the_effort),
		cmocka_unit_test(test_more_levels_than_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// analyze/alignment: two stories next to each other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/alignment.h"
#include "base/text.h"

#define STEPS_MAX 1200
#define PACKETS_MAX 16

enum { SERVER, CLIENT };

/* A story of steps and packets that were never made. */
struct tale {
	struct scenario scenario;
	struct step steps_of_file[2]; /* setsockopt, and a verb that tells a port */
	struct plan_actor actors[2];
	struct plan_step planned[STEPS_MAX];
	size_t places[STEPS_MAX];
	struct plan plan;
	struct result_step made[STEPS_MAX];
	struct story_step steps[STEPS_MAX];
	struct story_packet packets[PACKETS_MAX];
	struct story story;
};

static struct tale tales[2];
static struct arena arena;

static void begin(int side, const char *sha256)
{
	struct tale *t = &tales[side];
	*t = (struct tale){.actors = {{.name = "server"}, {.name = "client"}}};
	static const struct verb_syntax verbs[2] = {{.name = "one"}, {.name = "port", .tells_port = true}};
	for (int i = 0; i < 2; i++)
		t->steps_of_file[i].verb = &verbs[i];
	snprintf(t->scenario.sha256, sizeof t->scenario.sha256, "%s", sha256);
	t->plan = (struct plan){.actors = t->actors, .n_actors = 2, .steps = t->planned};
	t->story = (struct story){.scenario = &t->scenario,
		.plan = &t->plan,
		.steps = t->steps,
		.packets = t->packets,
		.places = t->places};
}

/* A step that the cell was to make. */
static void plan(int side, size_t place, bool tells_port)
{
	struct tale *t = &tales[side];
	size_t i = t->plan.n_steps++;
	t->planned[i] = (struct plan_step){.step = &t->steps_of_file[tells_port]};
	t->places[i] = place;
}

static void step(int side, size_t place, const char *action, const char *outcome)
{
	struct tale *t = &tales[side];
	size_t i = t->story.n_steps++;
	plan(side, place, !strcmp(action, "port"));
	t->made[i] = (struct result_step){.action = action, .outcome = outcome};
	t->steps[i] = (struct story_step){.planned = &t->planned[i], .made = &t->made[i]};
}

/* During the last step so far. */
static struct story_packet *packet(int side, size_t sender, uint8_t flags, uint32_t n_data)
{
	struct tale *t = &tales[side];
	struct story_packet *p = &t->packets[t->story.n_packets++];
	*p = (struct story_packet){
		.is_tcp = true,
		.segment = {.flags = flags, .n_data = n_data, .has_timestamps = true},
		.sender = sender,
		.step = t->story.n_steps,
	};
	return p;
}

/*
 * "1=1 2= =2!": the steps of each row, and of packets who sent how many; ! where it differs, + where a factor put it
 * in, and > where they part.
 */
static const char *rows_of(const struct divergence *d)
{
	static struct text t;
	struct alignment a;
	text_truncate(&t, 0);
	assert_int_equal(alignment_make(&tales[0].story, &tales[1].story, d, &arena, &a, NULL), 0);
	for (size_t i = 0; i < a.n_rows; i++) {
		const struct aligned_row *row = &a.rows[i];
		text_addf(&t, "%s%s", i ? " " : "", i == a.first ? ">" : "");
		for (int side = 0; side < 2; side++) {
			text_add(&t, side ? "=" : "");
			if (row->is_step && row->steps[side])
				text_addf(&t, "%zu", row->steps[side]);
			else if (row->packets[side])
				text_addf(&t, "%.1s%zu", row->packets[side]->sender, row->packets[side]->n);
		}
		text_addf(&t, "%s%s", row->differs ? "!" : "", row->by_factor ? "+" : "");
	}
	return text_get(&t);
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void test_same(void **state)
{
	(void)state;
	for (int side = 0; side < 2; side++) {
		begin(side, "a");
		step(side, 1, "server: socket s", "ok");
		step(side, 2, "client: connect c", "ok");
		packet(side, CLIENT, SEGMENT_SYN, 0);
		packet(side, SERVER, SEGMENT_SYN | SEGMENT_ACK, 0);
		packet(side, CLIENT, SEGMENT_ACK, 0); /* is left out */
		for (int i = 0; i <= side; i++)       /* however it was cut */
			packet(side, CLIENT, SEGMENT_ACK, side ? 50 : 100);
	}
	const struct divergence none = {.kind = DIVERGENCE_NONE};
	assert_string_equal(rows_of(&none), "1=1 2=2 c1=c1 s1=s1 c1=c2");
}

/* A step that the other cell does not have is there by a factor; one that it did not come to is a difference. */
static void test_steps_of_one_alone(void **state)
{
	(void)state;
	static const size_t places[2][5] = {{1, 2, 5, 6, 7}, {1, 3, 4, 6, 7}};
	for (int side = 0; side < 2; side++) {
		begin(side, "a");
		for (int i = 0; i < 5 - side; i++)
			step(side, places[side][i], "x", i == 3 && side ? "EINVAL" : "ok");
	}
	plan(1, 7, false);
	const struct divergence d = {.kind = DIVERGENCE_OUTCOME, .steps = {4, 4}};
	assert_string_equal(rows_of(&d), "1=1 2=+ =2+ =3+ 3=+ >4=4! 5=!");
	const struct divergence first = {.kind = DIVERGENCE_STEP, .steps = {2, 0}};
	assert_string_equal(rows_of(&first), "1=1 >2=+ =2+ =3+ 3=+ 4=4! 5=!");
}

/* Which port the kernel chose is no difference, also behind the row at which they part. */
static void test_chosen_port(void **state)
{
	(void)state;
	for (int side = 0; side < 2; side++) {
		begin(side, "a");
		step(side, 1, "x", side ? "EINVAL" : "ok");
		step(side, 2, "port", side ? "10.0.0.1:40001" : "10.0.0.1:40002");
		step(side, 3, "x", side ? "10.0.0.1:40001" : "10.0.0.1:40002");
	}
	const struct divergence d = {.kind = DIVERGENCE_OUTCOME, .steps = {1, 1}};
	assert_string_equal(rows_of(&d), ">1=1! 2=2 3=3!");
}

/* Who ended a connection first. */
static void test_ending(void **state)
{
	(void)state;
	for (int side = 0; side < 2; side++) {
		begin(side, "a");
		step(side, 1, "x", "ok");
		packet(side, CLIENT, SEGMENT_SYN, 0);
		step(side, 2 + (size_t)side, "y", "ok");
		packet(side, side ? CLIENT : SERVER, SEGMENT_ACK, 100);
		packet(side, side ? CLIENT : SERVER, SEGMENT_FIN | SEGMENT_ACK, 0);
	}
	const struct divergence d = {
		.kind = DIVERGENCE_ENDING, .steps = {2, 2}, .what = "FIN", .texts = {"server", "client"}};
	assert_string_equal(rows_of(&d), "1=1 c1=c1 2=+ s1= >s1=! =2+ =c1! =c1!");
}

/* Of two scenarios a step is the same that reads the same; where the line is, does not matter. */
static void test_two_scenarios(void **state)
{
	(void)state;
	begin(0, "a");
	begin(1, "b");
	step(0, 1, "one", "ok");
	step(0, 2, "two", "ok");
	step(1, 1, "new", "ok");
	step(1, 7, "one", "ok");
	step(1, 8, "two", "ok");
	const struct divergence d = {.kind = DIVERGENCE_STEP, .steps = {1, 1}};
	assert_string_equal(rows_of(&d), ">=1! 1=2 2=3");
}

static void test_packets(void **state)
{
	(void)state;
	for (int side = 0; side < 2; side++) {
		begin(side, "a");
		step(side, 1, "x", "ok");
		packet(side, CLIENT, SEGMENT_SYN, 0)->segment.has_timestamps = side;
		packet(side, SERVER, SEGMENT_SYN | SEGMENT_ACK, 0);
		step(side, 2, "y", "ok");
		if (side)
			packet(side, SERVER, SEGMENT_RST, 0);
	}
	const struct divergence syn = {
		.kind = DIVERGENCE_PACKET, .steps = {1, 1}, .what = "SYN of client", .only_timestamps = true};
	assert_string_equal(rows_of(&syn), "1=1 >c1=c1! s1=s1 2=2 =s1!");
	/* Before the row at which they part nothing differs. */
	const struct divergence reset = {.kind = DIVERGENCE_PACKET, .steps = {0, 2}, .what = "server"};
	assert_string_equal(rows_of(&reset), "1=1 c1=c1 s1=s1 2=2 >=s1!");
}

/* Sent again, once or more often, is another thing than sent once. */
static void test_sent_again(void **state)
{
	(void)state;
	for (int side = 0; side < 2; side++) {
		begin(side, "a");
		step(side, 1, "x", "ok");
		for (int i = 0; i < 1 + 2 * side; i++)
			packet(side, CLIENT, SEGMENT_SYN, 0);
	}
	const struct divergence d = {.kind = DIVERGENCE_PACKET, .steps = {0, 1}, .what = "client"};
	assert_string_equal(rows_of(&d), "1=1 >c1=c3!");
}

/* Before the first step, and when one has no steps at all. */
static void test_edges(void **state)
{
	(void)state;
	begin(0, "a");
	begin(1, "a");
	const struct divergence none = {.kind = DIVERGENCE_NONE};
	assert_string_equal(rows_of(&none), "");
	packet(1, SERVER, SEGMENT_RST, 0);
	plan(0, 1, false);
	step(1, 1, "x", "ok");
	const struct divergence d = {.kind = DIVERGENCE_STEP, .steps = {0, 1}};
	assert_string_equal(rows_of(&d), "=s1 >=1!");
}

/* Too long for a common subsequence: they are paired as they stand. */
static void test_long(void **state)
{
	(void)state;
	static const char *const actions[2] = {"x", "y"};
	for (int side = 0; side < 2; side++) {
		begin(side, side ? "b" : "a");
		for (size_t i = 0; i < STEPS_MAX - (size_t)side; i++)
			step(side, i + 1, actions[(side && i >= 600) ^ (i & 1)], "ok");
	}
	struct alignment a;
	const struct divergence d = {.kind = DIVERGENCE_STEP, .steps = {601, 601}};
	assert_int_equal(alignment_make(&tales[0].story, &tales[1].story, &d, &arena, &a, NULL), 0);
	assert_int_equal(a.n_rows, STEPS_MAX);
	assert_int_equal(a.first, 600);
	for (size_t i = 0; i < a.n_rows; i++)
		assert_int_equal(a.rows[i].differs, i >= 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_same, tear_down),
		cmocka_unit_test_teardown(test_steps_of_one_alone, tear_down),
		cmocka_unit_test_teardown(test_chosen_port, tear_down),
		cmocka_unit_test_teardown(test_ending, tear_down),
		cmocka_unit_test_teardown(test_two_scenarios, tear_down),
		cmocka_unit_test_teardown(test_packets, tear_down),
		cmocka_unit_test_teardown(test_sent_again, tear_down),
		cmocka_unit_test_teardown(test_edges, tear_down),
		cmocka_unit_test_teardown(test_long, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

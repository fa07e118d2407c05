// SPDX-License-Identifier: GPL-2.0-or-later
// What counts as the answer to a crafted segment, and when it counts as dealt with.
#include "own_step.h"

#include "actor/testbed.h"
#include "base/cleanup.h"
#include "net/namespace.h"

/* Both ends have stopped to acknowledge at once when the segment comes, so what it carries is acknowledged by a timer.
 */
static const char scenario_text[] = "name: segment\n"
				    "actors: {attacker: {in: client}}\n"
				    "steps:\n"
				    "  - server: socket l\n"
				    "  - server: bind l *:80\n"
				    "  - server: listen l\n"
				    "  - client: socket c\n"
				    "  - client: bind c *:4000\n"
				    "  - client: connect c server:80\n"
				    "  - server: accept l s\n"
				    "  - client: send c 10\n"
				    "  - server: recv s 10\n"
				    "  - server: send s 10\n"
				    "  - client: recv c 10\n"
				    "  - client: send c 10\n"
				    "  - server: recv s 10\n"
				    "  - server: send s 10\n"
				    "  - client: recv c 10\n"
				    "  - attacker: segment ACK client:4000 server:80 data=10\n"
				    "    as: answer\n";

#define CLOSED "  - attacker: segment SYN client:4001 server:81 seq=7\n"
static const char look_text[] = "name: segment\n"
				"actors: {attacker: {in: client}}\n"
				"steps:\n" CLOSED "    as: first\n"
				"  - server: tcp-state *:81\n"
				"    as: state\n" CLOSED "    as: second\n";

struct own {
	struct scenario *s;
	struct plan plan;
	struct testbed t;
	struct whereabouts whereabouts;
	int times_fd;
};

static void own_build(struct own *own, const char *text)
{
	struct error e = ERROR_INIT;
	*own = (struct own){.plan = PLAN_INIT, .times_fd = capture_prepare(&e)};
	own->whereabouts.home = namespace_open_own(NULL);
	if (own->times_fd < 0 ||
		scenario_read_text("segment", text, strlen(text), verb_vocabulary(), 1, &own->s, &e) < 0 ||
		plan_make(&own->plan, own->s, 0, &e) < 0 ||
		testbed_build(&own->t, &own->plan, &own->whereabouts, &e) < 0)
		fail_msg("%s", error_text(&e));
	int ready;
	while ((ready = testbed_is_ready(&own->t, &e)) == 0)
		sched_yield();
	if (ready < 0 || witness_begin_capture(&own->t, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static void own_done(struct own *own)
{
	assert_int_equal(testbed_done(&own->t, NULL), 0);
	plan_done(&own->plan);
	scenario_free(own->s);
	close(own->whereabouts.home);
	close(own->times_fd);
}

/* A segment that left @namespace behind packet @i and acknowledges without data. */
static bool has_acknowledged(struct testbed *t, size_t namespace, size_t i)
{
	struct segment segment;
	assert_int_equal(witness_drain(t, NULL), 0);
	for (; i < t->witness.n_packets; i++) {
		const struct packet *packet = &t->witness.packets[i];
		if (packet->namespace == namespace && packet->outgoing && segment_parse(packet, &segment) &&
			segment.flags == SEGMENT_ACK && !segment.n_data)
			return true;
	}
	return false;
}

/* The worker is busy for so long that the delayed acknowledgement has left before it looks. */
static void test_what_a_timer_says_is_no_answer(void **state)
{
	(void)state;
	struct own own;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	/* Mostly the first look comes before it is known that all has been dealt with. */
	for (int i = 0; i < 1000; i++) {
		own_build(&own, scenario_text);
		size_t last = own.plan.n_steps - 1;
		for (size_t step = 0; step < last; step++)
			own_run_step(&own.t, &own.plan.steps[step]);
		const struct plan_step *planned = &own.plan.steps[last];
		struct step_run run = {
			.testbed = &own.t,
			.actor = &own.t.actors[planned->actor],
			.step = planned,
			.began_us = clock_now_us(),
			.helper_fd = -1,
		};
		assert_int_equal(witness_drain(&own.t, &e), 0);
		size_t before = own.t.witness.n_packets;
		enum step_status status = verb_of(planned->step)->run(&run, &e);
		if (status == STEP_FAILED)
			fail_msg("%s", error_text(&e));
		if (status == STEP_DONE) {
			own_done(&own);
			continue;
		}
		uint64_t give_up_us = clock_now_us() + OWN_STEP_PATIENCE_US;
		while (!has_acknowledged(&own.t, 0, before))
			assert_true(clock_now_us() < give_up_us);
		while ((status = verb_of(planned->step)->run(&run, &e)) != STEP_DONE) {
			assert_int_not_equal(status, STEP_FAILED);
			assert_true(clock_now_us() < give_up_us);
		}
		assert_string_equal(run.outcome, "none");
		own_done(&own);
		return;
	}
	fail_msg("all had been dealt with at the first look, each time");
}

/* That all had been dealt with when somebody looked says nothing of what is sent after that. */
static void test_each_is_waited_for(void **state)
{
	(void)state;
	struct own own;
	own_build(&own, look_text);
	own_run_step(&own.t, &own.plan.steps[0]);
	own.t.moved_us = clock_now_us();
	while (clock_now_us() == own.t.moved_us)
		;
	own_run_step(&own.t, &own.plan.steps[1]);
	uint64_t looked_us = own.t.dealt_us;
	assert_true(looked_us > own.t.moved_us);
	own_run_step(&own.t, &own.plan.steps[2]);
	assert_true(own.t.dealt_us > looked_us);
	own_done(&own);
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_timer_says_is_no_answer),
		cmocka_unit_test(test_each_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

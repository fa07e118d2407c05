// SPDX-License-Identifier: GPL-2.0-or-later
// The first event at which two stories part, and what must never be it.
#include <errno.h>

#include "analyze/divergence.h"
#include "made_up.h"

static const char yaml[] = "name: t\n"
			   "matrix: {reuse: [0, 1], closer: [server, client]}\n"
			   "steps:\n"
			   "- server: socket listener\n"                         /* 1 */
			   "- server: setsockopt listener SO_REUSEADDR $reuse\n" /* 2 */
			   "- server: bind listener *:80\n"                      /* 3 */
			   "- server: listen listener\n"                         /* 4 */
			   "- client: socket conn\n"                             /* 5 */
			   "- client: connect conn server:80\n"                  /* 6 */
			   "  as: connect\n"
			   "- client: getsockname conn\n" /* 7 */
			   "  as: name\n"
			   "- server: accept listener child\n" /* 8 */
			   "- when: {closer: server}\n"
			   "  do: [{server: close child}]\n" /* 9 */
			   "- when: {closer: client}\n"
			   "  do: [{client: close conn}]\n" /* 9 */
			   "- server: tcp-state *:80\n"     /* 10 */
			   "  as: state\n";

/* One cell has more steps than the other, and several steps stand on one line. */
static const char more[] = "name: t\n"
			   "matrix: {more: [0, 1], other: [0, 1]}\n"
			   "steps:\n"
			   "- server: socket listener\n"    /* 1 */
			   "- server: bind listener *:80\n" /* 2 */
			   "- when: {more: 1}\n"
			   "  do: [{server: socket x}, {server: setsockopt x SO_REUSEADDR 1}]\n" /* 3, 4 */
			   "- server: listen listener\n"                                         /* 3 or 5 */
			   "- when: {other: [0, 1]}\n"
			   "  do: [{client: socket conn}, {client: connect conn server:80, as: connect},\n" /* 6, 7 */
			   "       {server: accept listener child}, {client: getsockname conn, as: name}]\n"
			   "check:\n"
			   "- {when: {more: 0}, client: tcp-state *:80, is: none}\n"
			   "- {server: tcp-state *:80, is: LISTEN}\n"; /* 9 or 10 */

static struct made_up a, b;
static struct arena arena;

static int tear_down(void **state)
{
	(void)state;
	made_up_end(&a);
	made_up_end(&b);
	arena_done(&arena);
	return 0;
}

static const uint8_t SA = SEGMENT_SYN | SEGMENT_ACK, FA = SEGMENT_FIN | SEGMENT_ACK;

/* A cell with its handshake; what is random is another in each, by @n. */
static void begin(struct made_up *m, uint64_t cell, unsigned n, bool timestamps)
{
	made_up_begin(m, yaml, cell);
	const struct made_up_segment segments[] = {
		{2, 40000 + n, 1, 80, 5000 * n, 0, SEGMENT_SYN, 0, timestamps},
		{1, 80, 2, 40000 + n, 9000 * n, 5000 * n + 1, SA, 0, false},
		{2, 40000 + n, 1, 80, 5000 * n + 1, 9000 * n + 1, SEGMENT_ACK, 0, false},
	};
	for (size_t i = 0; i < 3; i++)
		made_up_crossing(m, 610 + n + 10 * i, &segments[i]);
	m->steps[6].outcome = n == 1 ? "10.0.0.2:40001" : "10.0.0.2:40002";
}

static void add(struct made_up *m, uint64_t at_us, unsigned from, uint8_t flags, uint32_t sequence)
{
	const struct made_up_segment s = {
		from, from == 1 ? 80 : 40001, 3 - from, from == 1 ? 40001 : 80, sequence, 1, flags, 0, false};
	made_up_crossing(m, at_us, &s);
}

static void check_stories(bool has_evidence, const char *phrase)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct divergence d;
	made_up_story(&a, has_evidence);
	made_up_story(&b, has_evidence);
	assert_int_equal(divergence_find(&a.story, &b.story, &arena, &d, NULL), 0);
	divergence_phrase(&d, (const char *const[]){"cell 0", "cell 2"}, &t);
	assert_string_equal(text_get(&t), phrase);
}

static void test_random(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false); /* another SO_REUSEADDR: no divergence by itself */
	/* A delayed acknowledgement, at another time, and data cut in another way. */
	add(&a, 905, 1, SEGMENT_ACK, 9001);
	add(&b, 1005, 1, SEGMENT_ACK, 18001);
	add(&b, 1007, 1, SEGMENT_ACK, 18002);
	made_up_counter(&b, 0, "TcpExtDelayedACKs");
	made_up_counter(&b, 0, "IpInReceives");
	made_up_counter(&b, 0, "TcpExtTW");
	/* The window of that acknowledgement, and a probe that did not wait for it. */
	made_up_counter(&b, 1, "TcpExtTCPToZeroWindowAdv");
	made_up_counter(&b, 1, "TcpExtTCPFromZeroWindowAdv");
	made_up_counter(&b, 1, "TcpExtTCPLossProbes");
	made_up_counter(&b, 1, "TcpRetransSegs");
	made_up_counter(&b, 0, "TcpExtTCPDSACKOldSent");
	check_stories(true, "nothing differs");
}

static void test_outcome(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	a.steps[9].outcome = "TIME-WAIT";
	b.steps[9].outcome = "none";
	check_stories(true, "step 10, server: tcp-state *:80: TIME-WAIT in cell 0, none in cell 2");
}

/* The step is told as it stands in the file where its levels differ. */
static void test_outcome_of_substituted(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	b.steps[1].outcome = "EINVAL";
	check_stories(false, "step 2, server: setsockopt listener SO_REUSEADDR $reuse: ok in cell 0, EINVAL in cell 2");
}

static void test_chosen_port(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	b.steps[6].outcome = "10.0.0.1:40002";
	check_stories(false, "step 7, client: getsockname conn: 10.0.0.2:40001 in cell 0, 10.0.0.1:40002 in cell 2");
}

/* What a factor put in is told where nothing else differs, however it came out. */
static void test_put_in(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 1, 2, false);
	a.steps[8].outcome = "EIO";
	check_stories(true, "step 9, server: close child, is made in cell 0 alone");
	story_done(&a.story);
	story_done(&b.story);
	b.steps[9].outcome = "none";
	check_stories(true, "step 10, server: tcp-state *:80: ok in cell 0, none in cell 2");
}

/* The same step has another number in each, also where several stand on one line. */
static void test_numbers(void **state)
{
	(void)state;
	made_up_begin(&a, more, 0);
	made_up_begin(&b, more, 2);
	b.steps[6].outcome = "ECONNREFUSED";
	check_stories(
		false, "step 5 (7 in cell 2), client: connect conn server:80: ok in cell 0, ECONNREFUSED in cell 2");
}

/* Places are counted over all steps, also those that the cell has not, and then those of checks. */
static void test_places(void **state)
{
	(void)state;
	made_up_begin(&a, more, 0);
	made_up_begin(&b, more, 2);
	check_stories(false, "step 3, server: socket x, is made in cell 2 alone");
	assert_int_equal(a.story.places[2], 5);
	assert_int_equal(a.story.places[7], 10);
	assert_int_equal(a.story.places[8], 11);
	assert_int_equal(b.story.places[9], 11);
}

/* A step of a check is made after all others, by the cells of which the check speaks. */
static void test_check(void **state)
{
	(void)state;
	made_up_begin(&a, more, 0);
	made_up_begin(&b, more, 2);
	a.steps[7].outcome = "LISTEN"; /* the other has no such step */
	b.steps[9].outcome = "none";
	check_stories(false, "step 9 (10 in cell 2), server: tcp-state *:80: ok in cell 0, none in cell 2");
}

/* It had the same steps before it, and was to make this one as well. */
static void test_early_end(void **state)
{
	(void)state;
	made_up_begin(&a, more, 0);
	made_up_begin(&b, more, 2);
	a.result.n_steps = 4;
	check_stories(false, "step 7, client: connect conn server:80, is made in cell 2 alone");
	story_done(&a.story);
	story_done(&b.story);
	/* By a step that a factor put in. */
	a.result.n_steps = 9;
	b.result.n_steps = 4;
	check_stories(false, "step 3, server: listen listener, is made in cell 0 alone");
}

static void test_two_scenarios(void **state)
{
	(void)state;
	made_up_begin(&a, more, 0);
	begin(&b, 0, 2, false);
	check_stories(false, "step 2: server: bind listener *:80 in cell 0, server: setsockopt listener SO_REUSEADDR 0 "
			     "in cell 2");
}

static void test_step_of_one(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	a.result.n_steps = 8;
	check_stories(false, "step 9, server: close child, is made in cell 2 alone");
}

/* A packet of a step comes before its outcome, and so one of an earlier step. */
static void test_packet(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	add(&a, 910, 1, FA, 9001);
	add(&b, 910, 1, SEGMENT_RST | SEGMENT_ACK, 18001);
	a.steps[8].outcome = "EIO";
	check_stories(true, "server sends FIN,ACK in step 9 in cell 0, RST,ACK in cell 2");
}

static void test_packet_after(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	add(&a, 1010, 1, SEGMENT_RST, 9001);
	b.steps[8].outcome = "EIO";
	check_stories(true, "step 9, server: close child: ok in cell 0, EIO in cell 2");
}

/* It leaves in a step of a lower number, that is a later one. */
static void test_packet_after_by_place(void **state)
{
	(void)state;
	made_up_begin(&a, more, 0);
	made_up_begin(&b, more, 2);
	add(&a, 410, 1, SEGMENT_RST, 9001); /* in "socket conn", the sixth of the scenario */
	b.steps[4].outcome = "EIO";         /* "listen", the fifth */
	check_stories(true, "step 3 (5 in cell 2), server: listen listener: ok in cell 0, EIO in cell 2");
	story_done(&a.story);
	story_done(&b.story);
	b.steps[4].outcome = "ok";
	b.steps[5].outcome = "EIO"; /* "socket conn": packets of a step come before its outcome */
	check_stories(true, "server sends RST in step 4 in cell 0, and does not in cell 2");
}

static void test_packet_of_one(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	add(&b, 1010, 2, SEGMENT_RST, 10001);
	check_stories(true, "client sends RST in step 10 in cell 2, and does not in cell 0");
}

static void test_timestamps(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, true);
	b.steps[9].outcome = "none";
	check_stories(true, "the SYN of client in step 6 has no timestamps in cell 0, has them in cell 2");
}

static void test_timestamps_by_place(void **state)
{
	(void)state;
	static const struct made_up_segment syn[2] = {
		{2, 40001, 1, 80, 1, 0, SEGMENT_SYN, 0, true}, {2, 40001, 1, 80, 1, 0, SEGMENT_SYN, 0, false}};
	made_up_begin(&a, more, 0);
	made_up_begin(&b, more, 2);
	made_up_crossing(&a, 510, &syn[0]);
	made_up_crossing(&b, 710, &syn[1]);
	check_stories(true, "the SYN of client in step 5 (7 in cell 2) has timestamps in cell 0, has none in cell 2");
}

struct fin {
	uint64_t at_us; /* comes in 5 us later */
	unsigned from;
	uint8_t flags;
};

/* The end of a connection; the port of the client is another one in each. */
static void end(struct made_up *m, uint16_t port, struct fin first, struct fin second)
{
	const struct fin fins[] = {first, second};
	for (size_t i = 0; i < 2; i++) {
		bool by_server = fins[i].from == 1;
		const struct made_up_segment s = {fins[i].from, by_server ? 80 : port, 3 - fins[i].from,
			by_server ? port : 80, 77, 77, fins[i].flags, 0, false};
		made_up_crossing(m, fins[i].at_us, &s);
	}
}

static void test_ending(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 1, 2, false);
	end(&a, 40001, (struct fin){910, 1, FA}, (struct fin){1010, 2, FA});
	end(&b, 40002, (struct fin){910, 2, FA}, (struct fin){1010, 1, FA});
	a.steps[9].outcome = "TIME-WAIT";
	b.steps[9].outcome = "none";
	check_stories(true, "the first FIN is server's (step 9) in cell 0, client's (step 9) in cell 2");
	story_done(&a.story);
	story_done(&b.story);
	b.steps[7].outcome = "EIO"; /* comes before it */
	check_stories(true, "step 8, server: accept listener child: ok in cell 0, EIO in cell 2");
}

/* Both had closed before they heard of the other: who was first is a matter of time. */
static void test_simultaneous_close(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	end(&a, 40001, (struct fin){910, 1, FA}, (struct fin){914, 2, FA});
	end(&b, 40002, (struct fin){910, 2, FA}, (struct fin){1010, 1, FA});
	check_stories(true, "nothing differs");
	story_done(&a.story);
	story_done(&b.story);
	a.packets[8].at_ns += 1000; /* the second one left as the first one came in */
	check_stories(true, "the first FIN is server's (step 9) in cell 0, client's (step 9) in cell 2");
}

static void test_ending_of_another_connection(void **state)
{
	(void)state;
	struct made_up *both[] = {&a, &b};
	for (unsigned i = 0; i < 2; i++) {
		begin(both[i], i, i + 1, false);
		const struct made_up_segment syn = {2, 50000, 1, 80, 7, 0, SEGMENT_SYN, 0, false};
		made_up_crossing(both[i], 800, &syn);
	}
	end(&a, 50000, (struct fin){1010, 1, SEGMENT_RST}, (struct fin){1020, 2, FA});
	end(&b, 50000, (struct fin){910, 2, FA}, (struct fin){1010, 1, SEGMENT_RST});
	check_stories(true,
		"the first FIN or RST of connection 2 is server's (step 10) in cell 0, client's (step 9) in cell 2");
}

/* A bare ACK is nothing, but for one that answers a SYN: a TIME-WAIT does not let it in. */
static void test_challenge(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	a.evidence.capture.n_packets -= 4;
	b.evidence.capture.n_packets -= 4;
	const struct made_up_segment challenge = {1, 80, 2, 40001, 77, 88, SEGMENT_ACK, 0, false};
	made_up_crossing(&a, 650, &challenge);
	check_stories(true, "server sends ACK in step 6 in cell 0, and does not in cell 2");
}

/* That something is sent again is told, and how often is a matter of time. */
static void test_again(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	for (int i = 0; i < 3; i++)
		add(&a, 910 + 5 * (uint64_t)i, 1, FA, 9001);
	for (int i = 0; i < 2; i++)
		add(&b, 910 + 50 * (uint64_t)i, 1, FA, 18001);
	check_stories(true, "nothing differs");
	story_done(&a.story);
	story_done(&b.story);
	b.evidence.capture.n_packets -= 2;
	check_stories(true, "server sends FIN,ACK again in step 9 in cell 0, and does not in cell 2");
}

/* Where packets were dropped, one that was not seen may have been sent. */
static void test_dropped(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	add(&b, 1010, 2, SEGMENT_RST, 10001);
	a.evidence.capture.dropped[1] = 1;
	check_stories(true, "nothing differs in the steps");
}

static void test_states(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	made_up_look(&a, 10, 0);
	made_up_add_socket(&a, made_up_socket(TCP_STATE_TIME_WAIT, 1, 80, 2, 40001));
	made_up_add_socket(&a, made_up_socket(TCP_STATE_TIME_WAIT, 1, 80, 2, 40007));
	made_up_add_socket(&a, made_up_socket(TCP_STATE_LISTEN, 0, 80, 0, 0));
	made_up_counter(&a, 0, "TcpExtTW");
	check_stories(true, "the sockets of server at the end: TIME-WAIT ×2, LISTEN in cell 0, none in cell 2");
}

static void test_counters(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	made_up_counter(&a, 0, "TcpActiveOpens");
	made_up_counter(&b, 0, "TcpActiveOpens");
	made_up_counter(&b, 1, "TcpExtTWRecycled");
	check_stories(true, "TcpExtTWRecycled of client moved in cell 2 (by 1), and not in cell 0");
}

/* Whether a FIN is acknowledged before the cell ends is a matter of time, and so is what that sets off. */
static void test_unsettled(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 2, 2, false);
	made_up_look(&a, 10, 1);
	made_up_add_socket(&a, made_up_socket(TCP_STATE_FIN_WAIT_1, 2, 40001, 1, 80));
	made_up_look(&b, 10, 1);
	made_up_add_socket(&b, made_up_socket(TCP_STATE_FIN_WAIT_2, 2, 40002, 1, 80));
	made_up_counter(&b, 1, "TcpExtTWRecycled");
	check_stories(true, "nothing differs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_random, tear_down),
		cmocka_unit_test_teardown(test_unsettled, tear_down),
		cmocka_unit_test_teardown(test_outcome, tear_down),
		cmocka_unit_test_teardown(test_outcome_of_substituted, tear_down),
		cmocka_unit_test_teardown(test_chosen_port, tear_down),
		cmocka_unit_test_teardown(test_put_in, tear_down),
		cmocka_unit_test_teardown(test_numbers, tear_down),
		cmocka_unit_test_teardown(test_places, tear_down),
		cmocka_unit_test_teardown(test_check, tear_down),
		cmocka_unit_test_teardown(test_early_end, tear_down),
		cmocka_unit_test_teardown(test_two_scenarios, tear_down),
		cmocka_unit_test_teardown(test_step_of_one, tear_down),
		cmocka_unit_test_teardown(test_packet, tear_down),
		cmocka_unit_test_teardown(test_packet_after, tear_down),
		cmocka_unit_test_teardown(test_packet_after_by_place, tear_down),
		cmocka_unit_test_teardown(test_packet_of_one, tear_down),
		cmocka_unit_test_teardown(test_timestamps, tear_down),
		cmocka_unit_test_teardown(test_timestamps_by_place, tear_down),
		cmocka_unit_test_teardown(test_ending, tear_down),
		cmocka_unit_test_teardown(test_simultaneous_close, tear_down),
		cmocka_unit_test_teardown(test_ending_of_another_connection, tear_down),
		cmocka_unit_test_teardown(test_challenge, tear_down),
		cmocka_unit_test_teardown(test_again, tear_down),
		cmocka_unit_test_teardown(test_dropped, tear_down),
		cmocka_unit_test_teardown(test_states, tear_down),
		cmocka_unit_test_teardown(test_counters, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

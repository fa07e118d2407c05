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

static void test_step(void **state)
{
	(void)state;
	begin(&a, 0, 1, false);
	begin(&b, 1, 2, false);
	check_stories(false, "step 9: server: close child in cell 0, client: close conn in cell 2");
}

/* What stands twice in the file, in two blocks, is the same step; so it is in a scenario that was changed elsewhere. */
static void test_other_line(void **state)
{
	static const char twice[] = "name: t\n"
				    "matrix: {block: [a, b]}\n"
				    "steps:\n"
				    "- when: {block: a}\n"
				    "  do: [{server: socket s}]\n"
				    "- when: {block: b}\n"
				    "  do: [{server: socket s}, {server: listen s}]\n";
	(void)state;
	made_up_begin(&a, twice, 0);
	made_up_begin(&b, twice, 1);
	check_stories(false, "step 2, server: listen s, is made in cell 2 alone");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_random, tear_down),
		cmocka_unit_test_teardown(test_outcome, tear_down),
		cmocka_unit_test_teardown(test_outcome_of_substituted, tear_down),
		cmocka_unit_test_teardown(test_chosen_port, tear_down),
		cmocka_unit_test_teardown(test_step, tear_down),
		cmocka_unit_test_teardown(test_other_line, tear_down),
		cmocka_unit_test_teardown(test_step_of_one, tear_down),
		cmocka_unit_test_teardown(test_packet, tear_down),
		cmocka_unit_test_teardown(test_packet_after, tear_down),
		cmocka_unit_test_teardown(test_packet_of_one, tear_down),
		cmocka_unit_test_teardown(test_timestamps, tear_down),
		cmocka_unit_test_teardown(test_challenge, tear_down),
		cmocka_unit_test_teardown(test_again, tear_down),
		cmocka_unit_test_teardown(test_dropped, tear_down),
		cmocka_unit_test_teardown(test_states, tear_down),
		cmocka_unit_test_teardown(test_counters, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

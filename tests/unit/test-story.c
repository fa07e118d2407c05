// SPDX-License-Identifier: GPL-2.0-or-later
// Stories: the sightings of a packet merged, whose it is, its numbers counted, what became of sockets, one order.
#include <errno.h>

#include "made_up.h"

static const char two_hosts[] = "name: t\n"
				"steps:\n"
				"- server: socket listener\n"        /* 1 */
				"- server: bind listener *:80\n"     /* 2 */
				"- server: listen listener\n"        /* 3 */
				"- client: socket conn\n"            /* 4 */
				"- client: connect conn server:80\n" /* 5 */
				"- server: accept listener child\n"  /* 6 */
				"- server: close child\n";           /* 7 */

static const char one_host[] = "name: t\n"
			       "namespaces: {here: {}}\n"
			       "actors: {server: {in: here}, client: {in: here}}\n"
			       "steps:\n"
			       "- server: socket listener\n"
			       "- server: bind listener *:80\n"
			       "- server: listen listener\n"
			       "- client: socket conn\n"
			       "- client: connect conn 127.0.0.1:80\n" /* 5 */
			       "- server: accept listener child\n";

static const struct made_up_segment syn = {2, 40000, 1, 80, 5000, 0, SEGMENT_SYN, 0, false};
static const struct made_up_segment syn_ack = {1, 80, 2, 40000, 9000, 5001, SEGMENT_SYN | SEGMENT_ACK, 0, false};
static const struct made_up_segment ack = {2, 40000, 1, 80, 5001, 9001, SEGMENT_ACK, 0, false};

static struct made_up m;

static int tear_down(void **state)
{
	(void)state;
	made_up_end(&m);
	return 0;
}

static void check_number(struct story_number number, uint32_t value, enum story_counted counted)
{
	assert_int_equal(number.value, value);
	assert_int_equal(number.counted, counted);
}

static void test_merged(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	made_up_crossing(&m, 510, &syn);
	made_up_crossing(&m, 520, &syn_ack);
	made_up_crossing(&m, 530, &ack);
	made_up_story(&m, true);
	assert_int_equal(m.story.n_packets, 3);
	assert_int_equal(m.story.n_connections, 1);
	const struct story_packet *p = m.story.packets;
	for (int i = 0; i < 3; i++) {
		assert_true(p[i].is_tcp && p[i].was_sent && p[i].was_received);
		assert_int_equal(p[i].at_us, 510 + 10 * i);
		assert_int_equal(p[i].received_us, 515 + 10 * i);
		assert_int_equal(p[i].step, 5);
		assert_int_equal(p[i].from, i == 1 ? STORY_LEFT : STORY_RIGHT);
		assert_int_equal(p[i].to, i == 1 ? STORY_RIGHT : STORY_LEFT);
		assert_string_equal(story_who(&m.story, &p[i]), i == 1 ? "server" : "client");
	}
	check_number(p[0].sequence, 0, STORY_COUNTED);
	check_number(p[1].sequence, 0, STORY_COUNTED);
	check_number(p[1].acknowledgement, 1, STORY_COUNTED);
	check_number(p[2].sequence, 1, STORY_COUNTED);
	check_number(p[2].acknowledgement, 1, STORY_COUNTED);
	assert_true(story_is_whole(&m.story));
}

/* Of two frames that are alike in every byte the second one arrived. */
static void test_lost(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	made_up_sighting(&m, 510, 1, true, &syn);
	made_up_crossing(&m, 1510, &syn);
	made_up_story(&m, true);
	assert_int_equal(m.story.n_packets, 2);
	assert_int_equal(m.story.n_connections, 1);
	assert_false(m.story.packets[0].was_received);
	assert_true(m.story.packets[1].was_received);
	assert_int_equal(m.story.packets[1].received_us, 1515);
	assert_int_equal(m.story.packets[1].step, 7);
}

/* Two that are alike, under way at once: both arrived. */
static void test_alike(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	made_up_sighting(&m, 510, 1, true, &syn);
	made_up_sighting(&m, 520, 1, true, &syn);
	made_up_sighting(&m, 525, 0, false, &syn);
	made_up_sighting(&m, 526, 0, false, &syn);
	made_up_story(&m, true);
	assert_int_equal(m.story.n_packets, 2);
	assert_true(m.story.packets[0].was_received && m.story.packets[1].was_received);
}

static void test_only_coming_in(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	made_up_sighting(&m, 515, 0, false, &syn);
	made_up_story(&m, true);
	assert_int_equal(m.story.n_packets, 1);
	assert_false(m.story.packets[0].was_sent);
	assert_true(m.story.packets[0].was_received);
	assert_int_equal(m.story.packets[0].namespace, 1);
	assert_int_equal(m.story.packets[0].from, STORY_RIGHT);
}

static void test_before_the_first_step(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	made_up_crossing(&m, 10, &syn);
	made_up_story(&m, true);
	assert_int_equal(m.story.packets[0].step, 0);
	assert_int_equal(m.story.events[0].kind, STORY_PACKET);
}

/* A TIME-WAIT answers a SYN with the numbers of the connection before, and the client refuses those. */
static void test_connection_before(void **state)
{
	(void)state;
	const struct made_up_segment again = {2, 40000, 1, 80, 4000, 0, SEGMENT_SYN, 0, false};
	const struct made_up_segment old_ack = {1, 80, 2, 40000, 9001, 5001, SEGMENT_ACK, 0, false};
	const struct made_up_segment reset = {2, 40000, 1, 80, 5001, 0, SEGMENT_RST, 0, false};
	made_up_begin(&m, two_hosts, 0);
	made_up_crossing(&m, 510, &syn);
	made_up_crossing(&m, 520, &syn_ack);
	made_up_crossing(&m, 530, &ack);
	made_up_crossing(&m, 710, &again);
	made_up_crossing(&m, 720, &old_ack);
	made_up_crossing(&m, 730, &reset);
	made_up_story(&m, true);
	const struct story_packet *p = m.story.packets;
	assert_int_equal(m.story.n_connections, 2);
	assert_int_equal(p[5].connection, 1);
	check_number(p[3].sequence, 0, STORY_COUNTED);
	check_number(p[4].sequence, 1, STORY_COUNTED_BEFORE);
	check_number(p[4].acknowledgement, 1, STORY_COUNTED_BEFORE);
	check_number(p[5].sequence, 1, STORY_COUNTED_BEFORE);
}

/* Nothing was there to answer: the reset is counted by itself. */
static void test_refused(void **state)
{
	(void)state;
	const struct made_up_segment reset = {1, 80, 2, 40000, 0, 5001, SEGMENT_RST | SEGMENT_ACK, 0, false};
	made_up_begin(&m, two_hosts, 0);
	made_up_crossing(&m, 510, &syn);
	made_up_crossing(&m, 520, &reset);
	made_up_story(&m, true);
	check_number(m.story.packets[1].sequence, 0, STORY_COUNTED);
	check_number(m.story.packets[1].acknowledgement, 1, STORY_COUNTED);
}

/* Where no SYN was seen, numbers are counted from the first segment. */
static void test_midway(void **state)
{
	(void)state;
	const struct made_up_segment data = {2, 40000, 1, 80, 5001, 9001, SEGMENT_ACK, 30, false};
	const struct made_up_segment answer = {1, 80, 2, 40000, 9001, 5031, SEGMENT_ACK, 0, false};
	made_up_begin(&m, two_hosts, 0);
	made_up_crossing(&m, 510, &data);
	made_up_crossing(&m, 520, &answer);
	made_up_story(&m, true);
	check_number(m.story.packets[0].sequence, 0, STORY_COUNTED);
	check_number(m.story.packets[0].acknowledgement, 0, STORY_COUNTED);
	check_number(m.story.packets[1].sequence, 0, STORY_COUNTED);
	check_number(m.story.packets[1].acknowledgement, 30, STORY_COUNTED);
}

static const struct made_up_segment lo_syn = {0, 40000, 0, 80, 5000, 0, SEGMENT_SYN, 0, false};
static const struct made_up_segment lo_syn_ack = {0, 80, 0, 40000, 9000, 5001, SEGMENT_SYN | SEGMENT_ACK, 0, false};

static void test_loopback(void **state)
{
	(void)state;
	made_up_begin(&m, one_host, 0);
	made_up_sighting(&m, 510, 0, true, &lo_syn);
	made_up_sighting(&m, 515, 0, true, &lo_syn_ack);
	made_up_story(&m, true);
	const struct story_packet *p = m.story.packets;
	assert_int_equal(m.story.n_packets, 2);
	assert_true(m.story.is_one_namespace);
	assert_int_equal(p[0].from, STORY_RIGHT);
	assert_int_equal(p[0].to, STORY_LEFT);
	assert_int_equal(p[1].from, STORY_LEFT);
	assert_string_equal(story_who(&m.story, &p[0]), "client");
	assert_string_equal(story_who(&m.story, &p[1]), "server");
	assert_true(p[0].was_received);
}

/* No connecting step has sent this SYN, so whose it is cannot be told; who has the port can. */
static void test_untold(void **state)
{
	(void)state;
	made_up_begin(&m, one_host, 0);
	made_up_sighting(&m, 310, 0, true, &lo_syn);
	made_up_story(&m, true);
	assert_int_equal(m.story.packets[0].from, STORY_UNTOLD);
	assert_int_equal(m.story.packets[0].to, STORY_LEFT);
	assert_int_equal(m.story.packets[0].sender, STORY_NO_ACTOR);
	assert_string_equal(story_who(&m.story, &m.story.packets[0]), "here");
}

/* A bind that failed gave no port. */
static void test_owner_of_port(void **state)
{
	(void)state;
	made_up_begin(&m, one_host, 0);
	m.steps[1].outcome = "EADDRINUSE";
	made_up_sighting(&m, 510, 0, true, &lo_syn);
	made_up_story(&m, true);
	assert_int_equal(m.story.packets[0].from, STORY_RIGHT);
	assert_int_equal(m.story.packets[0].to, STORY_UNTOLD);
}

/* Of two that had the port in turn it is the one that has it still; where nobody has, the only one that ever had. */
static void test_owner_in_turn(void **state)
{
	static const char yaml[] = "name: t\n"
				   "namespaces: {here: {}}\n"
				   "actors: {first: {in: here}, second: {in: here}}\n"
				   "steps:\n"
				   "- first: socket a\n"
				   "- first: bind a *:80\n"
				   "- first: close a\n"
				   "- second: socket b\n"
				   "- second: bind b *:80\n"
				   "- second: listen b\n";
	(void)state;
	made_up_begin(&m, yaml, 0);
	made_up_look(&m, 3, 0);
	made_up_add_socket(&m, made_up_socket(TCP_STATE_TIME_WAIT, 0, 80, 0, 1));
	made_up_look(&m, 6, 0);
	made_up_add_socket(&m, made_up_socket(TCP_STATE_LISTEN, 0, 80, 0, 0));
	made_up_story(&m, true);
	assert_int_equal(m.story.looks[0].changes[0].side, STORY_LEFT);
	assert_int_equal(m.story.looks[1].changes[0].side, STORY_RIGHT);
}

static void test_looks(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	made_up_look(&m, 3, 0);
	made_up_add_socket(&m, made_up_socket(TCP_STATE_LISTEN, 0, 80, 0, 0));
	made_up_look(&m, 5, 0);
	made_up_add_socket(&m, made_up_socket(TCP_STATE_LISTEN, 0, 80, 0, 0));
	made_up_add_socket(&m, made_up_socket(TCP_STATE_ESTABLISHED, 1, 80, 2, 40000));
	made_up_look(&m, 5, 1);
	made_up_add_socket(&m, made_up_socket(TCP_STATE_ESTABLISHED, 2, 40000, 1, 80));
	made_up_look(&m, 7, 0);
	made_up_add_socket(&m, made_up_socket(TCP_STATE_FIN_WAIT_2, 1, 80, 2, 40000));
	made_up_story(&m, true);
	const struct story_look *looks = m.story.looks;
	assert_int_equal(m.story.n_looks, 4);
	assert_int_equal(looks[0].n_changes, 1);
	assert_int_equal(looks[0].changes[0].how, STORY_APPEARED);
	assert_int_equal(looks[0].changes[0].side, STORY_LEFT);
	assert_int_equal(looks[1].n_changes, 1);
	assert_int_equal(looks[1].changes[0].socket->state, TCP_STATE_ESTABLISHED);
	assert_int_equal(looks[2].n_changes, 1);
	assert_int_equal(looks[2].changes[0].side, STORY_RIGHT);
	assert_int_equal(looks[3].n_changes, 2);
	assert_int_equal(looks[3].changes[0].how, STORY_CHANGED);
	assert_int_equal(looks[3].changes[0].before->state, TCP_STATE_ESTABLISHED);
	assert_int_equal(looks[3].changes[1].how, STORY_GONE);
	assert_int_equal(looks[3].changes[1].socket->state, TCP_STATE_LISTEN);
}

/* In one namespace a socket is told by its connection, or by its port. */
static void test_looks_in_one_namespace(void **state)
{
	(void)state;
	made_up_begin(&m, one_host, 0);
	made_up_sighting(&m, 510, 0, true, &lo_syn);
	made_up_look(&m, 5, 0);
	struct tcp_socket ends[] = {made_up_socket(TCP_STATE_ESTABLISHED, 0, 40000, 0, 80),
		made_up_socket(TCP_STATE_ESTABLISHED, 0, 80, 0, 40000), made_up_socket(TCP_STATE_LISTEN, 0, 80, 0, 0),
		made_up_socket(TCP_STATE_TIME_WAIT, 1, 7, 2, 8)};
	for (int i = 0; i < 2; i++) {
		made_up_put(&ends[i].local.s6_addr[12], INADDR_LOOPBACK, 4);
		made_up_put(&ends[i].remote.s6_addr[12], INADDR_LOOPBACK, 4);
	}
	for (int i = 0; i < 4; i++)
		made_up_add_socket(&m, ends[i]);
	made_up_story(&m, true);
	static const enum story_side sides[] = {STORY_RIGHT, STORY_LEFT, STORY_LEFT, STORY_UNTOLD};
	assert_int_equal(m.story.looks[0].n_changes, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(m.story.looks[0].changes[i].side, sides[i]);
}

/* A step, then the packets during it, then the look after it, whatever the microsecond says. */
static void test_order(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	made_up_crossing(&m, 500, &syn);
	made_up_look(&m, 4, 1);
	m.looks[0].at_us = 500;
	made_up_add_socket(&m, made_up_socket(TCP_STATE_LISTEN, 0, 1, 0, 0));
	made_up_story(&m, true);
	static const enum story_event_kind kinds[] = {STORY_STEP, STORY_STEP, STORY_STEP, STORY_STEP, STORY_LOOK,
		STORY_STEP, STORY_PACKET, STORY_STEP, STORY_STEP};
	assert_int_equal(m.story.n_events, sizeof kinds / sizeof *kinds);
	for (size_t i = 0; i < m.story.n_events; i++)
		assert_int_equal(m.story.events[i].kind, kinds[i]);
}

static void test_steps_alone(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	m.result.n_steps = 0;
	made_up_story(&m, false);
	assert_int_equal(m.story.n_events, 0);
	assert_false(story_is_whole(&m.story));
}

static void test_not_whole(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	m.evidence.capture.dropped[1] = 1;
	made_up_story(&m, true);
	assert_false(story_is_whole(&m.story));
}

/* server 10.0.0.1 – router – clients one 10.0.1.1 and two 10.0.2.1; ends 0 and 1, 2 and 3, 4 and 5. */
static const char routed[] = "name: t\n"
			     "namespaces:\n"
			     "  router: {sysctl: {net.ipv4.ip_forward: 1}}\n"
			     "  server: {routes: {default: router}}\n"
			     "  one: {routes: {default: router}}\n"
			     "  two: {routes: {default: router}}\n"
			     "links: [[server, router], [one, router], [two, router]]\n"
			     "steps:\n"
			     "- server: socket listener\n"     /* 1 */
			     "- server: bind listener *:80\n"  /* 2 */
			     "- server: listen listener\n"     /* 3 */
			     "- one: socket conn\n"            /* 4 */
			     "- one: connect conn server:80\n" /* 5 */
			     "- two: socket conn\n"            /* 6 */
			     "- two: connect conn server:80\n" /* 7 */
			     "- server: accept listener a\n";  /* 8 */
enum { ROUTER, SERVER, ONE, TWO };

static const struct made_up_segment syn_one = {0x101, 40000, 1, 80, 5000, 0, SEGMENT_SYN, 0, false};
static const struct made_up_segment syn_two = {0x201, 40000, 1, 80, 7000, 0, SEGMENT_SYN, 0, false};
static const struct made_up_segment syn_ack_one = {
	1, 80, 0x101, 40000, 9000, 5001, SEGMENT_SYN | SEGMENT_ACK, 0, false};

/* A sighting of what goes over a link from end @end, in the namespace @namespace, with a TTL and a checksum of it. */
static void hop(
	uint64_t at_us, size_t namespace, bool outgoing, size_t end, uint8_t ttl, const struct made_up_segment *s)
{
	uint8_t *frame = m.frames[m.evidence.capture.n_packets];
	made_up_sighting(&m, at_us, namespace, outgoing, s);
	link_layer_of(TOPOLOGY_IFINDEX_FIRST + (int)(end ^ 1), frame);
	link_layer_of(TOPOLOGY_IFINDEX_FIRST + (int)end, frame + 6);
	frame[22] = ttl;
	frame[24] = (uint8_t)~ttl;
}

static void check_way(const struct story_packet *p, size_t from, size_t to, size_t via)
{
	assert_int_equal(p->namespace, from);
	assert_int_equal(p->to_namespace, to);
	assert_int_equal(p->n_via, via == STORY_NO_NAMESPACE ? 0 : 1);
	if (p->n_via)
		assert_int_equal(p->via[0], via);
}

/* Seen four times in three namespaces, and one packet; a second connection beside it. */
static void test_forwarded(void **state)
{
	(void)state;
	made_up_begin(&m, routed, 0);
	hop(510, ONE, true, 2, 64, &syn_one);
	hop(511, ROUTER, false, 2, 64, &syn_one);
	hop(512, ROUTER, true, 1, 63, &syn_one);
	hop(513, SERVER, false, 1, 63, &syn_one);
	hop(520, SERVER, true, 0, 64, &syn_ack_one);
	hop(521, ROUTER, false, 0, 64, &syn_ack_one);
	hop(522, ROUTER, true, 3, 63, &syn_ack_one);
	hop(523, ONE, false, 3, 63, &syn_ack_one);
	hop(710, TWO, true, 4, 64, &syn_two);
	hop(711, ROUTER, false, 4, 64, &syn_two);
	hop(712, ROUTER, true, 1, 63, &syn_two);
	hop(713, SERVER, false, 1, 63, &syn_two);
	made_up_story(&m, true);
	const struct story_packet *p = m.story.packets;
	assert_int_equal(m.story.n_packets, 3);
	assert_int_equal(m.story.n_connections, 2);
	check_way(&p[0], ONE, SERVER, ROUTER);
	check_way(&p[1], SERVER, ONE, ROUTER);
	check_way(&p[2], TWO, SERVER, ROUTER);
	assert_int_equal(p[0].at_us, 510);
	assert_int_equal(p[0].received_us, 513);
	for (int i = 0; i < 3; i++) {
		assert_true(p[i].was_sent && p[i].was_received);
		assert_int_equal(p[i].stopped_at, STORY_NO_NAMESPACE);
		assert_int_equal(p[i].from, i == 1 ? STORY_LEFT : STORY_RIGHT);
		assert_int_equal(p[i].to, i == 1 ? STORY_RIGHT : STORY_LEFT);
	}
	assert_string_equal(story_who(&m.story, &p[0]), "one");
	assert_string_equal(story_who(&m.story, &p[1]), "server");
	assert_string_equal(story_who(&m.story, &p[2]), "two");
	check_number(p[1].acknowledgement, 1, STORY_COUNTED);
	check_number(p[2].sequence, 0, STORY_COUNTED);
	assert_int_equal(story_side_of_namespace(&m.story, ROUTER), STORY_UNTOLD);
}

/* The router keeps it; or it is lost behind the router; or the router has an answer of its own. */
static void test_not_forwarded(void **state)
{
	(void)state;
	const struct made_up_segment reset = {2, 80, 0x101, 40000, 0, 5001, SEGMENT_RST | SEGMENT_ACK, 0, false};
	made_up_begin(&m, routed, 0);
	hop(510, ONE, true, 2, 64, &syn_one);
	hop(511, ROUTER, false, 2, 64, &syn_one);
	hop(710, TWO, true, 4, 64, &syn_two);
	hop(711, ROUTER, false, 4, 64, &syn_two);
	hop(712, ROUTER, true, 1, 63, &syn_two);
	hop(713, ROUTER, true, 3, 64, &reset);
	hop(714, ONE, false, 3, 64, &reset);
	made_up_story(&m, true);
	const struct story_packet *p = m.story.packets;
	assert_int_equal(m.story.n_packets, 3);
	check_way(&p[0], ONE, SERVER, STORY_NO_NAMESPACE);
	assert_false(p[0].was_received);
	assert_int_equal(p[0].stopped_at, ROUTER);
	check_way(&p[1], TWO, SERVER, ROUTER);
	assert_false(p[1].was_received);
	assert_int_equal(p[1].stopped_at, STORY_NO_NAMESPACE);
	check_way(&p[2], ROUTER, ONE, STORY_NO_NAMESPACE);
	assert_true(p[2].was_received);
	assert_int_equal(p[2].from, STORY_UNTOLD);
	assert_string_equal(story_who(&m.story, &p[2]), "router");
}

/* The first sightings are missing: whose it is, its address says, and from where it came, its frame. */
static void test_seen_on_its_way(void **state)
{
	(void)state;
	made_up_begin(&m, routed, 0);
	hop(513, SERVER, false, 1, 63, &syn_one);
	hop(711, ROUTER, false, 4, 64, &syn_two);
	hop(712, ROUTER, true, 1, 63, &syn_two);
	hop(713, SERVER, false, 1, 63, &syn_two);
	made_up_story(&m, true);
	const struct story_packet *p = m.story.packets;
	assert_int_equal(m.story.n_packets, 2);
	check_way(&p[0], ROUTER, SERVER, STORY_NO_NAMESPACE);
	assert_false(p[0].was_sent);
	assert_string_equal(story_who(&m.story, &p[0]), "one");
	check_way(&p[1], TWO, SERVER, ROUTER);
	assert_true(p[1].was_received);
	assert_string_equal(story_who(&m.story, &p[1]), "two");
}

/* The same bytes with another TTL are the same packet; with another sequence number they are not. */
static void test_sent_twice_by_a_router(void **state)
{
	(void)state;
	struct made_up_segment again = syn_one;
	again.sequence++;
	made_up_begin(&m, routed, 0);
	hop(510, ONE, true, 2, 64, &syn_one);
	hop(511, ROUTER, false, 2, 64, &syn_one);
	hop(512, ROUTER, true, 1, 63, &again);
	made_up_story(&m, true);
	assert_int_equal(m.story.n_packets, 2);
	assert_int_equal(m.story.packets[0].stopped_at, ROUTER);
	assert_int_equal(m.story.packets[1].n_via, 0);
}

static void must_refuse(const char *why)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	story_done(&m.story);
	assert_int_equal(story_make(&m.story, m.s, &m.plan, &m.result, &m.evidence, &e), -EINVAL);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_string_equal(error_text(&e), why);
}

static void test_refuses(void **state)
{
	(void)state;
	made_up_begin(&m, two_hosts, 0);
	m.steps[3].action = "server: socket conn";
	must_refuse("its steps are not those of its scenario");
	m.steps[3].action = "client: socket conn";
	m.steps[3].outcome = "\033[2J";
	must_refuse("its steps are not as netrepro writes them");
	m.steps[3].outcome = "ok";
	m.result.n_steps++;
	must_refuse("it has more steps than its scenario");
	m.result.n_steps--;
	m.evidence.capture.namespaces[1] = "elsewhere";
	must_refuse("its evidence is not of its scenario");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_merged, tear_down),
		cmocka_unit_test_teardown(test_lost, tear_down),
		cmocka_unit_test_teardown(test_alike, tear_down),
		cmocka_unit_test_teardown(test_only_coming_in, tear_down),
		cmocka_unit_test_teardown(test_before_the_first_step, tear_down),
		cmocka_unit_test_teardown(test_connection_before, tear_down),
		cmocka_unit_test_teardown(test_refused, tear_down),
		cmocka_unit_test_teardown(test_midway, tear_down),
		cmocka_unit_test_teardown(test_loopback, tear_down),
		cmocka_unit_test_teardown(test_untold, tear_down),
		cmocka_unit_test_teardown(test_owner_of_port, tear_down),
		cmocka_unit_test_teardown(test_owner_in_turn, tear_down),
		cmocka_unit_test_teardown(test_looks, tear_down),
		cmocka_unit_test_teardown(test_looks_in_one_namespace, tear_down),
		cmocka_unit_test_teardown(test_order, tear_down),
		cmocka_unit_test_teardown(test_steps_alone, tear_down),
		cmocka_unit_test_teardown(test_not_whole, tear_down),
		cmocka_unit_test_teardown(test_refuses, tear_down),
		cmocka_unit_test_teardown(test_forwarded, tear_down),
		cmocka_unit_test_teardown(test_not_forwarded, tear_down),
		cmocka_unit_test_teardown(test_seen_on_its_way, tear_down),
		cmocka_unit_test_teardown(test_sent_twice_by_a_router, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

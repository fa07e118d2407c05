// SPDX-License-Identifier: GPL-2.0-or-later
// model/plan: one cell, every name replaced and every word read.
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/plan.h"
#include "test_vocabulary.h"

static void must_plan(struct plan *plan, const struct scenario *s, uint64_t cell)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (plan_make(plan, s, cell, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static const char triangle[] = "name: x\nmatrix: {by: [b, c], more: [10.0.2.9, \"fd00:0:0:2::9\"]}\n"
			       "namespaces:\n  a: {routes: {default: $by}, addresses: [10.0.0.9, $more]}\n"
			       "  b: {routes: {c: a}}\n  c:\n  d:\n"
			       "links: [[a, b], [c, d], [c, a]]\n"
			       "steps:\n- a: socket s\n- a: connect s b:1\n- b: socket s\n- b: connect s c:1\n"
			       "- c: socket s\n- c: connect s a:1\n- d: socket s\n- d: connect s a:1\n"
			       "- a: tcp-state a:1\n  as: seen\n";

static void check_host(const struct plan *plan, size_t step, size_t word, const char *ipv4, const char *ipv6)
{
	const struct address *address = &plan->steps[step].words[word].address;
	struct in_addr expected;
	struct in6_addr expected6;
	assert_int_equal(inet_pton(AF_INET, ipv4, &expected), 1);
	assert_int_equal(inet_pton(AF_INET6, ipv6, &expected6), 1);
	assert_int_equal(address->host, HOST_NAMESPACE);
	assert_int_equal(address->ipv4.s_addr, expected.s_addr);
	assert_memory_equal(&address->ipv6, &expected6, sizeof expected6);
}

/* Which address of a namespace is meant depends on who names it. */
static void test_hosts(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(triangle);
	must_plan(&plan, s, 0);
	check_host(&plan, 1, 1, "10.0.0.2", "fd00::2");       /* on the link of the two */
	check_host(&plan, 3, 1, "10.0.1.1", "fd00:0:0:1::1"); /* none: c's first */
	check_host(&plan, 5, 1, "10.0.2.2", "fd00:0:0:2::2"); /* on the link of the two, which is not a's first */
	check_host(&plan, 7, 1, "10.0.0.1", "fd00::1");       /* none: a's first */
	check_host(&plan, 8, 0, "10.0.0.1", "fd00::1");       /* its own: the first */
}

static void check_owner(const struct plan *plan, const char *address, size_t namespace)
{
	struct in6_addr wanted;
	assert_int_equal(inet_pton(AF_INET6, address, &wanted), 1);
	assert_int_equal(topology_owner(plan, &wanted), namespace);
}

static void test_links(void **state)
{
	(void)state;
	static const size_t namespaces[] = {0, 1, 2, 3, 2, 0};
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(triangle);
	must_plan(&plan, s, 0);
	assert_int_equal(plan.n_ends, 6);
	for (size_t k = 0; k < 6; k++) {
		uint8_t link_layer[LINK_LAYER_BYTES];
		link_layer_of(TOPOLOGY_IFINDEX_FIRST + (int)k, link_layer);
		assert_int_equal(plan.ends[k].namespace, namespaces[k]);
		assert_int_equal(topology_find_end(&plan, link_layer), k);
		link_layer[0] ^= 4;
		assert_int_equal(topology_find_end(&plan, link_layer), TOPOLOGY_NONE);
	}
	assert_int_equal(plan.ends[0].n_more, 1);
	assert_int_equal(plan.ends[5].n_more, 1); /* 10.0.2.9 is of the third link */
	check_owner(&plan, "::ffff:10.0.2.9", 0);
	check_owner(&plan, "::ffff:10.0.0.2", 1);
	check_owner(&plan, "fd00:0:0:2::1", 2);
	check_owner(&plan, "::ffff:10.0.0.3", TOPOLOGY_NONE);
	check_owner(&plan, "::", TOPOLOGY_NONE);
}

static void check_route(const struct plan_route *route, const char *to, unsigned bits, const char *via, size_t end)
{
	struct in6_addr address;
	assert_int_equal(inet_pton(AF_INET6, to, &address), 1);
	assert_memory_equal(&route->to, &address, sizeof address);
	assert_int_equal(inet_pton(AF_INET6, via, &address), 1);
	assert_memory_equal(&route->via, &address, sizeof address);
	assert_int_equal(route->bits, bits);
	assert_int_equal(route->end, end);
}

static void test_routes(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(triangle);
	must_plan(&plan, s, 0);
	assert_int_equal(plan.namespaces[0].n_routes, 2);
	check_route(&plan.namespaces[0].routes[0], "::ffff:0.0.0.0", 0, "::ffff:10.0.0.2", 0);
	check_route(&plan.namespaces[0].routes[1], "::", 0, "fd00::2", 0);
	/* Both of c's networks: b is in none of them. */
	assert_int_equal(plan.namespaces[1].n_routes, 4);
	check_route(&plan.namespaces[1].routes[0], "::ffff:10.0.1.0", 24, "::ffff:10.0.0.1", 1);
	check_route(&plan.namespaces[1].routes[3], "fd00:0:0:2::", 64, "fd00::1", 1);
	must_plan(&plan, s, 2); /* by c */
	check_route(&plan.namespaces[0].routes[0], "::ffff:0.0.0.0", 0, "::ffff:10.0.2.1", 5);
	assert_true(plan.ipv6);
}

/* Without a word of it two namespaces are joined as ever, and one with nobody. */
static void test_default_link(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *two = test_must_read("name: x\nsteps:\n- server: socket s\n- server: connect s client:1\n");
	CLEANUP(cleanup_scenario)
	struct scenario *one = test_must_read("name: x\nnamespaces: {a: }\nsteps:\n- a: socket s\n");
	must_plan(&plan, two, 0);
	assert_int_equal(plan.n_ends, 2);
	check_host(&plan, 1, 1, "10.0.0.2", "fd00::2");
	assert_false(plan.ipv6);
	must_plan(&plan, one, 0);
	assert_int_equal(plan.n_ends, 0);
}

static void test_steps_follow_the_levels(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\nmatrix: {closer: [server, client], port: [80]}\n"
					    "steps:\n- server: socket  listener\n- server: bind listener *:$port\n"
					    "- when: {closer: server}\n  do:\n  - server: close listener\n  - when: "
					    "{port: 80}\n    do:\n    - client: restart\n"
					    "- server: tcp-state *:${port}\n  as: seen\n");
	must_plan(&plan, s, 0);
	assert_int_equal(plan.n_steps, 5);
	assert_string_equal(plan.steps[0].text, "socket listener");
	assert_string_equal(plan.steps[1].text, "bind listener *:80");
	assert_int_equal(plan.steps[1].words[1].address.port, 80);
	assert_int_equal(plan.steps[1].n_words, 2);
	assert_string_equal(plan.steps[2].text, "close listener");
	assert_string_equal(plan.steps[3].text, "restart");
	assert_int_equal(plan.steps[3].actor, 1);
	must_plan(&plan, s, 1);
	assert_int_equal(plan.n_steps, 3);
	assert_string_equal(plan.steps[2].text, "tcp-state *:80");
	assert_int_equal(plan.steps[2].step->response, 0);
	assert_int_equal(plan.steps[0].step->response, SCENARIO_NO_RESPONSE);
}

static void test_actors_and_namespaces(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\nmatrix:\n"
					    "  path: {veth: {where: client}, loopback: {where: server}}\n  ts: [0, 1]\n"
					    "namespaces:\n  server: {sysctl: {net.ipv4.tcp_timestamps: $ts, "
					    "net.ipv4.tcp_rmem: 4096 87380 6291456}}\n  client:\n"
					    "actors:\n  client: {in: $where}\n  third: {in: client}\n"
					    "steps:\n- client: socket c\n- client: connect c third:80\n- third: socket "
					    "c\n- third: connect c client:80\n"
					    "- third: bind c server:1\n");
	must_plan(&plan, s, 1);
	assert_int_equal(plan.n_namespaces, 2);
	assert_int_equal(plan.n_actors, 3);
	assert_string_equal(plan.namespaces[0].sysctls[0].value, "1");
	assert_string_equal(plan.namespaces[0].sysctls[1].value, "4096 87380 6291456");
	assert_int_equal(plan.namespaces[1].n_sysctls, 0);
	assert_int_equal(plan.actors[0].namespace, 0);
	assert_int_equal(plan.actors[1].namespace, 1);
	assert_int_equal(plan.actors[2].namespace, 1);
	assert_int_equal(plan.steps[1].words[1].address.namespace, 1); /* an actor's name: the namespace it is in */
	must_plan(&plan, s, 2);
	assert_int_equal(plan.actors[1].namespace, 0);
	assert_int_equal(plan.steps[3].words[1].address.namespace, 1); /* a namespace's name comes before an actor's */
	assert_string_equal(plan.namespaces[0].sysctls[0].value, "0");
}

static void test_slots_are_by_actor(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read(
		"name: x\nsteps:\n- server: socket a\n- server: socket b\n"
		"- client: socket b\n- server: accept a c\n- server: close a\n- server: restart\n- server: socket b\n"
		"- server: socket d\n- client: close b\n");
	must_plan(&plan, s, 0);
	assert_int_equal(plan.steps[0].words[0].socket, 0);
	assert_int_equal(plan.steps[1].words[0].socket, 1);
	assert_int_equal(plan.steps[2].words[0].socket, 0);
	assert_int_equal(plan.steps[3].words[1].socket, 2);
	assert_int_equal(plan.steps[6].words[0].socket, 1); /* a name keeps its slot */
	assert_int_equal(plan.steps[7].words[0].socket, 3);
	assert_int_equal(plan.actors[0].n_sockets, 4);
	assert_string_equal(plan.actors[0].sockets[2], "c");
	assert_int_equal(plan.actors[1].n_sockets, 1);
}

static void test_times(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s =
		test_must_read("name: x\nmatrix: {wait: [1s, 2s]}\n"
			       "deadlines: {step: 3s, cell: 10s}\nsteps:\n- server: socket a\n- server: sleep $wait\n"
			       "- server: bind a *:80\n  as: bound\n  for: 70s\n- server: listen a\n  as: listening\n  "
			       "for: 5s\n  every: 1s\n"
			       "  deadline: 20s\n");
	must_plan(&plan, s, 1);
	assert_int_equal(plan.steps[0].deadline_us, 3 * CLOCK_US_PER_S);
	assert_int_equal(plan.steps[1].deadline_us, 2 * CLOCK_US_PER_S + 1); /* the verb's own, and what it waits */
	assert_int_equal(plan.steps[2].repeat_for_us, 70 * CLOCK_US_PER_S);
	assert_int_equal(plan.steps[2].every_us, 200 * CLOCK_US_PER_MS);
	assert_int_equal(plan.steps[3].every_us, CLOCK_US_PER_S);
	assert_int_equal(plan.steps[3].deadline_us, 20 * CLOCK_US_PER_S);
	assert_false(plan.steps[2].may_park);
	assert_true(plan.steps[3].may_park);
	assert_int_equal(plan.steps[0].every_us, 0);
	assert_int_equal(plan.deadline_us, (10 + 2 + 70 + 5 + 20) * CLOCK_US_PER_S);
	assert_true(s->responses[0].timed);
	must_plan(&plan, s, 0);
	assert_int_equal(plan.deadline_us, (10 + 1 + 70 + 5 + 20) * CLOCK_US_PER_S);
}

/* More time for all steps is no step that is expected to wait. */
static void test_time_for_all(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\ndeadlines: {step: 60s}\nsteps:\n- server: socket a\n"
					    "- server: listen a\n  deadline: 60s\n");
	must_plan(&plan, s, 0);
	assert_false(plan.steps[0].may_park);
	assert_true(plan.steps[1].may_park);
	assert_int_equal(plan.parks_us, 60 * CLOCK_US_PER_S);
}

/* How long a cell may be parked, and how long it may wait at all, as the file has it. */
static void test_waits(void **state)
{
	(void)state;
	static const struct {
		const char *steps;
		uint64_t parks_ms, waits_ms;
	} cases[] = {
		{"- server: socket a\n", 0, 0},
		{"- server: sleep 1.5s\n- client: sleep 20ms\n", 1520, 1520},
		{"- server: socket a\n  as: made\n  for: 70s\n", 70000, 70000},
		{"- server: socket a\n  as: made\n  for: 70s\n  deadline: 2s\n", 70000, 70000},
		{"- server: socket a\n  as: made\n  for: 70s\n  deadline: 4s\n- client: sleep 1s\n", 71000, 75000},
		/* No longer than for a step that has none of its own: it says less, not more. */
		{"- server: socket a\n  deadline: 3s\n", 0, 0},
		{"- server: socket a\n  deadline: 3001ms\n", 0, 3001},
		/* One that is longer than all steps have is waited for; meanwhile others have the place. */
		{"- server: socket a\n  deadline: 5s\n", 0, 5000},
		{"- server: socket a\n  deadline: 150s\n", 150000, 150000},
		/* What an option is set to is waited for by nobody. */
		{"- server: socket a\n- server: setsockopt a SO_RCVTIMEO 9s\n", 0, 0},
		/* Of what the cell does not do nothing counts. */
		{"- when: {n: 1}\n  do:\n  - server: sleep 60s\n- server: sleep 1s\n", 1000, 1000},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP(text_done) struct text t = TEXT_INIT;
		CLEANUP(plan_done) struct plan plan = PLAN_INIT;
		text_addf(&t, "name: x\nmatrix: {n: [0, 1]}\ndeadlines: {step: 3s}\nsteps:\n%s", cases[i].steps);
		CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(text_get(&t));
		must_plan(&plan, s, 0);
		assert_int_equal(plan.parks_us, cases[i].parks_ms * CLOCK_US_PER_MS);
		assert_int_equal(plan.waits_us, cases[i].waits_ms * CLOCK_US_PER_MS);
		must_plan(&plan, s, 1);
		assert_int_equal(s->longest_wait_us, plan.waits_us); /* the second cell does all that the first does */
	}
}

static void test_ipv6(void **state)
{
	(void)state;
	static const struct {
		const char *rest;
		bool ipv6;
	} cases[] = {
		{"steps:\n- server: socket a\n- server: bind a *:80\n", false},
		{"steps:\n- server: socket a tcp\n", false},
		{"steps:\n- server: socket a tcp6\n", true},
		{"steps:\n- server: socket a\n- server: bind a [::1]:80\n", true},
		{"steps:\n- server: sysctl net.ipv6.conf.all.forwarding 1\n", true},
		{"namespaces: {server: {sysctl: {net.ipv6.conf.all.forwarding: 1}}}\nsteps:\n- server: restart\n",
			true},
		{"namespaces: {server: {sysctl: {net.ipv4.ip_forward: 1}}}\nsteps:\n- server: restart\n", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP(text_done) struct text t = TEXT_INIT;
		CLEANUP(plan_done) struct plan plan = PLAN_INIT;
		text_addf(&t, "name: x\n%s", cases[i].rest);
		CLEANUP(cleanup_scenario) struct scenario *s = test_must_read(text_get(&t));
		must_plan(&plan, s, 0);
		assert_int_equal(plan.ipv6, cases[i].ipv6);
	}
}

static void test_optional_words(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s =
		test_must_read("name: x\nsteps:\n- server: socket a\n- server: listen a\n- server: listen a 5\n");
	must_plan(&plan, s, 0);
	assert_int_equal(plan.steps[1].n_words, 1);
	assert_null(plan.steps[1].words[1].text);
	assert_int_equal(plan.steps[2].words[1].number, 5);
}

static void test_a_level_is_one_word(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\nmatrix: {ports: [1024 2048]}\nsteps:\n- server: sysctl "
					    "net.ipv4.ip_local_port_range $ports\n");
	must_plan(&plan, s, 0);
	assert_int_equal(plan.steps[0].n_words, 2);
	assert_string_equal(plan.steps[0].words[1].text, "1024 2048");
}

static void test_cells_that_are_not_there(void **state)
{
	(void)state;
	CLEANUP(plan_done) struct plan plan = PLAN_INIT;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s =
		test_must_read("name: x\nmatrix: {a: [0, 1]}\nexclude: [{a: 0}]\nsteps:\n- server: restart\n");
	assert_int_equal(plan_make(&plan, s, 0, &e), -EINVAL);
	assert_string_equal(error_text(&e), "t.yaml: cell 0 is one that 'exclude' takes away");
	assert_int_equal(plan_make(&plan, s, 2, &e), -EINVAL);
	assert_string_equal(error_text(&e), "t.yaml: no cell 2: the last one is 1");
	must_plan(&plan, s, 1);
}

static void test_levels_text(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	CLEANUP(cleanup_scenario)
	struct scenario *s = test_must_read("name: x\nmatrix: {a: [0, 1], b: [p q]}\nsteps:\n- server: restart\n");
	plan_levels_text(s, (const size_t[]){1, 0}, &t);
	assert_string_equal(text_get(&t), "a=1 b=p q");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_default_link),
		cmocka_unit_test(test_steps_follow_the_levels),
		cmocka_unit_test(test_actors_and_namespaces),
		cmocka_unit_test(test_slots_are_by_actor),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_time_for_all),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_optional_words),
		cmocka_unit_test(test_a_level_is_one_word),
		cmocka_unit_test(test_cells_that_are_not_there),
		cmocka_unit_test(test_levels_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

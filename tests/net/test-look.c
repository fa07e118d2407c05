// SPDX-License-Identifier: GPL-2.0-or-later
// A look at a namespace's sockets sees what the dump sees, after every step of a scenario that goes through the states.
#include "own_step.h"

#include <arpa/inet.h>

#include "actor/look.h"
#include "base/cleanup.h"
#include "net/namespace.h"

/* Every kind of end: accepted and not, within a namespace and across, both families, all ways to close. */
static const char scenario_text[] =
	"name: look\n"
	"actors: {local: {in: server}}\n"
	"steps:\n"
	"  - server: socket l\n"
	"  - server: setsockopt l SO_REUSEADDR 1\n"
	"  - server: bind l *:80\n"
	"  - server: listen l\n"
	"  - client: socket a\n"
	"  - client: connect a server:80\n"
	"  - server: accept l sa\n"
	"  - client: socket b\n"
	"  - client: connect b server:80\n" /* never accepted */
	"  - local: socket c\n"
	"  - local: connect c server:80\n" /* within the namespace */
	"  - server: socket l6 tcp6\n"
	"  - server: bind l6 *:81\n"
	"  - server: listen l6\n"
	"  - client: socket d tcp6\n"
	"  - client: connect d server:81\n"
	"  - server: accept l6 sd\n"
	"  - client: socket e\n"
	"  - client: connect e 10.0.0.1:81\n" /* IPv4 at an IPv6 listener */
	"  - client: socket f tcp6\n"
	"  - client: connect f server:79\n" /* refused */
	"    as: refused\n"
	"  - client: send a 100\n"
	"  - client: shutdown a SHUT_WR\n"
	"  - server: shutdown sa SHUT_WR\n"
	"  - server: close sa\n" /* with unread data: a reset */
	"  - server: close sd\n"
	"  - client: close d\n"
	"  - client: setsockopt b SO_LINGER 0\n"
	"  - client: close b\n"
	"  - server: close l\n" /* with one in its queue */
	"  - client: close e\n"
	"  - local: close c\n"
	"  - server: restart\n"
	"  - client: restart\n"
	"  - server: socket l\n"
	"  - server: setsockopt l SO_REUSEADDR 1\n"
	"  - server: bind l *:80\n"
	"  - server: listen l\n"
	"  - client: socket a\n"
	"  - client: connect a server:80\n"
	"  - client: socket g\n"
	"  - client: setsockopt g IP_MINTTL 255\n" /* so that the answer to its SYN is dropped */
	"  - client: setsockopt g SO_SNDTIMEO 50ms\n"
	"  - client: connect g server:80\n" /* leaves a request socket at the server, which the kernel does not count */
	"    as: loose\n";

static int compare(const void *a, const void *b)
{
	const struct tcp_socket *x = a, *y = b;
	int order = memcmp(&x->local, &y->local, sizeof x->local);
	if (!order)
		order = memcmp(&x->remote, &y->remote, sizeof x->remote);
	if (!order)
		order = (int)x->local_port - (int)y->local_port;
	if (!order)
		order = (int)x->remote_port - (int)y->remote_port;
	return order ? order : (int)x->state - (int)y->state;
}

static bool is_same(struct tcp_sockets *a, struct tcp_sockets *b)
{
	if (a->n)
		qsort(a->all, a->n, sizeof *a->all, compare);
	if (b->n)
		qsort(b->all, b->n, sizeof *b->all, compare);
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++) {
		/* A listener on any address is told in the words of its own family. */
		if (a->all[i].state == TCP_STATE_LISTEN && b->all[i].state == TCP_STATE_LISTEN)
			same = a->all[i].local_port == b->all[i].local_port;
		else
			same = compare(&a->all[i], &b->all[i]) == 0;
	}
	return same;
}

/* What moves between the two looks settles: they agree before long. */
static void assert_agree(struct testbed *t, struct testbed_namespace *namespace, const char *after)
{
	struct tcp_sockets dump = TCP_SOCKETS_INIT;
	uint64_t give_up_us = clock_now_us() + OWN_STEP_PATIENCE_US;
	bool agree = false;
	while (!agree) {
		struct error e = ERROR_INIT;
		if (look_at(t, namespace, &e) < 0 || tcp_sockets_list(&namespace->diag, &dump, &e) < 0)
			fail_msg("after '%s': %s", after, error_text(&e));
		agree = is_same(&namespace->look, &dump);
		if (!agree && clock_now_us() > give_up_us)
			fail_msg("after '%s', in %s: the look finds %zu sockets, the dump %zu, or others", after,
				namespace->name, namespace->look.n, dump.n);
	}
	tcp_sockets_done(&dump);
}

static void test_agrees_with_the_dump(void **state)
{
	(void)state;
	struct error e = ERROR_INIT;
	struct scenario *s = NULL;
	struct plan plan = PLAN_INIT;
	struct testbed t = {.whereabouts = NULL};
	struct whereabouts whereabouts = {.home = namespace_open_own(NULL)};
	if (access("/proc/sys/net/ipv6", F_OK) < 0)
		OWN_SKIP("this kernel has no IPv6");
	if (scenario_read_text("look", scenario_text, strlen(scenario_text), verb_vocabulary(), 1, &s, &e) < 0 ||
		plan_make(&plan, s, 0, &e) < 0 || testbed_build(&t, &plan, &whereabouts, &e) < 0)
		fail_msg("%s", error_text(&e));
	uint64_t give_up_us = clock_now_us() + OWN_STEP_PATIENCE_US;
	while (testbed_is_ready(&t, &e) == 0)
		assert_true(clock_now_us() < give_up_us);
	for (size_t i = 0; i < plan.n_steps; i++) {
		own_run_step(&t, &plan.steps[i]);
		for (size_t n = 0; n < t.n_namespaces; n++)
			assert_agree(&t, &t.namespaces[n], plan.steps[i].text);
	}
	assert_int_equal(testbed_done(&t, &e), 0);
	plan_done(&plan);
	scenario_free(s);
	close(whereabouts.home);
}

static struct tcp_socket end_of(const char *local, uint16_t local_port, const char *remote, uint16_t remote_port)
{
	struct tcp_socket s = {.family = AF_INET, .local_port = local_port, .remote_port = remote_port};
	assert_int_equal(inet_pton(AF_INET6, local, &s.local), 1);
	assert_int_equal(inet_pton(AF_INET6, remote, &s.remote), 1);
	return s;
}

/* 127.0.0.1 is another address in each namespace: two connections there may have the same ports. */
static void test_ends_of_a_connection(void **state)
{
	(void)state;
	const struct testbed_namespace server = {.name = "server"}, client = {.name = "client"};
	static const char *const pairs[][2] = {
		{"::ffff:10.0.0.1", "::ffff:10.0.0.2"},
		{"fd00::1", "fd00::2"},
		{"::ffff:127.0.0.1", "::ffff:127.0.0.1"},
		{"::ffff:127.0.0.2", "::ffff:127.1.2.3"},
		{"::1", "::1"},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const struct tcp_socket one = end_of(pairs[i][0], 80, pairs[i][1], 40000);
		const struct tcp_socket other = end_of(pairs[i][1], 40000, pairs[i][0], 80);
		const struct tcp_socket third = end_of(pairs[i][1], 40001, pairs[i][0], 80);
		bool is_loopback = i >= 2;
		assert_true(look_is_other_end(&server, &one, &server, &other));
		assert_int_equal(look_is_other_end(&server, &one, &client, &other), !is_loopback);
		assert_false(look_is_other_end(&server, &one, &server, &third));
		assert_false(look_is_other_end(&server, &one, &server, &one));
	}
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agrees_with_the_dump),
		cmocka_unit_test(test_ends_of_a_connection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

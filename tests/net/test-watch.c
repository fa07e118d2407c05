// SPDX-License-Identifier: GPL-2.0-or-later
// The sockets of both sides as they are watched from step to step: what is kept, in which order, and what is not.
#include "own_step.h"

#include "actor/watch.h"
#include "base/cleanup.h"
#include "net/namespace.h"

enum { SERVER, CLIENT };

static const char scenario_text[] = "name: watch\n"
				    "steps:\n"
				    "  - server: socket listener\n"
				    "  - server: bind listener *:80\n"
				    "  - server: listen listener\n"
				    "  - client: socket conn\n"
				    "  - client: connect conn server:80\n"
				    "  - server: accept listener child\n"
				    "  - client: setsockopt conn SO_RCVLOWAT 2\n"
				    "  - client: send conn 100\n"
				    "  - server: recv child 100\n"
				    "  - server: close child\n"
				    "  - client: recv conn eof\n"
				    "  - client: close conn\n"
				    "  - server: close listener\n";

/* What there must be on a side once a step is done and all has arrived. */
static const struct expected {
	size_t after;
	size_t namespace;
	const char *states; /* in the kernel's order */
	unsigned receive_queue;
} all_expected[] = {
	{1, SERVER, "", 0},
	{1, CLIENT, "", 0},
	{3, SERVER, "LISTEN", 0},
	{3, CLIENT, "", 0},
	{5, SERVER, "ESTABLISHED LISTEN", 0},
	{5, CLIENT, "ESTABLISHED", 0},
	{8, SERVER, "ESTABLISHED LISTEN", 100},
	{9, SERVER, "ESTABLISHED LISTEN", 0},
	{10, SERVER, "FIN-WAIT-2 LISTEN", 0},
	{10, CLIENT, "CLOSE-WAIT", 1}, /* a FIN that was not read counts as one byte (tcp_diag_get_info()) */
	{12, SERVER, "TIME-WAIT LISTEN", 0},
	{12, CLIENT, "", 0},
	{13, SERVER, "TIME-WAIT", 0},
};

struct bed {
	struct scenario *scenario;
	struct plan plan;
	struct testbed testbed;
	struct whereabouts whereabouts;
	struct watch watch;
	uint64_t began_us;
};

static void make_bed(struct bed *b)
{
	struct error e = ERROR_INIT;
	*b = (struct bed){
		.plan = PLAN_INIT,
		.whereabouts.home = namespace_open_own(NULL),
		.watch = WATCH_INIT,
		.began_us = clock_now_us(),
	};
	if (scenario_read_text("watch", scenario_text, strlen(scenario_text), verb_vocabulary(), 1, &b->scenario, &e) <
			0 ||
		plan_make(&b->plan, b->scenario, 0, &e) < 0 ||
		testbed_build(&b->testbed, &b->plan, &b->whereabouts, &e) < 0)
		fail_msg("%s", error_text(&e));
	while (testbed_is_ready(&b->testbed, &e) == 0)
		assert_true(clock_now_us() < b->began_us + OWN_STEP_PATIENCE_US);
}

static void end_bed(struct bed *b)
{
	struct error e = ERROR_INIT;
	watch_done(&b->watch);
	assert_int_equal(testbed_done(&b->testbed, &e), 0);
	plan_done(&b->plan);
	scenario_free(b->scenario);
	close(b->whereabouts.home);
}

static void look(struct bed *b, size_t after)
{
	struct error e = ERROR_INIT;
	if (watch_look(&b->watch, &b->testbed, after, b->began_us, &e) < 0)
		fail_msg("after step %zu: %s", after, error_text(&e));
}

/* What is known of a side by now. Return: the look, or NULL for none yet. */
static const struct evidence_look *last_of(const struct bed *b, size_t namespace)
{
	size_t last = b->watch.last[namespace];
	return last ? &b->watch.looks[last - 1] : NULL;
}

static bool is_as_expected(const struct bed *b, const struct expected *expected, char found[static 128])
{
	const struct evidence_look *last = last_of(b, expected->namespace);
	unsigned receive_queue = 0;
	size_t len = 0;
	found[0] = 0;
	for (size_t i = 0; last && i < last->n_sockets; i++) {
		const struct tcp_socket *s = &last->sockets[i];
		len += (size_t)snprintf(found + len, 128 - len, "%s%s", i ? " " : "", tcp_state_name(s->state));
		if (s->state != TCP_STATE_LISTEN)
			receive_queue += s->receive_queue;
	}
	return !strcmp(found, expected->states) && receive_queue == expected->receive_queue;
}

/* What is under way when a step is done arrives before long. */
static void await(struct bed *b, const struct expected *expected)
{
	uint64_t give_up_us = clock_now_us() + OWN_STEP_PATIENCE_US;
	char found[128];
	while (!is_as_expected(b, expected, found)) {
		if (clock_now_us() > give_up_us)
			fail_msg("after step %zu, in %s: '%s' instead of '%s'", expected->after,
				b->testbed.namespaces[expected->namespace].name, found, expected->states);
		look(b, expected->after);
	}
}

static void test_states_of_both_sides(void **state)
{
	(void)state;
	struct bed b;
	make_bed(&b);
	size_t n_expected = sizeof all_expected / sizeof *all_expected;
	for (size_t i = 0; i < b.plan.n_steps; i++) {
		own_run_step(&b.testbed, &b.plan.steps[i]);
		look(&b, i + 1);
		for (size_t j = 0; j < n_expected; j++)
			if (all_expected[j].after == i + 1)
				await(&b, &all_expected[j]);
	}
	uint64_t at_us = 0;
	size_t after = 0;
	const struct evidence_look *last[SCENARIO_NAMESPACES_MAX] = {NULL};
	for (size_t i = 0; i < b.watch.n_looks; i++) {
		const struct evidence_look *l = &b.watch.looks[i];
		assert_true(l->at_us >= at_us && l->after >= after);
		at_us = l->at_us;
		after = l->after;
		/* The first of a side has something, and each one after it something else. */
		const struct evidence_look *before = last[l->namespace];
		assert_true(before || l->n_sockets);
		bool differs = !before || before->n_sockets != l->n_sockets;
		for (size_t j = 0; !differs && j < l->n_sockets; j++) {
			const struct tcp_socket *x = &before->sockets[j], *y = &l->sockets[j];
			differs = x->state != y->state || x->timer != y->timer ||
				  x->receive_queue != y->receive_queue || x->send_queue != y->send_queue;
		}
		assert_true(differs);
		last[l->namespace] = l;
	}
	assert_int_equal(b.watch.looks[0].after, 3);
	end_bed(&b);
}

static void test_keeps_nothing_where_nothing_changed(void **state)
{
	(void)state;
	struct bed b;
	make_bed(&b);
	look(&b, 0);
	assert_int_equal(b.watch.n_looks, 0);
	for (size_t i = 0; i < 6; i++)
		own_run_step(&b.testbed, &b.plan.steps[i]);
	await(&b, &(struct expected){6, SERVER, "ESTABLISHED LISTEN", 0});
	await(&b, &(struct expected){6, CLIENT, "ESTABLISHED", 0});
	/* The handshake's last acknowledgement may still be on its way, and with it a timer. */
	size_t n;
	uint64_t give_up_us = clock_now_us() + OWN_STEP_PATIENCE_US;
	do {
		n = b.watch.n_looks;
		look(&b, 6);
		assert_true(clock_now_us() < give_up_us);
	} while (b.watch.n_looks != n);
	own_run_step(&b.testbed, &b.plan.steps[6]); /* an option: no state changes */
	for (size_t i = 0; i < 10; i++)
		look(&b, 7);
	assert_int_equal(b.watch.n_looks, n);
	end_bed(&b);
}

/* A look that fails keeps nothing, and the next one is as good as ever. */
static void test_goes_on_after_a_failure(void **state)
{
	(void)state;
	struct bed b;
	struct error e = ERROR_INIT;
	make_bed(&b);
	for (size_t i = 0; i < 3; i++)
		own_run_step(&b.testbed, &b.plan.steps[i]);
	int good = b.testbed.namespaces[CLIENT].fd;
	look(&b, 3);
	assert_int_equal(b.watch.n_looks, 1);
	netlink_close(&b.testbed.namespaces[CLIENT].diag);
	b.testbed.namespaces[CLIENT].fd = -1; /* there is no way into it */
	testbed_enter(&b.testbed, &b.testbed.namespaces[SERVER], &e);
	assert_true(watch_look(&b.watch, &b.testbed, 3, b.began_us, &e) < 0);
	assert_int_equal(b.watch.n_looks, 1);
	error_clear(&e);
	b.testbed.namespaces[CLIENT].fd = good;
	for (size_t i = 3; i < 6; i++)
		own_run_step(&b.testbed, &b.plan.steps[i]);
	await(&b, &(struct expected){6, CLIENT, "ESTABLISHED", 0});
	end_bed(&b);
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states_of_both_sides),
		cmocka_unit_test(test_keeps_nothing_where_nothing_changed),
		cmocka_unit_test(test_goes_on_after_a_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

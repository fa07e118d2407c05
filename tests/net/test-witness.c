// SPDX-License-Identifier: GPL-2.0-or-later
// What is kept of the packets of a testbed, and the count of those that are not.
#include "own.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "actor/testbed.h"
#include "actor/verb.h"
#include "actor/witness.h"
#include "net/namespace.h"

#define BATCH 64
#define BEYOND 100 /* packets more than are kept */

static const char scenario_text[] = "name: witness\n"
				    "actors: {near: {in: server}}\n"
				    "steps:\n"
				    "  - server: socket s\n"
				    "  - near: socket t\n";

/* A socket on lo that takes what it sends to itself. */
static int open_echo(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, len), 0);
	return fd;
}

static void test_counts_what_it_leaves_out(void **state)
{
	(void)state;
	struct error e = ERROR_INIT;
	struct scenario *s = NULL;
	struct plan plan = PLAN_INIT;
	struct testbed t = {.whereabouts = NULL};
	int times_fd = capture_prepare(&e);
	struct whereabouts whereabouts = {.home = namespace_open_own(NULL)};
	if (times_fd < 0 ||
		scenario_read_text("witness", scenario_text, strlen(scenario_text), verb_vocabulary(), 1, &s, &e) < 0 ||
		plan_make(&plan, s, 0, &e) < 0)
		fail_msg("%s", error_text(&e));
	plan.loopback = true;
	if (testbed_build(&t, &plan, &whereabouts, &e) < 0 || witness_begin_capture(&t, &e) < 0 ||
		testbed_enter(&t, &t.namespaces[0], &e) < 0)
		fail_msg("%s", error_text(&e));
	int fd = open_echo();
	for (unsigned sent = 0; sent < EVIDENCE_PACKETS_MAX + BEYOND; sent++) {
		unsigned received;
		assert_int_equal(send(fd, &sent, sizeof sent, 0), sizeof sent);
		assert_int_equal(recv(fd, &received, sizeof received, 0), sizeof received);
		if (sent % BATCH == 0)
			assert_int_equal(witness_drain(&t, &e), 0);
	}
	assert_int_equal(witness_drain(&t, &e), 0);
	assert_int_equal(t.witness.captures[0].dropped, 0);
	assert_int_equal(t.witness.n_packets, EVIDENCE_PACKETS_MAX);
	assert_int_equal(t.witness.left_out, BEYOND);
	/* The first ones are kept, in their order. */
	for (size_t i = 1; i < t.witness.n_packets; i++)
		assert_true(t.witness.packets[i].at_ns >= t.witness.packets[i - 1].at_ns);
	unsigned last;
	const struct packet *packet = &t.witness.packets[EVIDENCE_PACKETS_MAX - 1];
	memcpy(&last, packet->bytes + packet->n_bytes - sizeof last, sizeof last);
	assert_int_equal(last, EVIDENCE_PACKETS_MAX - 1);
	close(fd);
	assert_int_equal(testbed_done(&t, &e), 0);
	plan_done(&plan);
	scenario_free(s);
	close(whereabouts.home);
	close(times_fd);
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_what_it_leaves_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connect(2) of a non-blocking socket, called again, says how the connect went:
 * 0 once when it has succeeded and EISCONN from then on, the errno that a
 * blocking connect would give when it has failed, EALREADY while it is open
 * (inet_stream_connect(), net/ipv4/af_inet.c).
 *
 * Relied on: the outcome of a connect is taken from the call itself.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 12345

static int try(int fd, const char *address)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};

	assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}

static void wait_decided(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	assert_int_equal(poll(&p, 1, PLATFORM_PATIENCE_MS), 1);
}

struct stage {
	int host, server, client;
};

static struct stage open_stage(void)
{
	struct stage s = {.host = platform_leave_host()};

	s.server = platform_new_namespace();
	s.client = platform_new_namespace();
	platform_veth(s.server, s.client);
	return s;
}

static void close_stage(struct stage *s)
{
	close(s->client);
	close(s->server);
	close(s->host);
}

static void a_success(void **state)
{
	(void)state;
	struct stage s = open_stage();
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};

	platform_enter(s.server);
	int listener = open_socket();
	assert_int_equal(bind(listener, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(listener, 1), 0);
	platform_enter(s.client);
	int fd = open_socket();
	assert_int_equal(try(fd, "10.0.0.1"), EINPROGRESS);
	wait_decided(fd);
	assert_int_equal(try(fd, "10.0.0.1"), 0);
	assert_int_equal(try(fd, "10.0.0.1"), EISCONN);
	close(fd);
	close(listener);
	close_stage(&s);
}

static void a_refusal(void **state)
{
	(void)state;
	struct stage s = open_stage();
	int fd = open_socket();

	assert_int_equal(try(fd, "10.0.0.1"), EINPROGRESS);
	wait_decided(fd);
	assert_int_equal(try(fd, "10.0.0.1"), ECONNREFUSED);
	/* And the socket is as new. */
	assert_int_equal(try(fd, "10.0.0.1"), EINPROGRESS);
	close(fd);
	close_stage(&s);
}

static void nobody_answers(void **state)
{
	(void)state;
	struct stage s = open_stage();
	int fd = open_socket();

	/* Nobody has that address, and nobody says so for some seconds. */
	assert_int_equal(try(fd, "10.0.0.9"), EINPROGRESS);
	assert_int_equal(try(fd, "10.0.0.9"), EALREADY);
	close(fd);
	close_stage(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_success),
		cmocka_unit_test(a_refusal),
		cmocka_unit_test(nobody_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With SO_LINGER on, close(2) of a TCP socket blocks until the peer has acked
 * everything, the FIN included, although the socket is non-blocking. The close
 * that the exit of a process makes does not.
 *
 * Relied on: a worker makes such closes in a thread, since its event loop
 * would stand still; `restart`, which stands for an exit, does not linger.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LO_IFINDEX 1	/* LOOPBACK_IFINDEX in include/net/flow.h */

/* Far beyond our patience: what ends earlier was not ended by it. */
#define LINGER_S 60

/* A connection over lo whose client has sent all that the server's full buffers take, and more. */
static int start(struct platform_tcp *t)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = LINGER_S};
	static char bytes[65536];
	int host = platform_leave_host();

	platform_link_up(LO_IFINDEX);
	platform_tcp_connect(t, host, host, "127.0.0.1", 12345);
	assert_return_code(setsockopt(t->client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), errno);
	assert_return_code(fcntl(t->client, F_SETFL, O_NONBLOCK), errno);
	while (send(t->client, bytes, sizeof(bytes), 0) > 0)
		;
	assert_int_equal(errno, EAGAIN);
	return host;
}


/*
 * A process that closes the client, or exits with it open, once nobody else
 * holds it: it waits for the end of file of `go` for that. It tells with a
 * byte that its close has come back.
 */
static pid_t start_closer(const struct platform_tcp *t, const int go[2], const int back[2], bool by_exit)
{
	pid_t closer = fork();
	char byte;

	assert_return_code(closer, errno);
	if (closer > 0)
		return closer;
	close(t->listener);
	close(t->server);
	close(go[1]);
	if (read(go[0], &byte, 1) != 0)
		_exit(1);
	if (by_exit)
		_exit(0);
	close(t->client);
	_exit(write(back[1], "b", 1) == 1 ? 0 : 1);
}

/* Waits until the process sleeps in close(2). */
static void wait_until_in_close(pid_t pid)
{
	char path[64], line[256], want[16];
	int rc, left_ms = PLATFORM_PATIENCE_MS;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	snprintf(want, sizeof(want), "%d ", SYS_close);
	/* The file says "running" unless the process is blocked, and then the number of its call. */
	do {
		rc = platform_file_read(path, line, sizeof(line));
		if (rc != 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			platform_skip("%s: %s", path, strerror(-rc));
		}
		assert_true(left_ms-- > 0);
		poll(NULL, 0, 1);
	} while (strncmp(line, want, strlen(want)) != 0);
}

static void close_waits_for_the_peer(void **state)
{
	struct platform_tcp t;
	int host = start(&t), go[2], back[2], status;
	static char bytes[65536];
	struct pollfd returned;
	pid_t closer;
	char byte;

	(void)state;
	assert_return_code(pipe2(go, O_CLOEXEC), errno);
	assert_return_code(pipe2(back, O_CLOEXEC), errno);
	closer = start_closer(&t, go, back, false);
	close(t.client);
	close(back[1]);
	close(go[0]);
	close(go[1]);

	wait_until_in_close(closer);
	returned = (struct pollfd){.fd = back[0], .events = POLLIN};
	assert_int_equal(poll(&returned, 1, 0), 0);

	/* The server reads everything, so that its kernel can take and ack the rest. */
	while (recv(t.server, bytes, sizeof(bytes), 0) > 0)
		;
	platform_wait_readable(back[0]);
	assert_int_equal(read(back[0], &byte, 1), 1);
	assert_int_equal(waitpid(closer, &status, 0), closer);
	assert_int_equal(status, 0);

	close(back[0]);
	close(t.server);
	close(t.listener);
	close(host);
}

static void exit_does_not_wait(void **state)
{
	struct platform_tcp t;
	int host = start(&t), go[2], back[2], status;
	pid_t closer;

	(void)state;
	assert_return_code(pipe2(go, O_CLOEXEC), errno);
	assert_return_code(pipe2(back, O_CLOEXEC), errno);
	closer = start_closer(&t, go, back, true);
	close(t.client);
	close(go[0]);
	close(go[1]);
	/* It ends, as the end of file of its pipe tells, although the server has read nothing. */
	close(back[1]);
	platform_wait_readable(back[0]);
	assert_int_equal(waitpid(closer, &status, 0), closer);
	assert_int_equal(status, 0);

	close(back[0]);
	close(t.server);
	close(t.listener);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(close_waits_for_the_peer),
		cmocka_unit_test(exit_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

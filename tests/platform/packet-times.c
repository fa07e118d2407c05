// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With SO_TIMESTAMPING a packet socket tells when the kernel saw a packet, or
 * nothing at all; never when the packet was read, as SO_TIMESTAMPNS does while
 * the kernel does not take times yet. It takes them from some moment after a
 * first socket has asked for them (net_enable_timestamp(), net/core/dev.c), and
 * for every socket of every namespace then, as long as that one is open.
 *
 * Relied on: the times of a capture are those of the sighting.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define READ_LATER_MS 50

static int64_t now_ns(void)
{
	struct timespec now;

	assert_return_code(clock_gettime(CLOCK_REALTIME, &now), errno);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void pause_ms(int ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static void want_times(int fd)
{
	int flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;

	assert_return_code(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags)), errno);
}

/* A packet socket of all interfaces that wants times. */
static int open_packets(void)
{
	const struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_return_code(fd, errno);
	want_times(fd);
	assert_return_code(bind(fd, (const struct sockaddr *)&all, sizeof(all)), errno);
	return fd;
}

/* A datagram to oneself on lo, which has come when it returns. */
static void talk_to_itself(void)
{
	struct sockaddr_in self = {.sin_family = AF_INET, .sin_port = htons(12345)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char byte = 0;

	self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_return_code(bind(fd, (struct sockaddr *)&self, sizeof(self)), errno);
	assert_return_code(connect(fd, (struct sockaddr *)&self, sizeof(self)), errno);
	assert_int_equal(send(fd, &byte, 1, 0), 1);
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	close(fd);
}

/* The time of the next packet, 0 for one without; -1 when there is no packet. */
static int64_t next_time_ns(int fd)
{
	/* Room for one control message: what else there may be of an outgoing packet is none. */
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct scm_timestamping))];
	struct msghdr message = {.msg_control = control, .msg_controllen = sizeof(control)};
	struct scm_timestamping times;
	struct cmsghdr *first;

	if (recvmsg(fd, &message, 0) < 0) {
		assert_int_equal(errno, EAGAIN);
		return -1;
	}
	first = CMSG_FIRSTHDR(&message);
	if (!first)
		return 0;
	assert_int_equal(first->cmsg_level, SOL_SOCKET);
	assert_int_equal(first->cmsg_type, SCM_TIMESTAMPING);
	memcpy(&times, CMSG_DATA(first), sizeof(times));
	return times.ts[0].tv_sec * 1000000000LL + times.ts[0].tv_nsec;
}

/* Sends a packet, reads it later. Returns whether both sightings had a time; which is that of the sighting. */
static bool is_timed(int fd)
{
	int64_t before_ns = now_ns(), after_ns, leaving_ns, coming_ns;

	talk_to_itself();
	after_ns = now_ns();
	pause_ms(READ_LATER_MS);
	leaving_ns = next_time_ns(fd);
	coming_ns = next_time_ns(fd);
	assert_int_equal(next_time_ns(fd), -1);
	if (leaving_ns == 0 || coming_ns == 0)
		return false;
	assert_true(before_ns <= leaving_ns);
	assert_true(leaving_ns <= coming_ns);
	assert_true(coming_ns <= after_ns);
	return true;
}

static void time_of_sighting_or_none(void **state)
{
	int host = platform_leave_host(), fd, other;

	(void)state;
	platform_link_up(1);
	fd = open_packets();
	for (int tries = 0; !is_timed(fd); tries++)
		assert_true(tries < PLATFORM_PATIENCE_MS / READ_LATER_MS);
	/* From here on at once. */
	other = open_packets();
	assert_true(is_timed(other));
	assert_true(next_time_ns(fd) > 0);
	close(other);
	close(fd);
	close(host);
}

/* Held by one socket in one namespace, for those of another. */
static void held_for_all_namespaces(void **state)
{
	int host = platform_leave_host(), holder = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), a, fd;

	(void)state;
	assert_return_code(holder, errno);
	want_times(holder);
	a = platform_new_namespace();
	platform_link_up(1);
	fd = open_packets();
	for (int tries = 0; !is_timed(fd); tries++)
		assert_true(tries < PLATFORM_PATIENCE_MS / READ_LATER_MS);
	close(fd);
	for (int i = 0; i < 5; i++) {
		int b = platform_new_namespace();

		platform_link_up(1);
		fd = open_packets();
		assert_true(is_timed(fd));
		close(fd);
		close(b);
	}
	close(a);
	close(holder);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_of_sighting_or_none),
		cmocka_unit_test(held_for_all_namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

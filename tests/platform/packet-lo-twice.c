// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A packet socket sees each packet on lo twice, as it leaves (PACKET_OUTGOING)
 * and as it comes in, in this order. A classic BPF filter can tell them apart
 * by SKF_AD_HATYPE and SKF_AD_PKTTYPE, and what it refuses is not counted among
 * the packets that were dropped.
 *
 * Relied on: a capture keeps and counts a packet on lo once.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAMS 50

/* A packet socket of all interfaces, of the least room if it is to be full soon. */
static int open_packets(int filtered, int least_room)
{
	const struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_HATYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_LOOPBACK, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), room = 1;

	assert_return_code(fd, errno);
	if (filtered)
		assert_return_code(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)), errno);
	if (least_room)
		assert_return_code(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)), errno);
	assert_return_code(bind(fd, (const struct sockaddr *)&all, sizeof(all)), errno);
	return fd;
}

/* Sends datagrams to itself on lo, and has received them when it returns. */
static void talk_to_itself(int n)
{
	struct sockaddr_in self = {.sin_family = AF_INET, .sin_port = htons(12345)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char byte = 0;

	self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_return_code(bind(fd, (struct sockaddr *)&self, sizeof(self)), errno);
	assert_return_code(connect(fd, (struct sockaddr *)&self, sizeof(self)), errno);
	while (n-- > 0) {
		assert_int_equal(send(fd, &byte, 1, 0), 1);
		assert_int_equal(recv(fd, &byte, 1, 0), 1);
	}
	close(fd);
}

/* The pkttype of the next packet; -1 when there is none. */
static int next_type(int fd)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	char byte;

	if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &len) < 0) {
		assert_int_equal(errno, EAGAIN);
		return -1;
	}
	assert_int_equal(from.sll_hatype, ARPHRD_LOOPBACK);
	return from.sll_pkttype;
}

static void leaving_and_coming_in(void **state)
{
	int host = platform_leave_host(), all, leaving;

	(void)state;
	platform_link_up(1);
	all = open_packets(0, 0);
	leaving = open_packets(1, 0);
	talk_to_itself(1);
	assert_int_equal(next_type(all), PACKET_OUTGOING);
	assert_int_equal(next_type(all), PACKET_HOST);
	assert_int_equal(next_type(all), -1);
	assert_int_equal(next_type(leaving), PACKET_OUTGOING);
	assert_int_equal(next_type(leaving), -1);
	close(all);
	close(leaving);
	close(host);
}

/* Packets that were kept, and that were dropped by PACKET_STATISTICS. */
static unsigned int kept_and_dropped(int fd)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);
	unsigned int kept = 0;

	while (next_type(fd) >= 0)
		kept++;
	assert_return_code(getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len), errno);
	assert_true(stats.tp_drops > 0);
	assert_int_equal(stats.tp_packets, kept + stats.tp_drops);
	return kept + stats.tp_drops;
}

static void refused_is_not_dropped(void **state)
{
	int host = platform_leave_host(), all, leaving;
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	(void)state;
	platform_link_up(1);
	all = open_packets(0, 1);
	leaving = open_packets(1, 1);
	talk_to_itself(DATAGRAMS);
	assert_int_equal(kept_and_dropped(all), 2 * DATAGRAMS);
	assert_int_equal(kept_and_dropped(leaving), DATAGRAMS);
	/* To ask is to begin anew. */
	assert_return_code(getsockopt(leaving, SOL_PACKET, PACKET_STATISTICS, &stats, &len), errno);
	assert_int_equal(stats.tp_drops, 0);
	close(all);
	close(leaving);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaving_and_coming_in),
		cmocka_unit_test(refused_is_not_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

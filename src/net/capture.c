// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of a network namespace, through one packet socket.
//
// Theory of operation
//
// All functions of the kernel named here without a file are in net/packet/af_packet.c.
//
// The socket is made with protocol 0, which sees nothing, set up, and bound to ETH_P_ALL on all interfaces, those that
// are yet to come included: so no packet comes past a filter or an option that is not there yet. Such a socket has no
// interface to lose, so its recvmsg(2) never says ENETDOWN (packet_notifier(), packet_do_bind()). There is no ring in
// shared memory: to set up and to take down one (packet_set_ring()) waits for a grace period of RCU each.
//
// Each packet on lo comes by twice, once as it leaves and once as it comes in. The second is refused by the filter and
// not by us: so it takes no room, and is not among the drops. recvmsg(2) copies no more than there is a place for, and
// tells with MSG_TRUNC how much there was. Where much is to be sent the filter cuts off all but the headers of a large packet:
// a packet takes the room that it has when it is queued (packet_rcv()), which then is one KiB and not 64. That is so where
// no data is left of it, or where what is left fits behind its headers in memory (skb_condense(), net/core/skbuff.c):
// there 62 bytes did and 74 did not, so it is none. How long it was is told by its IP header.
//
// The kernel takes the time of a packet only while somebody wants it: a static key, switched on by the first socket
// that asks, and not at once but from a work queue (net_enable_timestamp(), net/core/dev.c). With SO_TIMESTAMPNS a
// packet without a time gets that of its being read, which is a wrong answer that looks right; with SO_TIMESTAMPING it
// gets none (__sock_recv_timestamp(), net/socket.c). So the latter is used, and a packet without a time is an error.
// That it does not come to this is what capture_prepare() is for: it holds a socket that wants times, and sends
// datagrams to itself until one has its time; each later socket finds the key switched on.
//
// A message has room for the control message with the time and for no other. Kernels take an outgoing packet that is
// read from a packet socket for one of an error queue (skb_is_err_queue(), net/socket.c, before it looks at the
// destructor as well), and may add a control message of statistics that are none, as long as the packet and read from
// beyond its end. It would come behind the time; where no room is left, the kernel does not begin with it (put_cmsg(),
// net/core/scm.c).
#include "net/capture.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/closers.h"
#include "net/link.h"
#include "net/netlink.h"

/* The work queue takes well under 1 ms. If no packet has a time after this long, none will. */
#define PREPARE_PATIENCE_US (10 * CLOCK_US_PER_S)
#define PREPARE_PAUSE_US 50

/* Messages that one recvmmsg(2) takes: more than a look at a quiet cell finds. */
#define BATCH 16

/* The times that the kernel takes itself, of what it receives or sees; none of hardware. */
static int want_times(int fd)
{
	int flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
}

/* Room for a control message with the time. */
struct time_message {
	_Alignas(struct cmsghdr) unsigned char data[CMSG_SPACE(sizeof(struct scm_timestamping))];
};

/* The time that came with a message, on CLOCK_REALTIME; 0 for none. */
static uint64_t time_of(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPING)
			continue;
		struct scm_timestamping times;
		memcpy(&times, CMSG_DATA(c), sizeof times);
		return (uint64_t)times.ts[0].tv_sec * 1000000000U + (uint64_t)times.ts[0].tv_nsec;
	}
	return 0;
}

/* A socket in the caller's namespace that wants times. Return: its descriptor, or -errno. */
static int open_timed_datagrams(struct error *e)
{
	CLEANUP(cleanup_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || want_times(fd) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a socket that wants the times of packets");
	return TAKE_FD(fd);
}

/* Connect @fd to itself, on lo. Return: 0, or -1 with errno. */
static int connect_to_itself(int fd)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	if (bind(fd, (struct sockaddr *)&address, len) < 0 || getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	return connect(fd, (struct sockaddr *)&address, len);
}

/* Whether a datagram has come with its time; false as well where none has come. */
static bool receive_timed(int fd)
{
	struct time_message control;
	struct msghdr message = {.msg_control = control.data, .msg_controllen = sizeof control.data};
	return recvmsg(fd, &message, 0) >= 0 && time_of(&message) > 0;
}

/* Send datagrams to oneself until one has its time. */
static int wait_for_times(int fd, struct error *e)
{
	uint64_t give_up_us = clock_now_us() + PREPARE_PATIENCE_US;
	if (connect_to_itself(fd) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "the times of packets: a connection to oneself");
	while (!receive_timed(fd)) {
		if (clock_now_us() > give_up_us)
			return error_set(e, ERROR_HARNESS, ETIME,
				"the times of packets: the kernel has been asked to take them, and does not");
		/* One that is not taken, as the queue is full, is one that need not be sent. */
		if (send(fd, "", 0, 0) < 0 && errno != EAGAIN && errno != ENOBUFS)
			return error_errno(e, ERROR_HARNESS, errno, "the times of packets: a datagram to oneself");
		nanosleep(&(struct timespec){.tv_nsec = PREPARE_PAUSE_US * 1000}, NULL);
	}
	return 0;
}

static int bring_lo_up(struct error *e)
{
	struct netlink route = NETLINK_INIT;
	int r = netlink_open(&route, NETLINK_ROUTE, e);
	if (r < 0)
		return r;
	r = link_loopback_up(&route, e);
	netlink_close(&route);
	return r;
}

int capture_prepare(struct error *e)
{
	int r = bring_lo_up(e);
	if (r < 0)
		return r;
	CLEANUP(cleanup_close) int holder = open_timed_datagrams(e);
	if (holder < 0)
		return holder;
	r = wait_for_times(holder, e);
	return r < 0 ? r : TAKE_FD(holder);
}

/* Refuse what comes in on lo: it was seen as it left. And keep the others, or with @cuts of the large ones the headers alone. */
static int set_filter(int fd, bool cuts)
{
	/* In a frame: where the header of IP begins, in that the protocol, and in that of TCP how many words it has. */
	enum { IP = ETH_HLEN, IPV4_PROTOCOL = IP + 9, IPV6_NEXT = IP + 6, IPV6_BYTES = 40, TCP_WORDS = 12 };
	enum { KEEP = 5 };
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_HATYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_LOOPBACK, 0, 3), /* KEEP */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 1, 0), /* KEEP */
		BPF_STMT(BPF_RET | BPF_K, 0),
		[KEEP] = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, CAPTURE_CUT_BYTES, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, ETH_HLEN - 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 3), /* is it IPv4? */
		BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, IPV6_BYTES),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV6_NEXT),
		BPF_STMT(BPF_JMP | BPF_JA, 3), /* is it TCP? */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 9), /* the last line */
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, IP),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV4_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 6), /* the last line */
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, IP + TCP_WORDS),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 2),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, IP),
		BPF_STMT(BPF_RET | BPF_A, 0),
		BPF_STMT(BPF_RET | BPF_K, PACKET_BYTES_MAX), /* headers between, or no TCP */
	};
	if (cuts)
		code[KEEP] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0);
	struct sock_fprog filter = {.len = sizeof code / sizeof *code, .filter = code};
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

/* Beyond net.core.rmem_max where the caller may. */
static int set_room(int fd, int room_bytes)
{
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room_bytes, sizeof room_bytes) == 0)
		return 0;
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room_bytes, sizeof room_bytes);
}

static int see_all(int fd)
{
	struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	return bind(fd, (struct sockaddr *)&all, sizeof all);
}

int capture_open(struct capture *capture, int room_bytes, bool lo_is_up, bool cuts, struct error *e)
{
	CLEANUP(cleanup_close) int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 && errno == EPERM)
		return error_errno(e, ERROR_ABSENT, errno,
			"packets cannot be seen without CAP_NET_RAW (in a container: --cap-add NET_RAW)");
	if (fd < 0)
		return error_errno(
			e, errno == EAFNOSUPPORT ? ERROR_ABSENT : ERROR_HARNESS, errno, "a capture: a packet socket");
	/* The kernel doubles what it is asked for, for its book-keeping (socket(7)). */
	int asked_bytes = (room_bytes ? room_bytes : CAPTURE_ROOM_BYTES) / 2;
	if (want_times(fd) < 0 || ((lo_is_up || cuts) && set_filter(fd, cuts) < 0) ||
		set_room(fd, asked_bytes) < 0 || see_all(fd) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a capture: set up a packet socket");
	*capture = (struct capture){.fd = TAKE_FD(fd), .cuts = cuts};
	return 0;
}

/* What one recvmmsg(2) takes. */
struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_ll from[BATCH];
	struct time_message times[BATCH];
	uint8_t bytes[BATCH][PACKET_BYTES_MAX];
};

/* Return: how many packets there were, 0 for none; -1 with errno. */
static int receive_batch(int fd, struct batch *b)
{
	for (int i = 0; i < BATCH; i++) {
		b->vectors[i] = (struct iovec){.iov_base = b->bytes[i], .iov_len = PACKET_BYTES_MAX};
		b->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &b->from[i],
			.msg_namelen = sizeof b->from[i],
			.msg_iov = &b->vectors[i],
			.msg_iovlen = 1,
			.msg_control = b->times[i].data,
			.msg_controllen = sizeof b->times[i].data,
		};
	}
	int n;
	do
		n = recvmmsg(fd, b->messages, BATCH, MSG_TRUNC, NULL);
	while (n < 0 && errno == EINTR);
	return n < 0 && errno == EAGAIN ? 0 : n;
}

/* Of a frame of which the kernel has kept the beginning alone: what its IP header says. That does not count padding, and of more
 * than 64 KiB it says nothing. */
static uint32_t length_by_header(const uint8_t *frame, uint32_t len)
{
	unsigned type = (unsigned)(frame[12] << 8 | frame[13]), low = type == ETH_P_IP ? 16 : 18;
	uint32_t said = (uint32_t)(frame[low] << 8 | frame[low + 1]);
	uint32_t headers = ETH_HLEN + (type == ETH_P_IPV6 ? (uint32_t)sizeof(struct ip6_hdr) : 0);
	return (type == ETH_P_IP || type == ETH_P_IPV6) && said && headers + said > len ? headers + said : len;
}

static struct packet describe(struct batch *b, int i, bool cuts)
{
	uint32_t n_bytes = b->messages[i].msg_len, len = n_bytes;
	if (cuts)
		len = length_by_header(b->bytes[i], len);
	return (struct packet){
		.at_ns = time_of(&b->messages[i].msg_hdr),
		.loopback = b->from[i].sll_hatype == ARPHRD_LOOPBACK,
		.outgoing = b->from[i].sll_pkttype == PACKET_OUTGOING,
		.len = len,
		.n_bytes = n_bytes < PACKET_BYTES_MAX ? n_bytes : PACKET_BYTES_MAX,
		.bytes = b->bytes[i],
	};
}

/* The kernel's count begins at 0 with each time it is asked (packet_getsockopt()). */
static int count_drops(struct capture *capture, struct error *e)
{
	struct tpacket_stats since;
	socklen_t len = sizeof since;
	if (getsockopt(capture->fd, SOL_PACKET, PACKET_STATISTICS, &since, &len) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a capture: the count of what was dropped");
	capture->dropped += since.tp_drops;
	return 0;
}

int capture_drain(struct capture *capture, int (*take)(void *context, const struct packet *packet, struct error *e),
	void *context, struct error *e)
{
	struct batch batch;
	int n = BATCH;
	/* Where it takes fewer, there were no more. */
	while (n == BATCH && (n = receive_batch(capture->fd, &batch)) > 0) {
		for (int i = 0; i < n; i++) {
			if (batch.from[i].sll_pkttype == PACKET_OTHERHOST)
				continue;
			struct packet packet = describe(&batch, i, capture->cuts);
			if (!packet.at_ns)
				return error_set(e, ERROR_HARNESS, ENODATA,
					"a capture: the kernel did not take the time of a packet");
			int r = take(context, &packet, e);
			if (r < 0)
				return r;
		}
	}
	if (n < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a capture: receive");
	return count_drops(capture, e);
}

/* Stay on the processor that one is on. Return: whether that is so; then @ret_before is to be restored. */
static bool stay(cpu_set_t *ret_before)
{
	cpu_set_t here;
	int cpu = sched_getcpu();
	if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof *ret_before, ret_before) < 0)
		return false;
	CPU_ZERO(&here);
	CPU_SET((size_t)cpu, &here);
	return sched_setaffinity(0, sizeof here, &here) == 0;
}

int capture_send(struct capture *capture, int ifindex, const struct iovec *frames, size_t n, struct error *e)
{
	struct mmsghdr messages[CAPTURE_SEND_MAX] = {0};
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = ifindex};
	cpu_set_t before;
	for (size_t i = 0; i < n; i++)
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &to,
			.msg_namelen = sizeof to,
			.msg_iov = (struct iovec *)&frames[i],
			.msg_iovlen = 1,
		};
	if (!stay(&before))
		return error_errno(e, ERROR_HARNESS, errno, "a segment: stay on one processor");
	int sent;
	do
		sent = sendmmsg(capture->fd, messages, (unsigned)n, 0);
	while (sent < 0 && errno == EINTR);
	int errnum = sent < 0 ? errno : ENOBUFS;
	sched_setaffinity(0, sizeof before, &before);
	if (sent == (int)n)
		return 0;
	return error_errno(e, ERROR_HARNESS, errnum, "a segment: it cannot be put on the link");
}

void capture_close(struct capture *captures, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (captures[i].fd >= 0)
			closers_close(TAKE_FD(captures[i].fd));
}

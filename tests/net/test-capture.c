// SPDX-License-Identifier: GPL-2.0-or-later
// Captures: what is seen, in which order and when; what is dropped is counted; closed without waiting for the kernel.
#include "own_namespace.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/capture.h"
#include "net/link.h"
#include "net/namespace.h"

#define PORT 12345
#define PATIENCE_US (20 * CLOCK_US_PER_S)
#define NOBODY 65534

/* Frames: Ethernet 14, IPv4 20, TCP 20 and UDP 8; a SYN of Linux has 20 bytes of options, all others 12. */
#define LEN_SYN (14 + 20 + 20 + 20)
#define LEN_ACK (14 + 20 + 20 + 12)
#define LEN_DATAGRAM(bytes) (14 + 20 + 8 + (bytes))
#define TCP_SYN_ACK 0x12
#define TCP_SYN 0x02
#define TCP_ACK 0x10

static int home = -1;
static int times = -1;

/* What a capture gave. */
struct seen {
	struct packet packets[256];
	uint8_t bytes[256][PACKET_BYTES_MAX];
	size_t n;
};

static int keep_cut(void *context, const struct packet *packet, struct error *e)
{
	(void)e;
	struct seen *seen = context;
	assert_int_equal(packet->namespace, 0);
	assert_true(packet->n_bytes <= packet->len && packet->n_bytes <= PACKET_BYTES_MAX);
	assert_true(seen->n < sizeof(seen->packets) / sizeof(seen->packets[0]));
	memcpy(seen->bytes[seen->n], packet->bytes, packet->n_bytes);
	seen->packets[seen->n] = *packet;
	seen->packets[seen->n].bytes = seen->bytes[seen->n];
	seen->n++;
	return 0;
}

static int keep(void *context, const struct packet *packet, struct error *e)
{
	assert_true(packet->n_bytes == packet->len || packet->n_bytes == PACKET_BYTES_MAX ||
		    packet->n_bytes <= CAPTURE_CUT_BYTES);
	return keep_cut(context, packet, e);
}

static int keep_ipv4(void *context, const struct packet *packet, struct error *e)
{
	/* A veth has chatter of IPv6 on it. */
	bool is_ipv4 = packet->bytes[12] == 0x08 && packet->bytes[13] == 0x00;
	return is_ipv4 ? keep(context, packet, e) : 0;
}

static void drain(
	struct capture *capture, struct seen *seen, int (*take)(void *, const struct packet *, struct error *))
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (capture_drain(capture, take, seen, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static struct capture capture(int room_bytes)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct capture made = CAPTURE_INIT;
	if (capture_open(&made, room_bytes, true, false, &e) < 0)
		fail_msg("%s", error_text(&e));
	own_assert_cloexec(made.fd);
	return made;
}

static uint64_t now_ns(void)
{
	struct timespec now;
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* A socket that is connected to itself, on lo. */
static int datagrams(void)
{
	struct sockaddr_in self = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&self, sizeof(self)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&self, sizeof(self)), 0);
	return fd;
}

/* Datagrams that hold the numbers from @from on. Each has come when it is received: it has been seen by then. */
static void send_numbers(int fd, uint32_t from, uint32_t n)
{
	for (uint32_t i = from; i < from + n; i++) {
		uint32_t got;
		assert_int_equal(send(fd, &i, sizeof(i), 0), sizeof(i));
		assert_int_equal(recv(fd, &got, sizeof(got), 0), sizeof(got));
		assert_int_equal(got, i);
	}
}

static uint32_t number_in(const struct packet *packet)
{
	uint32_t number;
	assert_int_equal(packet->len, LEN_DATAGRAM(sizeof(number)));
	memcpy(&number, &packet->bytes[LEN_DATAGRAM(0)], sizeof(number));
	return number;
}

/*
 * The first test, so that nobody has asked for times before, if nobody else on this machine does; and the times are
 * wanted by it for all tests.
 */
static void test_prepared(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	static struct seen seen;
	int namespace = own_enter_new();
	CLEANUP(cleanup_close) int fd = datagrams();
	ino_t before = own_inode();
	times = capture_prepare(&e);
	if (times < 0)
		fail_msg("%s", error_text(&e));
	struct capture c = capture(0);
	send_numbers(fd, 0, 1);
	drain(&c, &seen, keep);
	assert_int_equal(seen.n, 1);
	own_assert_cloexec(times);
	assert_int_equal(own_inode(), before);
	capture_close(&c, 1);
	own_leave(home, namespace);
}

static void test_loopback_is_seen_once(void **state)
{
	(void)state;
	static struct seen seen;
	seen.n = 0;
	int namespace = own_enter_new();
	struct capture c = capture(0);
	CLEANUP(cleanup_close) int fd = datagrams();
	drain(&c, &seen, keep);
	assert_int_equal(seen.n, 0);
	/* More than are taken at a time. */
	send_numbers(fd, 0, 100);
	drain(&c, &seen, keep);
	assert_int_equal(seen.n, 100);
	for (size_t i = 0; i < seen.n; i++) {
		assert_true(seen.packets[i].loopback);
		assert_true(seen.packets[i].outgoing);
		assert_int_equal(number_in(&seen.packets[i]), i);
	}
	/* What was given is gone. */
	drain(&c, &seen, keep);
	assert_int_equal(seen.n, 100);
	assert_int_equal(c.dropped, 0);
	capture_close(&c, 1);
	own_leave(home, namespace);
}

static void test_times_are_those_of_the_sighting(void **state)
{
	(void)state;
	static struct seen seen;
	seen.n = 0;
	int namespace = own_enter_new();
	struct capture c = capture(0);
	CLEANUP(cleanup_close) int fd = datagrams();
	uint64_t before_ns = now_ns();
	send_numbers(fd, 0, 1);
	uint64_t after_ns = now_ns();
	/* So that the time of reading is another one. */
	nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	drain(&c, &seen, keep);
	assert_int_equal(seen.n, 1);
	assert_true(before_ns <= seen.packets[0].at_ns);
	assert_true(seen.packets[0].at_ns <= after_ns);
	capture_close(&c, 1);
	own_leave(home, namespace);
}

static void test_nothing_is_missing_silently(void **state)
{
	(void)state;
	static struct seen seen;
	seen.n = 0;
	const uint32_t n = 200;
	int namespace = own_enter_new();
	struct capture c = capture(1);
	CLEANUP(cleanup_close) int fd = datagrams();
	send_numbers(fd, 0, n);
	drain(&c, &seen, keep);
	print_message("# %zu kept, %llu dropped\n", seen.n, (unsigned long long)c.dropped);
	assert_true(seen.n > 0);
	assert_true(c.dropped > 0);
	assert_int_equal(seen.n + c.dropped, n);
	/* Those are kept for which there was room; the last was sent when there was none. */
	for (size_t i = 0; i < seen.n; i++)
		assert_int_equal(number_in(&seen.packets[i]), i);
	/* Now there is room again. */
	uint64_t dropped = c.dropped;
	size_t kept = seen.n;
	send_numbers(fd, n, 1);
	drain(&c, &seen, keep);
	assert_int_equal(seen.n, kept + 1);
	assert_int_equal(number_in(&seen.packets[kept]), n);
	assert_int_equal(c.dropped, dropped);
	/* And the count goes on. */
	send_numbers(fd, n + 1, n);
	size_t seen_before = seen.n;
	drain(&c, &seen, keep);
	assert_int_equal(seen.n - seen_before + (c.dropped - dropped), n);
	assert_true(c.dropped > dropped);
	capture_close(&c, 1);
	own_leave(home, namespace);
}

/* How many of some large TCP segments are kept, where there is room for a few of them. */
static size_t count_large(bool cuts, int family, bool has_options, uint64_t *ret_dropped)
{
	static struct seen seen;
	static char data[60000];
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int namespace = own_enter_new();
	CLEANUP(cleanup_close) int timestamps = open("/proc/sys/net/ipv4/tcp_timestamps", O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(timestamps, has_options ? "1" : "0", 1), 1);
	union {
		struct sockaddr any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} self = {.ipv6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
	if (family == AF_INET)
		self.ipv4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof self;
	CLEANUP(cleanup_close) int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLEANUP(cleanup_close) int to = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, &self.any, sizeof self), 0);
	assert_int_equal(getsockname(listener, &self.any, &len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(connect(to, &self.any, sizeof self), 0);
	CLEANUP(cleanup_close) int from = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct capture c = CAPTURE_INIT;
	assert_int_equal(capture_open(&c, 256 << 10, true, cuts, &e), 0);
	memset(&seen, 0, sizeof seen);
	uint64_t n_bytes = 0;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(send(from, data, sizeof data, 0), sizeof data);
		assert_int_equal(recv(to, data, sizeof data, MSG_WAITALL), sizeof data);
	}
	drain(&c, &seen, keep);
	for (size_t i = 0; i < seen.n; i++) {
		struct segment segment;
		if (!segment_parse(&seen.packets[i], &segment))
			continue;
		n_bytes += segment.n_data;
		/* All options are there, the last of which is the timestamps. */
		if (segment.n_data)
			assert_int_equal(segment.has_timestamps, has_options);
	}
	*ret_dropped = c.dropped;
	if (!c.dropped)
		assert_int_equal(n_bytes, 20 * sizeof data);
	size_t n = seen.n;
	capture_close(&c, 1);
	own_leave(home, namespace);
	return n;
}

/* Of large packets the headers are enough: then there is room for many, and how long each was is still told. */
static void test_cut(void **state)
{
	(void)state;
	uint64_t dropped;
	static const int families[] = {AF_INET, AF_INET6};
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		for (int has_options = 0; has_options <= 1; has_options++) {
			assert_true(count_large(true, families[i], has_options, &dropped) >= 20);
			assert_int_equal(dropped, 0);
		}
	}
	count_large(false, AF_INET, true, &dropped);
	assert_true(dropped > 0);
}

/* A frame of @len bytes: an IP header of @ip bytes, extension headers of @extra bytes (IPv6), a TCP header of 60. */
static void make_frame(uint8_t *frame, size_t len, size_t ip, size_t extra)
{
	const uint8_t timestamps[] = {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8};
	size_t tcp = 14 + ip + extra, said = ip == 40 ? len - 14 - 40 : len - 14;
	uint8_t *header = frame + 14;
	memset(frame, 0, len);
	frame[12] = ip == 40 ? 0x86 : 0x08;
	frame[13] = ip == 40 ? 0xdd : 0x00;
	header[0] = ip == 40 ? 0x60 : (uint8_t)(0x40 | ip / 4);
	header[ip == 40 ? 4 : 2] = (uint8_t)(said >> 8);
	header[ip == 40 ? 5 : 3] = (uint8_t)said;
	header[ip == 40 ? 6 : 9] = extra ? IPPROTO_ROUTING : IPPROTO_TCP;
	if (extra) {
		header[40] = IPPROTO_TCP;
		header[41] = (uint8_t)(extra / 8 - 1);
	}
	memset(header + (ip == 40 ? 8 : 12), 9, ip == 40 ? 32 : 8);
	frame[tcp + 12] = 0xf0;
	frame[tcp + 13] = SEGMENT_ACK;
	memset(frame + tcp + 20, 1, 28);
	memcpy(frame + tcp + 48, timestamps, sizeof timestamps);
}

/* However long its headers are, and whatever they are: of a segment that is cut as much is known as of a whole one. */
static void test_cut_spares_headers(void **state)
{
	(void)state;
	static struct seen seen;
	static uint8_t frame[2000];
	static const struct {
		size_t ip, extra;
	} headers[] = {{20, 0}, {60, 0}, {40, 0}, {40, 8}, {40, 24}, {40, 56}, {40, 72}, {40, 136}};
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int namespace = own_enter_new();
	CLEANUP(cleanup_close) int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	const struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = 1};
	struct capture c = CAPTURE_INIT;
	assert_int_equal(capture_open(&c, 0, true, true, &e), 0);
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		struct segment segment;
		memset(&seen, 0, sizeof seen);
		make_frame(frame, sizeof frame, headers[i].ip, headers[i].extra);
		assert_int_equal(
			sendto(fd, frame, sizeof frame, 0, (const struct sockaddr *)&to, sizeof to), sizeof frame);
		drain(&c, &seen, keep_cut);
		assert_int_equal(seen.n, 1);
		print_message("# %zu and %zu bytes\n", headers[i].ip, headers[i].extra);
		assert_true(seen.packets[0].n_bytes < sizeof frame);
		assert_int_equal(seen.packets[0].len, sizeof frame);
		assert_true(segment_parse(&seen.packets[0], &segment));
		assert_int_equal(segment.flags, SEGMENT_ACK);
		assert_int_equal(segment.n_data, sizeof frame - 14 - headers[i].ip - headers[i].extra - 60);
		assert_true(segment.has_timestamps && segment.timestamp_echo == 0x05060708);
	}
	capture_close(&c, 1);
	own_leave(home, namespace);
}

static void test_link_that_goes_down(void **state)
{
	(void)state;
	static struct seen seen;
	seen.n = 0;
	int namespace = own_enter_new();
	struct capture c = capture(0);
	CLEANUP(cleanup_close) int fd = datagrams();
	struct ifreq lo = {.ifr_name = "lo"};
	send_numbers(fd, 0, 1);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &lo), 0);
	drain(&c, &seen, keep);
	assert_int_equal(seen.n, 1);
	lo.ifr_flags = IFF_UP;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &lo), 0);
	send_numbers(fd, 1, 1);
	drain(&c, &seen, keep);
	assert_int_equal(seen.n, 2);
	capture_close(&c, 1);
	own_leave(home, namespace);
}

static int refuse(void *context, const struct packet *packet, struct error *e)
{
	(void)packet;
	++*(int *)context;
	return error_set(e, ERROR_HARNESS, ENOSPC, "no more");
}

static void test_taker_ends_it(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	int n = 0, namespace = own_enter_new();
	struct capture c = capture(0);
	CLEANUP(cleanup_close) int fd = datagrams();
	send_numbers(fd, 0, 3);
	assert_int_equal(capture_drain(&c, refuse, &n, &e), -ENOSPC);
	assert_string_equal(error_text(&e), "no more");
	assert_int_equal(n, 1);
	capture_close(&c, 1);
	own_leave(home, namespace);
}

/* One end of a veth. */
struct side {
	int fd;
	struct netlink route;
	struct veth_end end;
	struct capture capture;
};

static void side_open(struct side *s, int number)
{
	s->fd = own_enter_new();
	assert_int_equal(netlink_open(&s->route, NETLINK_ROUTE, NULL), 0);
	s->end = (struct veth_end){
		.name = "veth0",
		.ifindex = 1 + number,
		.ipv4.s_addr = htonl(0x0a000000U + (unsigned)number),
	};
}

/* Joined and ready, and in each a capture from now on. */
static void two_open(struct side *a, struct side *b)
{
	side_open(a, 1);
	side_open(b, 2);
	assert_int_equal(link_veth_new(&a->route, &a->end, &b->end, b->fd, NULL), 0);
	assert_int_equal(link_add_addresses(&a->route, &a->end, &b->end, NULL), 0);
	assert_int_equal(link_add_addresses(&b->route, &b->end, &a->end, NULL), 0);
	uint64_t give_up_us = clock_now_us() + PATIENCE_US;
	while (link_is_up(&a->route, a->end.ifindex, NULL) != 1)
		assert_true(clock_now_us() < give_up_us);
	b->capture = capture(0);
	assert_int_equal(namespace_enter(a->fd, NULL), 0);
	a->capture = capture(0);
	assert_int_equal(namespace_enter(home, NULL), 0);
}

static void side_close(struct side *s)
{
	netlink_close(&s->route);
	close(s->fd);
}

/* A connection from @from to @to, and 1000 bytes on it, which have come. */
static void talk(struct side *from, struct side *to)
{
	static const char sent[1000];
	char got[sizeof(sent)];
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = to->end.ipv4};
	assert_int_equal(namespace_enter(to->fd, NULL), 0);
	CLEANUP(cleanup_close) int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(namespace_enter(from->fd, NULL), 0);
	CLEANUP(cleanup_close) int conn = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(conn, (struct sockaddr *)&address, sizeof(address)), 0);
	CLEANUP(cleanup_close) int child = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(child >= 0);
	assert_int_equal(send(conn, sent, sizeof(sent), 0), sizeof(sent));
	assert_int_equal(recv(child, got, sizeof(got), MSG_WAITALL), sizeof(got));
	assert_int_equal(namespace_enter(home, NULL), 0);
}

/* What the client sends and gets first, and what the server does. */
static const struct expected {
	uint8_t flags, mask; /* of the TCP header */
	bool from_client;
	uint32_t len;
} expected[] = {
	{TCP_SYN, TCP_SYN_ACK, true, LEN_SYN},
	{TCP_SYN_ACK, TCP_SYN_ACK, false, LEN_SYN},
	{TCP_ACK, TCP_SYN_ACK, true, LEN_ACK},
	{TCP_ACK, TCP_SYN_ACK, true, LEN_ACK + 1000},
};
#define N_EXPECTED (sizeof(expected) / sizeof(expected[0]))

static void check_side(struct side *s, bool is_client, struct seen *seen)
{
	seen->n = 0;
	drain(&s->capture, seen, keep_ipv4);
	assert_int_equal(s->capture.dropped, 0);
	assert_true(seen->n >= N_EXPECTED);
	for (size_t i = 0; i < N_EXPECTED; i++) {
		const struct packet *p = &seen->packets[i];
		assert_int_equal(p->outgoing, expected[i].from_client == is_client);
		assert_false(p->loopback);
		assert_int_equal(p->len, expected[i].len);
		assert_int_equal(p->bytes[14 + 9], IPPROTO_TCP);
		assert_int_equal(p->bytes[14 + 20 + 13] & expected[i].mask, expected[i].flags);
	}
}

static void test_handshake_at_both_ends(void **state)
{
	(void)state;
	static struct seen at_client, at_server;
	struct side client, server;
	two_open(&client, &server);
	talk(&client, &server);
	check_side(&client, true, &at_client);
	check_side(&server, false, &at_server);
	/* It is seen leaving before it is seen coming. */
	for (size_t i = 0; i < N_EXPECTED; i++) {
		uint64_t client_ns = at_client.packets[i].at_ns, server_ns = at_server.packets[i].at_ns;
		assert_true(expected[i].from_client ? client_ns <= server_ns : server_ns <= client_ns);
		assert_memory_equal(at_client.bytes[i], at_server.bytes[i], 14 + 20 + 20);
	}
	capture_close((struct capture[]){client.capture, server.capture}, 2);
	side_close(&client);
	side_close(&server);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void wait_closed(int fd)
{
	uint64_t give_up_us = clock_now_us() + PATIENCE_US;
	while (is_open(fd)) {
		assert_true(clock_now_us() < give_up_us);
		usleep(100);
	}
}

static void test_close_lets_the_namespace_go(void **state)
{
	(void)state;
	struct side a, b;
	two_open(&a, &b);
	struct capture captures[] = {CAPTURE_INIT, a.capture, CAPTURE_INIT, b.capture};
	int fds[] = {a.capture.fd, b.capture.fd};
	capture_close(captures, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(captures[i].fd, -1);
	capture_close(captures, 4);
	capture_close(captures, 0);
	side_close(&a);
	wait_closed(fds[0]);
	wait_closed(fds[1]);
	/* It takes its end of the veth along, and the other end with that. */
	uint64_t give_up_us = clock_now_us() + PATIENCE_US;
	while (link_is_up(&b.route, b.end.ifindex, NULL) != -ENODEV) {
		assert_true(clock_now_us() < give_up_us);
		usleep(100);
	}
	side_close(&b);
}

/* As one who may have no more threads. Return: whether capture_close() itself closed it. */
static bool close_without_a_thread(void)
{
	struct capture c = CAPTURE_INIT;
	if (capture_open(&c, 0, true, false, NULL) < 0)
		return false;
	int fd = c.fd;
	if (setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0}) < 0)
		return false;
	/* The first root is never refused one. In a user namespace there is nobody else. */
	if (setresuid(NOBODY, NOBODY, NOBODY) < 0 && errno != EINVAL)
		return false;
	capture_close(&c, 1);
	return c.fd == -1 && !is_open(fd);
}

static void test_close_without_a_thread(void **state)
{
	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(close_without_a_thread() ? 0 : 1);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_refused(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct rlimit old;
	struct capture c = CAPTURE_INIT;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, old.rlim_max}), 0);
	int opened = capture_open(&c, 0, true, false, &e);
	int prepared = capture_prepare(NULL);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(opened, -EMFILE);
	assert_int_equal(prepared, -EMFILE);
	assert_int_equal(e.kind, ERROR_HARNESS);
	assert_string_equal(error_text(&e), "a capture: a packet socket: Too many open files (EMFILE)");
	assert_int_equal(c.fd, -1);
}

int main(void)
{
	own_enter();
	home = namespace_open_own(NULL);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prepared),
		cmocka_unit_test(test_loopback_is_seen_once),
		cmocka_unit_test(test_times_are_those_of_the_sighting),
		cmocka_unit_test(test_nothing_is_missing_silently),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_spares_headers),
		cmocka_unit_test(test_link_that_goes_down),
		cmocka_unit_test(test_taker_ends_it),
		cmocka_unit_test(test_handshake_at_both_ends),
		cmocka_unit_test(test_close_lets_the_namespace_go),
		cmocka_unit_test(test_close_without_a_thread),
		cmocka_unit_test(test_refused),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	close(times);
	close(home);
	return failed;
}

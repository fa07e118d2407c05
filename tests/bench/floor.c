// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The floor of `make bench`: one cell of restart.yaml with nothing but what
 * the kernel must do for it, in one thread, by raw netlink, as fast as we know
 * how. What netrepro takes beyond this is its own cost.
 *
 *	floor N [--processes P] [--slowest] [--phases] [--try NAME[,NAME...]]
 *
 * One cell: two new network namespaces, a veth straight into both, addresses,
 * ready by operstate; listen, connect, 100 bytes, the server closes first, the
 * client reads end of file and closes, the listener closes, sock_diag proves
 * TIME-WAIT on the port, and a bind to it is refused with EADDRINUSE. Every
 * result is checked; the first wrong one ends the program with status 1.
 *
 * How it is fast: requests to one namespace go in one sendto(2), only the last
 * asks for an acknowledgement (an error is always told); no descriptor is
 * opened for what a socket of the namespace keeps alive already; the look is a
 * lookup of the one 4-tuple and not a dump, since a dump walks the hash table
 * that all namespaces share.
 *
 * --try does one thing another way, to measure what it costs: see `ways`.
 */
#define _GNU_SOURCE 1

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT 12345
#define PAYLOAD_BYTES 100

/*
 * Different on purpose: an end whose index is its peer's is not urgent to
 * linkwatch (linkwatch_urgent_event() in net/core/link_watch.c), and its
 * carrier waits for a tick of 1 s.
 */
#define CLIENT_IFINDEX 2
#define SERVER_IFINDEX 3

/* net/if.h and linux/if.h cannot both be included; IF_OPER_UP is in the latter (RFC 2863). */
#define OPER_UP 6

/* How long an end may take to be ready, or a state to settle, before we give up. */
#define PATIENCE_US 2000000

enum way {
	WAY_LATE_UP,
	WAY_UNBATCHED,
	WAY_DISABLE_IPV6,
	WAY_DISABLE_IPV6_ALL,
	WAY_IPV6_ADDRESS,
	WAY_LO_UP,
	WAY_SYSCTLS,
	WAY_SETNS,
	WAY_DUMP,
	WAY_LEGACY_DUMP,
	WAY_CHILD_EHASH,
	WAY_SAME_IFINDEX,
	WAY_NOT_READY,
	WAY_COUNT,
};

static const struct {
	const char *name;
	const char *what;
} ways[] = {
	[WAY_LATE_UP] = {"late-up", "create the veth down, bring each end up by a request of its own"},
	[WAY_UNBATCHED] = {"unbatched", "one request a sendto(2), each acknowledged"},
	[WAY_DISABLE_IPV6] = {"disable-ipv6", "write conf/default/disable_ipv6 in both namespaces first"},
	[WAY_DISABLE_IPV6_ALL] = {"disable-ipv6-all", "write conf/all/disable_ipv6 in both namespaces first"},
	[WAY_IPV6_ADDRESS] = {"ipv6-address", "an IPv6 address (IFA_F_NODAD) on each end as well"},
	[WAY_LO_UP] = {"lo-up", "bring lo up in both namespaces"},
	[WAY_SYSCTLS] = {"sysctls", "write and read back tcp_timestamps and tcp_tw_reuse in both"},
	[WAY_SETNS] = {"setns", "keep a descriptor of each namespace, setns(2) back and forth"},
	[WAY_DUMP] = {"dump", "find the TIME-WAIT by a dump with a filter on the state"},
	[WAY_LEGACY_DUMP] = {"legacy-dump", "... by the TCPDIAG_GETSOCK dump that libnl-idiag sends"},
	[WAY_CHILD_EHASH] = {"child-ehash", "tcp_child_ehash_entries 256: each namespace has its own table"},
	[WAY_SAME_IFINDEX] = {"same-ifindex", "both ends have ifindex 2"},
	[WAY_NOT_READY] = {"not-ready", "do not wait until the veth is ready"},
};
_Static_assert(sizeof(ways) / sizeof(ways[0]) == WAY_COUNT, "a way without a name");

enum phase {
	PHASE_UNSHARE_SERVER,
	PHASE_UNSHARE_CLIENT,
	PHASE_SYSCTL,
	PHASE_VETH,
	PHASE_PEER_UP,
	PHASE_READY,
	PHASE_CONNECT,
	PHASE_TALK,
	PHASE_LOOK,
	PHASE_BIND,
	PHASE_CLOSE,
	PHASE_COUNT,
};

static const char *const phase_names[] = {
	[PHASE_UNSHARE_SERVER] = "unshare-server",
	[PHASE_UNSHARE_CLIENT] = "unshare-client",
	[PHASE_SYSCTL] = "sysctl",
	[PHASE_VETH] = "veth",
	[PHASE_PEER_UP] = "peer-up",
	[PHASE_READY] = "ready",
	[PHASE_CONNECT] = "connect",
	[PHASE_TALK] = "talk",
	[PHASE_LOOK] = "look",
	[PHASE_BIND] = "bind",
	[PHASE_CLOSE] = "close",
};
_Static_assert(sizeof(phase_names) / sizeof(phase_names[0]) == PHASE_COUNT, "a phase without a name");

/* What one process measured; the parent reads it through shared memory. */
struct tally {
	uint64_t phase_ns[PHASE_COUNT];
	uint64_t slowest_connect_ns;
	uint64_t ready_asks;
	uint64_t look_asks;
};

static bool tried[WAY_COUNT];

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int must(int rc, const char *what)
{
	if (rc < 0)
		err(1, "%s", what);
	return rc;
}

/* A train of netlink messages that goes out in one sendto(2). */
struct train {
	_Alignas(NLMSG_ALIGNTO) char buf[1024];
	size_t len;
	struct nlmsghdr *last;
};

static void *train_put(struct train *t, const void *data, size_t len)
{
	void *at = t->buf + t->len;

	if (t->len + NLMSG_ALIGN(len) > sizeof(t->buf))
		errx(1, "a netlink request is larger than its buffer");
	memset(at, 0, NLMSG_ALIGN(len));
	if (data)
		memcpy(at, data, len);
	t->len += NLMSG_ALIGN(len);
	if (t->last)
		t->last->nlmsg_len = (uint32_t)(t->buf + t->len - (char *)t->last);
	return at;
}

static void train_message(struct train *t, uint16_t type, uint16_t flags, const void *body, size_t len)
{
	t->last = NULL;
	t->last = train_put(t, NULL, NLMSG_HDRLEN);
	t->last->nlmsg_type = type;
	t->last->nlmsg_flags = NLM_F_REQUEST | flags;
	train_put(t, body, len);
}

static struct rtattr *train_attribute(struct train *t, uint16_t type, const void *data, size_t len)
{
	struct rtattr *a = train_put(t, NULL, sizeof(*a));

	a->rta_type = type;
	a->rta_len = (uint16_t)RTA_LENGTH(len);
	if (len)
		train_put(t, data, len);
	return a;
}

static void train_end_nest(struct train *t, struct rtattr *a)
{
	a->rta_len = (uint16_t)(t->buf + t->len - (char *)a);
}

static void train_send(struct train *t, int fd)
{
	if (send(fd, t->buf, t->len, 0) != (ssize_t)t->len)
		err(1, "send to netlink");
	t->len = 0;
	t->last = NULL;
}

/*
 * Sends the train and waits for the one acknowledgement of its last message.
 * An error of an earlier one comes first, and is as fatal.
 */
static void train_acknowledged(struct train *t, int fd, const char *what)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
	} answer;

	t->last->nlmsg_flags |= NLM_F_ACK;
	train_send(t, fd);
	must((int)recv(fd, &answer, sizeof(answer), 0), what);
	if (answer.h.nlmsg_type != NLMSG_ERROR)
		errx(1, "%s: netlink answered with a message of type %d", what, answer.h.nlmsg_type);
	errno = -answer.e.error;
	if (errno)
		err(1, "%s", what);
}

/* Where messages would otherwise be joined to one train. */
static void train_joint(struct train *t, int fd, const char *what)
{
	if (tried[WAY_UNBATCHED])
		train_acknowledged(t, fd, what);
}

static void put_veth(struct train *t, int peer_ns, int client_ifindex, int server_ifindex)
{
	unsigned int up = tried[WAY_LATE_UP] ? 0 : IFF_UP;
	struct ifinfomsg main_end = {.ifi_index = client_ifindex, .ifi_flags = up, .ifi_change = up};
	/*
	 * The flags of the peer are not looked at (veth_newlink() has not yet
	 * joined the two when it configures the peer), so it is brought up in
	 * its own namespace. That makes the main end the first-opened one.
	 */
	struct ifinfomsg peer_end = {.ifi_index = server_ifindex};
	struct rtattr *info, *data, *peer;
	/* Otherwise veth_init_queues() takes all but one of a queue a processor back, waiting for RCU each time: half of
	 * what a veth costs. */
	unsigned int one = 1;

	train_message(t, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &main_end, sizeof(main_end));
	train_attribute(t, IFLA_IFNAME, "v", 2);
	train_attribute(t, IFLA_NUM_TX_QUEUES, &one, sizeof(one));
	train_attribute(t, IFLA_NUM_RX_QUEUES, &one, sizeof(one));
	info = train_attribute(t, IFLA_LINKINFO, NULL, 0);
	train_attribute(t, IFLA_INFO_KIND, "veth", 4);
	data = train_attribute(t, IFLA_INFO_DATA, NULL, 0);
	peer = train_attribute(t, VETH_INFO_PEER, NULL, 0);
	train_put(t, &peer_end, sizeof(peer_end));
	train_attribute(t, IFLA_IFNAME, "v", 2);
	train_attribute(t, IFLA_NUM_TX_QUEUES, &one, sizeof(one));
	train_attribute(t, IFLA_NUM_RX_QUEUES, &one, sizeof(one));
	train_attribute(t, IFLA_NET_NS_FD, &peer_ns, sizeof(peer_ns));
	train_end_nest(t, peer);
	train_end_nest(t, data);
	train_end_nest(t, info);
}

static void put_up(struct train *t, int ifindex)
{
	struct ifinfomsg body = {.ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};

	train_message(t, RTM_NEWLINK, 0, &body, sizeof(body));
}

static void put_address(struct train *t, int ifindex, struct in_addr address)
{
	struct ifaddrmsg body = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = 24,
		.ifa_index = (uint32_t)ifindex,
	};

	train_message(t, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	train_attribute(t, IFA_LOCAL, &address, sizeof(address));
}

static void put_address6(struct train *t, int ifindex, uint8_t last)
{
	struct ifaddrmsg body = {
		.ifa_family = AF_INET6,
		.ifa_prefixlen = 64,
		.ifa_flags = IFA_F_NODAD,
		.ifa_index = (uint32_t)ifindex,
	};
	struct in6_addr address = {.s6_addr = {[0] = 0xfd, [15] = last}};

	train_message(t, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	train_attribute(t, IFA_LOCAL, &address, sizeof(address));
}

/* Addresses and what else one namespace's link needs, joined to whatever is in the train. */
static void put_namespace(struct train *t, int fd, int ifindex, struct in_addr address, uint8_t last)
{
	put_address(t, ifindex, address);
	if (tried[WAY_IPV6_ADDRESS]) {
		train_joint(t, fd, "RTM_NEWADDR");
		put_address6(t, ifindex, last);
	}
	if (tried[WAY_LO_UP]) {
		train_joint(t, fd, "RTM_NEWADDR");
		put_up(t, 1);
	}
}

/*
 * The first-opened end had no carrier when it was opened, so it can send only
 * once linkwatch has activated it. A single RTM_GETLINK does that on the
 * spot where the kernel has linkwatch_sync_dev() in rtnl_getlink(), as 6.18;
 * elsewhere we ask until it is done.
 */
static uint64_t wait_ready(struct train *t, int fd, int ifindex)
{
	const uint32_t no_stats = RTEXT_FILTER_SKIP_STATS;
	uint64_t asks = 0, give_up_ns = now_ns() + PATIENCE_US * 1000ULL;

	for (;;) {
		struct ifinfomsg body = {.ifi_index = ifindex};
		_Alignas(NLMSG_ALIGNTO) char answer[4096];
		struct nlmsghdr *h = (void *)answer;
		ssize_t got;
		int left;

		train_message(t, RTM_GETLINK, 0, &body, sizeof(body));
		train_attribute(t, IFLA_EXT_MASK, &no_stats, sizeof(no_stats));
		train_send(t, fd);
		asks++;
		got = recv(fd, answer, sizeof(answer), 0);
		if (got < 0 || h->nlmsg_type != RTM_NEWLINK)
			errx(1, "RTM_GETLINK gave no link");
		left = (int)IFLA_PAYLOAD(h);
		for (struct rtattr *a = IFLA_RTA(NLMSG_DATA(h)); RTA_OK(a, left); a = RTA_NEXT(a, left))
			if (a->rta_type == IFLA_OPERSTATE && *(uint8_t *)RTA_DATA(a) == OPER_UP)
				return asks;
		if (now_ns() > give_up_ns)
			errx(1, "the veth did not get ready");
		poll(NULL, 0, 1);
	}
}

/* One question to sock_diag: is the server's end of the connection in TIME-WAIT? */
static bool look_up(int fd, struct in_addr server, const struct sockaddr_in *client)
{
	struct {
		struct nlmsghdr h;
		struct inet_diag_req_v2 r;
	} question = {
		.h = {
			.nlmsg_len = sizeof(question),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.r = {
			.sdiag_family = AF_INET,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ~0U,
			.id = {
				.idiag_sport = htons(PORT),
				.idiag_dport = client->sin_port,
				.idiag_src = {server.s_addr},
				.idiag_dst = {client->sin_addr.s_addr},
				.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE},
			},
		},
	};
	struct {
		struct nlmsghdr h;
		struct inet_diag_msg m;
		char rest[1024];
	} answer;

	if (send(fd, &question, sizeof(question), 0) < 0)
		err(1, "send to sock_diag");
	must((int)recv(fd, &answer, sizeof(answer), 0), "recv from sock_diag");
	return answer.h.nlmsg_type == SOCK_DIAG_BY_FAMILY && answer.m.idiag_state == TCP_TIME_WAIT &&
	       answer.m.id.idiag_sport == htons(PORT);
}

/* The same by a dump, which needs no knowledge of the other end. */
static bool look_dump(int fd, bool legacy)
{
	struct {
		struct nlmsghdr h;
		union {
			struct inet_diag_req_v2 v2;
			struct inet_diag_req v1;
		};
	} question = {.h = {.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
	_Alignas(NLMSG_ALIGNTO) char answer[16384];
	bool found = false;

	if (legacy) {
		question.h.nlmsg_type = TCPDIAG_GETSOCK;
		question.h.nlmsg_len = NLMSG_LENGTH(sizeof(question.v1));
		question.v1.idiag_family = AF_UNSPEC;
		question.v1.idiag_states = ~0U;
	} else {
		question.h.nlmsg_type = SOCK_DIAG_BY_FAMILY;
		question.h.nlmsg_len = NLMSG_LENGTH(sizeof(question.v2));
		question.v2.sdiag_family = AF_INET;
		question.v2.sdiag_protocol = IPPROTO_TCP;
		question.v2.idiag_states = 1U << TCP_TIME_WAIT;
	}
	if (send(fd, &question, question.h.nlmsg_len, 0) < 0)
		err(1, "send to sock_diag");
	for (;;) {
		int got = must((int)recv(fd, answer, sizeof(answer), 0), "recv from sock_diag");

		for (struct nlmsghdr *h = (void *)answer; NLMSG_OK(h, (unsigned int)got); h = NLMSG_NEXT(h, got)) {
			const struct inet_diag_msg *m = NLMSG_DATA(h);

			if (h->nlmsg_type == NLMSG_DONE)
				return found;
			if (h->nlmsg_type == NLMSG_ERROR)
				errx(1, "sock_diag refused the dump");
			found |= m->idiag_state == TCP_TIME_WAIT && m->id.idiag_sport == htons(PORT);
		}
	}
}

static void write_file(const char *path, const char *text)
{
	int fd = must(open(path, O_WRONLY | O_CLOEXEC), path);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err(1, "write %s", path);
	close(fd);
}

static void write_and_read_back(const char *path, char level)
{
	int fd = must(open(path, O_RDWR | O_CLOEXEC), path);
	char back = 0;

	if (pwrite(fd, &level, 1, 0) != 1)
		err(1, "write %s", path);
	if (pread(fd, &back, 1, 0) != 1 || back != level)
		errx(1, "%s did not keep what was written", path);
	close(fd);
}

/* In the namespace that the process is in. */
static void prepare_namespace(void)
{
	if (tried[WAY_DISABLE_IPV6])
		write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	if (tried[WAY_DISABLE_IPV6_ALL])
		write_file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	if (tried[WAY_SYSCTLS]) {
		write_and_read_back("/proc/sys/net/ipv4/tcp_timestamps", '0');
		write_and_read_back("/proc/sys/net/ipv4/tcp_tw_reuse", '1');
	}
}

static int netlink_socket(int protocol)
{
	return must(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), "netlink socket");
}

static int tcp_socket(void)
{
	return must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

static void lap(struct tally *tally, enum phase phase, uint64_t *since_ns)
{
	uint64_t now = now_ns();

	tally->phase_ns[phase] += now - *since_ns;
	*since_ns = now;
}

static void run_cell(struct tally *tally)
{
	const struct in_addr server_address = {htonl(0x0a000001)}, client_address = {htonl(0x0a000002)};
	const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	const struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr = server_address,
	};
	const int client_ifindex = CLIENT_IFINDEX;
	const int server_ifindex = tried[WAY_SAME_IFINDEX] ? CLIENT_IFINDEX : SERVER_IFINDEX;
	struct sockaddr_in peer;
	socklen_t peer_len = sizeof(peer);
	char payload[PAYLOAD_BYTES + 1] = {0};
	struct train train = {.len = 0};
	uint64_t since = now_ns(), before, give_up_ns;
	int server_ns, server_nl, server_diag, listener, second, child, client_ns = -1, client_nl, conn;

	/*
	 * The server's namespace. All its sockets are made now, while the
	 * process is in it; they are what keeps it alive afterwards.
	 */
	must(unshare(CLONE_NEWNET), "unshare");
	lap(tally, PHASE_UNSHARE_SERVER, &since);
	server_ns = must(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "/proc/self/ns/net");
	server_nl = netlink_socket(NETLINK_ROUTE);
	server_diag = netlink_socket(NETLINK_SOCK_DIAG);
	listener = tcp_socket();
	second = tcp_socket();
	prepare_namespace();
	must(bind(listener, (const struct sockaddr *)&any, sizeof(any)), "bind");
	must(listen(listener, 20), "listen");
	lap(tally, PHASE_SYSCTL, &since);

	/* The client's, which the process itself keeps alive until the next cell. */
	must(unshare(CLONE_NEWNET), "unshare");
	lap(tally, PHASE_UNSHARE_CLIENT, &since);
	client_nl = netlink_socket(NETLINK_ROUTE);
	if (tried[WAY_SETNS])
		client_ns = must(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "/proc/self/ns/net");
	conn = tcp_socket();
	prepare_namespace();
	lap(tally, PHASE_SYSCTL, &since);

	put_veth(&train, server_ns, client_ifindex, server_ifindex);
	train_joint(&train, client_nl, "RTM_NEWLINK veth");
	if (tried[WAY_LATE_UP]) {
		train_acknowledged(&train, client_nl, "RTM_NEWLINK veth");
		put_up(&train, client_ifindex);
		train_joint(&train, client_nl, "RTM_NEWLINK up");
	}
	put_namespace(&train, client_nl, client_ifindex, client_address, 2);
	train_acknowledged(&train, client_nl, "RTM_NEWLINK veth, RTM_NEWADDR");
	lap(tally, PHASE_VETH, &since);

	if (tried[WAY_SETNS])
		must(setns(server_ns, CLONE_NEWNET), "setns");
	put_up(&train, server_ifindex);
	train_joint(&train, server_nl, "RTM_NEWLINK up");
	put_namespace(&train, server_nl, server_ifindex, server_address, 1);
	train_acknowledged(&train, server_nl, "RTM_NEWLINK up, RTM_NEWADDR");
	lap(tally, PHASE_PEER_UP, &since);

	if (!tried[WAY_NOT_READY])
		tally->ready_asks += wait_ready(&train, client_nl, client_ifindex);
	lap(tally, PHASE_READY, &since);

	if (tried[WAY_SETNS])
		must(setns(client_ns, CLONE_NEWNET), "setns");
	before = now_ns();
	must(connect(conn, (const struct sockaddr *)&server, sizeof(server)), "connect");
	if (now_ns() - before > tally->slowest_connect_ns)
		tally->slowest_connect_ns = now_ns() - before;
	child = must(accept4(listener, (struct sockaddr *)&peer, &peer_len, SOCK_CLOEXEC), "accept");
	lap(tally, PHASE_CONNECT, &since);

	if (send(conn, payload, PAYLOAD_BYTES, 0) != PAYLOAD_BYTES)
		err(1, "send");
	if (recv(child, payload, PAYLOAD_BYTES, MSG_WAITALL) != PAYLOAD_BYTES)
		err(1, "recv");
	close(child);
	if (recv(conn, payload, sizeof(payload), 0) != 0)
		errx(1, "the client did not read end of file");
	close(conn);
	close(listener);
	lap(tally, PHASE_TALK, &since);

	/* The client's FIN may still be on its way. */
	give_up_ns = since + PATIENCE_US * 1000ULL;
	for (;;) {
		tally->look_asks++;
		if (tried[WAY_DUMP] || tried[WAY_LEGACY_DUMP] ? look_dump(server_diag, tried[WAY_LEGACY_DUMP])
							      : look_up(server_diag, server_address, &peer))
			break;
		if (now_ns() > give_up_ns)
			errx(1, "the server's end is not in TIME-WAIT");
		poll(NULL, 0, 1);
	}
	lap(tally, PHASE_LOOK, &since);

	if (bind(second, (const struct sockaddr *)&any, sizeof(any)) == 0 || errno != EADDRINUSE)
		errx(1, "the second bind was not refused with EADDRINUSE");
	lap(tally, PHASE_BIND, &since);

	close(second);
	close(server_diag);
	close(server_nl);
	close(server_ns);
	close(client_nl);
	if (client_ns >= 0)
		close(client_ns);
	lap(tally, PHASE_CLOSE, &since);
}

/* Out of the host's network for good; the cells' namespaces are made from there. */
static void leave_host(void)
{
	must(unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET), "unshare");
	if (tried[WAY_CHILD_EHASH])
		write_file("/proc/sys/net/ipv4/tcp_child_ehash_entries", "256");
}

static void try_ways(char *names)
{
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		int way = 0;

		while (way < WAY_COUNT && strcmp(ways[way].name, name) != 0)
			way++;
		if (way == WAY_COUNT)
			errx(2, "--try knows no '%s'", name);
		tried[way] = true;
	}
}

static void usage(FILE *to)
{
	fprintf(to, "usage: floor N [--processes P] [--slowest] [--phases] [--try NAME[,NAME...]]\n"
		    "N cells in all, shared out among P processes. --try:\n");
	for (int way = 0; way < WAY_COUNT; way++)
		fprintf(to, "  %-18s%s\n", ways[way].name, ways[way].what);
}

static long number(const char *text)
{
	char *end;
	long n = text ? strtol(text, &end, 10) : 0;

	if (n < 1 || *end || n > 10000000) {
		usage(stderr);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	bool slowest = false, phases = false;
	long cells, processes = 1;
	struct tally *tallies, sum = {.slowest_connect_ns = 0};
	uint64_t started;
	int go[2];

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	cells = number(argv[1]);
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--slowest") == 0) {
			slowest = true;
		} else if (strcmp(argv[i], "--phases") == 0) {
			phases = true;
		} else if (strcmp(argv[i], "--processes") == 0) {
			processes = number(argv[++i]);
		} else if (strcmp(argv[i], "--try") == 0 && argv[i + 1]) {
			try_ways(argv[++i]);
		} else {
			usage(stderr);
			return 2;
		}
	}
	if (processes > cells)
		processes = cells;

	tallies = mmap(NULL, (size_t)processes * sizeof(*tallies), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED)
		err(1, "mmap");
	must(pipe(go), "pipe");
	for (long p = 0; p < processes; p++) {
		long share = cells / processes + (p < cells % processes);
		char byte;

		if (must(fork(), "fork") > 0)
			continue;
		close(go[1]);
		leave_host();
		/* All are ready when the parent closes its end. */
		if (read(go[0], &byte, 1) != 0)
			err(1, "read");
		while (share-- > 0)
			run_cell(&tallies[p]);
		_exit(0);
	}
	started = now_ns();
	close(go[1]);
	for (long p = 0; p < processes; p++) {
		int status;

		must(wait(&status), "wait");
		if (status != 0)
			return 1;
	}
	started = now_ns() - started;

	printf("floor cells=%ld processes=%ld total_us=%llu cell_us=%.1f", cells, processes,
	       (unsigned long long)started / 1000, (double)started / 1000 / (double)cells);
	for (long p = 0; p < processes; p++) {
		for (int i = 0; i < PHASE_COUNT; i++)
			sum.phase_ns[i] += tallies[p].phase_ns[i];
		if (tallies[p].slowest_connect_ns > sum.slowest_connect_ns)
			sum.slowest_connect_ns = tallies[p].slowest_connect_ns;
		sum.ready_asks += tallies[p].ready_asks;
		sum.look_asks += tallies[p].look_asks;
	}
	if (slowest)
		printf(" slowest_connect_us=%llu", (unsigned long long)sum.slowest_connect_ns / 1000);
	if (phases) {
		printf(" ready_asks=%llu look_asks=%llu", (unsigned long long)sum.ready_asks,
		       (unsigned long long)sum.look_asks);
		for (int i = 0; i < PHASE_COUNT; i++)
			printf(" %s_us=%.1f", phase_names[i], (double)sum.phase_ns[i] / 1000 / (double)cells);
	}
	putchar('\n');
	return 0;
}

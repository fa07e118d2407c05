// SPDX-License-Identifier: GPL-2.0-or-later
// More namespaces than two: every link and every way by routers carries packets from the first moment on.
#include "own_step.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "actor/look.h"
#include "actor/sender.h"
#include "base/cleanup.h"
#include "net/mib.h"
#include "net/namespace.h"

#define CELLS 25

/* A star around two routers, where `wide` has links to all others but `far`; every address is connected to. */
static const char scenario_text[] =
	"name: topology\n"
	"matrix: {family: [tcp, tcp6]}\n"
	"namespaces:\n"
	"  far: {routes: {default: router}, addresses: [10.0.0.11, 10.0.0.12, \"fd00::11\", \"fd00::12\"]}\n"
	"  router:\n"
	"    routes: {10.0.4.0/24: wide, 'fd00:0:0:4::/64': wide}\n"
	"    sysctl: {net.ipv4.ip_forward: 1, net.ipv6.conf.all.forwarding: 1, net.ipv4.conf.veth3.forwarding: 1}\n"
	"  wide:\n"
	"    routes: {far: router}\n"
	"    sysctl: {net.ipv4.ip_forward: 1, net.ipv6.conf.all.forwarding: 1}\n"
	"  one: {routes: {default: wide}, addresses: [10.0.4.12, \"fd00:0:0:4::12\"]}\n"
	"  two: {routes: {default: wide}}\n"
	"links:\n"
	"  - [far, router]\n"
	"  - [wide, router]\n"
	"  - [two, wide]\n"
	"  - [two, router]\n"
	"  - [wide, one]\n"
	"steps:\n"
	"  - far: socket l $family\n"
	"  - far: bind l *:80\n"
	"  - far: listen l\n"
	"  - wide: socket l $family\n"
	"  - wide: bind l *:80\n"
	"  - wide: listen l\n"
	"  - one: socket a $family\n" /* by two routers */
	"  - one: connect a far:80\n"
	"  - far: accept l a\n"
	"  - one: socket b $family\n"
	"  - one: connect b wide:80\n" /* the direct link */
	"  - wide: accept l b\n"
	"  - router: socket c $family\n"
	"  - router: connect c far:80\n"
	"  - far: accept l c\n"
	"  - router: socket d $family\n"
	"  - router: connect d wide:80\n"
	"  - wide: accept l d\n"
	"  - two: socket e $family\n"
	"  - two: connect e wide:80\n"
	"  - wide: accept l e\n"
	"  - when: {family: tcp}\n"
	"    do:\n"
	"      - one: socket f\n"
	"      - one: bind f 10.0.4.12:0\n"
	"      - one: connect f 10.0.0.12:80\n" /* from and to addresses that the scenario adds */
	"      - far: accept l f\n"
	"  - when: {family: tcp6}\n"
	"    do:\n"
	"      - one: socket f tcp6\n"
	"      - one: bind f [fd00:0:0:4::12]:0\n"
	"      - one: connect f [fd00::12]:80\n"
	"      - far: accept l f\n"
	"  - one: send a 100\n"
	"  - far: recv a 100\n"
	"  - far: close a\n"
	"  - one: recv a eof\n"
	"  - one: close a\n";

enum { FAR, ROUTER, WIDE, ONE, TWO };

struct bed {
	struct scenario *scenario;
	struct plan plan;
	struct testbed testbed;
	struct whereabouts whereabouts;
};

static void build(struct bed *b, uint64_t cell)
{
	struct error e = ERROR_INIT;
	*b = (struct bed){
		.plan = PLAN_INIT,
		.testbed = {.whereabouts = NULL},
		.whereabouts = {.home = namespace_open_own(NULL)},
	};
	if (scenario_read_text(
		    "topology", scenario_text, strlen(scenario_text), verb_vocabulary(), 2, &b->scenario, &e) < 0 ||
		plan_make(&b->plan, b->scenario, cell, &e) < 0 ||
		testbed_build(&b->testbed, &b->plan, &b->whereabouts, &e) < 0)
		fail_msg("%s", error_text(&e));
	int r;
	uint64_t give_up_us = clock_now_us() + OWN_STEP_PATIENCE_US;
	while ((r = testbed_is_ready(&b->testbed, &e)) == 0)
		assert_true(clock_now_us() < give_up_us);
	if (r < 0)
		fail_msg("%s", error_text(&e));
}

static void end(struct bed *b)
{
	assert_int_equal(testbed_done(&b->testbed, NULL), 0);
	plan_done(&b->plan);
	scenario_free(b->scenario);
	close(b->whereabouts.home);
}

static int64_t counter(struct bed *b, size_t namespace, const char *name)
{
	int64_t value = -1;
	assert_int_equal(testbed_enter(&b->testbed, &b->testbed.namespaces[namespace], NULL), 0);
	assert_int_equal(mib_find(name, &value, NULL), 0);
	return value;
}

static bool has_ipv6(void)
{
	return access("/proc/sys/net/ipv6", F_OK) == 0;
}

/* A segment or a packet that was lost would be sent again. */
static void test_nothing_is_lost(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 2 * CELLS; i++) {
		struct bed b;
		if (!has_ipv6())
			OWN_SKIP("this kernel has no IPv6, which the scenario names");
		build(&b, i % 2);
		for (size_t k = 0; k < b.plan.n_steps; k++)
			own_run_step(&b.testbed, &b.plan.steps[k]);
		for (size_t n = 0; n < b.testbed.n_namespaces; n++)
			assert_int_equal(counter(&b, n, "TcpRetransSegs"), 0);
		assert_int_equal(counter(&b, ONE, "TcpActiveOpens"), 3);
		assert_int_equal(counter(&b, FAR, "TcpPassiveOpens"), 3);
		end(&b);
	}
}

/* What is asked for one by one is all that the dump finds, also behind routers. */
static void test_looks_find_all(void **state)
{
	(void)state;
	struct bed b;
	if (!has_ipv6())
		OWN_SKIP("this kernel has no IPv6, which the scenario names");
	build(&b, 0);
	for (size_t k = 0; k < b.plan.n_steps; k++)
		own_run_step(&b.testbed, &b.plan.steps[k]);
	static const size_t expected[] = {
		[FAR] = 4, /* the listener, two connections, and what is left of the third */
		[ROUTER] = 2,
		[WIDE] = 4,
		[ONE] = 2,
		[TWO] = 1,
	};
	for (size_t n = 0; n < b.testbed.n_namespaces; n++) {
		struct testbed_namespace *namespace = &b.testbed.namespaces[n];
		struct tcp_sockets dump = TCP_SOCKETS_INIT;
		size_t found = 0;
		uint64_t give_up_us = clock_now_us() + OWN_STEP_PATIENCE_US;
		do { /* a last acknowledgement is on its way */
			assert_int_equal(look_at_known(&b.testbed, namespace, NULL), 0);
			found = namespace->look.n;
		} while (found != expected[n] && clock_now_us() < give_up_us);
		assert_int_equal(found, expected[n]);
		assert_int_equal(tcp_sockets_list(&namespace->diag, &dump, NULL), 0);
		assert_int_equal(dump.n, expected[n]);
		tcp_sockets_done(&dump);
	}
	end(&b);
}

struct neighbours {
	unsigned permanent, others;
	uint8_t to[6]; /* of the last one that has the address */
	struct in_addr address;
};

static int keep_neighbour(struct nl_msg *message, void *context)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	const struct ndmsg *body = nlmsg_data(header);
	struct neighbours *found = context;
	if (body->ndm_ifindex == 1 || body->ndm_state == NUD_NOARP)
		return NL_OK;
	if (body->ndm_state == NUD_PERMANENT)
		found->permanent++;
	else
		found->others++;
	struct nlattr *address = nlmsg_find_attr(header, sizeof *body, NDA_DST);
	struct nlattr *to = nlmsg_find_attr(header, sizeof *body, NDA_LLADDR);
	if (address && to && nla_len(address) == 4 && !memcmp(nla_data(address), &found->address, 4))
		memcpy(found->to, nla_data(to), sizeof found->to);
	return NL_OK;
}

static struct neighbours neighbours_of(struct bed *b, size_t namespace, int family, const char *address)
{
	struct netlink route;
	struct ndmsg body = {.ndm_family = (unsigned char)family};
	struct neighbours found = {.permanent = 0};
	inet_pton(AF_INET, address, &found.address);
	assert_int_equal(testbed_enter(&b->testbed, &b->testbed.namespaces[namespace], NULL), 0);
	assert_int_equal(netlink_open(&route, NETLINK_ROUTE, NULL), 0);
	struct nl_msg *message = nlmsg_alloc_simple(RTM_GETNEIGH, NLM_F_DUMP);
	assert_int_equal(nlmsg_append(message, &body, sizeof body, NLMSG_ALIGNTO), 0);
	assert_int_equal(netlink_query(&route, message, keep_neighbour, &found), 0);
	nlmsg_free(message);
	netlink_close(&route);
	return found;
}

static void test_every_neighbour_is_known(void **state)
{
	(void)state;
	/* In each family: the router has three addresses of far, and one each of wide and two. */
	static const unsigned expected[] = {[FAR] = 1, [ROUTER] = 5, [WIDE] = 4, [ONE] = 1, [TWO] = 2};
	if (!has_ipv6())
		OWN_SKIP("this kernel has no IPv6, which the scenario names");
	for (uint64_t cell = 0; cell < 2; cell++) {
		struct bed b;
		build(&b, cell);
		for (size_t k = 0; k < b.plan.n_steps; k++)
			own_run_step(&b.testbed, &b.plan.steps[k]);
		for (size_t n = 0; n < b.testbed.n_namespaces; n++)
			for (int family = 0; family < 2; family++) {
				struct neighbours found = neighbours_of(&b, n, family ? AF_INET6 : AF_INET, "0.0.0.0");
				assert_int_equal(found.others, 0);
				assert_int_equal(found.permanent, expected[n]);
			}
		end(&b);
	}
}

static void test_a_neighbour_can_be_set(void **state)
{
	(void)state;
	static const uint8_t nobody[6] = {0x02, 1, 2, 3, 4, 5};
	struct in6_addr address = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
	struct bed b;
	if (!has_ipv6())
		OWN_SKIP("this kernel has no IPv6, which the scenario names");
	build(&b, 0);
	const struct veth_end *own = b.testbed.namespaces[FAR].ends[0];
	const struct veth_end *other = testbed_other_end(&b.testbed, own);
	memcpy(&address.s6_addr[12], &other->ipv4, 4);
	uint8_t expected[6];
	link_layer_of(other->ifindex, expected);
	assert_memory_equal(neighbours_of(&b, FAR, AF_INET, "10.0.0.2").to, expected, 6);
	struct netlink route;
	assert_int_equal(testbed_enter(&b.testbed, &b.testbed.namespaces[FAR], NULL), 0);
	assert_int_equal(netlink_open(&route, NETLINK_ROUTE, NULL), 0);
	assert_int_equal(link_set_neighbour(&route, own, &address, nobody, NULL), 0);
	assert_memory_equal(neighbours_of(&b, FAR, AF_INET, "10.0.0.2").to, nobody, 6);
	assert_int_equal(link_set_neighbour(&route, own, &address, expected, NULL), 0);
	struct neighbours found = neighbours_of(&b, FAR, AF_INET, "10.0.0.2");
	assert_memory_equal(found.to, expected, 6);
	assert_int_equal(found.permanent, 1);
	netlink_close(&route);
	end(&b);
}

/* Where none is asked for, the source is the address that the link gives, and none that is added. */
static void test_source_addresses(void **state)
{
	(void)state;
	static const char *const expected[] = {"10.0.0.1", "fd00::1"};
	static const char *const to[] = {"10.0.0.2", "fd00::2"};
	struct bed b;
	if (!has_ipv6())
		OWN_SKIP("this kernel has no IPv6, which the scenario names");
	build(&b, 0);
	assert_int_equal(testbed_enter(&b.testbed, &b.testbed.namespaces[FAR], NULL), 0);
	for (int i = 0; i < 2; i++) {
		struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(9)};
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)}, own;
		struct sockaddr *address = i ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
		socklen_t len = sizeof own;
		char text[INET6_ADDRSTRLEN];
		inet_pton(i ? AF_INET6 : AF_INET, to[i], i ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr);
		CLEANUP(cleanup_close) int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(fd, address, i ? sizeof v6 : sizeof v4), 0);
		assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
		inet_ntop(address->sa_family,
			i ? (void *)&own.sin6_addr : (void *)&((struct sockaddr_in *)&own)->sin_addr, text,
			sizeof text);
		assert_string_equal(text, expected[i]);
	}
	end(&b);
}

static struct segment segment_from(const char *from)
{
	struct segment segment = {.family = AF_INET, .from_port = 40000, .to_port = 80};
	assert_int_equal(inet_pton(AF_INET6, from, &segment.from), 1);
	return segment;
}

/* Who sent a segment of no known connection, wherever it is seen. */
static void test_senders(void **state)
{
	(void)state;
	struct bed b;
	if (!has_ipv6())
		OWN_SKIP("this kernel has no IPv6, which the scenario names");
	build(&b, 0);
	const struct segment of_one = segment_from("::ffff:10.0.4.12"), of_nobody = segment_from("::ffff:192.0.2.1");
	for (size_t n = 0; n < b.testbed.n_namespaces; n++)
		for (int outgoing = 0; outgoing < 2; outgoing++) {
			const struct packet packet = {.namespace = n, .outgoing = outgoing};
			assert_ptr_equal(sender_of(&b.testbed, &packet, &of_one), &b.testbed.actors[ONE]);
			assert_null(sender_of(&b.testbed, &packet, &of_nobody));
		}
	const struct packet on_lo = {.namespace = WIDE, .loopback = true, .outgoing = true};
	assert_ptr_equal(sender_of(&b.testbed, &on_lo, &of_one), &b.testbed.actors[WIDE]);
	end(&b);
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_lost),
		cmocka_unit_test(test_looks_find_all),
		cmocka_unit_test(test_every_neighbour_is_known),
		cmocka_unit_test(test_a_neighbour_can_be_set),
		cmocka_unit_test(test_source_addresses),
		cmocka_unit_test(test_senders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

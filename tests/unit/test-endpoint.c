// SPDX-License-Identifier: GPL-2.0-or-later
// actor/endpoint: addresses of a scenario as the kernel wants them, back as text, and which sockets lie on them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "actor/endpoint.h"

/* A namespace, as planning has found its addresses: 10.0.0.1 and fd00::1, or 10.0.0.2 and fd00::2. */
static struct address of_namespace(size_t namespace, uint16_t port)
{
	static const char *const ipv4[] = {"10.0.0.1", "10.0.0.2"}, *const ipv6[] = {"fd00::1", "fd00::2"};
	struct address address = {.host = HOST_NAMESPACE, .namespace = namespace, .port = port};
	inet_pton(AF_INET, ipv4[namespace], &address.ipv4);
	inet_pton(AF_INET6, ipv6[namespace], &address.ipv6);
	return address;
}

static struct address ipv4(const char *host, uint16_t port)
{
	struct address address = {.host = HOST_IPV4, .port = port};
	assert_int_equal(inet_pton(AF_INET, host, &address.ipv4), 1);
	return address;
}

static struct address ipv6(const char *host, uint16_t port)
{
	struct address address = {.host = HOST_IPV6, .port = port};
	assert_int_equal(inet_pton(AF_INET6, host, &address.ipv6), 1);
	return address;
}

static const struct address any = {.host = HOST_ANY, .port = 80};

static void filled(struct address address, int family, const char *text, int ret_family, socklen_t len)
{
	struct sockaddr_storage to;
	char found[ENDPOINT_TEXT];
	memset(&to, 0xff, sizeof to);
	assert_int_equal(endpoint_fill(&address, family, &to), len);
	assert_int_equal(to.ss_family, ret_family);
	assert_int_equal(endpoint_port(&to), address.port);
	endpoint_format(&to, found);
	assert_string_equal(found, text);
}

static void test_fill(void **state)
{
	(void)state;
	const socklen_t in = sizeof(struct sockaddr_in), in6 = sizeof(struct sockaddr_in6);
	filled(any, AF_INET, "0.0.0.0:80", AF_INET, in);
	filled(any, AF_INET6, "[::]:80", AF_INET6, in6);
	filled(of_namespace(0, 1), AF_INET, "10.0.0.1:1", AF_INET, in);
	filled(of_namespace(1, 65535), AF_INET, "10.0.0.2:65535", AF_INET, in);
	filled(of_namespace(1, 0), AF_INET6, "[fd00::2]:0", AF_INET6, in6);
	filled(ipv4("127.0.0.1", 12345), AF_INET, "127.0.0.1:12345", AF_INET, in);
	filled(ipv6("::1", 12345), AF_INET6, "[::1]:12345", AF_INET6, in6);
	/* A literal goes as it is to a socket of the other family: what the kernel says to it is the answer. */
	filled(ipv4("127.0.0.1", 80), AF_INET6, "127.0.0.1:80", AF_INET, in);
	filled(ipv6("::1", 80), AF_INET, "[::1]:80", AF_INET6, in6);
}

static void test_nothing_of_the_buffer_before_is_left(void **state)
{
	(void)state;
	struct sockaddr_storage one, two;
	memset(&one, 0x00, sizeof one);
	memset(&two, 0xff, sizeof two);
	endpoint_fill(&any, AF_INET6, &one);
	endpoint_fill(&any, AF_INET6, &two);
	assert_memory_equal(&one, &two, sizeof one);
}

static void test_host_alone(void **state)
{
	(void)state;
	struct sockaddr_storage to;
	char text[ENDPOINT_TEXT];
	struct address address = ipv6("fd00:1:2:3:4:5:6:7", 80);
	endpoint_fill(&address, AF_INET6, &to);
	endpoint_format_host(&to, text);
	assert_string_equal(text, "fd00:1:2:3:4:5:6:7");
	address = ipv4("255.255.255.255", 65535);
	endpoint_fill(&address, AF_INET, &to);
	endpoint_format_host(&to, text);
	assert_string_equal(text, "255.255.255.255");
	endpoint_format(&to, text);
	assert_string_equal(text, "255.255.255.255:65535");
}

static struct tcp_socket socket_on(const char *local, uint16_t port)
{
	struct tcp_socket socket = {.local_port = port};
	assert_int_equal(inet_pton(AF_INET6, local, &socket.local), 1);
	return socket;
}

static void local(struct address address, const char *host, uint16_t port, bool is_local)
{
	struct tcp_socket socket = socket_on(host, port);
	assert_int_equal(endpoint_is_local(&address, &socket), is_local);
}

static void test_local(void **state)
{
	(void)state;
	const struct address server = of_namespace(0, 80);
	local(any, "::", 80, true);
	local(any, "::ffff:10.0.0.1", 80, true);
	local(any, "fd00::1", 80, true);
	local(any, "::", 81, false);
	local(server, "::ffff:10.0.0.1", 80, true);
	local(server, "fd00::1", 80, true);
	local(server, "::ffff:10.0.0.2", 80, false);
	local(server, "fd00::2", 80, false);
	local(server, "::", 80, false);
	local(server, "::ffff:10.0.0.1", 81, false);
	local(ipv4("10.0.0.1", 80), "::ffff:10.0.0.1", 80, true);
	local(ipv4("10.0.0.1", 80), "fd00::1", 80, false);
	local(ipv4("127.0.0.1", 80), "::ffff:10.0.0.1", 80, false);
	local(ipv6("::1", 80), "::1", 80, true);
	local(ipv6("::1", 80), "::", 80, false);
	local(ipv6("::1", 80), "::1", 8080, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_nothing_of_the_buffer_before_is_left),
		cmocka_unit_test(test_host_alone),
		cmocka_unit_test(test_local),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

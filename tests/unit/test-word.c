// SPDX-License-Identifier: GPL-2.0-or-later
// model/word: how each kind of word is read.
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/word.h"

#define LONG_32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_80 LONG_32 LONG_32 LONG_32 LONG_32 ":80"

static int find_namespace(const struct word_scope *scope, const char *name, size_t *ret, struct error *e)
{
	(void)scope;
	if (strcmp(name, "server"))
		return error_set(e, ERROR_USAGE, EINVAL, "unknown host '%s'", name);
	*ret = 3;
	return 0;
}

static const struct word_scope scope = {.find_namespace = find_namespace};

static struct word must_parse(const struct word_kind *kind, const char *text)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct word word = {.text = text};
	if (kind->parse(&scope, &word, &e) < 0)
		fail_msg("%s", error_text(&e));
	return word;
}

static void must_refuse(const struct word_kind *kind, const char *text, const char *message)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct word word = {.text = text};
	assert_int_equal(kind->parse(&scope, &word, &e), -EINVAL);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_string_equal(error_text(&e), message);
}

static void test_addresses(void **state)
{
	(void)state;
	struct word word = must_parse(&word_address, "*:12345");
	assert_int_equal(word.address.host, HOST_ANY);
	assert_int_equal(word.address.port, 12345);
	word = must_parse(&word_address, "server:0");
	assert_int_equal(word.address.host, HOST_NAMESPACE);
	assert_int_equal(word.address.namespace, 3);
	assert_int_equal(word.address.port, 0);
	word = must_parse(&word_address, "127.0.0.1:65535");
	assert_int_equal(word.address.host, HOST_IPV4);
	assert_int_equal(word.address.ipv4.s_addr, htonl(INADDR_LOOPBACK));
	assert_int_equal(word.address.port, 65535);
	assert_false(word.ipv6);
	word = must_parse(&word_address, "[::1]:80");
	assert_int_equal(word.address.host, HOST_IPV6);
	assert_memory_equal(&word.address.ipv6, &in6addr_loopback, sizeof in6addr_loopback);
	assert_true(word.ipv6);
}

static void test_no_addresses(void **state)
{
	(void)state;
	static const char *const cases[] = {"", ":", ":80", "server", "server:", "server:-1", "server:+1",
		"server:65536", "server:8 0", "server:http", "sever:80", "1.2.3:80", "1.2.3.4.5:80", "01.2.3.400:80",
		"::1:80", "[::1]", "[::1]80", "[]:80", "[::1:80", "::1]:80", "[1.2.3.4]:80", "*:", "*", "**:80", ":80",
		LONG_80};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct word word = {.text = cases[i]};
		if (word_address.parse(&scope, &word, NULL) != -EINVAL)
			fail_msg("'%s' was taken", cases[i]);
	}
	must_refuse(&word_address, "server:http",
		"'server:http' is no address: the port 'http' is no number from 0 to 65535");
	must_refuse(&word_address, "sever:80", "unknown host 'sever'");
}

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(must_parse(&word_count, "0").number, 0);
	assert_int_equal(must_parse(&word_count, "2147483647").number, INT32_MAX);
	assert_int_equal(must_parse(&word_bytes, "67108864").number, 64 << 20);
	must_refuse(&word_count, "2147483648", "2147483648 is out of range: 0 to 2147483647");
	must_refuse(&word_count, "99999999999999999999", "99999999999999999999 is out of range: 0 to 2147483647");
	must_refuse(&word_count, "-1", "-1 is out of range: 0 to 2147483647");
	must_refuse(&word_count, "20x", "'20x' is no number");
	must_refuse(&word_count, "", "'' is no number");
	must_refuse(&word_count, "-", "'-' is no number");
	must_refuse(&word_count, "+1", "'+1' is no number");
	must_refuse(&word_count, " 1", "' 1' is no number");
	must_refuse(&word_count, "0x10", "'0x10' is no number");
	must_refuse(&word_bytes, "0", "0 is out of range: 1 to 67108864");
}

static void test_durations(void **state)
{
	(void)state;
	assert_int_equal(must_parse(&word_duration, "1.5s").duration_us, 1500000);
	must_refuse(&word_duration, "5", "'5' has no unit: write for instance 5s or 5ms");
}

static void test_sockets(void **state)
{
	(void)state;
	must_parse(&word_new_socket, "conn-2");
	must_refuse(&word_socket, "2nd",
		"'2nd' is no name of a socket: letters, digits, _ and -, a letter or _ first, at most 64");
	assert_int_equal(word_new_socket.socket, SOCKET_MAKES);
	assert_int_equal(word_socket.socket, SOCKET_USES);
	assert_int_equal(word_ended_socket.socket, SOCKET_ENDS);
	assert_int_equal(word_address.socket, SOCKET_NONE);
	assert_null(word_text.parse);
}

static void test_sysctls(void **state)
{
	(void)state;
	assert_false(must_parse(&word_sysctl, "net.ipv4.tcp_timestamps").ipv6);
	assert_true(must_parse(&word_sysctl, "net.ipv6.conf.all.disable_ipv6").ipv6);
	static const char *const cases[] = {"", "net", "net.", "net..x", "net.x.", "net/ipv4/tcp_timestamps",
		"net.ipv4/../x", "kernel.pid_max", "net.ipv4.a b", "net.é", "vm.swappiness", "Net.ipv4.x",
		"../net.ipv4.x"};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (sysctl_name_check(cases[i], NULL) != -EINVAL)
			fail_msg("'%s' was taken", cases[i]);
	must_refuse(&word_sysctl, "ipv4.tcp_timestamps",
		"'ipv4.tcp_timestamps' is no sysctl of a namespace (did you mean 'net.ipv4.tcp_timestamps'?)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_no_addresses),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_sysctls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

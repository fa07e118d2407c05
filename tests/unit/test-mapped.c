// SPDX-License-Identifier: GPL-2.0-or-later
// base/mapped: IPv4 addresses as v4-mapped ones.
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mapped.h"

static struct in6_addr address(const char *text)
{
	struct in6_addr ret;
	assert_int_equal(inet_pton(AF_INET6, text, &ret), 1);
	return ret;
}

static void test_there_and_back(void **state)
{
	(void)state;
	const struct in_addr ipv4 = {.s_addr = htonl(0x0a000102)};
	const struct in6_addr wanted = address("::ffff:10.0.1.2"), any = address("::ffff:0.0.0.0");
	const struct in6_addr mapped = mapped_from(ipv4), mapped_any = mapped_from((struct in_addr){0});
	assert_memory_equal(&mapped, &wanted, sizeof wanted);
	assert_memory_equal(&mapped_any, &any, sizeof any);
	assert_memory_equal(&MAPPED_ANY, &any, sizeof any);
	assert_int_equal(mapped_ipv4(&mapped).s_addr, ipv4.s_addr);
}

static void test_text(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"::ffff:10.0.1.2", "10.0.1.2"}, {"fd00::1", "fd00::1"}, {"::", "::"},
		{"fd00:1:2:3:4:5:6:7", "fd00:1:2:3:4:5:6:7"}, {"::ffff:255.255.255.255", "255.255.255.255"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[INET6_ADDRSTRLEN];
		const struct in6_addr from = address(cases[i][0]);
		assert_ptr_equal(mapped_text(&from, text), text);
		assert_string_equal(text, cases[i][1]);
	}
}

static void test_loopback(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is;
	} cases[] = {{"::ffff:127.0.0.1", true}, {"::ffff:127.255.0.3", true}, {"::1", true},
		{"::ffff:126.0.0.1", false}, {"::ffff:128.0.0.1", false}, {"::127.0.0.1", false}, {"fd00::1", false},
		{"::", false}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct in6_addr from = address(cases[i].text);
		assert_int_equal(mapped_is_loopback(&from), cases[i].is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_loopback),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

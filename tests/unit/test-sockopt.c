// SPDX-License-Identifier: GPL-2.0-or-later
// actor/sockopt: names, values as a scenario writes them, and what the kernel says of them.
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "actor/sockopt.h"
#include "base/cleanup.h"

static const struct sockopt *find(const char *name)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct word word = {.text = name};
	struct word_scope scope = {.n_before = 0};
	if (word_sockopt.parse(&scope, &word, &e) < 0)
		fail_msg("%s", error_text(&e));
	return word.entry;
}

static int parse(const char *option, const char *value, struct word *ret, struct error *e)
{
	struct word before[2] = {{.text = "s"}, {.text = option, .entry = find(option)}};
	struct word_scope scope = {.before = before, .n_before = 2};
	*ret = (struct word){.text = value};
	return word_sockopt_value.parse(&scope, ret, e);
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int level, option;
		enum sockopt_kind kind;
	} some[] = {
		{"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, SOCKOPT_INT},
		{"SO_LINGER", SOL_SOCKET, SO_LINGER, SOCKOPT_LINGER},
		{"SO_RCVTIMEO", SOL_SOCKET, SO_RCVTIMEO, SOCKOPT_TIMEVAL},
		{"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, SOCKOPT_INT},
		{"SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, SOCKOPT_DEVICE},
		{"IP_TTL", IPPROTO_IP, IP_TTL, SOCKOPT_INT},
		{"IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, SOCKOPT_INT},
	};
	for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
		const struct sockopt *option = find(some[i].name);
		assert_string_equal(option->name, some[i].name);
		assert_int_equal(option->level, some[i].level);
		assert_int_equal(option->option, some[i].option);
		assert_int_equal(option->kind, some[i].kind);
	}
}

static void test_unknown_names(void **state)
{
	(void)state;
	static const struct {
		const char *name, *message;
	} all[] = {
		{"SO_REUSEADR", "unknown socket option 'SO_REUSEADR' (did you mean 'SO_REUSEADDR'?)"},
		{"so_reuseaddr", "unknown socket option 'so_reuseaddr' (did you mean 'SO_REUSEADDR'?)"},
		{"TCP_MAXSEGS", "unknown socket option 'TCP_MAXSEGS' (did you mean 'TCP_MAXSEG'?)"},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		struct word word = {.text = all[i].name};
		struct word_scope scope = {.n_before = 0};
		assert_int_equal(word_sockopt.parse(&scope, &word, &e), -EINVAL);
		assert_int_equal(e.kind, ERROR_USAGE);
		assert_string_equal(error_text(&e), all[i].message);
	}
	static const char *const far[] = {"", "7", "SO_", "x", "SO_REUSEADDR "};
	for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
		struct word word = {.text = far[i]};
		struct word_scope scope = {.n_before = 0};
		assert_int_equal(word_sockopt.parse(&scope, &word, NULL), -EINVAL);
	}
}

static void test_values(void **state)
{
	(void)state;
	struct word word;
	assert_int_equal(parse("SO_REUSEADDR", "1", &word, NULL), 0);
	assert_int_equal(word.number, 1);
	assert_int_equal(parse("SO_PRIORITY", "-1", &word, NULL), 0);
	assert_int_equal(word.number, -1);
	assert_int_equal(parse("SO_SNDBUF", "2147483647", &word, NULL), 0);
	assert_int_equal(word.number, INT_MAX);
	assert_int_equal(parse("SO_LINGER", "off", &word, NULL), 0);
	assert_true(word.number < 0);
	assert_int_equal(parse("SO_LINGER", "0", &word, NULL), 0);
	assert_int_equal(word.number, 0);
	assert_int_equal(parse("SO_LINGER", "60", &word, NULL), 0);
	assert_int_equal(word.number, 60);
	assert_int_equal(parse("SO_RCVTIMEO", "1.5s", &word, NULL), 0);
	assert_int_equal(word.duration_us, 1500000);
	assert_int_equal(parse("SO_RCVTIMEO", "0", &word, NULL), 0);
	assert_int_equal(word.duration_us, 0);
	assert_int_equal(parse("SO_BINDTODEVICE", "a-name-of-15-b.", &word, NULL), 0);
}

static void test_bad_values(void **state)
{
	(void)state;
	static const struct {
		const char *option, *value;
	} all[] = {
		{"SO_REUSEADDR", ""}, {"SO_REUSEADDR", "on"}, {"SO_REUSEADDR", "1.0"}, {"SO_REUSEADDR", "2147483648"},
		{"SO_REUSEADDR", "-2147483649"}, {"SO_REUSEADDR", "0x1"}, {"SO_REUSEADDR", " 1"}, {"SO_LINGER", "-1"},
		{"SO_LINGER", "on"}, {"SO_LINGER", "5s"}, {"SO_LINGER", ""}, {"SO_LINGER", "OFF"}, {"SO_RCVTIMEO", "1"},
		{"SO_RCVTIMEO", "off"}, {"SO_RCVTIMEO", "-1s"}, {"SO_SNDTIMEO", ""},
		{"SO_BINDTODEVICE", "a-name-of-16-by."},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		struct word word;
		if (parse(all[i].option, all[i].value, &word, &e) != -EINVAL)
			fail_msg("taken: %s %s", all[i].option, all[i].value);
		assert_int_equal(e.kind, ERROR_USAGE);
	}
}

static int new_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	return fd;
}

/* What was set is what is read, and as it was written. */
static void test_there_and_back(void **state)
{
	(void)state;
	static const struct {
		const char *option, *before, *value;
	} all[] = {
		{"SO_REUSEADDR", "0", "1"}, {"SO_KEEPALIVE", "0", "1"}, {"SO_LINGER", "off", "0"},
		{"SO_LINGER", "off", "5"}, {"SO_LINGER", "off", "off"}, {"SO_RCVTIMEO", "0", "1.5s"},
		{"SO_SNDTIMEO", "0", "200ms"}, {"TCP_NODELAY", "0", "1"}, {"TCP_KEEPCNT", "9", "3"}, {"IP_TTL", "64", "7"},
		{"SO_BINDTODEVICE", "none", "lo"}, {"SO_BINDTODEVICE", "none", "none"},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		CLEANUP(cleanup_close) int fd = new_socket();
		const struct sockopt *option = find(all[i].option);
		char text[SOCKOPT_TEXT];
		struct word word;
		assert_int_equal(sockopt_get(fd, option, text), 0);
		if (strcmp(all[i].option, "IP_TTL") && strcmp(all[i].option, "TCP_KEEPCNT")) /* those are sysctls */
			assert_string_equal(text, all[i].before);
		assert_int_equal(parse(all[i].option, all[i].value, &word, NULL), 0);
		assert_int_equal(sockopt_set(fd, option, &word), 0);
		assert_int_equal(sockopt_get(fd, option, text), 0);
		assert_string_equal(text, all[i].value);
	}
}

static void test_linger_off_again(void **state)
{
	(void)state;
	CLEANUP(cleanup_close) int fd = new_socket();
	struct linger linger;
	socklen_t len = sizeof linger;
	struct word word;
	parse("SO_LINGER", "5", &word, NULL);
	assert_int_equal(sockopt_set(fd, find("SO_LINGER"), &word), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len), 0);
	assert_true(linger.l_onoff && linger.l_linger == 5);
	parse("SO_LINGER", "off", &word, NULL);
	assert_int_equal(sockopt_set(fd, find("SO_LINGER"), &word), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len), 0);
	assert_false(linger.l_onoff);
}

static void test_the_kernels_word(void **state)
{
	(void)state;
	CLEANUP(cleanup_close) int fd = new_socket();
	char text[SOCKOPT_TEXT];
	struct word word;
	parse("SO_BINDTODEVICE", "a-name-of-15-b.", &word, NULL);
	assert_int_equal(sockopt_set(fd, find("SO_BINDTODEVICE"), &word), ENODEV);
	parse("TCP_MAXSEG", "5", &word, NULL);
	assert_int_equal(sockopt_set(fd, find("TCP_MAXSEG"), &word), EINVAL);
	assert_int_equal(sockopt_set(-1, find("TCP_MAXSEG"), &word), EBADF);
	assert_int_equal(sockopt_get(-1, find("SO_REUSEADDR"), text), EBADF);
	assert_int_equal(sockopt_get(fd, find("SO_TYPE"), text), 0);
	assert_int_equal(text[0], '0' + SOCK_STREAM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_unknown_names),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_linger_off_again),
		cmocka_unit_test(test_the_kernels_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In a new network namespace all that /proc/net/snmp and /proc/net/netstat show
 * is 0, lo up included, but for some constants and settings; and each file is
 * had whole and of one moment with one read(2) that has room for it.
 *
 * Relied on: what is not 0 in a namespace has moved since it was made.
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const not_from_0[] = {
	"Ip:Forwarding", "Ip:DefaultTTL", "Tcp:RtoAlgorithm", "Tcp:RtoMin", "Tcp:RtoMax", "Tcp:MaxConn",
};

static bool begins_at_0(const char *name)
{
	for (size_t i = 0; i < sizeof(not_from_0) / sizeof(not_from_0[0]); i++)
		if (strcmp(name, not_from_0[i]) == 0)
			return false;
	return true;
}

/* One line of names and the one of values below it. Returns how many there are. */
static size_t check_pair(char *names, char *values)
{
	char *name_at, *value_at, *line = strtok_r(names, " ", &name_at), *name, *value, full[128];
	size_t n = 0;

	assert_non_null(line);
	assert_string_equal(strtok_r(values, " ", &value_at), line);
	while ((name = strtok_r(NULL, " ", &name_at))) {
		value = strtok_r(NULL, " ", &value_at);
		assert_non_null(value);
		snprintf(full, sizeof(full), "%s%s", line, name);
		if (begins_at_0(full) && strcmp(value, "0") != 0)
			fail_msg("%s is %s", full, value);
		n++;
	}
	assert_null(strtok_r(NULL, " ", &value_at));
	return n;
}

static void check_file(const char *path, size_t least)
{
	static char text[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *at = text, *names, *values, more;
	size_t n = 0;
	ssize_t len;

	assert_return_code(fd, errno);
	len = read(fd, text, sizeof(text) - 1);
	assert_true(len > 0);
	assert_int_equal(read(fd, &more, 1), 0);
	close(fd);
	text[len] = '\0';
	while ((names = strsep(&at, "\n")) && *names) {
		values = strsep(&at, "\n");
		assert_non_null(values);
		n += check_pair(names, values);
	}
	print_message("# %s: %zu in %zd bytes\n", path, n, len);
	assert_true(n >= least);
}

static void all_begin_at_0(void **state)
{
	int host = platform_leave_host(), ns = platform_new_namespace();

	(void)state;
	platform_link_up(1);
	/* Linux 6.18 has 82 and 229. Far fewer would mean that the text is not as it was known. */
	check_file("/proc/thread-self/net/snmp", 60);
	check_file("/proc/thread-self/net/netstat", 100);
	close(ns);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_begin_at_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

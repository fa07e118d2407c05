// SPDX-License-Identifier: GPL-2.0-or-later
// Sysctls: read, written, read back; absent, refused, not what was written.
#include "own.h"

#include "base/cleanup.h"
#include "net/namespace.h"
#include "net/sysctl.h"

static void assert_value(const char *name, const char *expected)
{
	char value[SYSCTL_VALUE_MAX];
	assert_int_equal(sysctl_read(name, value, NULL), 0);
	assert_string_equal(value, expected);
}

static void test_write_and_read_back(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	for (const char *const *value = (const char *const[]){"0", "1", "2", NULL}; *value; value++) {
		assert_int_equal(sysctl_write("net.ipv4.tcp_timestamps", *value, &e), 0);
		assert_value("net.ipv4.tcp_timestamps", *value);
	}
}

static void test_white_space_is_folded(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(sysctl_write("net.ipv4.tcp_rmem", "  4096 \t131072   6291456\n", &e), 0);
	assert_value("net.ipv4.tcp_rmem", "4096 131072 6291456");
	assert_int_equal(sysctl_write("net.ipv4.tcp_rmem", "4096\t65536\t262144", &e), 0);
	assert_value("net.ipv4.tcp_rmem", "4096 65536 262144");
}

static void test_absent(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	char value[SYSCTL_VALUE_MAX] = "untouched";
	assert_int_equal(sysctl_write("net.ipv4.tcp_no_such_thing", "1", &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_ABSENT);
	assert_non_null(strstr(error_text(&e), "net.ipv4.tcp_no_such_thing"));
	assert_int_equal(sysctl_read("net.ipv4.tcp_no_such_thing", value, &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_ABSENT);
	assert_string_equal(value, "untouched");
	/* The first namespace has it, others do not. */
	assert_int_equal(sysctl_read("net.core.netdev_max_backlog", value, &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_ABSENT);
}

static void test_refused(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(sysctl_write("net.ipv4.ip_local_port_range", "40000 30000", &e), -EINVAL);
	assert_int_equal(e.kind, ERROR_UNMET);
	assert_string_equal(
		error_text(&e), "sysctl net.ipv4.ip_local_port_range = 40000 30000: Invalid argument (EINVAL)");
	assert_int_equal(sysctl_write("net.ipv4.tcp_timestamps", "often", &e), -EINVAL);
	assert_int_equal(e.kind, ERROR_UNMET);
	/* The file is there, the algorithm is not: that is a refusal as well. */
	assert_int_equal(sysctl_write("net.ipv4.tcp_congestion_control", "no-such-algorithm", &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_UNMET);
}

static void test_read_back_is_another(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	/* The kernel takes a leading 0 for octal, silently. */
	assert_int_equal(sysctl_write("net.ipv4.tcp_fin_timeout", "0100", &e), -SYSCTL_NOT_KEPT);
	assert_int_equal(e.kind, ERROR_UNMET);
	assert_string_equal(error_text(&e), "sysctl net.ipv4.tcp_fin_timeout: '0100' was written, '64' is read back");
}

static void test_verified_later(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(sysctl_write("net.ipv4.tcp_fin_timeout", "30", &e), 0);
	assert_int_equal(sysctl_verify("net.ipv4.tcp_fin_timeout", " 30\n", &e), 0);
	assert_true(own_write("/proc/sys/net/ipv4/tcp_fin_timeout", "31"));
	assert_true(sysctl_verify("net.ipv4.tcp_fin_timeout", "30", &e) < 0);
	assert_int_equal(e.kind, ERROR_UNMET);
	assert_non_null(strstr(error_text(&e), "'31'"));
	assert_int_equal(sysctl_verify("net.ipv4.tcp_no_such_thing", "1", &e), -ENOENT);
	assert_int_equal(e.kind, ERROR_ABSENT);
}

static void test_clamped_silently(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	/* Kept in jiffies: 1 ms is 1 ms with CONFIG_HZ=1000 alone. */
	int rc = sysctl_write("net.ipv4.neigh.lo.retrans_time_ms", "1", &e);
	if (rc == 0)
		OWN_SKIP("CONFIG_HZ=1000: a millisecond is kept exactly");
	assert_int_equal(rc, -SYSCTL_NOT_KEPT);
	assert_int_equal(e.kind, ERROR_UNMET);
	assert_non_null(strstr(error_text(&e), "'1' was written, '"));
}

static void test_not_to_be_written(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(sysctl_write("net.ipv4.tcp_available_congestion_control", "reno", &e), -EACCES);
	assert_int_equal(e.kind, ERROR_ABSENT); /* the host's alone: this kernel cannot run such a cell */
	assert_non_null(strstr(error_text(&e), "(EACCES)"));
}

static void test_not_of_a_namespace(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	char value[SYSCTL_VALUE_MAX];
	/* The machine's: must not even be opened, as root would succeed. */
	static const char *const names[] = {"kernel.hostname", "vm.swappiness", "net/../kernel/hostname",
		"net./../kernel/hostname", "network", "net", "", NULL};
	for (const char *const *name = names; *name; name++) {
		assert_int_equal(sysctl_write(*name, "1", &e), -EINVAL);
		assert_int_equal(e.kind, ERROR_USAGE);
		assert_int_equal(sysctl_read(*name, value, &e), -EINVAL);
	}
	/* Every dot is a folder: none is left to climb out with. */
	assert_int_equal(sysctl_read("net......kernel.hostname", value, &e), -ENOENT);
}

static void test_longer_than_a_value(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	char ports[1024] = "", value[SYSCTL_VALUE_MAX] = "untouched";
	size_t len = 0;
	for (int port = 10000; port < 10400; port += 2) {
		len += (size_t)snprintf(ports + len, sizeof(ports) - len, "%d,", port);
		if (len + 8 > sizeof(ports))
			break;
	}
	ports[len - 1] = '\0';
	assert_int_equal(sysctl_write("net.ipv4.ip_local_reserved_ports", ports, &e), -EINVAL);
	assert_int_equal(e.kind, ERROR_USAGE);
	assert_true(own_write("/proc/sys/net/ipv4/ip_local_reserved_ports", ports));
	assert_int_equal(sysctl_read("net.ipv4.ip_local_reserved_ports", value, &e), -EFBIG);
	assert_string_equal(value, "untouched");
	assert_int_equal(sysctl_write("net.ipv4.ip_local_reserved_ports", "", &e), 0);
	assert_value("net.ipv4.ip_local_reserved_ports", "");
}

static void test_stays_in_its_namespace(void **state)
{
	(void)state;
	CLEANUP(cleanup_close) int first = namespace_open_own(NULL);
	assert_int_equal(sysctl_write("net.ipv4.tcp_tw_reuse", "1", NULL), 0);
	CLEANUP(cleanup_close) int second = namespace_new(NULL);
	assert_true(first >= 0 && second >= 0);
	assert_int_equal(sysctl_write("net.ipv4.tcp_tw_reuse", "0", NULL), 0);
	assert_int_equal(namespace_enter(first, NULL), 0);
	assert_value("net.ipv4.tcp_tw_reuse", "1");
}

struct seen {
	char last[512];
	int n;
	bool timestamps;
};

static int see(void *context, const char *name, const char *value)
{
	struct seen *seen = context;
	assert_true(strcmp(seen->last, name) < 0);
	assert_null(strstr(name, "tcp_fastopen_key"));
	assert_null(strstr(name, "stable_secret"));
	assert_null(strstr(name, ".conf."));
	snprintf(seen->last, sizeof(seen->last), "%s", name);
	seen->n++;
	if (strcmp(name, "net.ipv4.tcp_timestamps") == 0) {
		seen->timestamps = true;
		assert_string_equal(value, "0");
	}
	return 0;
}

static int stop_at_third(void *context, const char *name, const char *value)
{
	(void)name;
	(void)value;
	return ++*(int *)context == 3 ? -ECANCELED : 0;
}

static void test_each(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(sysctl_write("net.ipv4.tcp_timestamps", "0", NULL), 0);
	struct seen seen = {.n = 0};
	assert_int_equal(sysctl_each(see, &seen, &e), 0);
	assert_true(seen.timestamps);
	assert_true(seen.n > 100);
	int n = 0;
	assert_int_equal(sysctl_each(stop_at_third, &n, &e), -ECANCELED);
	assert_int_equal(n, 3);
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_and_read_back),
		cmocka_unit_test(test_white_space_is_folded),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_read_back_is_another),
		cmocka_unit_test(test_verified_later),
		cmocka_unit_test(test_clamped_silently),
		cmocka_unit_test(test_not_to_be_written),
		cmocka_unit_test(test_not_of_a_namespace),
		cmocka_unit_test(test_longer_than_a_value),
		cmocka_unit_test(test_stays_in_its_namespace),
		cmocka_unit_test(test_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

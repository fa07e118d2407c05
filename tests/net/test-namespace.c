// SPDX-License-Identifier: GPL-2.0-or-later
// Network namespaces that live by descriptors: made, entered, refused.
#include "own.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "net/namespace.h"

static void test_new_is_entered(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	ino_t before = own_inode();
	CLEANUP(cleanup_close) int fd = namespace_new(&e);
	assert_true(fd >= 0);
	own_assert_cloexec(fd);
	struct stat status;
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_ino, own_inode());
	assert_true(own_inode() != before);
}

static void test_enter_and_back(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	ino_t first = own_inode();
	CLEANUP(cleanup_close) int home = namespace_open_own(&e);
	assert_true(home >= 0);
	own_assert_cloexec(home);
	CLEANUP(cleanup_close) int fd = namespace_new(&e);
	assert_true(fd >= 0);
	ino_t second = own_inode();
	assert_int_equal(namespace_enter(home, &e), 0);
	assert_int_equal(own_inode(), first);
	assert_int_equal(namespace_enter(fd, &e), 0);
	assert_int_equal(own_inode(), second);
	assert_int_equal(namespace_enter(home, &e), 0);
}

static void test_enter_nothing(void **state)
{
	(void)state;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	assert_int_equal(namespace_enter(-1, &e), -EBADF);
	assert_int_equal(e.kind, ERROR_HARNESS);
	assert_non_null(strstr(error_text(&e), "(EBADF)"));
	CLEANUP(cleanup_close) int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(namespace_enter(file, &e), -EINVAL);
}

/* In a child: its limit on namespaces is its own. Exits with 0 when all is as it should be. */
static int refused_by_limit(void)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (!own_user_namespace())
		return OWN_SKIPPED;
	if (!own_write("/proc/sys/user/max_net_namespaces", "0"))
		return OWN_SKIPPED;
	ino_t before = own_inode();
	int fd = namespace_new(&e);
	printf("# %s\n", error_text(&e));
	fflush(stdout);
	return fd == -ENOSPC && e.kind == ERROR_HARNESS && own_inode() == before && strstr(error_text(&e), "ENOSPC") &&
			       strstr(error_text(&e), "user.max_net_namespaces is reached") &&
			       strstr(error_text(&e), "it is 0 here") &&
			       strstr(error_text(&e), "sysctl -w user.max_net_namespaces=")
		       ? 0
		       : 1;
}

static void test_refused_by_limit(void **state)
{
	(void)state;
	fflush(stdout);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(refused_by_limit());
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == OWN_SKIPPED)
		OWN_SKIP("no user namespace within one, or no user.max_net_namespaces");
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* In a child without any right. */
static int refused_without_rights(void)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{.effective = 0}};
	if (syscall(SYS_capset, &header, none) < 0)
		return 1;
	return namespace_new(&e) == -EPERM && strstr(error_text(&e), "(EPERM)") ? 0 : 1;
}

static void test_refused_without_rights(void **state)
{
	(void)state;
	fflush(stdout);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(refused_without_rights());
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_is_entered),
		cmocka_unit_test(test_enter_and_back),
		cmocka_unit_test(test_enter_nothing),
		cmocka_unit_test(test_refused_by_limit),
		cmocka_unit_test(test_refused_without_rights),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

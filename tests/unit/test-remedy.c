// SPDX-License-Identifier: GPL-2.0-or-later
// What netrepro was started in, by a made-up tree of files, and the remedy that it names there.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "run/remedy.h"

static void assert_remedy(enum obstacle obstacle, const struct surroundings *in, const char *wanted)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	remedy_add(obstacle, in, &t);
	assert_string_equal(text_get(&t), wanted);
}

static void test_container(void **state)
{
	(void)state;
	struct surroundings in = {.engine = ENGINE_DOCKER, .is_root = true, .sysctls_are_read_only = true};
	assert_remedy(OBSTACLE_NAMESPACES, &in, "add to `docker run`: --cap-add SYS_ADMIN");
	in.is_confined = true;
	assert_remedy(OBSTACLE_NAMESPACES, &in,
		"add to `docker run`: --cap-add SYS_ADMIN --security-opt apparmor=unconfined");
	assert_remedy(OBSTACLE_MOUNTS, &in, "add to `docker run`: --security-opt apparmor=unconfined");
	in.is_confined = false;
	in.no_user_namespaces = true;
	assert_remedy(OBSTACLE_NAMESPACES, &in,
		"add to `docker run`: --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add NET_RAW");
	in.has_sys_admin = in.has_net_raw = true;
	assert_remedy(OBSTACLE_NAMESPACES, &in, "add to `docker run`: --cap-add NET_ADMIN");
	in.has_net_admin = true;
	assert_remedy(OBSTACLE_NAMESPACES, &in, "add to `docker run`: --privileged");

	in = (struct surroundings){.engine = ENGINE_PODMAN, .sysctls_are_read_only = true};
	assert_remedy(OBSTACLE_NAMESPACES, &in,
		"add to `podman run`: --security-opt seccomp=unconfined -v /proc/sys/net:/run/sysnet:rw");
	in.sysctls_are_read_only = false;
	assert_remedy(OBSTACLE_NAMESPACES, &in, "add to `podman run`: --security-opt seccomp=unconfined");
	in.no_user_namespaces = true;
	assert_remedy(OBSTACLE_NAMESPACES, &in,
		"add to `podman run`: --user 0 --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add NET_RAW");
	assert_remedy(OBSTACLE_SYSCTLS, &in, "add to `podman run`: -v /proc/sys/net:/run/sysnet:rw");
	assert_remedy(OBSTACLE_PACKETS, &in, "add to `podman run`: --cap-add NET_RAW");
	assert_remedy(OBSTACLE_USERS, &in, "none is needed where the isolation works");

	in = (struct surroundings){.engine = ENGINE_KUBERNETES, .is_root = true};
	assert_remedy(OBSTACLE_NAMESPACES, &in, "set securityContext.privileged: true");
	in = (struct surroundings){.engine = ENGINE_OTHER, .is_root = true};
	assert_remedy(OBSTACLE_NAMESPACES, &in, "start the container with the like of podman's --cap-add SYS_ADMIN");
}

static void test_host(void **state)
{
	(void)state;
	struct surroundings in = {.engine = ENGINE_NONE};
	assert_remedy(OBSTACLE_NAMESPACES, &in, "run it as root (sudo), or let ordinary users make user namespaces");
	in.clone_is_off = true;
	assert_remedy(OBSTACLE_NAMESPACES, &in,
		"run it as root (sudo), or let ordinary users make user namespaces: sysctl -w "
		"kernel.unprivileged_userns_clone=1");
	in.no_user_namespaces = in.apparmor_restricts = true;
	assert_remedy(OBSTACLE_USERS, &in,
		"none is needed where the isolation works; otherwise sysctl -w user.max_user_namespaces=10000, sysctl "
		"-w kernel.unprivileged_userns_clone=1, sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (or "
		"give netrepro a profile of AppArmor that allows `userns`)");
	in = (struct surroundings){.engine = ENGINE_NONE, .is_root = true};
	assert_remedy(OBSTACLE_NAMESPACES, &in,
		"run it as root with all capabilities, or let ordinary users make user namespaces");
	assert_remedy(OBSTACLE_SYSCTLS, &in, "mount -o remount,rw /proc/sys");
}

/* A tree of files in place of the system's. */
struct tree {
	char root[64];
};

static void tree_folder(const struct tree *tree, const char *path)
{
	char whole[256];
	snprintf(whole, sizeof whole, "%s/%s", tree->root, path);
	for (char *slash = whole + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		assert_true(mkdir(whole, 0700) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

static void tree_file(const struct tree *tree, const char *path, const char *text)
{
	char whole[256];
	tree_folder(tree, path);
	snprintf(whole, sizeof whole, "%s/%s", tree->root, path);
	CLEANUP(cleanup_close) int fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_return_code(fd, errno);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void tree_link(const struct tree *tree, const char *path, const char *target)
{
	char whole[256];
	tree_folder(tree, path);
	snprintf(whole, sizeof whole, "%s/%s", tree->root, path);
	assert_return_code(symlink(target, whole), errno);
}

static void tree_remove(const struct tree *tree, const char *path)
{
	char whole[256];
	snprintf(whole, sizeof whole, "%s/%s", tree->root, path);
	assert_return_code(unlink(whole), errno);
}

static int set_up(void **state)
{
	static struct tree tree;
	snprintf(tree.root, sizeof tree.root, "/tmp/netrepro-remedy.XXXXXX");
	*state = &tree;
	unsetenv("container");
	unsetenv("KUBERNETES_SERVICE_HOST");
	return mkdtemp(tree.root) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", ((struct tree *)*state)->root);
	return system(command);
}

static enum engine engine_in(const struct tree *tree)
{
	struct surroundings in;
	surroundings_look(tree->root, &in);
	return in.engine;
}

static void test_engines(void **state)
{
	const struct tree *tree = *state;
	assert_int_equal(engine_in(tree), ENGINE_NONE);
	tree_file(tree, "run/.containerenv", "");
	assert_int_equal(engine_in(tree), ENGINE_PODMAN);
	tree_file(tree, ".dockerenv", "");
	assert_int_equal(engine_in(tree), ENGINE_DOCKER);
	setenv("container", "podman", 1);
	assert_int_equal(engine_in(tree), ENGINE_PODMAN);
	setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
	assert_int_equal(engine_in(tree), ENGINE_KUBERNETES);
	/* A machine that was made of an image has its marks, and the namespaces of a machine. */
	tree_link(tree, "proc/self/ns/uts", "uts:[4026531838]");
	assert_int_equal(engine_in(tree), ENGINE_KUBERNETES);
	tree_link(tree, "proc/self/ns/ipc", "ipc:[4026531839]");
	assert_int_equal(engine_in(tree), ENGINE_NONE);
	struct surroundings in;
	tree_link(tree, "proc/self/ns/user", "user:[4026531837]");
	surroundings_look(tree->root, &in);
	assert_false(in.is_in_user_namespace);
	tree_remove(tree, "proc/self/ns/user");
	tree_link(tree, "proc/self/ns/user", "user:[4026532001]");
	surroundings_look(tree->root, &in);
	assert_true(in.is_in_user_namespace);
	tree_remove(tree, "proc/self/ns/ipc");
	tree_link(tree, "proc/self/ns/ipc", "ipc:[4026532000]");
	unsetenv("KUBERNETES_SERVICE_HOST");
	tree_remove(tree, ".dockerenv");
	tree_remove(tree, "run/.containerenv");
	setenv("container", "systemd-nspawn", 1);
	assert_int_equal(engine_in(tree), ENGINE_OTHER);
}

static void test_settings(void **state)
{
	const struct tree *tree = *state;
	struct surroundings in;
	surroundings_look(tree->root, &in);
	assert_false(in.no_user_namespaces || in.clone_is_off || in.apparmor_restricts || in.is_confined);
	assert_true(in.sysctls_are_read_only);
	tree_file(tree, "run/sysnet/ipv4/ip_forward", "0\n");
	surroundings_look(tree->root, &in);
	assert_false(in.sysctls_are_read_only);
	tree_file(tree, "proc/sys/user/max_user_namespaces", "0\n");
	tree_file(tree, "proc/sys/kernel/unprivileged_userns_clone", "0\n");
	tree_file(tree, "proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
	tree_file(tree, "proc/self/attr/current", "docker-default (enforce)\n");
	surroundings_look(tree->root, &in);
	assert_true(in.no_user_namespaces && in.clone_is_off && in.apparmor_restricts && in.is_confined);
	tree_file(tree, "proc/sys/user/max_user_namespaces", "10\n");
	tree_file(tree, "proc/sys/kernel/unprivileged_userns_clone", "1\n");
	tree_file(tree, "proc/sys/kernel/apparmor_restrict_unprivileged_userns", "0\n");
	tree_file(tree, "proc/self/attr/apparmor/current", "unconfined\n");
	surroundings_look(tree->root, &in);
	assert_false(in.no_user_namespaces || in.clone_is_off || in.apparmor_restricts || in.is_confined);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_container),
		cmocka_unit_test(test_host),
		cmocka_unit_test_setup_teardown(test_engines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

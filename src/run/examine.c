// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this host can do, found by doing it.
 *
 * Each trial is made in a forked process, in namespaces of its own, as a run would make them: as root where that may,
 * in a user namespace otherwise. It tells its finding through a pipe and ends, and with it all that it made.
 */
#include "run/examine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor/look.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "net/namespace.h"
#include "net/sysctl.h"
#include "net/sysctl_way.h"
#include "run/isolation.h"

static int try_kernel(char *detail, size_t size, struct error *e)
{
	struct utsname kernel;
	if (uname(&kernel) < 0)
		return error_errno(e, ERROR_HOST, errno, "uname");
	snprintf(detail, size, "Linux %.64s on %.32s, as uid %u", kernel.release, kernel.machine, geteuid());
	return 0;
}

static int try_user_namespace(char *detail, size_t size, struct error *e)
{
	(void)detail, (void)size;
	return isolation_enter_user_namespace(0, e);
}

/* As a run begins: what the rest is tried in. */
static int enter(struct isolation *isolation, struct error *e)
{
	*isolation = ISOLATION_INIT;
	return isolation_begin(isolation, e);
}

static int try_isolation(char *detail, size_t size, struct error *e)
{
	struct isolation isolation;
	int r = enter(&isolation, e);
	if (r == 0)
		snprintf(detail, size, "%s", strcmp(isolation.privilege, "root") ? "in a user namespace" : "as root");
	isolation_end(&isolation);
	return r;
}

/* What a trial says to who waits for it: '+' and what it saw, or '-' and why not. */
static _Noreturn void report_and_end(int report, int r, char *text, size_t size, struct error *e)
{
	text[0] = r < 0 ? '-' : '+';
	if (r < 0)
		snprintf(text + 1, size - 1, "%s", error_text(e));
	_exit(write(report, text, strlen(text) + 1) < 0);
}

/* Return: 1 '+', 0 '-', with the rest of it in @text. */
static int await_report(pid_t pid, int report, char text[static ABILITY_TEXT])
{
	char said[ABILITY_TEXT + 1] = "";
	ssize_t n;
	do
		n = read(report, said, sizeof said - 1);
	while (n < 0 && errno == EINTR);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	snprintf(text, ABILITY_TEXT, "%s", n > 0 ? said + 1 : "the trial ended without a word");
	return n > 0 && said[0] == '+';
}

/* Try @what in a process that is isolated as a worker is. */
static int try_as_worker(
	int (*what)(char *detail, size_t size, struct error *e), char *detail, size_t size, struct error *e)
{
	struct isolation isolation;
	int fds[2];
	int r = enter(&isolation, e);
	if (r < 0)
		return r; /* this process ends now, and with it what was begun */
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make a pipe");
	pid_t pid = fork();
	if (pid < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot fork");
	if (pid == 0) {
		struct error inner = ERROR_INIT;
		char text[ABILITY_TEXT] = "";
		int report = fds[1];
		r = isolation_enter("netrepro-doctor", &report, 1, &inner);
		if (r >= 0)
			r = what(text + 1, sizeof text - 1, &inner);
		report_and_end(report, r, text, sizeof text, &inner);
	}
	close(fds[1]);
	char text[ABILITY_TEXT];
	bool works = await_report(pid, fds[0], text);
	close(fds[0]);
	isolation_end(&isolation);
	if (!works)
		return error_set(e, ERROR_HOST, EPERM, "%s", text);
	snprintf(detail, size, "%s", text);
	return 0;
}

static int worker_network_namespace(char *detail, size_t size, struct error *e)
{
	(void)detail, (void)size;
	CLEANUP(cleanup_close) int fd = namespace_new(e);
	return fd < 0 ? fd : 0;
}

static int try_network_namespace(char *detail, size_t size, struct error *e)
{
	return try_as_worker(worker_network_namespace, detail, size, e);
}

static int worker_proc(char *detail, size_t size, struct error *e)
{
	(void)detail, (void)size;
	char self[32] = "", own[32];
	snprintf(own, sizeof own, "%d", getpid());
	if (readlink("/proc/self", self, sizeof self - 1) < 0)
		return error_errno(e, ERROR_HOST, errno, "/proc/self");
	return strcmp(self, own) ? error_set(e, ERROR_HOST, EPERM,
					   "the kernel refuses a new one to a user namespace where parts of the one "
					   "that is there are hidden")
				 : 0;
}

static int try_proc(char *detail, size_t size, struct error *e)
{
	return try_as_worker(worker_proc, detail, size, e);
}

/* A testbed of two namespaces, ready. */
static int build_testbed(
	struct testbed *t, struct plan *plan, struct whereabouts *whereabouts, bool ipv6, struct error *e)
{
	static struct plan_namespace namespaces[] = {{.name = "server"}, {.name = "client"}};
	*plan = PLAN_INIT;
	plan->namespaces = namespaces;
	plan->n_namespaces = 2;
	static struct plan_end ends[2];
	for (size_t i = 0; i < 2; i++)
		ends[i] = topology_end(i, i);
	plan->ends = ends;
	plan->n_ends = 2;
	plan->ipv6 = ipv6;
	whereabouts->home = namespace_open_own(e);
	if (whereabouts->home < 0)
		return -EIO;
	int r = isolation_prepare_sysctls(e);
	if (r == 0)
		r = testbed_build(t, plan, whereabouts, e);
	uint64_t deadline_us = clock_now_us() + 5 * CLOCK_US_PER_S;
	while (r == 0 && (r = testbed_is_ready(t, e)) == 0) {
		if (clock_now_us() > deadline_us)
			return error_set(e, ERROR_HOST, ETIMEDOUT, "its operstate was not up within 5 s");
		usleep(1000);
	}
	return r < 0 ? r : 0;
}

static int worker_veth(char *detail, size_t size, struct error *e)
{
	(void)detail, (void)size;
	struct testbed t = {.whereabouts = NULL};
	struct plan plan;
	struct whereabouts whereabouts = {0};
	return build_testbed(&t, &plan, &whereabouts, false, e); /* the process ends with all of it */
}

static int try_veth(char *detail, size_t size, struct error *e)
{
	return try_as_worker(worker_veth, detail, size, e);
}

static int worker_ipv6(char *detail, size_t size, struct error *e)
{
	(void)detail, (void)size;
	struct testbed t = {.whereabouts = NULL};
	struct plan plan;
	struct whereabouts whereabouts = {0};
	return build_testbed(&t, &plan, &whereabouts, true, e);
}

static int try_ipv6(char *detail, size_t size, struct error *e)
{
	return try_as_worker(worker_ipv6, detail, size, e);
}

static int worker_sysctl(char *detail, size_t size, struct error *e)
{
	static const char name[] = "net.ipv4.tcp_timestamps";
	CLEANUP(cleanup_close) int fd = namespace_new(e);
	if (fd < 0)
		return fd;
	char before[SYSCTL_VALUE_MAX];
	int r = isolation_prepare_sysctls(e);
	if (r == 0)
		r = sysctl_read(name, before, e);
	if (r == 0)
		r = sysctl_write(name, strcmp(before, "0") ? "0" : "1", e);
	if (r == 0)
		snprintf(detail, size, "%s was %.16s, and was changed in a new namespace, %s", name, before,
			sysctl_way_phrase());
	return r;
}

static int try_sysctl(char *detail, size_t size, struct error *e)
{
	return try_as_worker(worker_sysctl, detail, size, e);
}

static int worker_sock_diag(char *detail, size_t size, struct error *e)
{
	struct testbed t = {.whereabouts = NULL};
	struct plan plan;
	struct whereabouts whereabouts = {0};
	int r = build_testbed(&t, &plan, &whereabouts, false, e);
	if (r == 0)
		r = testbed_enter(&t, &t.namespaces[0], e);
	if (r < 0)
		return r;
	CLEANUP(cleanup_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(12345)};
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) < 0 || listen(fd, 1) < 0)
		return error_errno(e, ERROR_HOST, errno, "cannot make a listener");
	r = look_at(&t, &t.namespaces[0], e);
	if (r < 0)
		return r;
	const struct tcp_sockets *look = &t.namespaces[0].look;
	if (look->n != 1 || look->all[0].state != TCP_STATE_LISTEN)
		return error_set(
			e, ERROR_HOST, EIO, "sock_diag shows %zu sockets where there is one listener", look->n);
	snprintf(detail, size, "a listener is seen as %s", tcp_state_name(look->all[0].state));
	return 0;
}

static int try_sock_diag(char *detail, size_t size, struct error *e)
{
	return try_as_worker(worker_sock_diag, detail, size, e);
}

static int worker_packets(char *detail, size_t size, struct error *e)
{
	struct testbed t = {.whereabouts = NULL};
	struct plan plan;
	struct whereabouts whereabouts = {0};
	CLEANUP(cleanup_close) int times_fd = capture_prepare(e);
	int r = times_fd < 0 ? times_fd : build_testbed(&t, &plan, &whereabouts, false, e);
	if (r == 0)
		r = witness_begin_capture(&t, e);
	if (r == 0)
		snprintf(detail, size, "with the kernel's own times");
	return r;
}

static int try_packets(char *detail, size_t size, struct error *e)
{
	return try_as_worker(worker_packets, detail, size, e);
}

static int try_descriptors(char *detail, size_t size, struct error *e)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return error_errno(e, ERROR_HOST, errno, "getrlimit(RLIMIT_NOFILE)");
	snprintf(detail, size, "%llu descriptors a process", (unsigned long long)limit.rlim_max);
	return limit.rlim_max < 1024 ? error_set(e, ERROR_HOST, EMFILE, "%llu descriptors a process are few",
					       (unsigned long long)limit.rlim_max)
				     : 0;
}

#define ISOLATION "isolation"
#define NETWORK "network namespace"
#define SYSCTL "sysctl"
#define VETH "veth"

/* In an order in which what stands on others comes after them. */
const struct ability abilities[] = {
	{"kernel", "what all of this is about", true, try_kernel, .remedy = ""},
	{"user namespace", "runs without root", false, try_user_namespace, .obstacle = OBSTACLE_USERS},
	{ISOLATION, "a PID namespace that ends with the run", true, try_isolation, .obstacle = OBSTACLE_NAMESPACES},
	{NETWORK, "one for each actor", true, try_network_namespace,
		.remedy = "run it as root (sudo), or sysctl -w user.max_net_namespaces=10000", .ground = ISOLATION},
	{"own /proc", "workers that see no process of the host", false, try_proc,
		.remedy = "in a container: --cap-add SYS_ADMIN, or --security-opt unmask=ALL (podman)",
		.ground = NETWORK},
	{SYSCTL, "written in a namespace, and read back", true, try_sysctl, .obstacle = OBSTACLE_SYSCTLS,
		.ground = NETWORK},
	{VETH, "joins the namespaces", true, try_veth, .remedy = "load the module: modprobe veth", .ground = SYSCTL},
	{"IPv6", "cells with tcp6 sockets", false, try_ipv6,
		.remedy = "boot without ipv6.disable=1; or modprobe ipv6", .ground = VETH},
	{"sock_diag", "the states of sockets, TIME-WAIT included", true, try_sock_diag,
		.remedy = "load the module: modprobe tcp_diag", .ground = VETH},
	{"packets", "seen at both ends: evidence, and what scenarios ask about them", false, try_packets,
		.obstacle = OBSTACLE_PACKETS, .ground = VETH},
	{"descriptors", "many cells at once", false, try_descriptors,
		.remedy = "raise the hard limit: ulimit -Hn"},
};
const size_t n_abilities = sizeof abilities / sizeof *abilities;

void ability_remedy(const struct ability *ability, struct text *t)
{
	if (ability->remedy) {
		text_add(t, ability->remedy);
		return;
	}
	struct surroundings in;
	surroundings_look("", &in);
	remedy_add(ability->obstacle, &in, t);
}

int ability_try(const struct ability *ability, char ret_text[static ABILITY_TEXT], struct error *e)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, ERROR_HARNESS, errno, "cannot make a pipe");
	pid_t pid = fork();
	if (pid == 0) {
		struct error inner = ERROR_INIT;
		char text[ABILITY_TEXT] = "";
		int r = ability->try(text + 1, sizeof text - 1, &inner);
		report_and_end(fds[1], r, text, sizeof text, &inner);
	}
	close(fds[1]);
	int works = pid > 0 ? await_report(pid, fds[0], ret_text) : error_errno(e, ERROR_HARNESS, errno, "cannot fork");
	close(fds[0]);
	return works;
}

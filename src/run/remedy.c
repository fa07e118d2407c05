// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What to do where a host or a container does not let netrepro do its work.
 *
 * The flags named are the fewest with which a run is known to work (tests/isolation/containers.sh runs a container
 * again with just what the message says). What they give, from the least:
 *
 *	-v /proc/sys/net:/run/sysnet:rw        no privilege: the sysctls of one's own namespaces (net/sysctl_way.h)
 *	--security-opt seccomp=unconfined      an ordinary user may make a user namespace, as outside of a container
 *	--cap-add SYS_ADMIN                    namespaces without a user namespace, a /proc of their own with writable
 *	                                       sysctls; the engines' seccomp profiles then let user namespaces be made,
 *	                                       too, in which are the other capabilities that a run needs
 *	--security-opt apparmor=unconfined     the profiles of engines refuse each mount(2)
 */
#include "run/remedy.h"

#include <assert.h>

#include "base/cleanup.h"
#include "net/sysctl_way.h"

#define GIVE_SYSCTLS "-v /proc/sys/net:" SYSCTL_GIVEN ":rw"

/* "add to `podman run`: ", and what there is to add. */
static const char *const leads[] = {
	[ENGINE_NONE] = "",
	[ENGINE_PODMAN] = "add to `podman run`:",
	[ENGINE_DOCKER] = "add to `docker run`:",
	[ENGINE_KUBERNETES] = "",
	[ENGINE_OTHER] = "start the container with the like of podman's",
};
static_assert(sizeof leads / sizeof *leads == ENGINE_COUNT, "a lead for each engine");

static void add_capability(bool has, const char *name, struct text *t)
{
	if (!has)
		text_addf(t, " --cap-add %s", name);
}

static void add_namespace_flags(const struct surroundings *in, struct text *t)
{
	/* A user namespace is to be had where no limit is 0: it has all capabilities but the first. */
	bool has_user_namespaces = !in->no_user_namespaces;
	if (in->is_root || !has_user_namespaces) {
		if (!in->is_root)
			text_add(t, " --user 0");
		add_capability(in->has_sys_admin, "SYS_ADMIN", t);
		add_capability(in->has_net_admin || has_user_namespaces, "NET_ADMIN", t);
		add_capability(in->has_net_raw || has_user_namespaces, "NET_RAW", t);
		if (in->is_confined)
			text_add(t, " --security-opt apparmor=unconfined");
		return;
	}
	text_add(t, " --security-opt seccomp=unconfined");
	if (in->sysctls_are_read_only)
		text_add(t, " " GIVE_SYSCTLS);
}

/* Of the settings of a host that keep an ordinary user from making user namespaces, those that are in force. */
static void add_host_settings(const struct surroundings *in, const char *lead, struct text *t)
{
	const struct {
		bool is_in_force;
		const char *remedy;
	} settings[] = {
		{in->no_user_namespaces, "sysctl -w user.max_user_namespaces=10000"},
		{in->clone_is_off, "sysctl -w kernel.unprivileged_userns_clone=1"},
		{in->apparmor_restricts, "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
	};
	const char *separator = lead;
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (settings[i].is_in_force) {
			text_addf(t, "%s%s", separator, settings[i].remedy);
			separator = ", ";
		}
	if (in->apparmor_restricts)
		text_add(t, " (or give netrepro a profile of AppArmor that allows `userns`)");
}

static void add_users(const struct surroundings *in, struct text *t)
{
	text_add(t, "none is needed where the isolation works");
	if (in->engine == ENGINE_NONE)
		add_host_settings(in, "; otherwise ", t);
}

static void add_namespaces(const struct surroundings *in, struct text *t)
{
	if (in->engine == ENGINE_KUBERNETES) {
		text_add(t, "set securityContext.privileged: true");
	} else if (in->engine != ENGINE_NONE) {
		CLEANUP(text_done) struct text flags = TEXT_INIT;
		add_namespace_flags(in, &flags);
		text_addf(t, "%s%s", leads[in->engine], flags.len ? text_get(&flags) : " --privileged");
		t->failed |= flags.failed;
	} else {
		text_addf(t, "run it as root%s, or let ordinary users make user namespaces",
			in->is_root ? " with all capabilities" : " (sudo)");
		add_host_settings(in, ": ", t);
	}
}

static void add_mounts(const struct surroundings *in, struct text *t)
{
	if (in->engine == ENGINE_PODMAN || in->engine == ENGINE_DOCKER)
		text_addf(t, "%s --security-opt apparmor=unconfined", leads[in->engine]);
	else
		text_add(t, "allow mount(2) in AppArmor's profile, or whatever else confines it");
}

static void add_sysctls(const struct surroundings *in, struct text *t)
{
	if (in->engine == ENGINE_NONE)
		text_add(t, "mount -o remount,rw /proc/sys");
	else if (in->engine == ENGINE_KUBERNETES)
		text_add(t, "mount the host's /proc/sys/net (a hostPath volume) at " SYSCTL_GIVEN
			    ", or set securityContext.privileged: true");
	else
		text_addf(t, "%s " GIVE_SYSCTLS, leads[in->engine]);
}

static void add_packets(const struct surroundings *in, struct text *t)
{
	if (in->engine == ENGINE_NONE)
		text_add(t, "run it with CAP_NET_RAW; load the module: modprobe af_packet");
	else if (in->engine == ENGINE_KUBERNETES)
		text_add(t, "add the capability NET_RAW");
	else
		text_addf(t, "%s --cap-add NET_RAW", leads[in->engine]);
}

void remedy_add(enum obstacle obstacle, const struct surroundings *in, struct text *t)
{
	static void (*const add[])(const struct surroundings *in, struct text *t) = {
		[OBSTACLE_USERS] = add_users,
		[OBSTACLE_NAMESPACES] = add_namespaces,
		[OBSTACLE_MOUNTS] = add_mounts,
		[OBSTACLE_SYSCTLS] = add_sysctls,
		[OBSTACLE_PACKETS] = add_packets,
	};
	static_assert(sizeof add / sizeof *add == OBSTACLE_COUNT, "a remedy for each obstacle");
	add[obstacle](in, t);
}

static struct surroundings started_in;
static bool has_looked;

void remedy_look(void)
{
	if (!has_looked)
		surroundings_look("", &started_in);
	has_looked = true;
}

int remedy_wrap(enum obstacle obstacle, struct error *e)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	remedy_look();
	remedy_add(obstacle, &started_in, &t);
	return error_set(e, e->kind, e->code, "%s: %s", error_text(e), text_get(&t));
}

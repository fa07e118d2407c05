/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What netrepro was started in, as far as it says which remedy there is: a container and its engine, privileges, what
 * the host forbids. Nothing else depends on it: what works is found by trying. */
#ifndef RUN_SURROUNDINGS_H
#define RUN_SURROUNDINGS_H

#include <stdbool.h>

enum engine {
	ENGINE_NONE, /* no container, or none that can be told */
	ENGINE_PODMAN,
	ENGINE_DOCKER,
	ENGINE_KUBERNETES,
	ENGINE_OTHER, /* a container all the same */
	ENGINE_COUNT
};

struct surroundings {
	enum engine engine;
	bool is_root;
	bool is_in_user_namespace; /* one that is not the machine's first: its root is not the machine's */
	/* Effective: capabilities(7). */
	bool has_sys_admin, has_net_admin, has_net_raw;
	/* What keeps an ordinary user from making user namespaces. */
	bool no_user_namespaces; /* user.max_user_namespaces is 0 */
	bool clone_is_off;       /* kernel.unprivileged_userns_clone is 0 (Debian's kernels, Ubuntu's) */
	bool apparmor_restricts; /* kernel.apparmor_restrict_unprivileged_userns is 1 (Ubuntu 23.10 and later) */
	bool is_confined;        /* by a profile of AppArmor, as containers are: it refuses mount(2) */
	bool sysctls_are_read_only; /* in /proc/sys, and no others were given (net/sysctl_way.h) */
};

/**
 * surroundings_look() - find out
 * @root: in front of each path that is read: "" but for tests
 */
void surroundings_look(const char *root, struct surroundings *ret);

#endif

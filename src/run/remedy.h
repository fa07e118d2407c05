/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do where a host or a container does not let netrepro do its work: the fewest flags of the engine that it is
 * in, or the sysctl of the host that stands in its way. */
#ifndef RUN_REMEDY_H
#define RUN_REMEDY_H

#include "base/error.h"
#include "base/text.h"
#include "run/surroundings.h"

enum obstacle {
	OBSTACLE_USERS,      /* no user namespace can be made */
	OBSTACLE_NAMESPACES, /* none can be made, neither by root nor in a user namespace */
	OBSTACLE_MOUNTS,     /* there are namespaces, and nothing can be mounted in them */
	OBSTACLE_SYSCTLS,    /* there is no way to write them */
	OBSTACLE_PACKETS,    /* they cannot be seen */
	OBSTACLE_COUNT
};

/* remedy_add() - "add to `docker run`: --cap-add SYS_ADMIN", without a full stop. */
void remedy_add(enum obstacle obstacle, const struct surroundings *in, struct text *t);

/**
 * remedy_look() - look at where the program was started, for remedy_wrap()
 *
 * Before a user namespace is entered, in which everybody is somebody else with all capabilities. Of this process and its
 * children the first look counts.
 */
void remedy_look(void);

/**
 * remedy_wrap() - put the remedy for where the program was started behind the text of an error
 *
 * Return: -(the code of @e).
 */
int remedy_wrap(enum obstacle obstacle, struct error *e);

#endif

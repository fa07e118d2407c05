/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who sent a segment. */
#ifndef ACTOR_SENDER_H
#define ACTOR_SENDER_H

#include "actor/testbed.h"

/**
 * sender_of() - the actor that sent the segment @segment of @packet
 *
 * Return: borrowed; NULL where that cannot be told: several actors live in the namespace that it left, and none of them
 * is known to have connected or accepted there.
 */
const struct testbed_actor *sender_of(
	const struct testbed *t, const struct packet *packet, const struct segment *segment);

#endif

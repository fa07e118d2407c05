/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link-layer addresses of the ends of links: known beforehand, so that nobody is asked for them. */
#ifndef MODEL_LINK_LAYER_H
#define MODEL_LINK_LAYER_H

#include <stdint.h>
#include <string.h>

#define LINK_LAYER_BYTES 6 /* Ethernet */

/* link_layer_of() - that of the end that has this ifindex: locally administered (IEEE 802), and another for each. */
static inline void link_layer_of(int ifindex, uint8_t ret[static LINK_LAYER_BYTES])
{
	const uint8_t bytes[LINK_LAYER_BYTES] = {[0] = 0x02, [4] = (uint8_t)(ifindex >> 8), [5] = (uint8_t)ifindex};
	memcpy(ret, bytes, sizeof bytes);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether all packets that were under way within this kernel at a moment have been dealt with. */
#ifndef NET_BARRIER_H
#define NET_BARRIER_H

#include <sched.h>
#include <stdint.h>

#include "base/error.h"

struct barrier {
	int fd;               /* -1: not opened yet */
	uint64_t asked_us;    /* the moment; whatever clock the caller uses */
	unsigned rounds_left; /* 0: all have come back */
	uint32_t round;       /* number of the present one, which its datagrams bear */
	cpu_set_t awaited;    /* the processors whose has not come yet */
	uint64_t sent_us;     /* when they were last sent */
};
#define BARRIER_INIT ((struct barrier){.fd = -1})

/**
 * barrier_pass() - begin, or go on with what was begun for the same moment; never blocks
 * @asked_us: names the moment, which is that of the first call with it; not 0
 * @n_hops: the most links that a packet crosses, from 1
 *
 * At the first call the caller is in a namespace of its own, as opening a capture needs: its lo is up afterwards.
 * Return: 1 when all have been dealt with, 0 when to be asked again in a moment, or -errno (ERROR_HARNESS).
 */
int barrier_pass(struct barrier *barrier, uint64_t asked_us, unsigned n_hops, struct error *e);

/* barrier_close() - good on one that was never opened. */
void barrier_close(struct barrier *barrier);

#endif

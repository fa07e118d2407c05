// SPDX-License-Identifier: GPL-2.0-or-later
// The TCP sockets of all namespaces of a testbed, watched from step to step.
#include "actor/watch.h"

#include <stdlib.h>
#include <string.h>

#include "actor/look.h"
#include "base/clock.h"
#include "base/grow.h"

/* In the kernel's order of states, then by port: the order in which they were found says nothing. */
static int compare(const void *a, const void *b)
{
	const struct tcp_socket *x = a, *y = b;
	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	return tcp_socket_compare_ends(x, y);
}

/* All but the time that a timer has left, which is never the same twice. */
static bool is_same(const struct tcp_socket *a, const struct tcp_socket *b)
{
	return !compare(a, b) && a->timer == b->timer && a->receive_queue == b->receive_queue &&
	       a->send_queue == b->send_queue;
}

static bool has_changed(const struct watch *watch, size_t namespace, const struct tcp_sockets *now)
{
	if (!watch->last[namespace])
		return now->n;
	const struct evidence_look *last = &watch->looks[watch->last[namespace] - 1];
	if (last->n_sockets != now->n)
		return true;
	for (size_t i = 0; i < now->n; i++)
		if (!is_same(&last->sockets[i], &now->all[i]))
			return true;
	return false;
}

static int keep(struct watch *watch, const struct evidence_look *look, const struct tcp_sockets *now, struct error *e)
{
	struct evidence_look *looks = grow_by_one(watch->looks, watch->n_looks, sizeof *looks);
	struct tcp_socket *sockets = arena_array(&watch->arena, now->n, sizeof *sockets);
	watch->looks = looks ? looks : watch->looks;
	if (!looks || !sockets)
		return error_no_memory(e);
	struct evidence_look *place = &looks[watch->n_looks];
	if (now->n)
		memcpy(sockets, now->all, now->n * sizeof *sockets);
	*place = *look;
	place->sockets = sockets;
	place->n_sockets = now->n;
	watch->last[look->namespace] = ++watch->n_looks;
	return 0;
}

int watch_look(struct watch *watch, struct testbed *t, size_t after, uint64_t began_us, struct error *e)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < t->n_namespaces; i++) {
		struct testbed_namespace *namespace = &t->namespaces[i];
		r = look_at_known(t, namespace, e);
		if (r < 0) {
			/* Its answer may still come, and a dump that was not read to its end refuses the next one. */
			netlink_close(&namespace->diag);
			break;
		}
		if (namespace->look.n)
			qsort(namespace->look.all, namespace->look.n, sizeof *namespace->look.all, compare);
		const struct evidence_look look = {
			.after = after,
			.namespace = i,
			.at_us = clock_now_us() - began_us,
		};
		if (has_changed(watch, i, &namespace->look))
			r = keep(watch, &look, &namespace->look, e);
	}
	return r;
}

void watch_done(struct watch *watch)
{
	free(watch->looks);
	arena_done(&watch->arena);
	*watch = WATCH_INIT;
}

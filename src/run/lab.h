/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lab: one cell whose testbed is left standing, and whose steps are made when someone says so. See lab.c.
 */
#ifndef RUN_LAB_H
#define RUN_LAB_H

#include "base/text.h"
#include "run/cell.h"
#include "run/lab_message.h"

#define LAB_CLIENTS_MAX 64

struct lab {
	const struct scenario *scenario;
	uint64_t cell_id;
	uint64_t began_us;
	int home;     /* the network namespace in which others find the lab */
	int times_fd; /* as of a worker: open while the kernel takes the times of packets; -1: it need not */
	int listener;
	struct whereabouts whereabouts;
	struct cell *cell; /* NULL: none could be made */
	enum cell_status status;
	unsigned generation; /* how often the cell was made */
	const char *about;   /* what the walker is shown first; borrowed */

	int clients[LAB_CLIENTS_MAX];
	size_t n_clients;
	int walker; /* one of them; -1: none yet */
	bool had_walker;
	bool is_asked; /* its request is being answered */
	bool was_slow; /* and it was told that this takes a while */
	uint64_t asked_us;
	size_t n_told; /* steps of which the walker was told */
	bool told_end; /* and the verdict */
};
#define LAB_INIT ((struct lab){.home = -1, .times_fd = -1, .listener = -1, .walker = -1})

/**
 * lab_open() - make the testbed of the cell, in the namespaces that the caller is in
 *
 * The caller has left the host (isolation_enter_at_terminal()). No step is made.
 * Errors: by what kept the testbed from being there.
 */
int lab_open(struct lab *lab, const struct scenario *s, uint64_t cell, struct error *e);

/**
 * lab_advance() - make the steps up to number @until (from 1; SIZE_MAX: all, and the verdict), and wait until they are
 *
 * Errors: ERROR_UNMET and others by the verdict, where the cell ended before that.
 */
int lab_advance(struct lab *lab, size_t until, struct error *e);

/**
 * lab_serve() - those who come: panes, and one that makes the steps
 * @child: a child of the caller
 *
 * Return: 0 when @child has ended (and can be waited for) or the walker has gone; -errno.
 */
int lab_serve(struct lab *lab, pid_t child, struct error *e);

/* lab_is_unlike_pass() - whether the cell is over with another verdict than `pass`; @t gets it, and why. */
bool lab_is_unlike_pass(const struct lab *lab, struct text *t);

/* lab_places() - where the actors of the cell are. */
void lab_places(const struct lab *lab, struct lab_places *ret);

/* lab_namespace() - a descriptor of the namespace of the actor @name; borrowed; -1 where there is none. */
int lab_namespace(const struct lab *lab, const char *name);

#endif

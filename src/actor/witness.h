/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is seen in the namespaces of a testbed beside the outcomes of steps. */
#ifndef ACTOR_WITNESS_H
#define ACTOR_WITNESS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/evidence.h"
#include "model/scenario.h"
#include "model/segment_write.h"
#include "net/capture.h"

struct testbed;
struct testbed_namespace;
struct path;

struct witness {
	struct arena arena; /* owns the bytes of the packets */
	bool captures_on;
	struct capture captures[SCENARIO_NAMESPACES_MAX]; /* by namespace */
	struct packet *packets; /* owned; in the order in which they were taken, which is that of time in a namespace */
	size_t n_packets;
	uint64_t left_out; /* packets that were seen and not kept, as there were too many */
	uint16_t n_echoes; /* echo requests that were sent */
	uint16_t answered; /* the last of them, counted from 1, whose reply was seen as it left; 0: none */
	uint16_t awaited;  /* the first that went behind the last frame */
	size_t echo_at;    /* the namespace that is to answer it */
	size_t n_before;   /* packets that had been taken when its reply, or that of a later one, was seen */
	bool is_first;     /* it was its own */
};

/* witness_init() - nothing is seen yet. */
void witness_init(struct witness *w);

/* witness_begin_capture() - see all packets of the namespaces of @t from now on. Errors: as capture_open(). */
int witness_begin_capture(struct testbed *t, struct error *e);

/* witness_drain() - take what the captures have seen since the last time; never blocks. Nothing where none was begun.
 */
int witness_drain(struct testbed *t, struct error *e);

/**
 * witness_send() - send a frame from @from on @path, and keep it as a packet that was seen leaving
 *
 * Behind it goes an echo request to the namespace that it is for: when the reply to that leaves, which
 * witness_is_taken_in() says, the kernel there has dealt with the frame. Requests and replies are not kept.
 */
int witness_send(struct testbed *t, const struct testbed_namespace *from, const struct path *path, const uint8_t *frame,
	size_t len, struct error *e);

/* witness_ask_again() - send the echo request alone once more: it, or the reply, may have been dropped. */
int witness_ask_again(
	struct testbed *t, const struct testbed_namespace *from, const struct path *path, struct error *e);

enum witness_order {
	WITNESS_BEFORE, /* it left before the frame had been dealt with, or as that was */
	WITNESS_BEHIND, /* it left when that was over: of a timer, say */
	WITNESS_EITHER, /* it cannot be told, as frame and echo request may have gone by different processors */
};

/**
 * witness_order() - when packet @i left the namespace that the last frame was for, which witness_is_taken_in()
 *
 * Told by where the reply to the echo request stands.
 */
enum witness_order witness_order(const struct testbed *t, size_t i);

/* witness_is_taken_in() - whether the echo request @number, or a later one, has been answered; drain first. */
bool witness_is_taken_in(const struct witness *w, uint16_t number);

/**
 * witness_is_complete() - that no packet of the namespace @in is missing
 *
 * Errors: ERROR_UNMET where one is: what is asked of the packets cannot be told. How many are missing is left out, so
 * that the reasons of cells that differ in it are the same text.
 */
int witness_is_complete(const struct testbed *t, const struct testbed_namespace *in, struct error *e);

/* witness_done() - forget all that was seen, and end the captures. */
void witness_done(struct witness *w);

#endif

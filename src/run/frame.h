/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runner and worker say to each other, through two pipes. Pipes and not sockets: a socket leads back to the
 * network namespace in which it was made (SIOCGSKNS), and a worker must not be able to go back.
 *
 * runner → worker: a struct run_id for each cell to run; end of file: no more.
 *
 * worker → runner: frames, below. The runner may be busy for a while, and a worker must not wait for it, as its cells
 * have their times: so it keeps what the pipe has no room for.
 */
#ifndef RUN_FRAME_H
#define RUN_FRAME_H

#include "base/text.h"
#include "run/schedule.h"

enum frame_kind {
	FRAME_HELLO, /* isolated and ready; payload: the environment as a JSON object, or nothing where not asked for */
	FRAME_FAILED, /* cannot start, or go on: payload: an enum error_kind in 32 bits, and the text of the error */
	FRAME_BLIND,  /* before FRAME_HELLO: cannot see packets, which some scenario needs; payload: as FRAME_FAILED */
	FRAME_WANT,   /* wants one order more */
	FRAME_EVIDENCE, /* payload: the line of evidence of the cell `id`; its result is the next frame, or it has none */
	FRAME_RESULT, /* payload: the line of the cell `id` */
	FRAME_ALIVE,  /* still there, while its cells take their time */
	FRAME_KIND_COUNT
};

struct frame {
	uint32_t kind;
	uint32_t len; /* bytes of payload behind it */
	struct run_id id;
	uint32_t wants; /* 1 in a FRAME_RESULT that is a FRAME_WANT as well */
};

/* frame_add() - one frame, and its payload, behind what @out holds; where memory is out @out has `failed`. */
void frame_add(struct text *out, const struct frame *frame, const void *payload);

/* frame_flush() - write as much of @out as @fd takes, and take it out. Return: 0, also where something is left as a
 * pipe that does not block is full; or -errno; -EPIPE when the runner is gone. */
int frame_flush(int fd, struct text *out);

#define FRAME_PAYLOAD_MAX (16U << 20) /* no line is as long */

/* frame_next() - the first whole frame in @buffer from @offset on. Return: 1; 0 when there is none yet; -EPROTO for no
 * frame. */
int frame_next(const struct text *buffer, size_t offset, struct frame *ret, const char **ret_payload);

#endif

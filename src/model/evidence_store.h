/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evidence file as it is written, DIR/evidence.jsonl: a line a run (model/evidence.h), appended as it ends, in
 * front of its result. A run that was cut off and made again when the run as a whole was resumed has two lines: the
 * last counts.
 *
 * Which passes are worth keeping is known only at the end: those that some minimal pair shows. Until then all are
 * there, as far as EVIDENCE_PENDING_MAX goes; evidence_store_finish() then writes the file anew without the others.
 */
#ifndef MODEL_EVIDENCE_STORE_H
#define MODEL_EVIDENCE_STORE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "model/evidence.h"

#define EVIDENCE_NAME "evidence.jsonl"

/* What the evidence of passes may take until the end, in bytes: that of some 40,000 small cells. */
#define EVIDENCE_PENDING_MAX (256 << 20)

/* When the packets are written into files of their own. */
enum evidence_packets {
	PACKETS_AT_END,  /* with all others in the file */
	PACKETS_AT_ONCE, /* those of all so far are written */
};

struct evidence_store {
	int fd;    /* -1: none */
	char *dir; /* owned, as the next; NULL where it has no name */
	char *path;
	off_t size; /* of the whole lines */
	enum evidence_packets packets;
	uint64_t pending_bytes;
	uint64_t n_passed_over; /* runs that passed, and whose evidence had no room */
};
#define EVIDENCE_STORE_INIT ((struct evidence_store){.fd = -1})

/**
 * evidence_store_open() - a new evidence file, or the one of a run that is resumed
 * @dir: is there already; NULL for a file without a name, gone when it is closed
 * @resumes: go on with the file in @dir, where there is one; what was written by halves is cut off
 *
 * Errors: ERROR_USAGE when @dir holds one of another run, or cannot be written.
 */
int evidence_store_open(struct evidence_store *store, const char *dir, bool resumes, struct error *e);

/**
 * evidence_store_add() - one line, with its newline
 * @keeps_all: also those of runs that passed, however many there are; it is the same for all lines
 *
 * With @keeps_all the packets are written out at once, while other cells still run, and not all of them at the end; if
 * the disk has no room for that, those written so far are given up until the end.
 *
 * Errors: ERROR_HOST when it could not be written whole; the file then ends as it did before.
 */
int evidence_store_add(struct evidence_store *store, const char *line, size_t len, bool keeps_all, struct error *e);

/* evidence_store_forget_packets() - make room on the disk: give up, until the end, the packets that are written out, as
 * they can be made of the lines again. Return: whether that was not done before. */
bool evidence_store_forget_packets(struct evidence_store *store);

/* evidence_store_give_room() - forget the later half of the lines, so that the disk has room for results. */
void evidence_store_give_room(struct evidence_store *store);

/**
 * evidence_store_finish() - after the last run: keep what is to be kept, and write the packets of that out
 * @is_kept: of runs that passed, by their cell: whether their evidence stays; NULL: all does
 *
 * The packets go into files of their own (model/packet_files.h).
 * Nothing is done for a file without a name. The old file is there until the new one is whole.
 */
int evidence_store_finish(
	struct evidence_store *store, bool (*is_kept)(void *context, uint64_t cell), void *context, struct error *e);

void evidence_store_close(struct evidence_store *store);

#endif

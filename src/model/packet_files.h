/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of runs in files of their own, that other programs open: DIR/packets/ID.pcapng (ID.2.pcapng for the
 * second replicate). They say no more than the evidence does (model/evidence.h), and can be made of it again.
 */
#ifndef MODEL_PACKET_FILES_H
#define MODEL_PACKET_FILES_H

#include <stddef.h>

#include "base/error.h"
#include "model/evidence.h"

#define PACKET_FILES_FOLDER "packets"

/* packet_files_begin() - make the folder below @dir, where it is not there yet */
int packet_files_begin(const char *dir, struct error *e);

/* packet_files_adopt() - the folder of a run that goes on belongs to its user (base/owner.h) */
void packet_files_adopt(const char *dir);

/**
 * packet_files_add() - write the packets of one run; one that was not captured has no file
 * @line: of the evidence file, with its newline
 *
 * Errors: ERROR_HOST when it could not be written whole; there is no file then.
 */
int packet_files_add(const char *dir, const struct evidence_head *head, const char *line, size_t len, struct error *e);

/* packet_files_forget() - remove all of them that are there, and nothing else */
void packet_files_forget(const char *dir);

#endif

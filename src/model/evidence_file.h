/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the evidence file of a run, which stands beside its results file and holds the evidence of those runs of cells
 * of which it was kept (model/evidence.h). Of several lines of one run the last one counts; what is left of a line at
 * the end is passed over.
 */
#ifndef MODEL_EVIDENCE_FILE_H
#define MODEL_EVIDENCE_FILE_H

#include "model/evidence_store.h"

/* Where the line of one run of a cell is. */
struct evidence_place {
	uint64_t cell;
	uint32_t replicate;
	uint64_t offset;
	size_t len; /* with its newline */
};

struct evidence_file {
	int fd;                        /* -1: there is none */
	char *path;                    /* owned */
	struct evidence_place *places; /* owned; by cell, then by replicate, each once */
	size_t n_places;
};
#define EVIDENCE_FILE_INIT ((struct evidence_file){.fd = -1})

/**
 * evidence_file_open() - an evidence file, indexed by its lines' beginnings; nothing else is read
 * @path: of the evidence file
 * @file: EVIDENCE_FILE_INIT before; to be given back with evidence_file_close(), also after a failure
 *
 * That there is none is no error: nothing is found in it then.
 * Errors: ERROR_USAGE when it cannot be read.
 */
int evidence_file_open(struct evidence_file *file, const char *path, struct error *e);

/* evidence_file_open_beside() - the same of the one that stands beside a results file. */
int evidence_file_open_beside(struct evidence_file *file, const char *results_path, struct error *e);

/* evidence_file_has() - whether the evidence of a run of a cell was kept. */
bool evidence_file_has(const struct evidence_file *file, uint64_t cell, uint32_t replicate);

/**
 * evidence_file_find() - read the evidence of a run of a cell
 * @arena: owns what @ret points to
 *
 * Return: 1; 0 when it was not kept; or -errno (ERROR_USAGE) when its line is damaged.
 */
int evidence_file_find(const struct evidence_file *file, uint64_t cell, uint32_t replicate, struct arena *arena,
	struct evidence *ret, struct error *e);

void evidence_file_close(struct evidence_file *file);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the cells of the pairs that an explanation shows part, from their steps and their evidence. */
#ifndef CLI_PARTINGS_H
#define CLI_PARTINGS_H

#include "cli/explained.h"
#include "model/evidence_file.h"

/**
 * partings_find() - fill in the partings of an explanation's examples
 * @evidence: that there is
 *
 * Errors: those of kept_cells_read().
 */
int partings_find(struct explained *explained, const struct evidence_file *evidence, struct error *e);

#endif

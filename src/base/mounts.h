/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems mounted in the place of others, in a mount namespace of one's own. */
#ifndef BASE_MOUNTS_H
#define BASE_MOUNTS_H

#include <stdbool.h>

/**
 * mounts_put_instead() - a new file system at @path, in the place of what is mounted there
 * @type: of the file system: "proc"
 * @read_only: whether it is
 *
 * The old one is not under it but gone, where the kernel lets go of it (not in a user namespace). Neither programs nor
 * devices are to be had from it.
 * Return: whether it is there; errno says why not.
 */
bool mounts_put_instead(const char *type, const char *path, bool read_only);

#endif

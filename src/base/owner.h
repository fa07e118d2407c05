/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Under sudo(8) what is made belongs to the user who called, not to root: SUDO_UID and SUDO_GID say who that is.
 *
 * Only what was made here is given away, by its descriptor, and what root left there in an earlier run. Not to be able
 * to is no error (a file system may have no owners): the file is there all the same. Without root, or without both of
 * them, nothing is given to anybody.
 */
#ifndef BASE_OWNER_H
#define BASE_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

/* owner_find_caller() - who called sudo. Return: whether there is one: filled then. */
bool owner_find_caller(uid_t *ret_user, gid_t *ret_group);

/**
 * owner_create() - make a file that is not there yet
 * @flags: of open(2), besides O_CREAT, O_EXCL and O_CLOEXEC; of O_TMPFILE @path is the folder
 *
 * Return: its descriptor; or -errno, -EEXIST also for a symbolic link.
 */
int owner_create(const char *path, int flags, mode_t mode);

/* owner_make_folder() - make a folder that is not there yet. Return: 0; or -errno, -EEXIST where there is something. */
int owner_make_folder(const char *path);

/**
 * owner_adopt() - give the caller what an earlier run of root left
 * @fd: open on what is at @path, and known to be netrepro's; -1 for a folder, which is given if it is one
 *
 * Nothing is done where @path is a symbolic link, is not root's, or is a file with a second name: it may be anybody's.
 */
void owner_adopt(const char *path, int fd);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that close what the kernel takes its time to close. */
#ifndef NET_CLOSERS_H
#define NET_CLOSERS_H

/**
 * closers_close() - close @fd, and do not wait for it
 *
 * A thread does it, one that is closing another descriptor or has nothing to do, or else a new one; they stay for the
 * next time, as many as there ever were descriptors being closed at once. Where there is no thread to be had, the caller
 * waits.
 */
void closers_close(int fd);

#endif

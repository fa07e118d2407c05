/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of the host's that run in the namespaces of a testbed, their output, and their end. */
#ifndef ACTOR_PROGRAM_H
#define ACTOR_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"

struct program;

/* Those of one testbed; in struct testbed. */
struct programs {
	struct program *first; /* owned; all that were started, and not ended by `restart` */
	int epoll_fd; /* of their output, and of what the present step waits for; -1 until the first is started */
	int step_fd;  /* what the step waits for; -1: nothing */
};
#define PROGRAMS_INIT ((struct programs){.epoll_fd = -1, .step_fd = -1})

/* How many descriptors a program takes, at most. */
#define PROGRAM_FDS 6

#define PROGRAM_ARGUMENTS_MAX 64 /* with its name */
#define PROGRAM_ENDING_TEXT 24

struct program_command {
	char *argv[PROGRAM_ARGUMENTS_MAX + 1]; /* the first is the program: a name, or a path */
	char *folder;                          /* where it works; owned */
	char *buffer;                          /* of the words; owned */
};

/**
 * program_command_split() - a program and its arguments as words
 * @arguments: separated by blanks; what stands between two ' or two " is one word, or a part of one; NULL for none
 * @ret: to be freed with program_command_done(), also on failure
 *
 * Errors: ERROR_USAGE, a quote that does not end, or too many words.
 */
int program_command_split(const char *program, const char *arguments, struct program_command *ret, struct error *e);
void program_command_done(struct program_command *command);

/**
 * program_start() - start a program in the network namespace that the caller is in
 * @ret: owned by @programs
 *
 * Whether it was found and runs is told by program_has_begun().
 */
int program_start(
	struct programs *programs, const struct program_command *command, struct program **ret, struct error *e);

/**
 * program_has_begun() - whether it runs, as the program that was asked for
 * @ret_errnum: what execve(2) gave; 0 where it has begun
 * @ret_fd: what to wait for, until it can be told
 *
 * Return: 1 where it is told, 0 where it is to be waited for, or -errno: what was to be done before the execve(2) has
 * failed.
 */
int program_has_begun(struct program *program, int *ret_errnum, int *ret_fd, struct error *e);

/* program_forget() - end what was never begun, and take it off the list. */
void program_forget(struct programs *programs, struct program *program);

/**
 * program_has_ended() - how it has
 * @ret: "exit-0", "SIGTERM"; filled where it has
 * @ret_fd: what to wait for where it has not; NULL: the caller will not wait
 */
bool program_has_ended(struct program *program, char ret[static PROGRAM_ENDING_TEXT], int *ret_fd);

/* program_signal() - send it a signal, and to nothing that it has started. Return: 0, or an errno, positive. */
int program_signal(struct program *program, int number);

/**
 * program_output() - the whole lines that it has printed so far
 * @ret_is_all: nobody is left who could print more; then the last line may be without an end
 * @ret_is_cut: there was more than is kept
 *
 * Return: @ret_len bytes, of the program's own, until it is heard again.
 */
const char *program_output(struct program *program, size_t *ret_len, bool *ret_is_all, bool *ret_is_cut);

/* program_copy_output() - @len bytes of it, and a NUL, into @ret, in one line of ASCII: a tab is a blank, and what
 * cannot be printed a '?'. */
void program_copy_output(const char *from, size_t len, char *ret);

/* program_last_words() - the last line that it has printed, for people; into @ret, empty where there is none. */
#define PROGRAM_WORDS_TEXT 160
void program_last_words(struct program *program, char ret[static PROGRAM_WORDS_TEXT]);

/**
 * program_kill() - end the program, and all that it has started
 *
 * It is gone a moment later, see program_is_gone().
 */
void program_kill(struct program *program);

/* program_is_gone() - with all that it has started, its sockets closed; otherwise @ret_fd is what to wait for. */
bool program_is_gone(struct program *program, int *ret_fd);

/**
 * programs_watch() - one descriptor for all that is to be waited for
 * @fd: what the step waits for, -1 for nothing; @events: of epoll(7)
 *
 * Return: a descriptor that can be read when there is output, or what the step waits for is there; -errno.
 */
int programs_watch(struct programs *programs, int fd, uint32_t events);

/* programs_hear() - take the output in. Return: whether what the step waits for is there; @ret_heard: there was output,
 * or its end. */
bool programs_hear(struct programs *programs, bool *ret_heard);

/* programs_done() - end all of them; what is left of them is reaped by and by. */
void programs_done(struct programs *programs);

#endif

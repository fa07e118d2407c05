/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process does to itself between fork(2) and execve(2) of a program. */
#ifndef ACTOR_PROGRAM_CHILD_H
#define ACTOR_PROGRAM_CHILD_H

#include "actor/program.h"

/* What the process says of itself before it becomes the program, and where it does not. */
struct program_report {
	int stage; /* which of the acts has failed; or one of those below */
	int errnum;
};
#define PROGRAM_READY (-1)  /* all of them are done: execve(2) is next */
#define PROGRAM_EXECVE (-2) /* it has failed */

/**
 * program_child_run() - become the program; never returns
 * @output_fd: where both its standard output and its standard error go
 * @report_fd: a pipe for each struct program_report; closed by the execve(2)
 */
_Noreturn void program_child_run(const struct program_command *command, int output_fd, int report_fd);

/* program_child_stage() - the act of a report in words, behind "cannot". */
const char *program_child_stage(int stage);

/* program_init_run() - be the init of a PID namespace in which a program runs; ends with its parent. */
_Noreturn void program_init_run(int lifeline);

#endif

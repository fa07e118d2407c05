// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a program took, for `make bench`: time and memory, with nothing installed.
 *
 *	peak FILE PROGRAM [ARGUMENT...]
 *
 * Runs the program with the standard output thrown away, and writes into FILE one line: how long it took by the
 * clock, its processor time, and the most memory that it had at once (ru_maxrss, getrusage(2)). A process that is
 * forked begins with the memory of its parent, so this one is kept small. Its exit status is that of the program, 126
 * where it could not be started and 125 where something else failed.
 */
#define _GNU_SOURCE 1

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void)
{
	struct timespec t;
	if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		err(125, "clock_gettime");
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long long timeval_us(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

static void become(char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		err(126, "/dev/null");
	execvp(*argv, argv);
	err(126, "%s", *argv);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(125, "usage: peak FILE PROGRAM [ARGUMENT...]");
	long long began = now_us();
	pid_t child = fork();
	if (child < 0)
		err(125, "fork");
	if (child == 0)
		become(argv + 2);
	int status;
	struct rusage usage;
	if (wait4(child, &status, 0, &usage) != child)
		err(125, "wait4");
	long long took = now_us() - began;
	FILE *file = fopen(argv[1], "we");
	if (!file)
		err(125, "%s", argv[1]);
	fprintf(file, "wall_us=%lld cpu_us=%lld maxrss_kib=%ld\n", took,
		timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime), usage.ru_maxrss);
	if (fclose(file) != 0)
		err(125, "%s", argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server of the article's experiment, for article-programs.yaml: it takes one connection, reads 100 bytes, sends as
 * many, closes the listener and then the connection, and ends. Where it cannot have its port, it says so and goes on:
 * that is what the experiment was about.
 *
 *	article-server REUSEADDR SLEEP
 *
 * REUSEADDR: the value of SO_REUSEADDR. SLEEP: for how many seconds it sleeps before it closes; 0: not at all.
 *
 * What it prints, a line each: "bind ok" or an errno's name, "listens on the port asked for" or "on another port",
 * "accept ok", "received N", "sent N".
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT 12345
#define BACKLOG 20
#define BYTES 100

static const char *told(int result)
{
	return result < 0 ? strerrorname_np(errno) : "ok";
}

/* The port that it has in the end, whoever chose it. */
static const char *whose_port(int fd)
{
	struct sockaddr_in own = {.sin_port = 0};
	socklen_t len = sizeof own;
	getsockname(fd, (struct sockaddr *)&own, &len);
	return own.sin_port == htons(PORT) ? "the port asked for" : "another port";
}

static void sleep_for(double seconds)
{
	struct timespec left = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

int main(int argc, char **argv)
{
	char data[BYTES] = "";
	if (argc != 3) {
		fprintf(stderr, "usage: article-server REUSEADDR SLEEP\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	int reuse = atoi(argv[1]), listener = socket(AF_INET, SOCK_STREAM, 0);
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) < 0)
		return 1;
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	printf("bind %s\n", told(bind(listener, (struct sockaddr *)&any, sizeof any)));
	if (listen(listener, BACKLOG) < 0) {
		printf("listen %s\n", told(-1));
		return 1;
	}
	printf("listens on %s\n", whose_port(listener));
	int connection = accept(listener, NULL, NULL);
	printf("accept %s\n", told(connection));
	if (connection < 0)
		return 1;
	printf("received %zd\n", read(connection, data, sizeof data));
	printf("sent %zd\n", write(connection, data, sizeof data));
	sleep_for(atof(argv[2]));
	close(listener);
	close(connection);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server of script.sh: says "listening", takes one connection, reads what
 * the client sends and closes first. Exit status 3 when the port is in use.
 *
 *	server PORT BYTES
 */
#define _GNU_SOURCE 1

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXIT_IN_USE 3

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const int reuseaddr = 0;
	char buf[4096];
	size_t want;
	int listener, child;

	if (argc != 3)
		errx(2, "usage: server PORT BYTES");
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	want = (size_t)atoi(argv[2]);
	if (want > sizeof(buf))
		errx(2, "at most %zu bytes", sizeof(buf));

	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0)
		err(1, "socket");
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuseaddr, sizeof(reuseaddr)) != 0)
		err(1, "setsockopt");
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0) {
		if (errno == EADDRINUSE)
			return EXIT_IN_USE;
		err(1, "bind");
	}
	if (listen(listener, 20) != 0)
		err(1, "listen");
	puts("listening");
	fflush(stdout);

	child = accept(listener, NULL, NULL);
	if (child < 0)
		err(1, "accept");
	if (recv(child, buf, want, MSG_WAITALL) != (ssize_t)want)
		errx(1, "the client sent less than %zu bytes", want);
	close(child);
	close(listener);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client for any server that answers a line: it connects, sends a request, and reads until the server ends the
 * connection. Only then does it close its own end: whoever is the first to close, it is the server.
 *
 *	tcp-ask ADDRESS PORT REQUEST
 *
 * ADDRESS: an IPv4 address. REQUEST: \r and \n in it are what they are in C.
 *
 * What it prints, a line each: "connect ok" or an errno's name, "answer" and the first line of the answer, "end eof" or
 * an errno's name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX 128

/* In place. Return: how many bytes are left. */
static size_t unescape(char *text)
{
	char *to = text;
	for (const char *from = text; *from; from++) {
		if (*from == '\\' && (from[1] == 'r' || from[1] == 'n'))
			*to++ = *++from == 'r' ? '\r' : '\n';
		else
			*to++ = *from;
	}
	return (size_t)(to - text);
}

/* Prints the first line once it is whole. Return: how the connection ended. */
static const char *read_all(int fd)
{
	char answer[ANSWER_MAX], rest[4096];
	size_t len = 0;
	for (;;) {
		size_t room = sizeof answer - 1 - len;
		ssize_t n = room ? read(fd, answer + len, room) : read(fd, rest, sizeof rest);
		if (n < 0)
			return strerrorname_np(errno);
		if (n == 0)
			return "eof";
		if (!room)
			continue;
		answer[len + (size_t)n] = '\0';
		if (strcspn(answer, "\r\n") < len + (size_t)n && strcspn(answer, "\r\n") >= len)
			printf("answer %.*s\n", (int)strcspn(answer, "\r\n"), answer);
		len += (size_t)n;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in server = {.sin_family = AF_INET};
	if (argc != 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) {
		fprintf(stderr, "usage: tcp-ask ADDRESS PORT REQUEST\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	server.sin_port = htons((uint16_t)atoi(argv[2]));
	size_t len = unescape(argv[3]);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) {
		printf("connect %s\n", strerrorname_np(errno));
		return 1;
	}
	printf("connect ok\n");
	if (send(fd, argv[3], len, MSG_NOSIGNAL) != (ssize_t)len) {
		printf("end %s\n", strerrorname_np(errno));
		return 1;
	}
	printf("end %s\n", read_all(fd));
	close(fd);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client of the article's experiment, for article-programs.yaml: it connects to port 12345 of its own host, sends
 * 100 bytes, reads as many, closes, and ends.
 *
 *	article-client SLEEP
 *
 * SLEEP: for how many seconds it sleeps before it closes; 0: not at all.
 *
 * What it prints, a line each: "connect ok" or an errno's name, "sent N", "received N".
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
#define BYTES 100

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
	char data[BYTES];
	if (argc != 2) {
		fprintf(stderr, "usage: article-client SLEEP\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	memset(data, 'f', sizeof data);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in server = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) {
		printf("connect %s\n", strerrorname_np(errno));
		return 1;
	}
	printf("connect ok\n");
	printf("sent %zd\n", write(fd, data, sizeof data));
	printf("received %zd\n", read(fd, data, sizeof data));
	sleep_for(atof(argv[1]));
	close(fd);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client of script.sh: connects, sends, reads until the server has closed.
 *
 *	client ADDRESS PORT BYTES
 */
#define _GNU_SOURCE 1

#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	static char buf[4096];
	size_t len;
	int conn;

	if (argc != 4 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
		errx(2, "usage: client ADDRESS PORT BYTES");
	address.sin_port = htons((uint16_t)atoi(argv[2]));
	len = (size_t)atoi(argv[3]);
	if (len > sizeof(buf))
		errx(2, "at most %zu bytes", sizeof(buf));

	conn = socket(AF_INET, SOCK_STREAM, 0);
	if (conn < 0)
		err(1, "socket");
	if (connect(conn, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(1, "connect");
	if (send(conn, buf, len, 0) != (ssize_t)len)
		err(1, "send");
	if (recv(conn, buf, sizeof(buf), 0) != 0)
		errx(1, "the server did not close");
	close(conn);
	return 0;
}

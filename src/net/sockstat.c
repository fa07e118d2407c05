// SPDX-License-Identifier: GPL-2.0-or-later
// How many TCP sockets a namespace has (sockstat_seq_show(), net/ipv4/proc.c; sockstat6_seq_show(), net/ipv6/proc.c).
#include "net/sockstat.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define SOCKSTAT "/proc/thread-self/net/sockstat"
#define SOCKSTAT6 "/proc/thread-self/net/sockstat6"

static int read_file(const char *path, char *text, size_t size, struct error *e)
{
	CLEANUP(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = -1;
	do
		len = fd < 0 ? -1 : read(fd, text, size - 1);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return error_errno(e, ERROR_HARNESS, errno, "the counts of sockets: %s", path);
	text[len] = '\0';
	return 0;
}

/* The number behind "@line … @key ". Return: whether it is there. */
static bool find_count(const char *text, const char *line, const char *key, uint64_t *ret)
{
	const char *at = strstr(text, line);
	const char *end = at ? strchr(at, '\n') : NULL;
	const char *found = end ? strstr(at, key) : NULL;
	return found && found < end && sscanf(found + strlen(key), "%" SCNu64, ret) == 1;
}

int sockstat_read(bool with_ipv6, struct sockstat *ret, struct error *e)
{
	char text[1024];
	uint64_t in_use6 = 0;
	int r = read_file(SOCKSTAT, text, sizeof text, e);
	if (r < 0)
		return r;
	if (!find_count(text, "TCP:", " inuse ", &ret->in_use) || !find_count(text, "TCP:", " tw ", &ret->time_wait))
		return error_set(
			e, ERROR_HARNESS, EPROTO, "the counts of sockets: " SOCKSTAT " is not as it was known");
	if (!with_ipv6)
		return 0;
	r = read_file(SOCKSTAT6, text, sizeof text, e);
	if (r == 0 && !find_count(text, "TCP6:", " inuse ", &in_use6))
		r = error_set(e, ERROR_HARNESS, EPROTO, "the counts of sockets: " SOCKSTAT6 " is not as it was known");
	ret->in_use += in_use6;
	return r;
}

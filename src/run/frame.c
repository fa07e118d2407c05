// SPDX-License-Identifier: GPL-2.0-or-later
// What runner and worker say to each other.
#include "run/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

int frame_send(int fd, enum frame_kind kind, struct run_id id, const void *payload, size_t len)
{
	struct frame frame;
	memset(&frame, 0, sizeof frame); /* the padding too: it crosses a pipe */
	frame.kind = kind;
	frame.len = (uint32_t)len;
	frame.id.cell = id.cell;
	frame.id.replicate = id.replicate;
	struct iovec parts[] = {{&frame, sizeof frame}, {(void *)(uintptr_t)payload, len}};
	struct iovec *part = parts;
	int n_parts = len ? 2 : 1;
	while (n_parts) {
		ssize_t n = writev(fd, part, n_parts);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		size_t done = (size_t)n;
		for (; n_parts && done >= part->iov_len; part++, n_parts--)
			done -= part->iov_len;
		if (n_parts) {
			part->iov_base = (char *)part->iov_base + done;
			part->iov_len -= done;
		}
	}
	return 0;
}

bool frame_next(const struct text *buffer, size_t offset, struct frame *ret, const char **ret_payload)
{
	size_t have = buffer->len - offset;
	if (have < sizeof *ret)
		return false;
	memcpy(ret, buffer->data + offset, sizeof *ret);
	*ret_payload = buffer->data + offset + sizeof *ret;
	return have - sizeof *ret >= ret->len;
}

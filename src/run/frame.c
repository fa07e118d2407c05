// SPDX-License-Identifier: GPL-2.0-or-later
// What runner and worker say to each other.
#include "run/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

int frame_send(int fd, const struct frame *frame, const void *payload)
{
	struct frame copy;
	memset(&copy, 0, sizeof copy); /* the padding too: it crosses a pipe */
	copy.kind = frame->kind;
	copy.len = frame->len;
	copy.id.cell = frame->id.cell;
	copy.id.replicate = frame->id.replicate;
	copy.wants = frame->wants;
	struct iovec parts[] = {{&copy, sizeof copy}, {(void *)(uintptr_t)payload, frame->len}};
	struct iovec *part = parts;
	int n_parts = frame->len ? 2 : 1;
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

int frame_next(const struct text *buffer, size_t offset, struct frame *ret, const char **ret_payload)
{
	size_t have = buffer->len - offset;
	if (have < sizeof *ret)
		return 0;
	memcpy(ret, buffer->data + offset, sizeof *ret);
	if (ret->kind >= FRAME_KIND_COUNT || ret->len > FRAME_PAYLOAD_MAX)
		return -EPROTO;
	*ret_payload = buffer->data + offset + sizeof *ret;
	return have - sizeof *ret >= ret->len;
}

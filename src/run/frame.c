// SPDX-License-Identifier: GPL-2.0-or-later
// What runner and worker say to each other.
#include "run/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

void frame_add(struct text *out, const struct frame *frame, const void *payload)
{
	struct frame copy;
	memset(&copy, 0, sizeof copy); /* the padding too: it crosses a pipe */
	copy.kind = frame->kind;
	copy.len = frame->len;
	copy.id = frame->id;
	copy.wants = frame->wants;
	text_add_bytes(out, &copy, sizeof copy);
	text_add_bytes(out, payload, frame->len);
}

int frame_flush(int fd, struct text *out)
{
	size_t done = 0;
	int r = 0;
	while (r == 0 && done < out->len) {
		/* Not write(2): by this call a fault is made in what a worker says, and not in files that it writes. */
		ssize_t n = writev(fd, &(struct iovec){out->data + done, out->len - done}, 1);
		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			r = -errno;
	}
	if (done && done < out->len)
		memmove(out->data, out->data + done, out->len - done);
	text_truncate(out, out->len - done);
	return r == -EAGAIN ? 0 : r;
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

// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes the reader of pcapng files, and of the segments in their packets: whatever the bytes, they are a file or they
// are not; what was read lies within them, and is the same when it was written and read again.
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_packet(const struct pcapng *file, const struct packet *packet, const uint8_t *data, size_t size)
{
	struct segment segment;
	char flags[SEGMENT_FLAGS_TEXT];
	assert(packet->namespace < file->n_namespaces && packet->n_bytes <= packet->len);
	assert(packet->bytes >= data && packet->bytes + packet->n_bytes <= data + size);
	if (!segment_parse(packet, &segment))
		return;
	assert(segment.n_data < packet->len && packet->n_bytes >= 14 + 20 + 20);
	assert(segment.family == AF_INET || segment.family == AF_INET6);
	assert(strlen(segment_flags_text(segment.flags, flags)) < SEGMENT_FLAGS_TEXT);
}

static void check_again(const struct pcapng *file)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct pcapng again;
	pcapng_write(file, &t);
	assert(!t.failed && pcapng_read(t.data, t.len, &arena, &again, NULL) == 0);
	assert(again.n_namespaces == file->n_namespaces && again.n_packets == file->n_packets);
	for (size_t i = 0; i < file->n_namespaces; i++) {
		assert(!strcmp(again.namespaces[i], file->namespaces[i]));
		assert(again.dropped[i] == file->dropped[i]);
	}
	for (size_t i = 0; i < file->n_packets; i++) {
		const struct packet *a = &file->packets[i], *b = &again.packets[i];
		assert(a->at_ns == b->at_ns && a->namespace == b->namespace && a->loopback == b->loopback);
		assert(a->outgoing == b->outgoing && a->len == b->len && a->n_bytes == b->n_bytes);
		assert(!memcmp(a->bytes, b->bytes, a->n_bytes));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct pcapng file;
	int r = pcapng_read(data, size, &arena, &file, &e);
	assert(r == 0 || (r == -EINVAL && e.kind == ERROR_USAGE && e.text));
	if (r < 0)
		return 0;
	for (size_t i = 0; i < file.n_packets; i++)
		check_packet(&file, &file.packets[i], data, size);
	check_again(&file);
	return 0;
}

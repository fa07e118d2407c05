// SPDX-License-Identifier: GPL-2.0-or-later
// Memory that is given back all at once.
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_BYTES 16384

struct arena_block {
	struct arena_block *next;
	size_t size, used; /* bytes of data */
	_Alignas(max_align_t) unsigned char data[];
};

static struct arena_block *arena_add_block(struct arena *a, size_t size)
{
	struct arena_block *block = malloc(sizeof *block + size);
	if (!block)
		return NULL;
	*block = (struct arena_block){.next = a->blocks, .size = size};
	a->blocks = block;
	return block;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t unit = _Alignof(max_align_t);
	if (size > (size_t)-1 / 2)
		return NULL;
	size = size ? (size + unit - 1) / unit * unit : unit;
	struct arena_block *block = a->blocks;
	if (!block || block->size - block->used < size)
		block = arena_add_block(a, size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES);
	if (!block)
		return NULL;
	void *memory = block->data + block->used;
	block->used += size;
	return memset(memory, 0, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;
	return __builtin_mul_overflow(n, size, &bytes) ? NULL : arena_alloc(a, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);
	return copy ? memcpy(copy, s, len) : NULL;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *s = len < 0 ? NULL : arena_alloc(a, (size_t)len + 1);
	if (!s)
		return NULL;
	va_start(args, format);
	vsnprintf(s, (size_t)len + 1, format, args);
	va_end(args);
	return s;
}

void arena_reset(struct arena *a)
{
	while (a->blocks && a->blocks->next) {
		struct arena_block *next = a->blocks->next;
		free(a->blocks);
		a->blocks = next;
	}
	if (a->blocks)
		a->blocks->used = 0;
}

void arena_done(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;
		free(a->blocks);
		a->blocks = next;
	}
}

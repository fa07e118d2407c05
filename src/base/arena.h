/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is given back all at once: what is read from a scenario, and what is planned for one cell. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first; owned */
};

#define ARENA_INIT ((struct arena){.blocks = NULL})

/* arena_alloc() - @size bytes, zeroed, aligned for any type; NULL when memory is out. Lives until the arena ends. */
void *arena_alloc(struct arena *a, size_t size);

/* arena_array() - @n zeroed elements of @size bytes; never NULL for n = 0; NULL on overflow. */
void *arena_array(struct arena *a, size_t n, size_t size);

char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* arena_reset() - forget all that was given out, keep one block for the next use. */
void arena_reset(struct arena *a);
void arena_done(struct arena *a);

#endif

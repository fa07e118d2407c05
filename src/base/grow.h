/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow by one element at a time. */
#ifndef BASE_GROW_H
#define BASE_GROW_H

#include <stdbool.h>
#include <stdlib.h>

/**
 * grow_by_one() - @array of @n elements with room for one more
 * @size: of an element, in bytes
 *
 * The array is reallocated at 0, 8, 16, 32 … elements, and always grown by this function.
 * Return: where it is now; NULL when memory is out: it is then where it was.
 */
static inline void *grow_by_one(void *array, size_t n, size_t size)
{
	if (n == 0)
		return realloc(array, 8 * size);
	bool is_full = n >= 8 && !(n & (n - 1));
	return is_full ? reallocarray(array, n * 2, size) : array;
}

#endif

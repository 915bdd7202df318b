/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory: allocation that aborts when there is none (every input has a size limit
 * instead), and an arena, whose pieces are freed together.
 */
#ifndef DATA_MEM_H
#define DATA_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Like malloc, calloc, realloc and strdup of `len` bytes, but abort instead of
 * returning NULL, also when `count * size` overflows. Free with free(). */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t count, size_t size);
char *xstrndup(const char *s, size_t len);

/* Returns the array `p` of `*capacity` elements of `size` bytes, grown (by doubling) so
 * that element number `count` exists. */
void *xgrow(void *p, size_t *capacity, size_t count, size_t size);

struct arena_block;

/* Zero-initialise: `struct arena a = {0};`. One owner; not for several threads. */
struct arena {
    struct arena_block *block; /* newest first */
    size_t used;               /* bytes used in the newest block */
};

/* Returns `size` bytes aligned for any type, not cleared, owned by the arena. */
void *arena_alloc(struct arena *a, size_t size);

/* Returns a NUL-terminated copy of `len` bytes, owned by the arena. */
char *arena_strndup(struct arena *a, const char *s, size_t len);

/* Makes everything allocated so far invalid, and keeps the largest block for reuse. */
void arena_reset(struct arena *a);

/* Frees everything. */
void arena_free(struct arena *a);

#endif

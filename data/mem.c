/* SPDX-License-Identifier: Apache-2.0 */
#include "data/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 16384

struct arena_block {
    struct arena_block *next;
    size_t size;
    max_align_t bytes[];
};

static void *checked(void *p) {
    if (p == NULL) {
        fputs("haven: out of memory\n", stderr);
        abort();
    }
    return p;
}

void *xmalloc(size_t size) {
    return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size) {
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        checked(NULL);
    return checked(realloc(p, bytes ? bytes : 1));
}

char *xstrndup(const char *s, size_t len) {
    char *copy = xmalloc(len + 1);
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

void *xgrow(void *p, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity)
        return p;
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted <= count)
        wanted *= 2;
    *capacity = wanted;
    return xrealloc(p, wanted, size);
}

void *arena_alloc(struct arena *a, size_t size) {
    size_t align = sizeof(max_align_t);
    size = (size + align - 1) / align * align;
    if (a->block == NULL || a->block->size - a->used < size) {
        size_t wanted = size > ARENA_BLOCK ? size : ARENA_BLOCK;
        struct arena_block *block = xmalloc(sizeof *block + wanted);
        block->next = a->block;
        block->size = wanted;
        a->block = block;
        a->used = 0;
    }
    void *p = (char *)a->block->bytes + a->used;
    a->used += size;
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len) {
    char *copy = arena_alloc(a, len + 1);
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

void arena_reset(struct arena *a) {
    struct arena_block *largest = a->block;
    for (struct arena_block *b = a->block; b != NULL; b = b->next)
        if (b->size > largest->size)
            largest = b;
    for (struct arena_block *b = a->block, *next; b != NULL; b = next) {
        next = b->next;
        if (b != largest)
            free(b);
    }
    if (largest != NULL)
        largest->next = NULL;
    a->block = largest;
    a->used = 0;
}

void arena_free(struct arena *a) {
    for (struct arena_block *b = a->block, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena){0};
}

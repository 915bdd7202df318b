/* SPDX-License-Identifier: Apache-2.0 */
#include "data/intern.h"

#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

static uint64_t mix(uint64_t h, uint64_t word) {
    h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

/* Eight bytes at a time; only equal within one run of the program. */
static uint32_t hash_of(const unsigned char *key, size_t len) {
    uint64_t h = len, word;
    for (; len >= sizeof word; key += sizeof word, len -= sizeof word) {
        memcpy(&word, key, sizeof word);
        h = mix(h, word);
    }
    word = 0;
    memcpy(&word, key, len);
    h = mix(h, word);
    return (uint32_t)(h ^ h >> 32);
}

static struct intern_slot *slot_of(const struct intern *t, uint32_t hash, const void *key,
                                   size_t len) {
    for (size_t i = hash & (t->capacity - 1);; i = (i + 1) & (t->capacity - 1)) {
        struct intern_slot *s = &t->slots[i];
        if (s->index == 0)
            return s;
        if (s->hash == hash && s->len == len && memcmp(t->keys.data + s->at, key, len) == 0)
            return s;
    }
}

static void grow(struct intern *t) {
    struct intern_slot *old = t->slots;
    size_t old_capacity = t->capacity;
    t->capacity = old_capacity ? 2 * old_capacity : 64;
    t->slots = xcalloc(t->capacity, sizeof *t->slots);
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].index == 0)
            continue;
        size_t at = old[i].hash & (t->capacity - 1);
        while (t->slots[at].index != 0)
            at = (at + 1) & (t->capacity - 1);
        t->slots[at] = old[i];
    }
    free(old);
}

uint32_t intern(struct intern *t, const void *key, size_t len, bool *added) {
    if (2 * (size_t)(t->count + 1) > t->capacity)
        grow(t);
    buf_reserve(&t->keys, len + 1);
    uint32_t hash = hash_of(key, len);
    struct intern_slot *s = slot_of(t, hash, key, len);
    if (added != NULL)
        *added = s->index == 0;
    if (s->index == 0) {
        *s = (struct intern_slot){hash, ++t->count, t->keys.len, len};
        buf_add(&t->keys, key, len);
    }
    return s->index - 1;
}

void intern_free(struct intern *t) {
    buf_free(&t->keys);
    free(t->slots);
    *t = (struct intern){0};
}
